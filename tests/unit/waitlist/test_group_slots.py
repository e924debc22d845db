"""Group slots: one open round, each further release adds a place to it (W-14)."""

import pytest

from creneau.waitlist.answer import Outcome
from creneau.waitlist.round import OfferState, ref_of
from tests.support.world import GROUP, World, slot

pytestmark = pytest.mark.rule("W-14")
DAY = "2026-03-20"
SLOT = slot(f"{DAY} 09:00", 60)


@pytest.fixture
def full(world: World):
    """A full group of three, and seven who wait."""
    world.settings(minimum_lead_days=1)
    world.open(f"{DAY} 09:00", "10:00", service_ids=(GROUP,), places=3)
    world.open(f"{DAY} 14:00", "15:00", service_ids=(GROUP,), places=9)
    for n in range(7):
        world.waits(f"pat_{n + 1}", f"{DAY} 14:00", service_id=GROUP)
    return [world.book(f"pat_in{n}", f"{DAY} 09:00", service_id=GROUP) for n in range(3)]


def sent(world: World) -> list[str]:
    return [o.patient_id for o in world.round(SLOT).unanswered]


@pytest.mark.promise(9)
def test_a_further_release_adds_a_place_to_the_open_round(world: World, full) -> None:
    world.cancel(full[0])
    world.grace()
    world.cancel(full[1])
    world.later(days=1)
    (release,) = world.day_of(SLOT).releases
    assert (release.n, release.places, release.released_by) == (1, 2, ("pat_in0", "pat_in1"))
    assert len(world.rounds_of(SLOT)) == 1
    assert len(sent(world)) == 5


@pytest.mark.promise(1, 9)
def test_as_many_accept_as_there_are_places(world: World, full) -> None:
    world.cancel(full[0])
    world.cancel(full[1])
    world.grace()
    first, second, third, *_ = world.offers(SLOT)
    assert world.accept(first) == Outcome.ACCEPTED
    world.rest()
    assert sent(world) == ["pat_2", "pat_3", "pat_4", "pat_5"]
    assert world.accept(second) == Outcome.ACCEPTED
    assert world.accept(third) == Outcome.SUPERSEDED
    world.rest()
    assert set(world.states(SLOT).values()) == {OfferState.ACCEPTED, OfferState.SUPERSEDED}
    assert len(world.day_of(SLOT).held) >= 3


@pytest.mark.promise(10)
def test_a_place_left_when_the_round_ends_is_offered_on(world: World, full) -> None:
    world.cancel(full[0])
    world.cancel(full[1])
    world.grace()
    first, *others = world.offers(SLOT)
    world.accept(first)
    for offer in others:
        world.decline(offer)
    world.rest()
    assert world.asked(SLOT) == ["pat_6", "pat_7"]


def test_a_new_release_waits_until_the_older_round_is_recorded_closed(world: World, full) -> None:
    world.cancel(full[0])
    world.grace()
    again = world.book("pat_new", f"{DAY} 09:00", service_id=GROUP)
    world.stream.clear()  # nobody learns that the release ended
    world.cancel(again)
    world.settings(grace_minutes=0)
    world.drain()
    assert [(r.n, r.is_open) for r in world.rounds_of(SLOT)] == [(1, True)]
    assert len(sent(world)) == 5
    world.sweep()
    assert [(r.n, r.is_open) for r in world.rounds_of(SLOT)] == [(1, False), (2, True)]


def test_an_execution_that_meets_an_older_open_round_waits(world: World, full) -> None:
    world.cancel(full[0])
    world.grace()
    first = world.round(SLOT)
    again = world.book("pat_new", f"{DAY} 09:00", service_id=GROUP)
    world.cancel(again)
    world.stream.clear()
    given = world.rounds.running[0].given.with_(n=2)
    opening = world.app.open_round(given)
    assert opening.outcome == "wait"
    assert world.rounds_of(SLOT) == [first]
    world.app.settle(ref_of(first.id))
    assert world.app.open_round(given).outcome == "opened"
    assert len(world.offers(SLOT)) == 5


def test_a_release_of_a_group_ends_only_when_it_is_full_again(world: World, full) -> None:
    world.cancel(full[0])
    world.cancel(full[1])
    world.book("pat_new1", f"{DAY} 09:00", service_id=GROUP)
    assert world.day_of(SLOT).open_release(SLOT)
    world.book("pat_new2", f"{DAY} 09:00", service_id=GROUP)
    assert world.day_of(SLOT).open_release(SLOT) is None


def test_each_freeing_names_a_patient_not_to_be_asked(world: World, full) -> None:
    world.cancel(full[0])
    world.grace()
    first, *_ = world.offers(SLOT)
    world.accept(first)
    world.rest()
    world.cancel(world.appointment(str(world.offer(first).new_appointment_id)))
    old, new = [r for r in world.day_of(SLOT).releases if r.slot == SLOT]
    assert (old.is_open, new.n, new.released_by) == (False, 2, ("pat_1",))
