"""What staff decide about the money of a visit that did not take place (C-01)."""

import pytest

from creneau.agenda.attendance import Attendance
from creneau.billing.billable import DueState
from creneau.billing.task import TaskOutcome, tasks_done
from creneau.shared.actor import Actor, Role
from creneau.shared.errors import Forbidden, Invalid, Refused
from creneau.shared.store import everything
from tests.support.books import BILLER, Books

PAST = "2027-03-01 09:00"


def asked(books: Books) -> str:
    """The task about a visit that is paid and was missed."""
    id = books.visit(PAST)
    books.paid_due(books.due_of(id), 12_050)
    books.attendance(id, Attendance.PATIENT_ABSENT)
    books.keep_due(id)
    return books.tasks()[0].id


@pytest.mark.rule("C-01")
def test_kept_as_a_fee_it_stays_paid_and_can_be_invoiced(books: Books) -> None:
    task = books.decide(asked(books), TaskOutcome.KEEP, "règle des 24 h", BILLER)
    assert books.decide(task.id, TaskOutcome.KEEP, "règle des 24 h", BILLER) == task
    assert (task.done_by, task.decision, books.tasks()) == ("usr_1", "règle des 24 h", [])
    assert everything(books.store, tasks_done()) == [task]
    kept = books.billable(task.about["billable_id"])
    assert (kept.kept, kept.due_state) == (True, DueState.PAID)
    books.attendance(kept.appointment_id or "", Attendance.CANCELLED_BY_PATIENT)
    books.keep_due(kept.appointment_id or "")
    assert books.billable(kept.id).due_state is DueState.PAID
    assert books.invoiced().balance == 0


@pytest.mark.rule("C-01")
def test_refunded_it_stays_void(books: Books) -> None:
    task = books.decide(asked(books), TaskOutcome.REFUND, "", BILLER)
    assert books.billable(task.about["billable_id"]).due_state is DueState.VOID
    with pytest.raises(Refused) as refused:
        books.decide(task.id, TaskOutcome.KEEP, "", BILLER)
    assert refused.value.code == "decided_already"


def test_it_must_be_said_what_becomes_of_the_money(books: Books) -> None:
    id = asked(books)
    with pytest.raises(Invalid, match="not an answer"):
        books.decide(id, TaskOutcome.DONE, "", BILLER)
    assert len(books.tasks()) == 1


def test_a_struck_line_is_only_taken_note_of(books: Books) -> None:
    id = books.visit(PAST)
    books.keep_due(id)
    books.drafted()
    books.attendance(id, Attendance.PATIENT_ABSENT)
    books.keep_due(id)
    (task,) = books.tasks()
    with pytest.raises(Invalid):
        books.decide(task.id, TaskOutcome.KEEP, "", BILLER)
    assert books.decide(task.id, TaskOutcome.DONE, "", BILLER).outcome is TaskOutcome.DONE


def test_a_practitioner_decides_about_their_own(books: Books) -> None:
    luc, id = Actor(id="usr_luc", roles=(Role.PRACTITIONER,), practitioner_id="prc_2"), asked(books)
    with pytest.raises(Forbidden):
        books.decide(id, TaskOutcome.KEEP, "", luc)
