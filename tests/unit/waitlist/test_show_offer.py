"""Opening the link shows the offer and changes nothing (W-06, promise 3)."""

from datetime import timedelta

import pytest

from creneau.shared.errors import Invalid, NotFound
from creneau.waitlist.answer import Outcome
from tests.support.world import Live, World, line, released

pytestmark = pytest.mark.rule("W-06")


@pytest.fixture
def offered(world: World):
    waiting = line(world, 3)
    slot = released(world)
    world.grace()
    return slot, world.offers(slot), waiting


def everything_in(world: World):
    return dict(world.store.items), dict(world.store.looks), list(world.stream)


@pytest.mark.promise(3)
@pytest.mark.parametrize("when", ["open", "declined", "accepted", "superseded", "withdrawn", "too late", "expired"])
def test_opening_the_link_changes_nothing_in_any_state(world: World, offered, when: str) -> None:
    _, (mine, other, _), (own, *_) = offered
    if when == "declined":
        world.decline(mine)
    elif when == "accepted":
        world.accept(mine)
    elif when == "superseded":
        world.accept(other)
    elif when == "withdrawn":
        world.cancel(own)
    elif when in {"too late", "expired"}:
        world.now += timedelta(days=15, seconds=-3600 if when == "open" else 3610 if when == "too late" else 7200)
    before = everything_in(world)
    for _ in range(3):
        world.show(mine)
    assert everything_in(world) == before


def test_it_shows_the_offer_and_the_own_appointment(world: World, offered) -> None:
    slot, (mine, *_), (own, *_) = offered
    seen = world.show(mine)
    assert (seen.outcome, seen.round.slot, seen.own, seen.new) == (Outcome.OPEN, slot, own, None)


def test_it_shows_what_an_answer_would_find_before_it_is_recorded(world: World, offered) -> None:
    _, (mine, other, third), (own, *_) = offered
    world.cancel(own)
    assert world.show(mine).outcome == Outcome.WITHDRAWN
    world.accept(other)
    assert world.show(third).outcome == Outcome.SUPERSEDED
    assert world.offer(third).state == "sent"  # nobody recorded it so far


def test_after_the_instant_it_says_too_late_and_then_expired(world: World, offered) -> None:
    slot, (mine, *_), _ = offered
    expires_at = world.round(slot).expires_at
    for after, outcome in [(-0.001, "open"), (0, "too_late"), (29.9, "too_late"), (30, "expired")]:
        world.now = expires_at + timedelta(seconds=after)
        assert world.show(mine).outcome == outcome


def test_an_accepted_one_shows_the_new_appointment(world: World, offered) -> None:
    slot, (mine, *_), (own, *_) = offered
    world.accept(mine)
    seen = world.show(mine)
    assert seen.new is not None
    assert (seen.new.start, seen.own.id, seen.own.moved_to) == (slot.start, own.id, seen.new.id)


def test_what_is_not_an_offer_is_not_found(world: World, offered) -> None:
    _, (mine, *_), _ = offered
    with pytest.raises(NotFound):
        world.show(Live(mine.round_id, "apt_unknown", "pat_1"))
    with pytest.raises(NotFound):
        world.show(Live(mine.round_id.rpartition(".")[0] + ".9", mine.appointment_id, "pat_1"))
    with pytest.raises(Invalid, match="is not a round"):
        world.show(Live("not a round", mine.appointment_id, "pat_1"))
