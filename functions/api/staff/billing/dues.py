"""Payments due: of a patient, of the clinic by standing, paid before any invoice, taken back; what a payer owes (C-01)."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

from api.staff.billing.invoices import is_mine
from api.staff.billing.payments import PaymentGiven, PaymentView, paid, payment_shown
from api.staff.given import Nothing, Paged
from api.staff.names import names_of
from api.staff.routing import BOOKS, Call, Routes
from api.staff.shown import Listed, View, view
from creneau.agenda.catalogue import patient_ref
from creneau.billing.billable import Billable, DueKind, billable_ref, billables_of_patient, dues
from creneau.billing.due_standing import STORED, DueStanding, standing_of
from creneau.billing.invoice import Invoice, invoice_ref
from creneau.billing.owed import OwedItem, OwedKind
from creneau.billing.payment import payment_ref
from creneau.shared.errors import NotFound, invalid
from creneau.shared.store import Page, require

routes = Routes()


class DueView(View, frozen=True, kw_only=True):
    """`price` in minor units for all of `quantity`; `due_at`: when the visit ended, or it was sold. `paid` was paid before
    any invoice. `taken_by`: the draft or invoice that has it. `standing` null: `covered_by`, a package, pays for the visit.
    """

    id: str
    kind: DueKind
    standing: DueStanding | None
    patient_id: str
    patient_name: str | None
    practitioner_id: str
    text: str
    price: int
    quantity: int
    currency: str
    due_at: datetime | None
    on: date
    paid: int
    still_to_pay: int
    appointment_id: str | None
    service_id: str | None
    taken_by: str | None
    covered_by: str | None
    package_id: str | None
    kept_as_fee: bool
    version: int


class OwedItemView(View, frozen=True, kw_only=True):
    """An invoice, or a due that is on none yet; `amount` is what is left to pay."""

    kind: OwedKind
    id: str
    amount: int
    currency: str
    text: str
    on: date
    due_on: date | None
    practitioner_id: str | None
    patient_id: str | None
    taken_by: str | None


class DuesAsked(Paged):
    """By the instant from which they are due. A page may hold fewer than `limit`, or none, while there is a next one."""

    standing: Literal["open", "taken", "invoiced", "paid", "void"] = "open"


@routes("GET", "/v1/dues", BOOKS, takes=DuesAsked, answers=Listed[DueView])
def list_dues(call: Call, given: DuesAsked) -> Listed[DueView]:
    """Of the clinic by standing; to a practitioner: their own. Those that a package covers are listed with their patient."""
    standing = DueStanding(given.standing)
    lists = STORED[standing]
    which, _, cursor = (given.cursor or "0:").partition(":")
    if which not in {str(n) for n in range(len(lists))}:
        raise invalid("cursor", "the cursor is not of this list", "use next_cursor as answered")
    page = call.app.store.page(dues(lists[int(which)]), given.limit, cursor or None)
    shown = [due for due in _shown(call, page.items) if due.standing is standing]
    following = int(which) + 1
    more = f"{following}:" if following < len(lists) else None
    return Listed(items=shown, next_cursor=f"{which}:{page.cursor}" if page.cursor else more)


@routes("GET", "/v1/patients/{patient_id}/dues", BOOKS, takes=Paged, answers=Listed[DueView])
def list_dues_of_patient(call: Call, given: Paged) -> Listed[DueView]:
    """Of every standing, also of visits that a package covers, the latest first."""
    id = call.id("patient_id")
    require(call.app.store, patient_ref(id))
    page: Page[Billable] = call.app.store.page(billables_of_patient(id), given.limit, given.cursor)
    return Listed(items=_shown(call, page.items), next_cursor=page.cursor)


@routes("GET", "/v1/dues/{due_id}", BOOKS, answers=DueView)
def read_due(call: Call, _: Nothing) -> DueView:
    return due_shown(call, _mine(call))


@routes("POST", "/v1/dues/{due_id}/take-back", BOOKS, answers=DueView)
def take_back_sale(call: Call, _: Nothing) -> DueView:
    """A package or a product that was sold by mistake. Not when it is invoiced, paid, or a visit of the package was used."""
    return due_shown(call, call.app.take_back_sale(_mine(call).id, call.actor))


@routes("POST", "/v1/dues/{due_id}/payments", BOOKS, takes=PaymentGiven, answers=PaymentView, creates=True)
def pay_due(call: Call, given: PaymentGiven) -> PaymentView:
    """In part or in full. Where an invoice has it, the invoice is paid; an invoice made of it later counts what was paid."""
    due = _mine(call)
    return payment_shown(call.app.pay_due(call.new_id("pay"), due.id, paid(given), call.actor))


@routes("GET", "/v1/dues/{due_id}/payments", BOOKS, answers=Listed[PaymentView])
def list_payments_of_due(call: Call, _: Nothing) -> Listed[PaymentView]:
    """Those made before any invoice."""
    ids = _mine(call).payment_ids
    found = call.app.store.get_many([payment_ref(id) for id in ids]) if ids else []
    return Listed(items=[payment_shown(p) for p in found if p is not None])


@routes("POST", "/v1/dues/{due_id}/payments/{payment_id}/cancel", BOOKS, answers=PaymentView)
def cancel_payment_of_due(call: Call, _: Nothing) -> PaymentView:
    """One that was entered by mistake. Harmless to repeat."""
    due, payment_id = _mine(call), call.id("payment_id")
    if require(call.app.store, payment_ref(payment_id)).billable_id != due.id:
        raise NotFound("the due has no such payment", code="not_found", remedy="use a payment as listed")
    return payment_shown(call.app.cancel_payment(payment_id))


@routes("GET", "/v1/payers/{payer_key}/owed", BOOKS, answers=Listed[OwedItemView])
def list_owed_by_payer(call: Call, _: Nothing) -> Listed[OwedItemView]:
    """Final invoices with a balance, and what is due and on none yet. To a practitioner: what is theirs."""
    owed = call.app.owed_by(call.id("payer_key"))
    return Listed(items=[view(OwedItemView, item) for item in owed.items if _keeps(call, item)])


def _keeps(call: Call, item: OwedItem) -> bool:
    if item.kind is OwedKind.DUE:
        return call.actor.keeps_books_of(item.practitioner_id)
    return is_mine(call, require(call.app.store, invoice_ref(item.id)))


def _mine(call: Call) -> Billable:
    billable = require(call.app.store, billable_ref(call.id("due_id")))
    call.actor.require_books_of(billable.practitioner_id)
    return billable


def due_shown(call: Call, billable: Billable) -> DueView:
    shown = _shown(call, [billable])
    if not shown:
        raise NotFound("nothing is due for it", code="not_found", remedy="use a due as listed")
    return shown[0]


def _shown(call: Call, billables: Iterable[Billable]) -> list[DueView]:
    """Of those whose books the caller keeps."""
    own = [b for b in billables if (b.due or b.covered_by) and call.actor.keeps_books_of(b.practitioner_id)]
    names = names_of(call.app, (b.patient_id for b in own))
    taken = list(dict.fromkeys(b.taken_by for b in own if b.taken_by))
    read = call.app.store.get_many([invoice_ref(id) for id in taken]) if taken else []
    invoices = {invoice.id: invoice for invoice in read if invoice is not None}
    return [_view(b, names.get(b.patient_id), invoices.get(b.taken_by or "")) for b in own]


def _view(billable: Billable, name: str | None, invoice: Invoice | None) -> DueView:
    due = billable.due
    return view(
        DueView,
        billable,
        kind=due.kind if due else DueKind.VISIT,
        standing=standing_of(billable, invoice),
        patient_name=name,
        text=due.text if due else billable.title,
        price=due.price if due else 0,
        quantity=due.quantity if due else 1,
        currency=due.currency if due else "",
        due_at=due.at if due else None,
        kept_as_fee=billable.kept,
    )
