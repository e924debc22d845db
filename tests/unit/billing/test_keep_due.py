"""A visit's payment due follows the agenda, in any order and however often (C-01, C-06, B-11)."""

from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any

import pytest

from creneau.agenda.appointment import appointment_ref
from creneau.agenda.attendance import GIVEN_UP, Attendance
from creneau.agenda.catalogue import Service, service_ref
from creneau.billing.asked import Asked
from creneau.billing.billable import Due, DueState, dues
from creneau.billing.invoice import invoice_ref
from creneau.billing.line import Line
from creneau.billing.package import SoldPackage, sold_package_ref
from creneau.billing.task import TaskKind
from creneau.shared.money import Money
from creneau.shared.store import everything, require
from tests.support.books import BILLER, Books

AHEAD = "2027-03-20 09:00"
PAST = "2027-03-01 09:00"


def booked(books: Books, at: str = AHEAD, **more: Any) -> str:
    id = books.visit(at, **{"attendance": Attendance.BOOKED} | more)
    books.keep_due(id)
    return id


def cancelled(books: Books, id: str, state: Attendance = Attendance.CANCELLED_BY_PATIENT) -> None:
    books.attendance(id, state)
    books.keep_due(id)


def agreed(books: Books, id: str) -> Due:
    found = books.due_of(id).due
    assert found is not None
    return found


def priced(books: Books, service: str, amount: int | None) -> None:
    price = Money(amount=amount, currency="CHF") if amount is not None else None
    before = books.store.get(service_ref(service))
    new = Service(id=service, name="Suivi", category="in_person", duration_minutes=30)
    books.put((before or new).with_(price=price))


@pytest.mark.rule("C-01")
def test_booking_a_priced_service_creates_a_payment_due_from_the_visits_end_on(books: Books) -> None:
    made = books.due_of(booked(books))
    assert made.due is not None
    assert (made.due.price, made.due.currency, made.due.text) == (12_050, "CHF", "Séance")
    assert made.due.at == datetime(2027, 3, 20, 9, 30, tzinfo=UTC)
    assert (made.due_state, made.consultation) == (DueState.OPEN, False)
    assert everything(books.store, dues(DueState.OPEN)) == [made]
    assert everything(books.store, dues(DueState.OPEN, until=books.now)) == []


@pytest.mark.rule("C-01")
@pytest.mark.parametrize("price", [None, 0])
def test_a_service_without_a_price_owes_nothing(books: Books, price: int | None) -> None:
    priced(books, "srv_2", price)
    assert books.billable_of(booked(books)) is None


@pytest.mark.rule("C-01")
def test_what_waits_for_its_confirmation_owes_nothing_until_it_is_booked(books: Books) -> None:
    id = booked(books, attendance=Attendance.PENDING_CONFIRMATION)
    assert books.billable_of(id) is None
    books.attendance(id, Attendance.BOOKED)
    assert books.due_of(id).due_state is DueState.OPEN


@pytest.mark.rule("C-01")
def test_the_price_stays_as_it_was_when_it_was_booked(books: Books) -> None:
    id = booked(books, PAST)
    priced(books, "srv_2", 15_000)
    books.attendance(id, Attendance.ATTENDED)
    assert agreed(books, id).price == 12_050
    assert [line.price for line in books.invoice(books.drafted().invoice_ids[0]).lines] == [12_050]


@pytest.mark.rule("C-01")
def test_a_move_takes_it_along(books: Books) -> None:
    id = booked(books)
    before = books.due_of(id)
    moved = books.due_of(books.moved(id, "2027-04-02 14:00"))
    due = agreed(books, "apt_11_03200900m")
    assert (moved.id, due.price, due.at) == (before.id, 12_050, datetime(2027, 4, 2, 14, 30, tzinfo=UTC))
    assert (moved.on, len(everything(books.store, dues(DueState.OPEN)))) == (date(2027, 4, 2), 1)


@pytest.mark.rule("C-01")
def test_a_move_to_another_service_is_due_at_its_price_and_one_to_the_same_at_what_was_agreed(books: Books) -> None:
    id = booked(books)
    priced(books, "srv_3", 9_000)
    priced(books, "srv_2", 15_000)
    same = books.moved(id, "2027-04-02 14:00")
    assert agreed(books, same).price == 12_050
    other = books.moved(same, "2027-04-03 14:00", service_id="srv_3")
    assert (agreed(books, other).price, agreed(books, other).text) == (9_000, "Suivi")


@pytest.mark.rule("C-01")
@pytest.mark.parametrize("state", sorted(GIVEN_UP))
def test_what_is_cancelled_or_missed_is_void_and_due_again_when_it_is_booked_again(
    books: Books, state: Attendance
) -> None:
    id = booked(books)
    cancelled(books, id, state)
    assert books.due_of(id).due_state is DueState.VOID
    assert books.tasks() == []
    books.attendance(id, Attendance.BOOKED)
    assert books.due_of(id).due_state is DueState.OPEN


@pytest.mark.rule("C-01")
def test_a_deleted_appointment_is_void(books: Books) -> None:
    id = booked(books)
    books.put(require(books.store, appointment_ref(id)).with_(deleted_at=books.now))
    assert books.due_of(id).due_state is DueState.VOID


@pytest.mark.rule("C-01")
def test_the_line_of_a_draft_is_struck_and_staff_told(books: Books) -> None:
    gone, stays = booked(books, PAST), booked(books, "2027-03-02 09:00")
    (draft,) = books.drafted(grouping="per_payer").invoice_ids
    cancelled(books, gone, Attendance.PATIENT_ABSENT)
    assert [line.billable_id for line in books.invoice(draft).lines] == [books.due_of(stays).id]
    struck = books.due_of(gone)
    assert (struck.taken_by, struck.due_state, struck.is_open) == (None, DueState.VOID, False)
    (task,) = books.tasks()
    assert (task.kind, task.about["invoice_id"], task.amount) == (TaskKind.LINE_STRUCK, draft, 12_050)


@pytest.mark.rule("C-01")
def test_a_draft_of_nothing_else_is_deleted_and_the_visit_is_not_offered_again(books: Books) -> None:
    id = booked(books, PAST)
    (draft,) = books.drafted().invoice_ids
    cancelled(books, id)
    assert books.store.get(invoice_ref(draft)) is None
    assert books.drafted("bat_2").invoice_ids == ()


@pytest.mark.rule("C-01")
def test_what_was_typed_in_stays_on_the_draft(books: Books) -> None:
    id = booked(books, PAST)
    (draft,) = books.drafted().invoice_ids
    before = books.invoice(draft)
    typed = Line(text="Bandage", price=500)
    books.edit(draft, before.version, lines=(*before.lines, typed))
    cancelled(books, id)
    assert books.invoice(draft).lines == (typed,)


@pytest.mark.rule("C-01")
def test_staff_are_asked_once_about_what_is_invoiced(books: Books) -> None:
    id = booked(books, PAST)
    invoice = books.invoiced()
    for state in (Attendance.CANCELLED_BY_PATIENT, Attendance.PATIENT_ABSENT):
        cancelled(books, id, state)
    (task,) = books.tasks()
    assert (task.kind, task.about["invoice_id"], task.amount) == (TaskKind.CANCELLED_BUT_INVOICED, invoice.id, 12_050)
    assert books.invoice(invoice.id) == invoice
    assert books.due_of(id).taken_by == invoice.id


@pytest.mark.rule("C-01")
def test_nobody_needs_to_decide_about_a_visit_that_takes_place_after_all(books: Books) -> None:
    id = booked(books, PAST)
    books.invoiced()
    cancelled(books, id)
    asked = books.tasks()[0]
    books.attendance(id, Attendance.BOOKED)
    books.keep_due(id)
    assert books.tasks() == []
    cancelled(books, id)
    (again,) = books.tasks()
    assert again.id != asked.id


@pytest.mark.rule("C-01")
def test_a_visit_on_a_draft_that_is_moved_ahead_is_struck_and_due_at_its_new_time(books: Books) -> None:
    id = booked(books, PAST)
    books.drafted()
    moved = books.due_of(books.moved(id, AHEAD))
    assert (moved.taken_by, moved.due_state) == (None, DueState.OPEN)
    assert [t.kind for t in books.tasks()] == [TaskKind.LINE_STRUCK]


@pytest.mark.rule("C-01", "B-11")
@pytest.mark.promise(33)
def test_whatever_the_order_and_repetition_of_records_the_end_is_the_same() -> None:
    """booked, moved, moved again, cancelled: the reactions to the three appointments in every order, twice each."""
    ends = []
    for order in permutations(range(3)):
        books = Books().open()
        first = books.visit(AHEAD, attendance=Attendance.BOOKED)
        second = books.moved(first, "2027-03-21 09:00")
        third = books.moved(second, "2027-03-22 09:00")
        books.attendance(third, Attendance.CANCELLED_BY_PATIENT)
        for n in (*order, *order):
            books.keep_due((first, second, third)[n])
        found = books.billable_of(third)
        assert found is not None
        ends.append(found)
    assert len(set(map(repr, ends))) == 1
    assert ends[0].gone


@pytest.mark.rule("C-01")
@pytest.mark.promise(33)
def test_a_change_between_what_it_reads_and_what_it_writes_is_seen(books: Books) -> None:
    id = books.visit(AHEAD, attendance=Attendance.BOOKED)

    def rival() -> None:
        cancelled(books, id)

    books.store.slip_in(rival)
    books.keep_due(id)
    found = books.billable_of(id)
    assert found is not None
    assert found.gone


@pytest.mark.rule("C-01")
@pytest.mark.promise(33)
def test_a_visit_cancelled_again_while_its_restoring_is_written_down_is_void(books: Books) -> None:
    """The second cancelling finds nothing to write: it is gone already."""
    id = booked(books)
    cancelled(books, id)
    books.attendance(id, Attendance.BOOKED)
    books.store.slip_in(lambda: cancelled(books, id))
    books.keep_due(id)
    found = books.billable_of(id)
    assert found is not None
    assert found.due_state is DueState.VOID


# -- packages
def sold(books: Books, n: int = 1, visits: int = 2, until: date = date(2027, 12, 31), **more: Any) -> SoldPackage:
    package = SoldPackage(
        id=f"sld_{n}",
        patient_id="pat_1",
        package_id="pkg_1",
        name="Cinq séances",
        visits=visits,
        left=visits,
        sold_on=date(2027, 2, 1),
        valid_until=until,
        billable_id=f"bil_sold_{n}",
        created_at=books.now,
        **{"service_ids": ("srv_2",)} | more,
    )
    books.put(package)
    return package


def left(books: Books, n: int = 1) -> int:
    return require(books.store, sold_package_ref("pat_1", f"sld_{n}")).left


@pytest.mark.rule("C-06")
def test_a_visit_that_a_package_covers_owes_nothing_and_counts_one_down_once(books: Books) -> None:
    sold(books)
    id = booked(books)
    covered = books.due_of(id)
    assert (covered.due, covered.covered_by, left(books)) == (None, "sld_1", 1)


@pytest.mark.rule("C-06")
def test_a_visit_beyond_the_packages_visits_services_or_days_is_due(books: Books) -> None:
    sold(books, 1, visits=1)
    sold(books, 2, service_ids=("srv_1",))
    sold(books, 3, until=date(2027, 3, 19))
    sold(books, 4, void=True)
    assert books.due_of(booked(books)).covered_by == "sld_1"
    assert books.due_of(booked(books, "2027-03-20 11:00")).due_state is DueState.OPEN
    assert [left(books, n) for n in (1, 2, 3, 4)] == [0, 2, 2, 2]


@pytest.mark.rule("C-06")
def test_the_package_that_ends_first_is_used_first_and_still_on_its_last_day(books: Books) -> None:
    sold(books, 1)
    sold(books, 2, visits=1, until=date(2027, 3, 20))
    assert books.due_of(booked(books)).covered_by == "sld_2"
    assert books.due_of(booked(books, "2027-03-20 11:00")).covered_by == "sld_1"


@pytest.mark.rule("C-06")
def test_cancelling_gives_the_visit_back_and_booking_again_takes_one_again(books: Books) -> None:
    sold(books)
    id = booked(books)
    cancelled(books, id)
    cancelled(books, id, Attendance.PATIENT_ABSENT)
    assert (left(books), books.due_of(id).covered_by) == (2, None)
    books.attendance(id, Attendance.BOOKED)
    assert (books.due_of(id).covered_by, left(books)) == ("sld_1", 1)


@pytest.mark.rule("C-06")
def test_a_visit_moved_within_the_packages_days_stays_covered_and_one_beyond_them_is_due(books: Books) -> None:
    sold(books, until=date(2027, 4, 1))
    id = booked(books)
    within = books.moved(id, "2027-03-30 09:00")
    assert (books.due_of(within).covered_by, left(books)) == ("sld_1", 1)
    beyond = books.due_of(books.moved(within, "2027-04-02 09:00"))
    assert (beyond.covered_by, beyond.due_state, left(books)) == (None, DueState.OPEN, 2)


@pytest.mark.rule("C-06", "B-11")
def test_a_covered_visit_is_not_invoiced(books: Books) -> None:
    sold(books)
    booked(books, PAST)
    recap = books.plan(Asked(patient_id="pat_1"), BILLER)
    assert recap.invoices == ()
    assert [out.reason for out in recap.left_out] == ["covered_by_package"]
