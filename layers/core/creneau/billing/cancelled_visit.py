"""What becomes of the money of a visit that does not take place: void, struck, or a question to the staff (C-01)."""

from dataclasses import dataclass
from datetime import datetime

from creneau.agenda.appointment import Appointment
from creneau.billing.billable import Billable
from creneau.billing.change_draft import given_back
from creneau.billing.invoice import invoice_ref
from creneau.billing.strike import struck
from creneau.billing.task import Task, TaskKind, task_id
from creneau.shared.store import Put, Store, Write


@dataclass(frozen=True)
class CancelledVisit:
    """The writes that follow, none when they were made. What staff keep as a fee stays as it is."""

    store: Store
    now: datetime

    def __call__(self, visit: Appointment, before: Billable) -> list[Write]:
        if before.gone:
            return []
        taken = self.store.get(invoice_ref(before.taken_by)) if before.taken_by else None
        if taken is not None and taken.is_undone:  # credited in full: what it has not given back yet is free
            before, taken = given_back(before, taken), None
        gone = before.with_(gone=True, covered_by=None)
        if taken is not None and taken.is_final:
            amount = sum(line.amount for line in taken.lines if line.billable_id == before.id)
            asked = _asked(TaskKind.CANCELLED_BUT_INVOICED, visit, before, amount, taken.currency, self.now)
            asked = asked.with_(about=asked.about | {"invoice_id": taken.id, "payer_key": taken.payer.key})
            return [Put(gone.with_(task_id=asked.id)), Put(asked)]
        writes = struck(taken, before, self.now) if taken is not None else []
        if before.taken_by is not None:
            gone = gone.free()
        if before.paid and before.due is not None:
            paid_in = before.due.currency
            asked = _asked(TaskKind.CANCELLED_BUT_PAID, visit, before, before.paid, paid_in, self.now)
            gone, writes = gone.with_(task_id=asked.id), [*writes, Put(asked)]
        return [Put(gone.with_(consultation=False)), *writes]


def _asked(kind: TaskKind, visit: Appointment, billable: Billable, amount: int, currency: str, now: datetime) -> Task:
    """Once for each time that the visit is cancelled: the billable's version is of this very write."""
    return Task(
        id=task_id(kind, billable.id, str(billable.version)),
        kind=kind,
        about={"billable_id": billable.id, "appointment_id": visit.id},
        patient_id=billable.patient_id,
        practitioner_id=billable.practitioner_id,
        amount=amount,
        currency=currency,
        created_at=now,
    )
