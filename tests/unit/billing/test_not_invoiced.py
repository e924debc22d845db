"""What nobody has invoiced yet of a period, over all patients; what is listed can be handed to a batch's recap."""

from datetime import date
from typing import Any

import pytest

from creneau.agenda.attendance import Attendance
from creneau.agenda.catalogue import Agenda
from creneau.billing.asked import Asked
from creneau.billing.billable import billable_id_of_visit
from creneau.billing.not_invoiced import Found, ListNotInvoiced, Scope
from creneau.shared.actor import Actor, Role
from creneau.shared.errors import Forbidden, Invalid
from tests.support.books import BILLER, CLINIC, Books

MARCH = (date(2027, 3, 1), date(2027, 3, 31))


@pytest.fixture
def books() -> Books:
    made = Books().open()
    made.put(Agenda(id="agd_1", practitioner_id="prc_1", location_id="loc_1"))
    made.put(Agenda(id="agd_2", practitioner_id="prc_2", location_id="loc_1"))
    return made


def listed(books: Books, practitioner_id=None, by=BILLER, first=MARCH[0], last=MARCH[1], **page) -> Found:
    scope = Scope(practitioner_id=practitioner_id, by=by)
    return ListNotInvoiced(books.store, CLINIC, lambda: books.now)(first, last, scope, **page)


def ids(found: Found) -> list[str]:
    return [i.visit.id if i.visit else i.billable.id for i in found.items]


@pytest.mark.rule("B-03")
def test_consultations_and_visits_of_all_patients_are_listed_by_day(books):
    third = books.visit("2027-03-03 09:00", "pat_3")
    first = books.visit("2027-03-01 09:00", "pat_2", attendance=Attendance.BOOKED)
    second = books.consultation(1, on=date(2027, 3, 2))
    other = books.visit("2027-03-03 10:00", "pat_1", "prc_2")
    books.visit("2027-03-02 09:00", "pat_2", attendance=Attendance.PATIENT_ABSENT)
    books.visit("2027-03-15 16:45", "pat_2")  # not over yet
    books.visit("2027-04-01 09:00", "pat_2")
    assert ids(listed(books)) == [first, second, third, other]
    assert ids(listed(books, "prc_1")) == [first, second, third]
    assert ids(listed(books, "prc_1", first=date(2027, 3, 2), last=date(2027, 3, 2))) == [second]


@pytest.mark.rule("B-03")
def test_what_is_listed_is_what_a_batch_makes_and_then_is_listed_no_more(books):
    books.visit("2027-03-01 09:00", "pat_1")
    books.visit("2027-03-03 09:00", "pat_2")
    books.consultation(1, "pat_3", on=date(2027, 3, 2))
    found = listed(books, "prc_1")
    chosen: dict[str, Any] = {
        "appointment_ids": tuple(i.visit.id for i in found.items if i.visit),
        "consultation_ids": tuple(i.billable.id for i in found.items if not i.visit),
    }
    recap = books.plan(Asked(**chosen), BILLER)
    assert [b.id for i in recap.invoices for b in i.billables] == [i.billable.id for i in found.items]
    assert (recap.left_out, [i.totals.total for i in recap.invoices]) == ((), [12_050] * 3)
    made = books.make("bat_1", Asked(**chosen), recap.digest, BILLER)
    assert len(made.invoice_ids) == 3
    assert books.make("bat_1", Asked(**chosen), recap.digest, BILLER) == made  # repeated, as after a lost answer
    assert listed(books, "prc_1") == Found(items=())
    assert {o.reason for o in books.plan(Asked(**chosen), BILLER).left_out} == {"invoiced_already"}


@pytest.mark.rule("B-01")
def test_one_entered_by_hand_stands_for_the_visit_and_a_second_visit_of_a_day_is_said_to_be_one_more(books):
    books.visit("2027-03-01 09:00", "pat_1")
    by_hand = books.consultation(1, "pat_1")
    first, second = books.visit("2027-03-02 09:00", "pat_1"), books.visit("2027-03-02 15:00", "pat_1")
    found = listed(books)
    assert ids(found) == [by_hand, first, second]
    assert [i.further for i in found.items] == [False, False, True]
    assert len(books.plan(Asked(appointment_ids=(first, second)), BILLER).invoices) == 2


@pytest.mark.rule("B-01")
def test_an_invoiced_consultation_entered_by_hand_still_stands_for_the_visit(books):
    visit = books.visit("2027-03-01 09:00", "pat_1")
    books.drafted(consultation_ids=(books.consultation(1, "pat_1"),))
    assert listed(books) == Found(items=())
    recap = books.plan(Asked(appointment_ids=(visit,)), BILLER)
    assert [(o.id, o.reason) for o in recap.left_out] == [(visit, "entered_by_hand")]


@pytest.mark.rule("B-11")
def test_a_visit_whose_payment_due_is_there_is_listed_once_and_made_on_it(books):
    visit = books.visit("2027-03-01 09:00", "pat_1")
    due = books.due_of(visit)
    found = listed(books)
    assert [i.billable.id for i in found.items] == [due.id] == [billable_id_of_visit(f"vis_{visit}")]
    (invoice_id,) = books.drafted(consultation_ids=(), patient_id=None, appointment_ids=(visit,)).invoice_ids
    assert books.billable(due.id).taken_by == invoice_id
    assert listed(books) == Found(items=())


def test_what_a_batch_cant_take_says_why(books):
    missed = books.visit("2027-03-01 09:00", "pat_1", attendance=Attendance.PATIENT_ABSENT)
    later = books.visit("2027-03-16 09:00", "pat_1")
    recap = books.plan(Asked(appointment_ids=(missed, later, "apt_none")), BILLER)
    why = {o.id: o.reason for o in recap.left_out}
    assert why == {missed: "not_seen", later: "not_seen", "apt_none": "unknown"}
    with pytest.raises(Invalid, match="name a patient, or consultations and visits"):
        books.plan(Asked(patient_id="pat_1", appointment_ids=(missed,)), BILLER)


def test_pages_follow_one_another_whatever_was_invoiced_in_between(books):
    expected = [books.visit(f"2027-03-{day:02} 09:{n}0", f"pat_{n}") for day in (1, 2, 9) for n in (1, 2, 3)]
    one = listed(books, limit=4)
    assert ids(one) == expected[:4]
    books.drafted(patient_id=None, consultation_ids=(), appointment_ids=(expected[3],))
    two = listed(books, limit=4, cursor=one.cursor)
    assert ids(two) == expected[4:8]
    last = listed(books, limit=4, cursor=two.cursor)
    assert (ids(last), last.cursor) == (expected[8:], None)


def test_a_page_ends_where_too_many_agendas_would_be_read(books, monkeypatch):
    monkeypatch.setattr("creneau.billing.not_invoiced.MOST_READ", 6)  # of three days, two agendas each
    visit = books.visit("2027-03-09 09:00")
    found, pages = listed(books), 1
    while found.cursor and not found.items:
        found, pages = listed(books, cursor=found.cursor), pages + 1
    assert (ids(found), pages) == ([visit], 3)


@pytest.mark.parametrize("cursor", ["x", "2027-04-01~~", "2027-03-01", "~~", "2027-03-01~~x~y"])
def test_a_cursor_of_another_list_is_refused(books, cursor):
    with pytest.raises(Invalid, match="not one of this list"):
        listed(books, cursor=cursor)


def test_a_practitioner_sees_their_own(books):
    mine = books.visit("2027-03-01 09:00", "pat_1", "prc_1")
    books.visit("2027-03-01 10:00", "pat_1", "prc_2")
    books.consultation(1, "pat_2", practitioner_id="prc_2")
    me = Actor(id="usr_2", roles=(Role.PRACTITIONER,), practitioner_id="prc_1")
    assert ids(listed(books, by=me)) == [mine]
    with pytest.raises(Forbidden):
        listed(books, "prc_2", by=me)
