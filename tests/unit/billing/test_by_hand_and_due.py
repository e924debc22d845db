"""A consultation entered by hand and a visit with a payment due are billed once, whichever was there first (B-01, B-11)."""

from datetime import date

import pytest

from creneau.agenda.attendance import Attendance
from creneau.agenda.catalogue import Service
from creneau.billing.billable import DueState, billables_of_patient, dues
from creneau.shared.money import Money
from creneau.shared.store import everything
from tests.support.books import BILLER, Books

PAST = "2027-03-01 09:00"
DAY = date(2027, 3, 1)


def entered(books: Books, id: str = "bil_hand", service: str | None = None, on: date = DAY) -> str:
    return books.consultations.add(id, "pat_1", "prc_1", on, "Contrôle", service, BILLER).id


@pytest.mark.rule("B-11", "C-01")
@pytest.mark.promise(25)
def test_entered_after_the_booking_it_is_the_visits_own_billable(books: Books) -> None:
    due = books.due_of(books.visit(PAST))
    assert entered(books) == due.id == entered(books)
    (only,) = everything(books.store, billables_of_patient("pat_1"))
    assert (only.consultation, only.title, only.owed) == (True, "Contrôle", 12_050)
    assert [line.price for line in books.invoiced().lines] == [12_050]
    assert everything(books.store, dues(DueState.OPEN)) == []


@pytest.mark.rule("B-11", "C-01")
@pytest.mark.promise(25)
@pytest.mark.parametrize("service", [None, "srv_1"])
def test_entered_before_the_booking_nothing_more_is_due_for_the_visit(books: Books, service: str | None) -> None:
    entered(books, service=service)
    id = books.visit(PAST)
    books.keep_due(id)
    books.attendance(id, Attendance.BOOKED)
    books.keep_due(id)
    (only,) = everything(books.store, billables_of_patient("pat_1"))
    assert (only.id, only.appointment_id, only.service_id) == ("bil_hand", id, service or "srv_2")
    assert len(books.drafted().invoice_ids) == 1
    assert everything(books.store, dues(DueState.OPEN)) == []


@pytest.mark.rule("B-11", "C-01")
def test_each_stands_for_one_visit_of_its_day_and_practitioner(books: Books) -> None:
    entered(books)
    first, second = books.visit(PAST), books.visit("2027-03-01 11:00")
    elsewhere, later = books.visit("2027-03-01 14:00", practitioner="prc_2"), books.visit("2027-03-02 09:00")
    for id in (first, second, elsewhere, later):
        books.keep_due(id)
    assert books.billable_of(first) is None
    assert all(books.due_of(id).due_state is DueState.OPEN for id in (second, elsewhere, later))


@pytest.mark.rule("B-04", "C-01")
def test_another_service_that_is_named_is_what_is_due_unless_something_was_paid(books: Books) -> None:
    service = Service(id="srv_3", name="Suivi", category="in_person", duration_minutes=30)
    books.put(service.with_(price=Money(amount=9_000, currency="CHF")))
    due = books.due_of(books.visit(PAST))
    entered(books, service="srv_3")
    assert books.billable(due.id).owed == 9_000
    books.keep_due(due.appointment_id or "")
    assert books.billable(due.id).owed == 9_000
    books.paid_due(due, 1_000)
    before = books.billable(due.id)
    books.consultations.change(due.id, before.version, None, "srv_2", None, BILLER)
    assert books.billable(due.id).owed == 8_000


def test_a_cancelled_visit_is_not_what_was_entered(books: Books) -> None:
    id = books.visit(PAST)
    books.keep_due(id)
    books.attendance(id, Attendance.PATIENT_ABSENT)
    books.keep_due(id)
    assert entered(books) == "bil_hand"
