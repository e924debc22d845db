"""What only a person can decide about money: it stands on the staff's list until somebody says what was done."""

from datetime import datetime
from enum import StrEnum

from creneau.shared.derived_id import derived_id
from creneau.shared.model import Stored
from creneau.shared.store import Collection, Ref


class TaskKind(StrEnum):
    """`line_struck`: a visit was cancelled, its line taken off a draft. `cancelled_but_invoiced`, `cancelled_but_paid`:
    credit note, refund, or kept as a fee? (C-01). `overpaid`: more came in than was owed. `refunded`, `disputed`: at Stripe
    (C-05). `promise`: the payer says `pays_on`, `already_paid` or `not_mine` (D-08).
    """

    LINE_STRUCK = "line_struck"
    CANCELLED_BUT_INVOICED = "cancelled_but_invoiced"
    CANCELLED_BUT_PAID = "cancelled_but_paid"
    OVERPAID = "overpaid"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    PROMISE = "promise"


class TaskOutcome(StrEnum):
    """`credit_note`, `refund` and `keep` (as a fee) answer what becomes of the money; anything else is `done`."""

    CREDIT_NOTE = "credit_note"
    REFUND = "refund"
    KEEP = "keep"
    DONE = "done"


class Task(Stored, frozen=True, kw_only=True):
    """`about` names what it is about by id (`invoice_id`, `billable_id`, `payer_key`, `payment_id`, `appointment_id`) and
    holds the words of a promise. `amount` in minor units. `decision` is what was done, in the words of whoever did it.
    """

    id: str
    kind: TaskKind
    about: dict[str, str] = {}
    patient_id: str | None = None
    practitioner_id: str | None = None
    amount: int = 0
    currency: str = ""
    created_at: datetime
    done_at: datetime | None = None
    done_by: str = ""
    outcome: TaskOutcome | None = None
    decision: str = ""


def task_id(kind: TaskKind, *subject: str) -> str:
    """One task per kind and subject, however often it is found."""
    return derived_id("tsk", kind, *subject)


def task_ref(id: str) -> Ref[Task]:
    return Ref(Task, (id,))


def open_tasks() -> Collection[Task]:
    """The oldest first."""
    return Collection("open_tasks", Task)


def tasks_done() -> Collection[Task]:
    """Those that were decided, the last decided first."""
    return Collection("tasks_done", Task, newest_first=True)
