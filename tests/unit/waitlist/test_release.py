"""What releases a place, and what does not (W-03)."""

import pytest

from creneau.agenda.attendance import Attendance
from creneau.agenda.day import Release
from creneau.shared.actor import SYSTEM
from tests.support.world import World, line, slot

DAY = "2026-03-20"
SLOT = slot(f"{DAY} 09:00")


@pytest.fixture
def booked(world: World):
    world.open(f"{DAY} 08:00", "18:00")
    return world.book("pat_a", f"{DAY} 09:00")


def releases(world: World) -> tuple[Release, ...]:
    return world.day(DAY).releases


@pytest.mark.rule("W-03")
@pytest.mark.parametrize(
    "to", [Attendance.CANCELLED_BY_PATIENT, Attendance.CANCELLED_BY_PRACTITIONER, Attendance.PATIENT_ABSENT]
)
def test_giving_up_a_booked_appointment_releases_its_place(world: World, booked, to: Attendance) -> None:
    world.cancel(booked, to)
    (release,) = releases(world)
    assert (release.slot, release.n, release.is_open, release.released_by) == (SLOT, 1, True, ("pat_a",))


@pytest.mark.rule("W-03")
def test_moving_releases_the_place_that_was_left(world: World, booked) -> None:
    world.move(booked, f"{DAY} 11:00")
    (release,) = releases(world)
    assert (release.slot, release.is_open) == (SLOT, True)


@pytest.mark.rule("W-03")
def test_attending_releases_nothing(world: World, booked) -> None:
    world.now = booked.start
    world.app.change_attendance(booked.id, Attendance.ATTENDED, SYSTEM)
    assert releases(world) == ()


@pytest.mark.rule("W-03", "A-13")
def test_relabelling_a_cancellation_releases_nothing_more(world: World, booked) -> None:
    world.cancel(booked)
    before = releases(world)
    world.cancel(booked, Attendance.PATIENT_ABSENT)
    assert releases(world) == before


@pytest.mark.rule("W-03")
def test_adding_an_availability_releases_nothing(world: World) -> None:
    line(world, 1)
    world.open(f"{DAY} 08:00", "18:00")
    world.grace()
    assert releases(world) == ()
    assert world.rounds.by_name == {}


@pytest.mark.rule("W-03")
def test_a_place_outside_every_availability_is_not_released(world: World, booked) -> None:
    outside = world.book("pat_b", f"{DAY} 19:00", outside_availability=True)
    world.cancel(outside)
    assert releases(world) == ()


@pytest.mark.rule("W-03")
def test_a_place_that_has_begun_is_not_released(world: World, booked) -> None:
    world.now = booked.start
    world.cancel(booked, Attendance.PATIENT_ABSENT)
    assert releases(world) == ()


@pytest.mark.rule("W-03")
def test_a_place_still_taken_by_an_overlapping_appointment_is_not_released(world: World) -> None:
    world.open(f"{DAY} 08:00", "18:00")
    booked = world.book("pat_a", f"{DAY} 09:00")
    world.move(booked, f"{DAY} 09:15")
    assert [r for r in releases(world) if r.is_open] == []


@pytest.mark.rule("W-03")
def test_releases_are_numbered_per_slot_and_never_reopen(world: World, booked) -> None:
    world.cancel(booked)
    again = world.book("pat_b", f"{DAY} 09:00")
    world.cancel(again)
    first, second = releases(world)
    assert (first.n, first.is_open, second.n, second.is_open) == (1, False, 2, True)
    assert second.released_by == ("pat_b",)


@pytest.mark.rule("W-03", "A-13")
def test_setting_back_ends_the_release(world: World, booked) -> None:
    world.restore(world.cancel(booked))
    (release,) = releases(world)
    assert release.ended_at == world.now
