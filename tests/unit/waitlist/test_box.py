"""Who may ask for an earlier slot: the box (W-01, W-02)."""

from datetime import timedelta

import pytest

from creneau.agenda.line import WaitEntry
from creneau.shared.errors import Refused
from creneau.shared.settings import WaitlistSettings
from tests.support.world import World, at, line, released


def in_line(world: World) -> list[str]:
    return [e.patient_id for e in world.all(WaitEntry)]


@pytest.mark.rule("W-01")
def test_the_waitlist_is_off_until_the_clinic_turns_it_on() -> None:
    assert WaitlistSettings().enabled is False


@pytest.mark.rule("W-01")
def test_while_it_is_off_the_box_is_refused(world: World) -> None:
    world.settings(enabled=False)
    world.open("2026-04-20 08:00", "12:00")
    with pytest.raises(Refused, match="waitlist_off"):
        world.waits("pat_1", "2026-04-20 09:00")
    booked = world.book("pat_1", "2026-04-20 09:00")
    with pytest.raises(Refused, match="waitlist_off"):
        world.tick(booked)


@pytest.mark.rule("W-01")
def test_while_it_is_off_a_cancellation_releases_nothing(world: World) -> None:
    line(world, 1)
    world.settings(enabled=False)
    slot = released(world)
    world.grace()
    assert world.day_of(slot).releases == ()


@pytest.mark.rule("W-01")
def test_turned_off_during_the_grace_delay_nobody_is_asked(world: World) -> None:
    line(world, 1)
    slot = released(world)
    world.rest()
    world.settings(enabled=False)
    world.grace()
    assert world.rounds_of(slot) == []


@pytest.mark.rule("W-01")
def test_a_release_that_waits_while_it_is_off_is_not_pursued(world: World) -> None:
    line(world, 1)
    slot = released(world)
    world.settings(enabled=False)
    world.rest()
    assert world.rounds.by_name == {}
    world.settings(enabled=True)
    world.sweep()
    assert world.asked(slot) == ["pat_1"]


@pytest.mark.rule("W-02")
@pytest.mark.parametrize(
    ("start", "allowed"),
    [("2026-03-12 08:00", False), ("2026-03-12 08:01", True), ("2026-03-11 18:00", False), ("2026-03-13 08:00", True)],
)
def test_only_for_more_than_ten_days_ahead_to_the_minute(world: World, start: str, allowed: bool) -> None:
    world.open(f"{start[:10]} 07:00", "19:00")
    booked = world.book("pat_1", start)
    world.now = at("2026-03-02 08:00")
    if allowed:
        assert world.tick(booked).waiting_since == world.now
    else:
        with pytest.raises(Refused, match="too_soon_to_wait"):
            world.tick(booked)


@pytest.mark.rule("W-02")
@pytest.mark.parametrize(
    ("now", "start"), [("2026-03-20 09:00", "2026-03-30 09:00"), ("2026-10-16 09:00", "2026-10-26 09:00")]
)
def test_ten_days_are_local_days_across_a_change_of_the_clocks(world: World, now: str, start: str) -> None:
    world.now = at(now)
    world.open(f"{start[:10]} 08:00", "18:00")
    booked = world.book("pat_1", start)
    later = world.book("pat_2", f"{start[:10]} 09:30")
    world.now = at(now)
    with pytest.raises(Refused, match="too_soon_to_wait"):
        world.tick(booked)
    assert world.tick(later).waiting_since


@pytest.mark.rule("W-02")
def test_booking_with_the_box_is_tested_as_ticking_is(world: World) -> None:
    world.open("2026-03-10 08:00", "12:00")
    with pytest.raises(Refused, match="too_soon_to_wait"):
        world.waits("pat_1", "2026-03-10 09:00")


@pytest.mark.rule("W-02")
def test_the_lead_is_a_setting_and_is_never_tested_again(world: World) -> None:
    world.settings(minimum_lead_days=3)
    world.open("2026-03-06 08:00", "18:00")
    world.open("2026-03-05 08:00", "18:00")
    waiting = world.waits("pat_1", "2026-03-06 09:00")
    world.settings(minimum_lead_days=30)
    slot = released(world, "2026-03-05 17:00")
    world.grace()
    assert world.asked(slot) == ["pat_1"]
    assert world.appointment(waiting.id).waiting_since


@pytest.mark.rule("W-02")
def test_ticking_only_puts_in_line_and_unticking_takes_off(world: World) -> None:
    world.open("2026-04-20 08:00", "12:00")
    booked = world.book("pat_1", "2026-04-20 09:00")
    ticked = world.tick(booked)
    assert in_line(world) == ["pat_1"]
    assert (ticked.start, ticked.attendance, ticked.changes) == (booked.start, booked.attendance, booked.changes)
    assert world.tick(ticked, False).waiting_since is None
    assert in_line(world) == []


@pytest.mark.rule("W-02")
def test_ticking_twice_keeps_the_place_in_line(world: World) -> None:
    world.open("2026-04-20 08:00", "12:00")
    first = world.tick(world.book("pat_1", "2026-04-20 09:00"))
    world.now += timedelta(hours=1)
    assert world.tick(first).waiting_since == first.waiting_since


@pytest.mark.rule("W-02")
def test_ticking_a_cancelled_appointment_is_refused(world: World) -> None:
    world.open("2026-04-20 08:00", "12:00")
    cancelled = world.cancel(world.book("pat_1", "2026-04-20 09:00"))
    with pytest.raises(Refused, match="not_booked"):
        world.tick(cancelled)
