"""A round opens: after the grace delay, the first five in the order of ticking (W-04)."""

from datetime import timedelta

import msgspec
import pytest

from creneau.shared.time import wait_until
from creneau.waitlist.ports import RoundInput
from tests.support.world import AGENDA, World, at, line, released


@pytest.mark.rule("W-04")
def test_the_first_five_in_line_are_asked_in_order(world: World) -> None:
    line(world, 7)
    slot = released(world)
    world.grace()
    assert world.asked(slot) == ["pat_1", "pat_2", "pat_3", "pat_4", "pat_5"]
    assert world.planned_offers == [world.round(slot).id]


@pytest.mark.rule("W-04")
def test_nobody_is_asked_before_the_grace_delay_is_over(world: World) -> None:
    line(world, 1)
    slot = released(world)
    opened_at = world.day_of(slot).releases[0].opened_at
    world.until(opened_at + timedelta(minutes=5) - timedelta(milliseconds=1))
    assert world.asked(slot) == []
    world.until(opened_at + timedelta(minutes=5))
    assert world.asked(slot) == ["pat_1"]


@pytest.mark.rule("W-04")
def test_the_grace_delay_is_a_setting_and_never_ends_early(world: World) -> None:
    world.settings(grace_minutes=60)
    world.now += timedelta(milliseconds=400)
    line(world, 1)
    slot = released(world)
    opened_at = world.day_of(slot).releases[0].opened_at
    world.rest()
    (execution,) = world.rounds.running
    assert timedelta() <= execution.until - (opened_at + timedelta(hours=1)) < timedelta(seconds=1)
    world.until(execution.until)
    assert world.asked(slot) == ["pat_1"]


@pytest.mark.rule("W-04")
@pytest.mark.parametrize("what", ["booked", "restored", "booked over"])
def test_a_place_taken_again_within_the_grace_delay_is_offered_to_nobody(world: World, what: str) -> None:
    line(world, 1)
    world.open("2026-03-20 08:00", "18:00")
    gone = world.cancel(world.book("pat_gone", "2026-03-20 09:00"))
    world.later(minutes=4)
    if what == "restored":
        world.restore(gone)
    else:
        world.book("pat_new", "2026-03-20 09:00" if what == "booked" else "2026-03-20 09:15")
    world.later(minutes=10)
    assert world.planned_offers == []
    assert world.rounds.running == []


@pytest.mark.rule("W-04")
def test_who_ticked_first_is_first_whatever_was_booked_first(world: World) -> None:
    world.open("2026-04-06 08:00", "18:00")
    a = world.book("pat_a", "2026-04-06 09:00")
    b = world.book("pat_b", "2026-04-06 10:00")
    world.now += timedelta(seconds=1)
    world.tick(b)
    world.now += timedelta(seconds=1)
    world.tick(a)
    slot = released(world)
    world.grace()
    assert world.asked(slot) == ["pat_b", "pat_a"]


@pytest.mark.rule("W-04")
def test_ties_are_broken_by_appointment_id(world: World) -> None:
    world.open("2026-04-06 08:00", "18:00")
    booked = [
        world.book(f"pat_{n}", f"2026-04-06 {9 + n:02}:00", id=f"apt_{id}") for n, id in enumerate(["c", "a", "b"])
    ]
    for appointment in booked:
        world.tick(appointment)  # all at one instant
    slot = released(world)
    world.grace()
    assert world.asked(slot) == ["pat_1", "pat_2", "pat_0"]


@pytest.mark.rule("W-04")
def test_how_many_is_a_setting(world: World) -> None:
    world.settings(offers_per_round=2)
    line(world, 3)
    slot = released(world)
    world.grace()
    assert world.asked(slot) == ["pat_1", "pat_2"]


@pytest.mark.rule("W-04")
def test_a_repeated_task_tells_the_round_that_it_opened_and_opens_no_other(world: World) -> None:
    line(world, 7)
    slot = released(world)
    world.rest()
    (execution,) = world.rounds.running
    world.now = execution.until
    first = world.app.open_round(execution.given)
    before = world.round(slot)
    assert world.app.open_round(execution.given) == first
    assert world.rounds_of(slot) == [before]
    assert first.until == wait_until(before.expires_at + timedelta(seconds=31))


@pytest.mark.rule("W-04")
@pytest.mark.promise(11)
def test_the_order_is_a_function_of_stored_data(world: World) -> None:
    line(world, 7)
    slot = released(world)
    world.store.items = dict(reversed(world.store.items.items()))
    world.grace()
    assert world.asked(slot) == ["pat_1", "pat_2", "pat_3", "pat_4", "pat_5"]


@pytest.mark.rule("W-04")
def test_a_payload_holds_ids_only_and_survives_the_wire() -> None:
    given = RoundInput(
        practitioner_id="prc_1", slot_id=f"{AGENDA}.a.b", n=1, q=2, attempt=3, not_before="2026-03-02T07:05:00Z"
    )
    assert msgspec.json.decode(msgspec.json.encode(given), type=RoundInput) == given


@pytest.mark.rule("W-04")
def test_a_wait_is_told_in_whole_seconds_and_never_early() -> None:
    assert wait_until(at("2026-03-20 09:00")) == "2026-03-20T08:00:00Z"
    assert wait_until(at("2026-03-20 09:00") + timedelta(microseconds=1)) == "2026-03-20T08:00:01Z"
