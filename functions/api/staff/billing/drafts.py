"""Drafts: changed, deleted, and begun as a credit note of what is final (B-03, B-06)."""

from types import NoneType

import msgspec

from api.staff.billing.invoice_view import InvoiceView, shown
from api.staff.billing.invoices import mine
from api.staff.billing.issuers import TermGiven
from api.staff.billing.lines import LineGiven, given_lines
from api.staff.billing.payers import PayerGiven, given_payer
from api.staff.given import Edits, Given, Id, Nothing, Text
from api.staff.routing import BOOKS, Call, Routes
from creneau.billing.issuer import Term

routes = Routes()


class DraftEdits(Edits):
    """What is left out stays; lines are given as a whole."""

    lines: tuple[LineGiven, ...] | None = None
    payer: PayerGiven | None = None
    term: TermGiven | None = None
    note: Text | None = None
    template_id: Id | None = None


class CreditGiven(Given):
    """`lines` left out: the whole invoice."""

    lines: tuple[LineGiven, ...] | None = None
    note: Text = ""


@routes("PATCH", "/v1/invoices/{invoice_id}", BOOKS, takes=DraftEdits, answers=InvoiceView, version="required")
def change_draft(call: Call, given: DraftEdits) -> InvoiceView:
    """A draft only; a final one is corrected by a credit note. A line taken out gives its consultation back."""
    mine(call)
    words = given.model_dump(mode="json", exclude_unset=True, include={"note", "template_id"})
    changed = call.app.edit_draft(
        call.id("invoice_id"),
        call.required_version,
        lines=None if given.lines is None else given_lines(given.lines),
        payer=given_payer(given.payer) if given.payer else None,
        term=msgspec.convert(given.term.model_dump(mode="json"), Term) if given.term else None,
        **words,
    )
    return shown(call, changed)


@routes("DELETE", "/v1/invoices/{invoice_id}", BOOKS, answers=NoneType, version="optional")
def delete_draft(call: Call, _: Nothing) -> None:
    """A draft only; frees what it took."""
    call.app.delete_draft(mine(call).id, call.expected_version)


@routes("POST", "/v1/invoices/{invoice_id}/credit-notes", BOOKS, takes=CreditGiven, answers=InvoiceView, creates=True)
def draft_credit_note(call: Call, given: CreditGiven) -> InvoiceView:
    """A draft, finalised as every draft; nothing is credited before."""
    invoice = mine(call)
    lines = None if given.lines is None else given_lines(given.lines)
    return shown(call, call.app.draft_credit(call.new_id("inv"), invoice.id, lines, given.note, call.actor))
