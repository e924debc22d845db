"""Moving is one rule: within a day, across midnight, from and to a group slot, between agendas (A-12)."""

from collections.abc import Callable

import pytest

from creneau.agenda.attendance import Attendance
from creneau.agenda.line import WaitEntry
from creneau.agenda.move import NewTime
from creneau.shared.actor import SYSTEM
from creneau.shared.errors import Refused, Stale
from creneau.shared.store import Conflict
from tests.support.world import GROUP, World, at, slot

pytestmark = pytest.mark.rule("A-12")
NINE, HALF_PAST, TEN, MONDAY = "2026-03-20 09:00", "2026-03-20 09:30", "2026-03-20 10:00", "2026-03-23 09:00"


@pytest.fixture
def group(world: World) -> str:
    world.open("2026-03-21 09:00", "10:00", service_ids=(GROUP,), places=2)
    return "2026-03-21 09:00"


def moved(world: World, booked, start: str, **more):
    """Moves, and checks what holds for every move."""
    new = world.move(booked, start, **more)
    old = world.appointment(booked.id)
    assert (old.attendance, old.moved_to, old.version) == (Attendance.MOVED, new.id, booked.version + 1)
    assert (new.attendance, new.moved_from, new.visit_id) == (booked.attendance, booked.id, booked.visit_id)
    assert (new.start, new.sequence) == (at(start), booked.sequence + 1)
    assert [e.appointment_id for e in world.diary(booked.patient_id).engagements] == [new.id]
    assert world.appointment(new.id) == new
    return new


def once_before(world: World, rival: Callable[[], object]) -> None:
    """Slips a rival's change between the next reading and its writing."""
    rivals = [rival]

    def meanwhile(_writes: object) -> None:
        if rivals:
            rivals.pop()()

    world.store.before_commit.append(meanwhile)


def held(world: World, on: str) -> set[str]:
    return {h.appointment_id for h in world.day(on).held}


def test_within_one_day_the_day_is_written_once(world: World):
    booked = world.book("pat_1", NINE)
    commits: list[object] = []
    world.store.before_commit.append(commits.append)
    new = moved(world, booked, TEN)
    assert held(world, "2026-03-20") == {new.id}
    assert [r.slot for r in world.day("2026-03-20").open_releases] == [slot(NINE)]
    assert len(commits) == 1


def test_across_midnight(world: World):
    new = moved(world, world.book("pat_1", NINE), MONDAY)
    assert (held(world, "2026-03-20"), held(world, "2026-03-23")) == (set(), {new.id})
    assert [r.slot for r in world.day("2026-03-20").open_releases] == [slot(NINE)]


def test_onto_a_time_that_overlaps_its_own(world: World):
    booked = world.book("pat_1", NINE, duration_minutes=60)
    moved(world, booked, HALF_PAST)
    assert world.day("2026-03-20").open_releases == ()  # what was left is not free as a whole


def test_into_its_own_place(world: World):
    booked = world.book("pat_1", NINE)
    new = moved(world, booked, NINE)
    assert held(world, "2026-03-20") == {new.id}
    assert world.day("2026-03-20").open_releases == ()


def test_from_a_group_slot(world: World, group):
    booked = world.book("pat_1", group, service_id=GROUP)
    assert booked.group
    new = moved(world, booked, MONDAY)
    assert not new.group
    assert [r.slot for r in world.day("2026-03-21").open_releases] == [slot(group, 60)]


def test_to_a_group_slot(world: World, group):
    world.book("pat_2", group, service_id=GROUP)
    new = moved(world, world.book("pat_1", NINE), group, service_id=GROUP)
    assert new.group
    assert len(held(world, "2026-03-21")) == 2


def test_to_a_full_group_slot(world: World, group):
    for n in (2, 3):
        world.book(f"pat_{n}", group, service_id=GROUP)
    booked = world.book("pat_1", NINE)
    with pytest.raises(Refused) as refusal:
        world.move(booked, group, service_id=GROUP)
    assert refusal.value.code == "place_taken"
    assert world.appointment(booked.id) == booked


def test_within_a_group_slot_that_is_full(world: World, group):
    world.book("pat_2", group, service_id=GROUP)
    booked = world.book("pat_1", group, service_id=GROUP)
    new = moved(world, booked, group)
    assert len(held(world, "2026-03-21")) == 2
    assert new.group


def test_to_another_practitioners_agenda(world: World):
    world.open(MONDAY, "12:00", agenda_id="agd_3")
    new = moved(world, world.book("pat_1", NINE), MONDAY, agenda_id="agd_3")
    assert (new.practitioner_id, new.location_id) == ("prc_2", "loc_1")
    assert {h.appointment_id for h in world.day("2026-03-23", "prc_2").held} == {new.id}


def test_the_room_goes_along(world: World):
    booked = world.book("pat_1", NINE, service_id="srv_scan")
    moved(world, booked, TEN)
    assert world.book("pat_2", NINE, service_id="srv_scan").start == at(NINE)
    with pytest.raises(Refused):
        world.book("pat_3", TEN, service_id="srv_scan", agenda_id="agd_3", outside_availability=True)


@pytest.mark.rule("W-12")
def test_the_box_goes_along_with_its_place_in_line(world: World):
    waiting = world.waits("pat_1", MONDAY)
    world.waits("pat_2", "2026-03-23 10:00")
    new = moved(world, waiting, "2026-03-23 11:00")
    first, second = sorted(world.all(WaitEntry), key=lambda e: (e.waiting_since, e.appointment_id))
    assert (first.appointment_id, first.waiting_since) == (new.id, waiting.waiting_since)
    assert second.patient_id == "pat_2"


def test_a_chain_of_moves_is_one_visit(world: World):
    a = world.book("pat_1", NINE)
    c = moved(world, moved(world, a, TEN), MONDAY)
    assert (c.visit_id, c.sequence, c.changes) == (a.visit_id, 2, 2)
    with pytest.raises(Refused):
        world.move(a, "2026-03-20 11:00")


def test_what_was_moved_away_stays_moved(world: World):
    booked = world.book("pat_1", NINE)
    world.move(booked, TEN)
    with pytest.raises(Refused) as refusal:
        world.restore(world.appointment(booked.id))
    assert refusal.value.remedy == "change the appointment that it was moved to"


def test_nothing_of_a_refused_move_is_kept(world: World):
    booked = world.book("pat_1", NINE)
    world.book("pat_2", TEN)
    before = dict(world.store.items)
    with pytest.raises(Refused):
        world.move(booked, TEN)
    assert world.store.items == before


def test_a_rival_between_reading_and_writing_is_seen(world: World):
    booked = world.book("pat_1", NINE)
    world.patient("pat_2")
    once_before(world, lambda: world.book("pat_2", TEN))
    with pytest.raises(Refused) as refusal:
        world.move(booked, TEN)
    assert refusal.value.code == "place_taken"
    assert world.appointment(booked.id).is_booked


def test_a_rival_that_does_not_matter_is_met_again(world: World):
    booked = world.book("pat_1", NINE)
    world.patient("pat_2")
    once_before(world, lambda: world.book("pat_2", "2026-03-20 11:00"))
    moved(world, booked, TEN)
    assert len(held(world, "2026-03-20")) == 2


def test_two_moves_of_one_appointment(world: World):
    booked = world.book("pat_1", NINE)
    world.app.move(booked.id, "apt_a", NewTime(start=at(TEN)), SYSTEM, expected_version=booked.version)
    with pytest.raises(Stale):
        world.app.move(booked.id, "apt_b", NewTime(start=at(MONDAY)), SYSTEM, expected_version=booked.version)
    same = world.app.move(booked.id, "apt_a", NewTime(start=at(TEN)), SYSTEM, expected_version=booked.version)
    assert same.id == "apt_a"


def test_the_store_never_sees_half_a_move(world: World):
    booked = world.book("pat_1", NINE)

    def crash(_writes):
        raise Conflict("the power went")

    before = dict(world.store.items)
    world.store.before_commit.append(crash)
    with pytest.raises(Exception, match="busy"):
        world.move(booked, MONDAY)
    world.store.before_commit.clear()
    assert world.store.items == before
