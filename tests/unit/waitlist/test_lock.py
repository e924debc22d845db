"""One unanswered offer a patient, until it is answered or dies (W-10); withdrawn when its reason goes (W-12)."""

from datetime import timedelta

import pytest

from creneau.agenda.line import WaitEntry
from creneau.waitlist.answer import Outcome
from creneau.waitlist.round import OfferState, ref_of
from tests.support.world import World, line, released

FIRST, SECOND = "2026-03-20 09:00", "2026-03-20 10:00"


@pytest.fixture
def two_places(world: World):
    """One patient with an offer of the first place; a second place is free, of which they were not asked."""
    (own,) = line(world, 1)
    first, second = released(world, FIRST), released(world, SECOND, by="pat_gone2")
    world.grace()
    assert (world.asked(first), world.asked(second)) == (["pat_1"], [])
    return first, second, own


@pytest.mark.rule("W-10")
@pytest.mark.promise(7, 10, 40)
@pytest.mark.parametrize("how", ["declines", "expires", "bounces", "place is taken"])
def test_a_patient_with_an_unanswered_offer_gets_no_other_until(world: World, two_places, how: str) -> None:
    first, second, _ = two_places
    (mine,) = world.offers(first)
    world.later(days=1)
    assert world.asked(second) == []
    if how == "declines":
        world.decline(mine)
    elif how == "bounces":
        world.app.bounce_offer(mine.round_id, mine.appointment_id)
    elif how == "place is taken":
        world.book("pat_new", FIRST)
    else:
        world.until(world.round(first).expires_at + timedelta(seconds=32))
    world.rest()
    assert world.asked(second) == ["pat_1"]
    assert world.bound_by("pat_1") != mine.round_id


@pytest.mark.rule("W-10")
@pytest.mark.promise(40)
def test_after_a_refusal_they_stay_on_the_list(world: World, two_places) -> None:
    first, _, own = two_places
    world.decline(world.offers(first)[0])
    assert [e.appointment_id for e in world.all(WaitEntry)] == [own.id]
    assert world.appointment(own.id) == own


@pytest.mark.rule("W-10")
def test_after_acceptance_they_leave_it(world: World, two_places) -> None:
    first, second, _ = two_places
    (mine,) = world.offers(first)
    world.accept(mine)
    new = world.moved_by(mine)
    assert new.waiting_since is None
    assert world.all(WaitEntry) == []
    world.later(days=1)
    assert world.asked(second) == []


@pytest.mark.rule("W-10")
@pytest.mark.promise(7)
def test_two_places_freed_together_do_not_pick_the_same_five(world: World) -> None:
    line(world, 8)
    first, second = released(world, FIRST), released(world, SECOND, by="pat_gone2")
    world.grace()
    assert world.asked(first) == ["pat_1", "pat_2", "pat_3", "pat_4", "pat_5"]
    assert world.asked(second) == ["pat_6", "pat_7", "pat_8"]


@pytest.mark.rule("W-10")
@pytest.mark.promise(7)
def test_a_lock_taken_between_reading_and_opening_is_seen(world: World) -> None:
    """Both rounds read the line before either writes: the second decides anew."""
    line(world, 6)
    first, second = released(world, FIRST), released(world, SECOND, by="pat_gone2")
    world.rest()
    one, two = sorted(world.rounds.running, key=lambda e: e.given.slot_id)
    world.now = max(one.until, two.until)

    def rival(_):
        world.store.before_commit.clear()
        one.step(world.app)

    world.store.before_commit.append(rival)
    two.step(world.app)
    assert world.asked(first) == ["pat_1", "pat_2", "pat_3", "pat_4", "pat_5"]
    assert world.asked(second) == ["pat_6"]


@pytest.mark.rule("W-12")
@pytest.mark.promise(40)
@pytest.mark.parametrize("how", ["moved", "cancelled", "unticked"])
def test_an_offer_is_withdrawn_when_its_appointment_leaves_the_line(world: World, two_places, how: str) -> None:
    first, _, own = two_places
    (mine,) = world.offers(first)
    if how == "moved":
        world.move(own, "2026-04-06 11:00")
    elif how == "cancelled":
        world.cancel(own)
    else:
        world.tick(own, False)
    assert world.accept(mine) == Outcome.WITHDRAWN
    assert world.offer(mine).state is OfferState.WITHDRAWN
    world.rest()
    assert world.accept(mine) == Outcome.WITHDRAWN
    assert world.bound_by("pat_1") != mine.round_id


@pytest.mark.rule("W-12")
@pytest.mark.promise(6, 40)
@pytest.mark.parametrize("how", ["moved", "cancelled", "unticked"])
def test_it_is_recorded_by_itself_and_the_round_goes_on(world: World, how: str) -> None:
    own, *_ = line(world, 2)
    the_slot = released(world)
    world.grace()
    if how == "moved":
        world.move(own, "2026-04-06 11:00")
    elif how == "cancelled":
        world.cancel(own)
    else:
        world.tick(own, False)
    world.rest()
    assert world.states(the_slot) == {"pat_1": "withdrawn", "pat_2": "sent"}
    assert world.diary("pat_1").lock is None


@pytest.mark.rule("W-12")
@pytest.mark.promise(40)
def test_after_a_move_by_staff_the_new_appointment_keeps_its_place_in_line(world: World) -> None:
    own, _ = line(world, 2)
    new = world.move(own, "2026-04-06 11:00")
    assert new.waiting_since == own.waiting_since
    the_slot = released(world)
    world.grace()
    assert world.offers(the_slot)[0].appointment_id == new.id


@pytest.mark.rule("W-12")
def test_a_withdrawn_offer_frees_the_patient_for_the_place_itself(world: World, two_places) -> None:
    """Moved by staff while asked: the new appointment may be asked in the next round."""
    first, _, own = two_places
    world.move(own, "2026-04-06 11:00")
    world.rest()
    assert [r.q for r in world.rounds_of(first)] == [1, 2]
    assert world.asked(first) == ["pat_1"]


@pytest.mark.rule("W-12")
@pytest.mark.promise(40)
def test_ticking_again_does_not_bring_the_withdrawn_offer_back(world: World, two_places) -> None:
    first, _, own = two_places
    (mine,) = world.offers(first)
    world.tick(world.tick(own, False))
    assert world.accept(mine) == Outcome.WITHDRAWN


@pytest.mark.rule("W-12", "W-10")
@pytest.mark.promise(40)
def test_a_late_unlock_never_frees_a_newer_lock(world: World, two_places) -> None:
    """The old round's settling comes again after the patient got another offer."""
    first, second, _ = two_places
    (mine,) = world.offers(first)
    world.decline(mine)
    old = world.round(first)
    world.rest()
    assert world.bound_by("pat_1") == world.round(second).id
    world.put(world.round(first).with_(settled=False))
    world.app.settle(ref_of(old.id))
    assert world.bound_by("pat_1") == world.round(second).id
