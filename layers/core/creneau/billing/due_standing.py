"""How a payment due stands for people: what a draft and what an invoice has are told apart, and what is paid (C-01)."""

from enum import StrEnum

from creneau.billing.billable import Billable, DueState
from creneau.billing.invoice import Invoice


class DueStanding(StrEnum):
    """`taken`: a draft has it. `paid`: before any invoice, or as its invoice."""

    OPEN = "open"
    TAKEN = "taken"
    INVOICED = "invoiced"
    PAID = "paid"
    VOID = "void"


STORED = {
    DueStanding.OPEN: (DueState.OPEN,),
    DueStanding.TAKEN: (DueState.TAKEN,),
    DueStanding.INVOICED: (DueState.TAKEN,),
    DueStanding.PAID: (DueState.PAID, DueState.TAKEN),
    DueStanding.VOID: (DueState.VOID,),
}
"""In which of the table's lists those of a standing are."""


def standing_of(billable: Billable, invoice: Invoice | None) -> DueStanding | None:
    """`invoice` is the one that has it, None: none has, or it is gone. None: nothing is due for it."""
    state = billable.due_state
    if state is not DueState.TAKEN:
        return DueStanding(state) if state is not None else None
    if invoice is None or not invoice.is_final:
        return DueStanding.TAKEN
    return DueStanding.PAID if invoice.balance <= 0 else DueStanding.INVOICED
