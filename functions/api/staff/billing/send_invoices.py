"""Invoices leave by email to their payers, one or many (B-08)."""

from pydantic import Field

from api.staff.billing.invoice_view import InvoiceView, shown, shown_all
from api.staff.billing.invoices import mine, require_mine
from api.staff.given import Given, Id
from api.staff.routing import BOOKS, Call, Routes
from api.staff.shown import RefusalView, View, view
from creneau.billing.invoice import invoice_ref

routes = Routes()


class NotSentView(RefusalView, frozen=True, kw_only=True):
    invoice_id: str


class SentView(View, frozen=True, kw_only=True):
    """`items` are on their way, or were already."""

    items: list[InvoiceView]
    not_sent: list[NotSentView]


class SendGiven(Given):
    """`again`: the payer shall get it although they got it before. `signature_id` left out: the one for invoices."""

    again: bool = False
    signature_id: Id | None = None


class SendManyGiven(SendGiven):
    invoice_ids: tuple[Id, ...] = Field(min_length=1, max_length=100)


@routes("POST", "/v1/invoices/{invoice_id}/send", BOOKS, takes=SendGiven, answers=InvoiceView)
def send_invoice(call: Call, given: SendGiven) -> InvoiceView:
    """By email to its payer, with its PDF. 409 `already_sent` says when it was sent before, unless `again`."""
    call.app.send_invoice(mine(call).id, call.actor, given.again, given.signature_id)
    return shown(call, mine(call))


@routes("POST", "/v1/invoices/send", BOOKS, takes=SendManyGiven, answers=SentView)
def send_invoices(call: Call, given: SendManyGiven) -> SentView:
    """One by one in the order given; those that could not be sent say why."""
    require_mine(call, given.invoice_ids)
    sent = call.app.send_invoice.many(given.invoice_ids, call.actor, given.again, given.signature_id)
    found = call.app.store.get_many([invoice_ref(m.invoice_id or "") for m in sent.messages])
    items = shown_all(call, [i for i in found if i is not None])
    return SentView(items=items, not_sent=[view(NotSentView, n) for n in sent.not_sent])
