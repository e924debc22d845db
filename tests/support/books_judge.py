"""What holds of a clinic's books whatever happened, read from the table alone: each visit billed once, each payment counted
once."""

from collections import Counter
from collections.abc import Iterable
from typing import TypeVar

from creneau.agenda.appointment import Appointment
from creneau.agenda.attendance import GIVEN_UP, Attendance
from creneau.billing.billable import Billable, DueState, billable_id_of_visit
from creneau.billing.invoice import DocumentKind, Invoice, InvoiceState
from creneau.billing.package import SoldPackage
from creneau.billing.payment import Payment
from creneau.billing.task import Task, TaskKind
from creneau.shared.model import Stored
from tests.support.books import Books

M = TypeVar("M", bound=Stored)


def every(books: Books, kind: type[M]) -> list[M]:
    return [item for item in books.store.items.values() if isinstance(item, kind)]


def always(books: Books) -> None:
    """At any moment."""
    _billed_once(books)
    _paid_once(books)
    _covered_as_counted(books)


def _documents(books: Books) -> list[Invoice]:
    """Those that bill something: not being deleted, not credited in full."""
    found = [i for i in every(books, Invoice) if i.kind is DocumentKind.INVOICE]
    return [i for i in found if i.state is not InvoiceState.FREEING and not i.is_undone]


def _billed_once(books: Books) -> None:
    holders = Counter((id, i.id) for i in _documents(books) for id in i.billable_ids)
    by_id = {b.id: b for b in every(books, Billable)}
    for (billable_id, invoice_id), times in holders.items():
        assert times == 1, f"{billable_id} is on {invoice_id} {times} times"
        assert by_id[billable_id].taken_by == invoice_id, f"{invoice_id} bills {billable_id}, which it has not taken"


def _paid_once(books: Books) -> None:
    payments = [p for p in every(books, Payment) if p.cancelled_at is None]
    for invoice in every(books, Invoice):
        assert invoice.paid == _sum(p for p in payments if p.invoice_id == invoice.id), f"{invoice.id} counts wrongly"
    for billable in every(books, Billable):
        own = [p for p in payments if p.billable_id == billable.id and p.invoice_id is None]
        counted = [p for p in payments if p.id in billable.payment_ids and p.invoice_id is None]
        assert own == counted, f"{billable.id} lost a payment"
        holder = next((i for i in every(books, Invoice) if i.id == billable.taken_by), None)
        if holder is None or not holder.is_final:
            assert billable.paid == _sum(own), f"{billable.id} counts wrongly"


def _sum(payments: Iterable[Payment]) -> int:
    return sum(p.amount for p in payments)


def _covered_as_counted(books: Books) -> None:
    for sold in every(books, SoldPackage):
        covered = [b for b in every(books, Billable) if b.covered_by == sold.id]
        assert sold.left == sold.visits - len(covered), f"{sold.id} counts wrongly"
        assert all(b.due is None and b.taken_by is None for b in covered)


def at_rest(books: Books) -> None:
    """Once the reaction to every appointment has run."""
    always(books)
    billed = {id: i for i in _documents(books) for id in i.billable_ids}
    for billable in every(books, Billable):
        assert (billable.taken_by is None) is (billable.id not in billed), f"{billable.id} is taken by nothing"
    by_id = {b.id: b for b in every(books, Billable)}
    for visit in every(books, Appointment):
        if visit.attendance is Attendance.MOVED:
            continue
        billable = by_id[billable_id_of_visit(visit.visit_id)]
        if visit.attendance in GIVEN_UP:
            _gone(books, billable, billed.get(billable.id))
        else:
            assert not billable.gone
            assert billable.due is not None or billable.covered_by is not None
            assert billable.due is None or billable.due.at == visit.end
            if visit.end > books.now:
                assert billable.id not in billed or billed[billable.id].is_final, "a visit ahead is on a draft"


def _gone(books: Books, billable: Billable, document: Invoice | None) -> None:
    assert billable.gone
    asked = {t.kind for t in every(books, Task) if t.done_at is None and t.about.get("billable_id") == billable.id}
    if document is not None:
        assert document.is_final, "a visit that does not take place is on a draft"
        assert TaskKind.CANCELLED_BUT_INVOICED in asked
    else:
        assert billable.due_state in (None, DueState.VOID)
