"""What a payer says when they are asked to pay pauses their reminders, and is on the staff's list once (D-08)."""

from datetime import date, timedelta

import pytest

from creneau.billing.payer_record import PayerRecord, payer_record_ref
from creneau.billing.promise import Promise, Says
from creneau.billing.task import Task, TaskKind
from creneau.shared.again import Again
from creneau.shared.errors import Invalid
from creneau.shared.store import Put, require
from tests.support.books import CLINIC, Books

pytestmark = pytest.mark.rule("D-08")
TODAY = date(2027, 3, 15)
PAYER = "contact.pat_1.con_1"


def promise(books: Books) -> Promise:
    again = Again(pause=lambda _: None, dice=lambda: 0.0)
    return Promise(books.store, CLINIC, lambda: books.now, again)


def record(books: Books) -> PayerRecord:
    return require(books.store, payer_record_ref(PAYER))


def promises(books: Books) -> list[Task]:
    return [t for t in books.tasks() if t.kind is TaskKind.PROMISE]


@pytest.mark.parametrize(
    ("says", "days", "until"),
    [
        (Says.PAYS_ON, 0, 0),
        (Says.PAYS_ON, 60, 60),
        (Says.ALREADY_PAID, 0, 14),
        (Says.ALREADY_PAID, -366, 14),
        (Says.NOT_MINE, None, 30),
    ],
)
def test_it_pauses_reminders_until_that_day(books: Books, says: Says, days: int | None, until: int) -> None:
    on = None if days is None else TODAY + timedelta(days=days)
    promise(books)(PAYER, says, on)
    kept = record(books)
    assert (kept.paused_until, kept.paused_because) == (TODAY + timedelta(days=until), says)
    (task,) = promises(books)
    assert (task.about["payer_key"], task.about["says"], task.patient_id) == (PAYER, says, "pat_1")
    assert task.about.get("on") == (on.isoformat() if on else None)


@pytest.mark.parametrize(
    ("says", "days"),
    [(Says.PAYS_ON, -1), (Says.PAYS_ON, 61), (Says.ALREADY_PAID, 1), (Says.ALREADY_PAID, -367), (Says.PAYS_ON, None)],
)
def test_a_day_that_can_not_be_meant_changes_nothing(books: Books, says: Says, days: int | None) -> None:
    with pytest.raises(Invalid) as error:
        promise(books)(PAYER, says, None if days is None else TODAY + timedelta(days=days))
    assert error.value.faults[0].field == "on"
    assert (books.store.get(payer_record_ref(PAYER)), promises(books)) == (None, [])


def test_repeating_it_writes_nothing(books: Books) -> None:
    promise(books)(PAYER, Says.NOT_MINE, None)
    before = dict(books.store.items)
    promise(books)(PAYER, Says.NOT_MINE, None)
    assert dict(books.store.items) == before


def test_the_last_word_counts_and_stands_in_the_same_task(books: Books) -> None:
    promise(books)(PAYER, Says.PAYS_ON, TODAY)
    promise(books)(PAYER, Says.PAYS_ON, TODAY + timedelta(days=7))
    assert [t.about["on"] for t in promises(books)] == ["2027-03-22"]
    assert record(books).paused_until == TODAY + timedelta(days=7)


def test_after_staff_decided_another_one_is_a_new_task(books: Books) -> None:
    promise(books)(PAYER, Says.NOT_MINE, None)
    (task,) = promises(books)
    books.store.commit([Put(task.with_(done_at=books.now))])
    promise(books)(PAYER, Says.PAYS_ON, TODAY)
    assert [t.about["says"] for t in promises(books)] == ["pays_on"]
    books.now += timedelta(days=1)
    promise(books)(PAYER, Says.NOT_MINE, None)
    assert len(promises(books)) == 2


def test_the_days_are_the_clinics(books: Books) -> None:
    """It is half past midnight in Zurich, and the day before in UTC."""
    books.now = books.now.replace(hour=23, minute=30)
    promise(books)(PAYER, Says.PAYS_ON, TODAY + timedelta(days=1))
    assert record(books).paused_until == TODAY + timedelta(days=1)
    with pytest.raises(Invalid):
        promise(books)(PAYER, Says.PAYS_ON, TODAY)


def test_what_else_is_kept_of_the_payer_stays(books: Books) -> None:
    books.put(PayerRecord(id=PAYER, receives_reminders=False, checkout_id="chk_1"))
    promise(books)(PAYER, Says.NOT_MINE, None)
    assert (record(books).receives_reminders, record(books).checkout_id) == (False, "chk_1")
