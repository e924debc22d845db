"""What is paid before an invoice counts for the visit, and for the invoice that it is made into (C-01, B-11)."""

from datetime import date
from typing import Any

import pytest

from creneau.agenda.attendance import Attendance
from creneau.billing.account import revenue
from creneau.billing.billable import Billable, DueState
from creneau.billing.payment import Method, payment_ref, payments_of_invoice
from creneau.billing.task import TaskKind
from creneau.shared.errors import Invalid, Refused
from creneau.shared.store import everything, require
from tests.support.books import BILLER, Books

PAST = "2027-03-01 09:00"


def due(books: Books, at: str = PAST, **more: Any) -> Billable:
    return books.due_of(books.visit(at, **more))


@pytest.mark.rule("C-01")
def test_a_due_is_paid_in_part_then_in_full(books: Books) -> None:
    open_ = due(books)
    books.paid_due(open_, 2_000)
    half = books.billable(open_.id)
    assert (half.due_state, half.owed) == (DueState.OPEN, 10_050)
    books.paid_due(half, 10_050, "pay_2")
    assert (books.billable(open_.id).due_state, books.billable(open_.id).owed) == (DueState.PAID, 0)


@pytest.mark.rule("C-01")
@pytest.mark.promise(27)
def test_the_same_payment_counts_once(books: Books) -> None:
    open_ = due(books)
    assert books.paid_due(open_, 2_000) == books.paid_due(open_, 2_000)
    assert (books.billable(open_.id).paid, books.billable(open_.id).payment_ids) == (2_000, ("pay_due",))


@pytest.mark.parametrize(
    ("amount", "more", "code"),
    [
        (12_051, {}, "more_than_owed"),
        (0, {}, "invalid"),
        (100, {"currency": "EUR"}, "invalid"),
        (100, {"paid_on": date(2027, 3, 16)}, "invalid"),
    ],
)
def test_what_can_not_be_paid(books: Books, amount: int, more: dict[str, Any], code: str) -> None:
    open_ = due(books)
    with pytest.raises((Invalid, Refused)) as refused:
        books.paid_due(open_, amount, **more)
    assert refused.value.code == code
    assert books.billable(open_.id).paid == 0


@pytest.mark.rule("C-01")
def test_what_is_void_is_not_paid(books: Books) -> None:
    id = books.visit(PAST)
    books.keep_due(id)
    books.attendance(id, Attendance.PATIENT_ABSENT)
    with pytest.raises(Refused) as refused:
        books.paid_due(books.due_of(id), 100)
    assert refused.value.code == "due_void"


@pytest.mark.rule("C-01")
def test_staff_are_asked_about_a_paid_visit_that_does_not_take_place(books: Books) -> None:
    id = books.visit(PAST)
    books.paid_due(books.due_of(id), 2_000)
    books.attendance(id, Attendance.CANCELLED_BY_PRACTITIONER)
    assert books.due_of(id).due_state is DueState.VOID
    books.attendance(id, Attendance.PATIENT_ABSENT)
    books.keep_due(id)
    (task,) = books.tasks()
    assert (task.kind, task.amount, task.currency) == (TaskKind.CANCELLED_BUT_PAID, 2_000, "CHF")


@pytest.mark.rule("B-11", "C-01")
@pytest.mark.promise(27)
def test_its_payments_become_the_invoices(books: Books) -> None:
    paid, other = due(books), due(books, "2027-03-02 09:00")
    books.paid_due(paid, 12_050)
    invoice = books.invoiced(grouping="per_payer")
    assert (invoice.paid, invoice.balance) == (12_050, 12_050)
    assert books.invoice(invoice.id) == invoice
    (payment,) = everything(books.store, payments_of_invoice(invoice.id))
    assert (payment.id, payment.invoice_id, payment.billable_id) == ("pay_due", invoice.id, paid.id)
    books.cancel_payment("pay_due")
    assert books.invoice(invoice.id).balance == 24_100
    assert books.billable(other.id).taken_by == invoice.id


@pytest.mark.rule("B-11")
@pytest.mark.promise(27)
def test_a_payment_of_what_a_draft_has_counts_for_the_invoice(books: Books) -> None:
    open_ = due(books)
    (draft,) = books.drafted().invoice_ids
    books.paid_due(open_, 2_000)
    assert books.finalise(draft).balance == 10_050
    books.paid_due(open_, 3_000, "pay_2")
    assert books.invoice(draft).balance == 7_050
    assert len(everything(books.store, payments_of_invoice(draft))) == 2


@pytest.mark.rule("B-11")
@pytest.mark.promise(27)
@pytest.mark.parametrize("first", ["pay", "finalise"])
def test_paying_while_it_is_made_final_counts_once(books: Books, first: str) -> None:
    open_ = due(books)
    (draft,) = books.drafted().invoice_ids
    acts = {"pay": lambda: books.paid_due(open_, 2_000), "finalise": lambda: books.finalise(draft)}
    (second,) = {"pay", "finalise"} - {first}
    books.store.slip_in(acts[first])
    acts[second]()
    assert (books.invoice(draft).paid, books.invoice(draft).balance) == (2_000, 10_050)
    assert require(books.store, payment_ref("pay_due")).invoice_id == draft


def test_a_payment_taken_back_counts_no_more(books: Books) -> None:
    open_ = due(books)
    books.paid_due(open_, 12_050)
    books.cancel_payment("pay_due")
    books.cancel_payment("pay_due")
    assert (books.billable(open_.id).paid, books.billable(open_.id).payment_ids) == (0, ())
    assert books.invoiced().balance == 12_050


def test_more_than_the_invoice_came_to_is_on_the_staffs_list(books: Books) -> None:
    open_ = due(books)
    books.paid_due(open_, 12_050)
    (draft,) = books.drafted().invoice_ids
    before = books.invoice(draft)
    books.edit(draft, before.version, lines=tuple(line.with_(price=10_000) for line in before.lines))
    assert books.finalise(draft).balance == -2_050
    (task,) = books.tasks()
    assert (task.kind, task.amount, task.about["invoice_id"]) == (TaskKind.OVERPAID, 2_050, draft)


def test_more_payments_than_one_write_takes_are_refused_with_what_to_do(books: Books) -> None:
    open_ = due(books)
    for n in range(61):
        books.paid_due(open_, 10, f"pay_{n}")
    (draft,) = books.drafted().invoice_ids
    with pytest.raises(Refused, match="61 payments"):
        books.finalise(draft)


@pytest.mark.rule("B-11")
def test_what_is_invoiced_anew_after_a_credit_note_is_owed_anew(books: Books) -> None:
    """What was paid stays with the invoice that counted it, which owes it back."""
    books.paid_due(due(books), 12_050)
    invoice = books.invoiced()
    note = books.draft_credit("crn_1", invoice.id, None, "", BILLER)
    books.finalise(note.id)
    assert books.invoice(invoice.id).balance == -12_050
    assert books.owed_by("patient.pat_1").totals == {"CHF": 12_050}
    assert books.invoiced("bat_2").balance == 12_050


def test_money_that_no_invoice_counts_yet_is_in_the_revenue(books: Books) -> None:
    open_ = due(books)
    payment = books.paid_due(open_, 2_000)
    (month,) = revenue([], [(payment, open_)])
    assert (month.practitioner_id, month.paid_in, month.currency) == ("prc_1", 2_000, "CHF")


def test_the_payer_is_who_usually_pays(books: Books) -> None:
    payment = books.paid_due(due(books), 2_000, method=Method.CASH)
    assert (payment.payer_key, payment.payer_name) == ("patient.pat_1", "P 1")
