"""Who is eligible: each condition of W-05, both ways."""

from datetime import timedelta

import pytest

from creneau.agenda.diary import Engagement, PatientDiary
from creneau.agenda.line import entry_of
from creneau.waitlist.eligible import FindEligible, Reason, question
from tests.support.world import (
    ELSEWHERE,
    GROUP,
    HALF_AN_HOUR,
    HOUR,
    OTHER_AGENDA,
    ZONE,
    World,
    at,
    line,
    released,
    slot,
)

pytestmark = pytest.mark.rule("W-05")
DAY = "2026-03-20"
WAITS = "2026-04-06"
STRAY = "LINE#agd_1#30", "2026-01-01T00:00:00.000Z#apt_stray"


@pytest.fixture
def days(world: World) -> World:
    world.open(f"{DAY} 08:00", "18:00")
    world.open(f"{WAITS} 08:00", "18:00")
    return world


def asked(world: World, start: str = f"{DAY} 09:00", minutes: int = 30) -> list[str]:
    """Who is asked for a place of that time, freed now."""
    the_slot = released(world, start, minutes)
    world.grace()
    return world.asked(the_slot)


def passed_over(world: World) -> dict[str, str]:
    return {p.patient_id: p.reason for p in world.round(slot(f"{DAY} 09:00")).passed_over}


# -- strictly later
@pytest.mark.parametrize(("start", "eligible"), [("08:30", False), ("09:30", True)])
def test_the_own_appointment_is_strictly_later(days: World, start: str, eligible: bool) -> None:
    days.waits("pat_1", f"{DAY} {start}")
    assert asked(days, f"{DAY} 09:00") == (["pat_1"] if eligible else [])


def test_an_own_appointment_at_the_slots_very_start_is_not_later(world: World) -> None:
    world.open(f"{DAY} 09:00", "10:00", service_ids=(GROUP,), places=2)
    world.waits("pat_1", f"{DAY} 09:00", service_id=GROUP)
    world.cancel(world.book("pat_gone", f"{DAY} 09:00", service_id=GROUP))
    world.grace()
    assert world.rounds_of(slot(f"{DAY} 09:00", 60)) == []


# -- still booked
def test_the_own_appointment_is_still_booked(days: World) -> None:
    days.cancel(days.waits("pat_1", f"{WAITS} 09:00"))
    assert asked(days) == []


# -- the service
@pytest.mark.parametrize(("services", "eligible"), [((), True), ((HALF_AN_HOUR, HOUR), True), ((HALF_AN_HOUR,), False)])
def test_its_service_may_be_booked_in_that_availability(world: World, services, eligible: bool) -> None:
    world.open(f"{DAY} 08:00", "18:00", service_ids=services)
    world.open(f"{WAITS} 08:00", "18:00")
    world.waits("pat_1", f"{WAITS} 09:00", service_id=HOUR, duration_minutes=30)
    assert asked(world) == (["pat_1"] if eligible else [])


# -- the duration
@pytest.mark.parametrize(("minutes", "eligible"), [(29, False), (30, True), (31, False), (15, False), (60, False)])
def test_exactly_the_same_duration(days: World, minutes: int, eligible: bool) -> None:
    days.waits("pat_1", f"{WAITS} 09:00", duration_minutes=minutes)
    assert asked(days) == (["pat_1"] if eligible else [])


# -- the agenda
@pytest.mark.parametrize("agenda", [OTHER_AGENDA, ELSEWHERE])
def test_the_same_agenda(days: World, agenda: str) -> None:
    days.open("2026-04-07 08:00", "18:00", agenda_id=agenda)
    days.waits("pat_1", "2026-04-07 09:00", agenda_id=agenda)
    assert asked(days) == []


# -- an unanswered offer, of any of their appointments
def test_no_unanswered_offer_for_any_of_their_appointments(days: World) -> None:
    days.waits("pat_1", f"{WAITS} 09:00")
    days.waits("pat_1", f"{WAITS} 11:00")
    assert asked(days, f"{DAY} 09:00") == ["pat_1"]
    assert asked(days, f"{DAY} 10:00") == []
    assert days.decline(days.offers(slot(f"{DAY} 09:00"))[0]) == "declined"
    days.rest()
    assert days.asked(slot(f"{DAY} 10:00")) == ["pat_1"]


def test_a_patient_counts_once_in_a_round(days: World) -> None:
    first = days.waits("pat_1", f"{WAITS} 09:00")
    days.waits("pat_1", f"{WAITS} 11:00")
    days.waits("pat_2", f"{WAITS} 13:00")
    assert asked(days) == ["pat_1", "pat_2"]
    assert days.offers(slot(f"{DAY} 09:00"))[0].appointment_id == first.id


# -- what was answered before about this slot
@pytest.mark.parametrize(
    ("outcome", "asked_again"),
    [("declined", False), ("expired", False), ("superseded", True), ("withdrawn", True), ("bounced", True)],
)
def test_who_refused_this_slot_before_is_not_asked_again(days: World, outcome: str, asked_again: bool) -> None:
    waiting = days.waits("pat_1", f"{WAITS} 09:00")
    assert asked(days) == ["pat_1"]
    (offer,) = days.offers(slot(f"{DAY} 09:00"))
    if outcome == "declined":
        days.decline(offer)
    elif outcome == "bounced":
        days.app.bounce_offer(offer.round_id, offer.appointment_id)
    elif outcome == "withdrawn":
        days.tick(waiting, False)
    elif outcome == "expired":
        days.later(days=15, minutes=1)
    elif outcome == "superseded":
        days.book("pat_new", f"{DAY} 09:00", id="apt_new")
    days.rest()
    assert days.rounds_of(slot(f"{DAY} 09:00"))[0].offers[offer.appointment_id].state == outcome
    if outcome == "withdrawn":
        days.tick(waiting)
    if outcome == "bounced":
        days.write_to("pat_1", "new@mail.example")
    if outcome == "superseded":
        days.cancel(days.appointment("apt_new"))
    days.grace()
    rounds = days.rounds_of(slot(f"{DAY} 09:00"))
    assert len(rounds) == (2 if asked_again else 1)
    if asked_again:
        assert days.asked(slot(f"{DAY} 09:00")) == ["pat_1"]


def test_a_refusal_counts_for_later_releases_of_the_same_slot_only(days: World) -> None:
    days.waits("pat_1", f"{WAITS} 09:00")
    asked(days)
    days.decline(days.offers(slot(f"{DAY} 09:00"))[0])
    days.rest()
    days.cancel(days.book("pat_new", f"{DAY} 09:00"))
    days.grace()
    assert {r.n for r in days.rounds_of(slot(f"{DAY} 09:00"))} == {1}
    assert asked(days, f"{DAY} 10:00") == ["pat_1"]


# -- not who released it
def test_not_the_patient_who_released_it(days: World) -> None:
    days.waits("pat_1", f"{WAITS} 09:00")
    days.waits("pat_2", f"{WAITS} 10:00")
    the_slot = released(days, f"{DAY} 09:00", by="pat_1")
    days.grace()
    assert days.asked(the_slot) == ["pat_2"]
    assert passed_over(days) == {"pat_1": Reason.RELEASED_IT}


def test_who_released_it_another_time_is_asked(days: World) -> None:
    days.waits("pat_1", f"{WAITS} 09:00")
    released(days, f"{DAY} 09:00", by="pat_1")
    days.cancel(days.book("pat_2", f"{DAY} 09:00"))
    days.grace()
    assert days.asked(slot(f"{DAY} 09:00")) == ["pat_1"]


# -- no overlap
@pytest.mark.parametrize(
    ("start", "eligible"), [("08:31", False), ("08:30", True), ("09:00", False), ("09:29", False), ("09:30", True)]
)
def test_no_overlap_with_another_of_their_appointments(days: World, start: str, eligible: bool) -> None:
    days.waits("pat_1", f"{WAITS} 09:00")
    days.open(f"{DAY} 08:00", "18:00", agenda_id=ELSEWHERE)
    days.book("pat_1", f"{DAY} {start}", agenda_id=ELSEWHERE)
    assert asked(days) == (["pat_1"] if eligible else [])


def test_an_overlap_with_the_own_appointment_does_not_matter() -> None:
    own = Engagement(appointment_id="apt_1", start=at(f"{DAY} 09:15"), end=at(f"{DAY} 09:45"))
    diary = PatientDiary(patient_id="pat_1", engagements=(own,))
    assert diary.overlapping(slot(f"{DAY} 09:00").interval, but="apt_1") is None
    assert diary.overlapping(slot(f"{DAY} 09:00").interval) == own


# -- reachable
def test_without_an_address_they_take_none_of_the_five(world: World) -> None:
    line(world, 7)
    world.unreachable("pat_2")
    world.unreachable("pat_3")
    assert asked(world) == ["pat_1", "pat_4", "pat_5", "pat_6", "pat_7"]
    assert passed_over(world) == {"pat_2": Reason.UNREACHABLE, "pat_3": Reason.UNREACHABLE}


def test_who_becomes_reachable_is_asked(world: World) -> None:
    line(world, 1)
    world.unreachable("pat_1")
    assert asked(world) == []
    world.put(world.diary("pat_1").with_(reachable=True))
    world.rest()
    assert world.asked(slot(f"{DAY} 09:00")) == ["pat_1"]


# -- rooms and devices
def test_a_room_in_use_then_is_no_way_to_be_asked(days: World) -> None:
    days.waits("pat_1", f"{WAITS} 09:00", service_id="srv_scan")
    days.waits("pat_2", f"{WAITS} 10:00")
    days.open(f"{DAY} 08:00", "18:00", agenda_id=ELSEWHERE)
    days.book("pat_x", f"{DAY} 09:15", agenda_id=ELSEWHERE, service_id="srv_scan")
    assert asked(days) == ["pat_2"]
    assert passed_over(days) == {"pat_1": Reason.RESOURCE_IN_USE}


# -- far enough ahead
@pytest.mark.parametrize(("before", "offered"), [(timedelta(0), False), (timedelta(seconds=1), True)])
def test_the_slot_starts_later_than_the_answer_lead(days: World, before: timedelta, offered: bool) -> None:
    days.settings(grace_minutes=0)
    days.waits("pat_1", f"{WAITS} 09:00")
    taken = days.book("pat_gone", f"{DAY} 12:00")
    days.now = at(f"{DAY} 10:00") - before
    days.cancel(taken)
    days.rest()
    assert days.asked(slot(f"{DAY} 12:00")) == (["pat_1"] if offered else [])


def test_too_near_at_the_end_of_the_grace_delay_is_too_near(days: World) -> None:
    days.waits("pat_1", f"{WAITS} 09:00")
    taken = days.book("pat_gone", f"{DAY} 12:00")
    days.now = at(f"{DAY} 09:56")
    days.cancel(taken)
    days.later(minutes=10)
    assert days.rounds_of(slot(f"{DAY} 12:00")) == []
    assert days.rounds.running == []


def test_the_answer_lead_is_a_setting(days: World) -> None:
    days.settings(answer_lead_hours=48, grace_minutes=0)
    days.waits("pat_1", f"{WAITS} 09:00")
    taken = days.book("pat_gone", f"{DAY} 12:00")
    days.now = at("2026-03-18 12:00")
    days.cancel(taken)
    days.rest()
    assert days.rounds_of(slot(f"{DAY} 12:00")) == []


# -- the walk along the line
@pytest.mark.parametrize("in_vain", [1, 4, 5, 6, 9, 20])
def test_nobody_is_lost_between_two_pages_or_batches(days: World, in_vain: int) -> None:
    """Those in vain are found so only by their diaries, in whatever batch they come."""
    days.open("2026-04-07 06:00", "23:00")
    for n in range(in_vain + 7):
        days.waits(f"pat_{n:02}", at_half_hours(n, "2026-04-07", 6))
        if n < in_vain:
            days.unreachable(f"pat_{n:02}")
    assert asked(days) == [f"pat_{n:02}" for n in range(in_vain, in_vain + 5)]
    assert len(passed_over(days)) == in_vain


def test_those_ruled_out_at_sight_fill_pages_without_end(days: World) -> None:
    for n in range(17):
        days.waits(f"pat_{n:02}", at_half_hours(n, DAY, 8), id=f"apt_{n:02}")
    days.waits("pat_99", f"{WAITS} 09:00")
    freed = days.book("pat_gone", f"{DAY} 16:30")
    days.cancel(freed)
    days.grace()
    assert days.asked(slot(f"{DAY} 16:30")) == ["pat_99"]


def test_an_entry_whose_appointment_left_meanwhile_is_passed_over(days: World) -> None:
    """The line was read before, the diary after the change."""
    waiting = days.waits("pat_1", f"{WAITS} 09:00")
    the_slot = released(days, f"{DAY} 09:00")
    days.tick(waiting, False)
    entry = entry_of(waiting)
    assert entry
    days.store.items[STRAY] = entry
    day = days.day_of(the_slot)
    release, availability = day.open_release(the_slot), day.availability_of(the_slot)
    assert release
    assert availability
    found = FindEligible(days.store, ZONE)(question(the_slot, availability, release, []), 5)
    assert found.picks == []
    assert [p.reason for p in found.passed_over] == [Reason.LEFT]
    del days.store.items[STRAY]


def at_half_hours(n: int, on: str, first_hour: int) -> str:
    minutes = first_hour * 60 + 30 * n
    return f"{on} {minutes // 60:02}:{minutes % 60:02}"
