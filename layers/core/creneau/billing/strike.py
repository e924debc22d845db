"""A line struck off a draft, because what it is for will not take place: the draft is edited and staff told (C-01). Pure."""

from datetime import datetime

from creneau.billing.billable import Billable
from creneau.billing.invoice import Invoice, InvoiceState
from creneau.billing.line import lines_without
from creneau.billing.task import Task, TaskKind, task_id
from creneau.shared.store import Delete, Put, Write


def struck(draft: Invoice, billable: Billable, now: datetime) -> list[Write]:
    """The draft without its lines of the billable, deleted when nothing is left on it. None for one being deleted."""
    lines = lines_without(draft.lines, {billable.id})
    if draft.state is InvoiceState.FREEING or lines == draft.lines:
        return []
    empty = not lines and draft.state is InvoiceState.DRAFT
    told = Task(
        id=task_id(TaskKind.LINE_STRUCK, billable.id, str(billable.version)),
        kind=TaskKind.LINE_STRUCK,
        about={"invoice_id": draft.id, "billable_id": billable.id, "appointment_id": billable.appointment_id or ""},
        patient_id=billable.patient_id,
        practitioner_id=billable.practitioner_id,
        amount=sum(line.amount for line in draft.lines) - sum(line.amount for line in lines),
        currency=draft.currency,
        created_at=now,
    )
    return [Delete(draft) if empty else Put(draft.with_(lines=lines)), Put(told)]
