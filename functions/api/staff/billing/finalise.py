"""What is final: one draft, or many (B-06)."""

from pydantic import Field

from api.staff.billing.invoice_view import InvoiceView, shown, shown_all
from api.staff.billing.invoices import mine, require_mine
from api.staff.given import Given, Id, Nothing
from api.staff.routing import BOOKS, Call, Routes
from api.staff.shown import RefusalView, View, view

routes = Routes()


class NotFinalView(RefusalView, frozen=True, kw_only=True):
    invoice_id: str
    faults: tuple[tuple[str, str], ...]


class FinalisedView(View, frozen=True, kw_only=True):
    items: list[InvoiceView]
    not_final: list[NotFinalView]


class ManyGiven(Given):
    invoice_ids: tuple[Id, ...] = Field(min_length=1, max_length=100)


@routes("POST", "/v1/invoices/{invoice_id}/finalise", BOOKS, answers=InvoiceView, version="optional")
def finalise_invoice(call: Call, _: Nothing) -> InvoiceView:
    """Gives it the next number and freezes it. Harmless to repeat."""
    return shown(call, call.app.finalise(mine(call).id, call.expected_version))


@routes("POST", "/v1/invoices/finalise", BOOKS, takes=ManyGiven, answers=FinalisedView)
def finalise_invoices(call: Call, given: ManyGiven) -> FinalisedView:
    """Drafts one by one in the order given; those that could not be made final say why."""
    require_mine(call, given.invoice_ids)
    done = call.app.finalise.all(given.invoice_ids)
    return FinalisedView(
        items=shown_all(call, done.invoices), not_final=[view(NotFinalView, n) for n in done.not_final]
    )
