"""Invoices and credit notes as they stand: one, by state, of a payer."""

from collections.abc import Sequence
from typing import Literal

from api.staff.billing.invoice_view import InvoiceView, shown, shown_all
from api.staff.given import Nothing, Paged
from api.staff.routing import BOOKS, Call, Routes
from api.staff.shown import Listed
from creneau.billing.invoice import (
    Invoice,
    InvoiceState,
    drafts_of_runs,
    invoice_ref,
    invoices_by_state,
    invoices_of_payer,
    invoices_owed,
)
from creneau.shared.store import Page, require
from creneau.shared.time import local_date

routes = Routes()


class InvoicesAsked(Paged):
    """By state, the newest first; `owed` are final ones with a balance, `overdue` those of them past due, by due date.
    `draft_of_run` are drafts that billing runs made, for staff to confirm."""

    state: Literal["draft", "draft_of_run", "assembling", "finalised", "owed", "overdue"] = "finalised"


def mine(call: Call) -> Invoice:
    """The invoice of the address. Forbidden unless the caller may act on it."""
    return _mine(call, require(call.app.store, invoice_ref(call.id("invoice_id"))))


def require_mine(call: Call, invoice_ids: Sequence[str]) -> None:
    """Forbidden unless the caller may act on all of them; those that are not there are passed over."""
    for invoice in call.app.store.get_many([invoice_ref(id) for id in dict.fromkeys(invoice_ids)]):
        if invoice is not None:
            _mine(call, invoice)


def _mine(call: Call, invoice: Invoice) -> Invoice:
    for practitioner_id in invoice.practitioner_ids or (None,):
        call.actor.require_books_of(practitioner_id)
    return invoice


def is_mine(call: Call, invoice: Invoice) -> bool:
    return all(map(call.actor.keeps_books_of, invoice.practitioner_ids or (None,)))


def _listed(call: Call, page: Page[Invoice]) -> Listed[InvoiceView]:
    own = [invoice for invoice in page.items if is_mine(call, invoice)]
    return Listed(items=shown_all(call, own), next_cursor=page.cursor)


@routes("GET", "/v1/invoices", BOOKS, takes=InvoicesAsked, answers=Listed[InvoiceView])
def list_invoices(call: Call, given: InvoicesAsked) -> Listed[InvoiceView]:
    """A practitioner sees their own: a page of theirs may hold fewer than `limit`, or none, while there is a next one."""
    today = local_date(call.app.clock(), call.app.clinic.zone)
    owed = {
        "owed": invoices_owed(),
        "overdue": invoices_owed(due_before=today),
        "draft_of_run": drafts_of_runs(),
    }
    of = owed[given.state] if given.state in owed else invoices_by_state(InvoiceState(given.state))
    return _listed(call, call.app.store.page(of, given.limit, given.cursor))


@routes("GET", "/v1/payers/{payer_key}/invoices", BOOKS, takes=Paged, answers=Listed[InvoiceView])
def list_invoices_of_payer(call: Call, given: Paged) -> Listed[InvoiceView]:
    """`payer_key` as on their invoices. A practitioner sees their own, as in the list of all."""
    return _listed(call, call.app.store.page(invoices_of_payer(call.id("payer_key")), given.limit, given.cursor))


@routes("GET", "/v1/invoices/{invoice_id}", BOOKS, answers=InvoiceView)
def read_invoice(call: Call, _: Nothing) -> InvoiceView:
    return shown(call, mine(call))
