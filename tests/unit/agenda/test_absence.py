"""An absence is recorded, then marked day by day; whoever marks it, and however often, the end is the same (A-11)."""

from datetime import timedelta
from itertools import pairwise

import pytest

from creneau.agenda.absence import AbsenceRecord, absence_ref, days
from creneau.agenda.day import PractitionerDay
from creneau.shared.actor import SYSTEM
from creneau.shared.store import require
from tests.support.world import World, at

pytestmark = pytest.mark.rule("A-11")


def record(start: str, end: str, **more) -> AbsenceRecord:
    given = {"id": "abs_1", "practitioner_id": "prc_1", **more}
    return AbsenceRecord(start=at(start), end=at(end), **given)


@pytest.mark.parametrize(
    ("start", "end", "dates"),
    [
        ("2026-03-20 09:00", "2026-03-20 10:00", [20]),
        ("2026-03-20 09:00", "2026-03-21 00:00", [20]),
        ("2026-03-20 23:59", "2026-03-21 00:01", [20, 21]),
        ("2026-03-20 00:00", "2026-03-23 00:00", [20, 21, 22]),
    ],
)
def test_its_days(world: World, start, end, dates):
    spans = list(days(record(start, end), world.app.clinic))
    assert [on.day for on, _ in spans] == dates
    assert spans[0][1].start == at(start)
    assert spans[-1][1].end == at(end)
    assert all(a.end == b.start for (_, a), (_, b) in pairwise(spans))


def test_a_day_of_23_hours_is_whole(world: World):
    ((_, span),) = days(record("2026-03-29 00:00", "2026-03-30 00:00"), world.app.clinic)
    assert span.end - span.start == timedelta(hours=23)


def test_what_was_cut_off_is_finished_by_whoever_comes_next(world: World):
    world.put(record("2026-03-20 00:00", "2026-03-24 00:00"))
    world.drain()  # the stream's reader finds it unmarked
    assert require(world.store, absence_ref("abs_1")).marked
    assert [len(world.day(on).absences) for on in ("2026-03-20", "2026-03-23")] == [1, 1]


def test_two_may_mark_it_at_once(world: World):
    """The caller's own marking and the stream's: the one that comes second finds the work done."""
    others = [lambda: world.app.mark_absence("abs_1")]

    def meanwhile(writes):
        last = any(getattr(w.item, "marked", False) for w in writes)
        if last and others:
            others.pop()()

    world.store.before_commit.append(meanwhile)
    added = world.app.add_absence(record("2026-03-20 00:00", "2026-03-21 00:00"), SYSTEM)
    assert added.marked
    assert not others
    assert len(world.day("2026-03-20").absences) == 1


@pytest.mark.parametrize("days_marked", [0, 2, 4])
def test_a_day_is_not_marked_once_it_was_taken_back(world: World, days_marked):
    """The stream's reader marks while staff take it back: nothing of it may stay, as nobody could remove it any more."""
    world.put(record("2026-03-20 00:00", "2026-03-24 00:00"))
    written = []

    def meanwhile(writes):
        written.append(writes)
        if len(written) == days_marked + 1:
            world.app.remove_absence("abs_1", SYSTEM)

    world.store.before_commit.append(meanwhile)
    assert world.app.mark_absence("abs_1") is None
    world.store.before_commit.clear()
    world.drain()
    assert world.all(AbsenceRecord) == []
    assert [day.absences for day in world.all(PractitionerDay) if day.absences] == []


def test_adding_it_again_changes_nothing(world: World):
    world.app.add_absence(record("2026-03-20 00:00", "2026-03-21 00:00"), SYSTEM)
    before = dict(world.store.items)
    again = world.app.add_absence(record("2026-03-20 00:00", "2026-03-21 00:00"), SYSTEM)
    assert (again.marked, world.store.items) == (True, before)


def test_a_booking_meets_the_absence_that_came_first(world: World):
    world.patient("pat_1")
    rivals = [lambda: world.app.add_absence(record("2026-03-20 00:00", "2026-03-21 00:00"), SYSTEM)]

    def meanwhile(_writes):
        if rivals:
            rivals.pop()()

    world.store.before_commit.append(meanwhile)
    with pytest.raises(Exception, match="outside_availability"):
        world.book("pat_1", "2026-03-20 09:00")
