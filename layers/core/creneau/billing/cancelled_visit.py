"""What becomes of the money of a visit that does not take place: void, struck, or a question to the staff (C-01)."""

from dataclasses import dataclass
from datetime import datetime

from creneau.agenda.appointment import Appointment
from creneau.billing.billable import Billable
from creneau.billing.invoice import Invoice, invoice_ref
from creneau.billing.strike import struck
from creneau.billing.task import Task, TaskKind, task_id, task_ref
from creneau.shared.store import Put, Store, Write


@dataclass(frozen=True)
class CancelledVisit:
    """The writes that follow, none when they were made. What staff keep as a fee stays as it is."""

    store: Store
    now: datetime

    def __call__(self, visit: Appointment, before: Billable) -> list[Write]:
        due = before.due
        if due is not None and due.kept:
            return []
        taken = self.store.get(invoice_ref(before.taken_by)) if before.taken_by else None
        if taken is not None and taken.is_final:
            return self._invoiced(visit, before, taken)
        writes = struck(taken, before, self.now) if taken is not None else []
        after = before.with_(taken_by=None, consultation=False, covered_by=None)
        if due is not None and not due.void:
            task = self._asked(TaskKind.CANCELLED_BUT_PAID, visit, before, before.paid) if before.paid else None
            writes += [Put(task)] if task is not None else []
            after = after.with_(due=due.with_(void=True, task_id=task.id if task is not None else None))
        return [Put(after), *writes] if after != before else []

    def _invoiced(self, visit: Appointment, before: Billable, invoice: Invoice) -> list[Write]:
        amount = sum(line.amount for line in invoice.lines if line.billable_id == before.id)
        task = self._asked(TaskKind.CANCELLED_BUT_INVOICED, visit, before, amount, invoice)
        if before.due is None:  # invoiced without ever having had a payment due: told once
            return [Put(task)] if self.store.get(task_ref(task.id)) is None else []
        if before.due.void:
            return []
        return [Put(before.with_(due=before.due.with_(void=True, task_id=task.id))), Put(task)]

    def _asked(
        self, kind: TaskKind, visit: Appointment, billable: Billable, amount: int, invoice: Invoice | None = None
    ) -> Task:
        about = {"billable_id": billable.id, "appointment_id": visit.id}
        if invoice is not None:
            about |= {"invoice_id": invoice.id, "payer_key": invoice.payer.key}
        which = str(billable.version) if billable.due is not None else ""
        return Task(
            id=task_id(kind, billable.id, which),
            kind=kind,
            about=about,
            patient_id=billable.patient_id,
            practitioner_id=billable.practitioner_id,
            amount=amount,
            currency=invoice.currency if invoice is not None else (billable.due.currency if billable.due else ""),
            created_at=self.now,
        )
