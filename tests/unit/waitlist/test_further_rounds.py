"""The next five are asked while the place is free and ahead; nobody eligible is not the end (W-11)."""

from datetime import timedelta

import pytest

from creneau.agenda.attendance import Attendance
from creneau.agenda.opening import Opening
from creneau.shared.actor import SYSTEM
from creneau.shared.settings import SETTINGS
from creneau.shared.store import require
from creneau.waitlist.pursue import Pursued
from creneau.waitlist.round import ref_of
from tests.support.world import World, at, line, released, slot

pytestmark = pytest.mark.rule("W-11")


def refuse_all(world: World, the_slot) -> None:
    for offer in world.offers(the_slot):
        if world.offer(offer).state == "sent":
            world.decline(offer)
    world.rest()


@pytest.mark.promise(10)
def test_when_a_round_ends_without_acceptance_the_next_five_are_asked_at_once(world: World) -> None:
    line(world, 12)
    the_slot = released(world)
    world.grace()
    refuse_all(world, the_slot)
    assert world.asked(the_slot) == ["pat_6", "pat_7", "pat_8", "pat_9", "pat_10"]
    refuse_all(world, the_slot)
    assert world.asked(the_slot) == ["pat_11", "pat_12"]
    refuse_all(world, the_slot)
    assert [r.q for r in world.rounds_of(the_slot)] == [1, 2, 3]
    assert world.rounds.running == [] or all(e.waits_for_answers for e in world.rounds.running)


@pytest.mark.promise(10)
def test_after_a_round_that_nobody_answers(world: World) -> None:
    line(world, 6, month="2026-06")
    world.settings()
    the_slot = released(world, "2026-05-20 09:00")
    world.grace()
    world.until(world.round(the_slot).expires_at + timedelta(seconds=40))
    assert world.asked(the_slot) == ["pat_6"]


@pytest.mark.promise(10)
def test_after_a_round_whose_only_offer_was_withdrawn_for_good(world: World) -> None:
    """Whoever cancelled does not come back into the line: nothing but the round's end says that it is free."""
    world.settings(offers_per_round=1)
    own, _ = line(world, 2)
    the_slot = released(world)
    world.grace()
    world.settings(offers_per_round=5)
    world.app.change_attendance(own.id, Attendance.CANCELLED_BY_PATIENT, SYSTEM, release=False)
    world.rest()
    assert world.asked(the_slot) == ["pat_2"]


def test_further_rounds_can_be_turned_off(world: World) -> None:
    world.settings(further_rounds=False)
    line(world, 6)
    the_slot = released(world)
    world.grace()
    refuse_all(world, the_slot)
    world.later(hours=1)
    assert [r.q for r in world.rounds_of(the_slot)] == [1]
    world.sweep()
    assert [r.q for r in world.rounds_of(the_slot)] == [1]


@pytest.mark.promise(10)
@pytest.mark.parametrize("further_rounds", [True, False])
def test_a_place_for_which_nobody_was_eligible_stays_open_for_who_comes(world: World, further_rounds: bool) -> None:
    world.settings(further_rounds=further_rounds)
    the_slot = released(world)
    world.later(days=1)
    assert world.rounds_of(the_slot) == []
    line(world, 1)
    world.rest()
    assert world.asked(the_slot) == ["pat_1"]


@pytest.mark.promise(10)
def test_who_comes_within_the_grace_delay_waits_for_its_end(world: World) -> None:
    the_slot = released(world)
    world.rest()
    line(world, 1)
    world.rest()
    assert world.asked(the_slot) == []
    world.grace()
    assert world.asked(the_slot) == ["pat_1"]


@pytest.mark.promise(10)
@pytest.mark.parametrize("how", ["books", "ticks", "is restored", "is moved there", "moves later"])
def test_every_way_into_the_line_is_seen(world: World, how: str) -> None:
    world.open("2026-03-19 08:00", "18:00")
    world.open("2026-04-06 08:00", "18:00")
    world.open("2026-04-07 08:00", "18:00", agenda_id="agd_2")
    if how == "is restored":
        own = world.cancel(world.waits("pat_1", "2026-04-06 10:00"))
    elif how == "is moved there":
        own = world.waits("pat_1", "2026-04-07 10:00", agenda_id="agd_2")
    elif how == "moves later":
        own = world.waits("pat_1", "2026-03-19 10:00")
    else:
        own = world.book("pat_1", "2026-04-06 10:00")
    the_slot = released(world)
    world.later(hours=1)
    assert world.asked(the_slot) == []
    if how == "books":
        world.waits("pat_1", "2026-04-06 14:00")
    elif how == "ticks":
        world.tick(own)
    elif how == "is restored":
        world.restore(own)
    else:
        world.move(own, "2026-04-06 10:00", agenda_id="agd_1")
    world.rest()
    assert world.asked(the_slot) == ["pat_1"]


@pytest.mark.promise(10)
def test_hours_that_now_offer_the_service_are_seen(world: World) -> None:
    world.open("2026-03-20 08:00", "18:00", service_ids=("srv_hour",))
    line(world, 1)
    world.cancel(world.book("pat_gone", "2026-03-20 09:00", service_id="srv_hour", duration_minutes=30))
    world.later(hours=1)
    the_slot = slot("2026-03-20 09:00")
    assert world.asked(the_slot) == []
    (availability,) = world.day_of(the_slot).availabilities
    world.app.change_opening(availability.id, Opening("agd_1", availability.start, availability.end), SYSTEM)
    world.rest()
    assert world.asked(the_slot) == ["pat_1"]


@pytest.mark.promise(10)
def test_only_until_the_answer_lead(world: World) -> None:
    the_slot = released(world)
    world.until(at("2026-03-20 06:59"))
    line(world, 1)
    world.rest()
    assert world.asked(the_slot) == ["pat_1"]
    other = released(world, "2026-03-20 08:30")
    world.now = at("2026-03-20 06:59")
    assert world.app.pursue("prc_1", other) is Pursued.GIVEN_UP


def test_a_release_too_near_is_ended_and_not_looked_at_any_more(world: World) -> None:
    the_slot = released(world)
    world.until(at("2026-03-20 07:00"))
    assert world.app.pursue("prc_1", the_slot) is Pursued.GIVEN_UP
    assert world.day_of(the_slot).open_releases != ()
    world.now += timedelta(minutes=1)
    assert world.app.pursue("prc_1", the_slot) is Pursued.GIVEN_UP
    assert world.day_of(the_slot).open_releases == ()
    assert ("PRACTITIONERDAY#prc_1", "2026-03-20") not in world.store.looks


# -- refill
@pytest.fixture
def refilled(world: World):
    world.settings(refill=True)
    line(world, 12)
    the_slot = released(world)
    world.grace()
    assert len(world.asked(the_slot)) == 5
    return the_slot


def live(world: World, the_slot) -> list[str]:
    return [o.patient_id for o in world.round(the_slot).unanswered]


@pytest.mark.promise(9)
@pytest.mark.parametrize("how", ["declined", "bounced", "withdrawn"])
def test_with_refill_each_refusal_is_passed_on_at_once_five_at_most(world: World, refilled, how: str) -> None:
    first, second = world.offers(refilled)[:2]
    expires_at = world.round(refilled).expires_at
    world.later(days=1)
    for gone in (first, second):
        if how == "declined":
            world.decline(gone)
        elif how == "bounced":
            world.app.bounce_offer(gone.round_id, gone.appointment_id)
        else:
            world.cancel(world.appointment(gone.appointment_id))
        world.rest()
        assert len(live(world, refilled)) == 5
    assert live(world, refilled) == ["pat_3", "pat_4", "pat_5", "pat_6", "pat_7"]
    (round,) = world.rounds_of(refilled)
    assert round.expires_at == expires_at
    assert world.offer(world.offers(refilled)[5]).sent_at == world.now


def test_without_refill_a_refusal_waits_for_the_round_to_end(world: World) -> None:
    line(world, 6)
    the_slot = released(world)
    world.grace()
    world.decline(world.offers(the_slot)[0])
    world.rest()
    assert live(world, the_slot) == ["pat_2", "pat_3", "pat_4", "pat_5"]


def test_all_refused_before_anything_follows_the_same_round_goes_on(world: World, refilled) -> None:
    world.settings(further_rounds=False)
    for offer in world.offers(refilled):
        world.decline(offer)
    world.rest()
    assert live(world, refilled) == ["pat_6", "pat_7", "pat_8", "pat_9", "pat_10"]
    assert len(world.rounds_of(refilled)) == 1


def test_passing_on_again_changes_nothing(world: World, refilled) -> None:
    world.decline(world.offers(refilled)[0])
    world.rest()
    before = world.round(refilled)
    assert world.app.extend(ref_of(before.id)) == 0
    assert world.round(refilled) == before


def test_nothing_is_passed_on_of_a_place_that_is_gone_or_too_near(world: World, refilled) -> None:
    world.decline(world.offers(refilled)[0])
    world.stream.clear()
    round = world.round(refilled)
    world.now = round.expires_at
    assert world.app.extend(ref_of(round.id)) == 0
    world.now = round.opened_at
    world.book("pat_new", "2026-03-20 09:00")
    assert world.app.extend(ref_of(round.id)) == 0
    assert world.app.extend(ref_of(round.id.rpartition(".")[0] + ".7")) == 0


def test_an_acceptance_in_a_group_slot_is_not_a_refusal(world: World) -> None:
    """A refusal is passed on once: the place that an acceptance leaves among the five stays empty."""
    world.settings(refill=True)
    world.open("2026-03-20 09:00", "10:00", service_ids=("srv_group",), places=3)
    for n in range(9):
        on = f"2026-04-{6 + n:02}"
        world.open(f"{on} 09:00", "10:00", service_ids=("srv_group",), places=2)
        world.waits(f"pat_{n + 1}", f"{on} 09:00", service_id="srv_group")
    for n in range(3):
        world.cancel(world.book(f"pat_gone{n}", "2026-03-20 09:00", service_id="srv_group"))
    world.grace()
    the_slot = slot("2026-03-20 09:00", 60)
    one, two, *_ = world.offers(the_slot)
    world.decline(one)
    world.rest()
    assert live(world, the_slot) == ["pat_2", "pat_3", "pat_4", "pat_5", "pat_6"]
    world.accept(two)
    world.rest()
    assert live(world, the_slot) == ["pat_3", "pat_4", "pat_5", "pat_6"]


def pause(world: World, paused: bool) -> None:
    present = require(world.store, SETTINGS)
    world.put(present.with_(messaging=present.messaging.with_(paused=paused)))


@pytest.mark.rule("M-20")
@pytest.mark.parametrize("after_minutes", [0, 3])
def test_nobody_is_asked_while_sending_is_paused_and_the_first_five_afterwards(world: World, after_minutes) -> None:
    """Paused before anything followed, or while the dust settled."""
    line(world, 6)
    the_slot = released(world)
    if after_minutes:
        world.later(minutes=after_minutes)
    pause(world, True)
    world.later(days=2)
    world.sweep(11)
    assert world.rounds_of(the_slot) == []
    pause(world, False)
    world.sweep(11)
    assert world.asked(the_slot) == ["pat_1", "pat_2", "pat_3", "pat_4", "pat_5"]


@pytest.mark.rule("M-20")
def test_a_refusal_is_not_passed_on_while_sending_is_paused(world: World, refilled) -> None:
    pause(world, True)
    world.decline(world.offers(refilled)[0])
    world.rest()
    assert live(world, refilled) == ["pat_2", "pat_3", "pat_4", "pat_5"]
