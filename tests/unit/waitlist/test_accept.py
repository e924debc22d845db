"""Accepting moves the appointment in one atomic change; the first commit wins (W-07, W-08)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from creneau.agenda.attendance import Attendance
from creneau.agenda.day import PractitionerDay
from creneau.agenda.line import WaitEntry
from creneau.agenda.opening import Opening
from creneau.shared.actor import SYSTEM
from creneau.shared.errors import Busy, NotFound
from creneau.shared.store import Conflict, Write
from creneau.waitlist.answer import Answer, Outcome
from creneau.waitlist.round import Offer, OfferState, Round
from tests.support.world import AGENDA, ELSEWHERE, GROUP, Live, World, at, line, released, slot


@pytest.fixture
def offered(world: World):
    """Three patients, each with an offer of 20 March 09:00."""
    waiting = line(world, 3)
    the_slot = released(world)
    world.grace()
    return the_slot, world.offers(the_slot), waiting


@pytest.mark.rule("W-07", "A-12")
def test_accepting_moves_the_appointment_of_the_visit(world: World, offered) -> None:
    the_slot, (mine, *_), (own, *_) = offered
    seen = world.answer(mine, Answer.ACCEPT)
    old, new = world.appointment(own.id), world.moved_by(mine)
    assert seen.outcome == Outcome.ACCEPTED
    assert seen.new == new
    assert (new.start, new.end, new.agenda_id) == (the_slot.start, the_slot.end, the_slot.agenda_id)
    assert (new.visit_id, new.moved_from, new.service_id, new.patient_id) == (
        old.visit_id,
        old.id,
        old.service_id,
        "pat_1",
    )
    assert (old.attendance, old.moved_to) == (Attendance.MOVED, new.id)
    assert (new.attendance, new.offer_round_id, new.sequence) == (Attendance.BOOKED, mine.round_id, old.sequence + 1)
    assert [h.appointment_id for h in world.day_of(the_slot).held] == [new.id]


@pytest.mark.rule("W-07")
def test_it_is_one_transaction(world: World, offered) -> None:
    _, (mine, *_), _ = offered
    commits: list[Sequence[Write]] = []
    world.store.before_commit.append(commits.append)
    world.accept(mine)
    assert len(commits) == 1


@pytest.mark.rule("W-07")
def test_when_it_fails_nothing_of_it_happened(world: World, offered) -> None:
    _, (mine, *_), _ = offered
    before = dict(world.store.items)

    def refuse(_):
        raise Conflict("somebody else is at it")

    world.store.before_commit.append(refuse)
    with pytest.raises(Busy):
        world.accept(mine)
    assert world.store.items == before


@pytest.mark.rule("W-07")
@pytest.mark.promise(2)
@pytest.mark.parametrize("answer", [Answer.ACCEPT, Answer.DECLINE])
def test_repeating_an_answer_gives_the_same_page(world: World, offered, answer: Answer) -> None:
    _, (mine, *_), _ = offered
    first = world.answer(mine, answer)
    for other in (answer, Answer.ACCEPT, Answer.DECLINE):
        world.rest()
        again = world.answer(mine, other)
        assert (again.outcome, again.offer, again.own, again.new) == (first.outcome, first.offer, first.own, first.new)
    assert (world.show(mine).outcome, world.show(mine).offer) == (first.outcome, first.offer)


@pytest.mark.rule("W-07")
@pytest.mark.promise(6)
def test_when_no_place_is_left_the_release_ends_at_that_instant(world: World, offered) -> None:
    the_slot, (mine, *_), _ = offered
    world.accept(mine)
    (release,) = world.day_of(the_slot).releases
    assert release.ended_at == world.now
    assert set(world.states(the_slot).values()) == {OfferState.ACCEPTED, OfferState.SENT}  # recorded by what follows
    world.rest()
    assert world.states(the_slot) == {"pat_1": "accepted", "pat_2": "superseded", "pat_3": "superseded"}
    assert world.round(the_slot).status == "closed"


@pytest.mark.rule("W-07", "W-08")
@pytest.mark.promise(6)
@pytest.mark.parametrize("answer", [Answer.ACCEPT, Answer.DECLINE])
def test_a_rival_who_answers_first_is_told_and_it_is_recorded_before_it_is_said(world: World, offered, answer) -> None:
    _the_slot, (mine, other, _), (_, theirs, _) = offered
    world.accept(mine)
    seen = world.answer(other, answer)
    assert seen.outcome == Outcome.SUPERSEDED
    assert seen.own == theirs
    assert world.offer(other).state is OfferState.SUPERSEDED
    world.rest()
    assert world.answer(other, answer).outcome == Outcome.SUPERSEDED


@pytest.mark.rule("W-07")
def test_the_original_place_is_released_and_a_round_cascades(world: World, offered) -> None:
    _, (mine, *_), (_own, *_) = offered
    world.accept(mine)
    freed = slot("2026-04-06 10:00")
    (release,) = world.day_of(freed).releases
    assert (release.slot, release.released_by) == (freed, ("pat_1",))
    world.grace()
    assert world.asked(freed) == ["pat_2", "pat_3"]


@pytest.mark.rule("W-07")
def test_a_chain_ends(world: World) -> None:
    """Everybody accepts whatever they are offered, as long as there are offers."""
    line(world, 12)
    released(world)
    starts: dict[str, datetime] = {}
    hops = 0
    live: list[tuple[Round, Offer]] = []
    for _ in range(400):
        world.later(hours=1)
        live = [(r, o) for r in sorted(world.all(Round), key=lambda r: r.id) for o in r.unanswered]
        if not live:
            break
        round, offer = live[-1]
        assert round.slot.start < starts.get(offer.patient_id, offer.start)
        starts[offer.patient_id] = round.slot.start
        assert world.accept(Live(round.id, offer.appointment_id, offer.patient_id)) == Outcome.ACCEPTED
        hops += 1
    assert not world.rounds.running or world.now < at("2026-04-20 00:00")
    assert 1 <= hops <= 12  # after acceptance one leaves the line: at most one hop each
    assert live == []


@pytest.mark.rule("W-07", "A-12")
@pytest.mark.parametrize("own", ["2026-03-20 11:00", "2026-03-21 00:00", "2026-04-06 10:00"])
def test_within_one_day_across_midnight_and_further(world: World, own: str) -> None:
    world.open("2026-03-20 08:00", "23:59")
    if not own.startswith("2026-03-20"):
        world.open(f"{own[:10]} 00:00", "18:00")
    waiting = world.waits("pat_1", own)
    freed = world.book("pat_gone", "2026-03-20 09:00" if own != "2026-03-21 00:00" else "2026-03-20 23:29")
    world.cancel(freed)
    world.grace()
    target = slot("2026-03-20 09:00" if own != "2026-03-21 00:00" else "2026-03-20 23:29")
    (mine,) = world.offers(target)
    assert world.accept(mine) == Outcome.ACCEPTED
    old, new = world.appointment(waiting.id), world.moved_by(mine)
    assert (old.attendance, new.start) == (Attendance.MOVED, target.start)
    released_places = [r.slot.start for d in world.all(PractitionerDay) for r in d.open_releases]
    assert released_places == [old.start]


@pytest.mark.rule("W-07", "W-14", "A-12")
@pytest.mark.parametrize("to_group", [True, False])
def test_from_and_to_a_group_slot(world: World, to_group: bool) -> None:
    world.settings(minimum_lead_days=0)
    group_day, single_day = ("2026-03-20", "2026-04-06") if to_group else ("2026-04-06", "2026-03-20")
    world.open(f"{group_day} 09:00", "10:00", service_ids=(GROUP,), places=2)
    world.open(f"{single_day} 09:00", "10:00")
    world.book("pat_other", f"{group_day} 09:00", service_id=GROUP)
    waiting = world.waits("pat_1", "2026-04-06 09:00", service_id=GROUP)
    world.cancel(world.book("pat_gone", "2026-03-20 09:00", service_id=GROUP))
    world.grace()
    (mine,) = world.offers(slot("2026-03-20 09:00", 60))
    assert world.accept(mine) == Outcome.ACCEPTED
    new = world.moved_by(mine)
    assert (waiting.group, new.group) == (not to_group, to_group)


@pytest.mark.rule("W-07")
@pytest.mark.promise(8)
def test_another_appointment_made_meanwhile_at_that_time_is_said_and_nothing_is_written(world: World, offered) -> None:
    _, (mine, *_), _ = offered
    world.open("2026-03-20 08:00", "12:00", agenda_id=ELSEWHERE)
    clash = world.book("pat_1", "2026-03-20 09:15", agenda_id=ELSEWHERE)
    assert world.accept(mine) == Outcome.CLASH
    assert world.offer(mine).state is OfferState.SENT
    world.cancel(clash)
    assert world.accept(mine) == Outcome.ACCEPTED


@pytest.mark.rule("W-07")
def test_the_place_of_a_patient_whose_device_is_in_use_is_not_lost(world: World) -> None:
    world.open("2026-04-06 08:00", "18:00")
    world.waits("pat_1", "2026-04-06 10:00", service_id="srv_scan")
    the_slot = released(world)
    world.grace()
    world.open("2026-03-20 08:00", "12:00", agenda_id=ELSEWHERE)
    world.book("pat_x", "2026-03-20 09:00", agenda_id=ELSEWHERE, service_id="srv_scan")
    (mine,) = world.offers(the_slot)
    assert world.accept(mine) == Outcome.CLASH


@pytest.mark.rule("W-08")
@pytest.mark.promise(1)
@pytest.mark.parametrize("start", ["2026-03-20 09:00", "2026-03-20 08:45", "2026-03-20 09:29"])
def test_an_offer_does_not_hold_the_place_against_a_booking_of_an_overlapping_interval(world, offered, start) -> None:
    the_slot, offers, waiting = offered
    world.book("pat_new", start)
    assert world.accept(offers[0]) == Outcome.SUPERSEDED
    world.rest()
    assert set(world.states(the_slot).values()) == {OfferState.SUPERSEDED}
    assert world.round(the_slot).status == "closed"
    assert all(world.diary(o.patient_id).lock is None for o in offers)
    assert [world.appointment(a.id) for a in waiting] == waiting


@pytest.mark.rule("W-08")
@pytest.mark.promise(6, 40)
def test_rivals_are_recorded_although_nobody_answers(world: World, offered) -> None:
    the_slot, offers, _ = offered
    world.book("pat_new", "2026-03-20 09:15")
    world.rest()
    assert set(world.states(the_slot).values()) == {OfferState.SUPERSEDED}
    assert [world.bound_by(o.patient_id) for o in offers] == [None, None, None]


@pytest.mark.rule("W-08")
@pytest.mark.parametrize("start", ["2026-03-20 08:30", "2026-03-20 09:30"])
def test_a_booking_that_only_touches_it_leaves_the_offers_alone(world: World, offered, start: str) -> None:
    the_slot, offers, _ = offered
    world.book("pat_new", start)
    world.rest()
    assert set(world.states(the_slot).values()) == {OfferState.SENT}
    assert world.accept(offers[2]) == Outcome.ACCEPTED


@pytest.mark.rule("W-08")
def test_a_booking_in_another_agenda_of_the_same_practitioner_takes_the_time_too(world: World, offered) -> None:
    _the_slot, (mine, *_), _ = offered
    world.book("pat_new", "2026-03-20 09:15", agenda_id="agd_2", outside_availability=True)
    assert world.accept(mine) == Outcome.SUPERSEDED


@pytest.mark.rule("W-08", "A-13")
def test_a_restored_appointment_supersedes(world: World) -> None:
    line(world, 1)
    world.open("2026-03-20 08:00", "18:00")
    gone = world.cancel(world.book("pat_gone", "2026-03-20 09:00"))
    world.grace()
    (mine,) = world.offers(slot("2026-03-20 09:00"))
    world.restore(gone)
    assert world.accept(mine) == Outcome.SUPERSEDED


@pytest.mark.rule("W-08")
@pytest.mark.promise(41)
def test_the_first_commit_wins_whoever_it_is(world: World, offered) -> None:
    the_slot, (first, second, third), _ = offered
    assert [world.accept(o) for o in (second, first, third)] == ["accepted", "superseded", "superseded"]
    assert world.day_of(the_slot).held[0].appointment_id == world.offer(second).new_appointment_id


@pytest.mark.rule("W-07", "A-11")
@pytest.mark.promise(41)
def test_no_offer_is_accepted_outside_an_availability(world: World, offered) -> None:
    the_slot, (mine, *_), _ = offered
    (availability,) = world.day_of(the_slot).availabilities
    world.close("2026-03-20", availability.id)
    assert world.accept(mine) == Outcome.SUPERSEDED
    world.open("2026-03-20 08:00", "18:00")
    world.rest()
    assert world.accept(mine) == Outcome.SUPERSEDED
    assert world.day_of(the_slot).open_releases == ()  # adding it again reopens nothing


@pytest.mark.rule("W-07")
@pytest.mark.promise(41)
def test_no_offer_is_accepted_for_a_service_not_offered_there_any_more(world: World, offered) -> None:
    the_slot, (mine, _other, _), _ = offered
    (availability,) = world.day_of(the_slot).availabilities
    world.app.change_opening(
        availability.id, Opening(AGENDA, at("2026-03-20 08:00"), at("2026-03-20 18:00"), ("srv_hour",)), SYSTEM
    )
    assert world.accept(mine) == Outcome.SUPERSEDED
    world.rest()
    assert world.states(the_slot)["pat_2"] is OfferState.SUPERSEDED
    assert world.diary("pat_2").lock is None


@pytest.mark.rule("W-07")
@pytest.mark.promise(35)
def test_accepting_does_not_need_the_execution(world: World, offered) -> None:
    _, (mine, *_), _ = offered
    for execution in world.rounds.running:
        world.rounds.abort(execution)
    assert world.accept(mine) == Outcome.ACCEPTED


@pytest.mark.rule("W-07")
def test_accepting_leaves_the_line_and_frees_for_other_appointments(world: World) -> None:
    world.open("2026-04-06 08:00", "18:00")
    own, second = world.waits("pat_1", "2026-04-06 10:00"), world.waits("pat_1", "2026-04-06 14:00")
    the_slot = released(world)
    world.grace()
    (mine,) = world.offers(the_slot)
    world.accept(mine)
    assert [e.appointment_id for e in world.all(WaitEntry)] == [second.id]
    assert world.diary("pat_1").lock is None
    assert own.id not in [h.appointment_id for h in world.day("2026-04-06").held]
    assert world.day("2026-04-06").open_releases[0].released_by == ("pat_1",)


@pytest.mark.rule("W-07")
def test_an_unknown_offer_is_not_found(world: World, offered) -> None:
    _, (mine, *_), _ = offered
    with pytest.raises(NotFound):
        world.accept(Live(mine.round_id, "apt_nobody", "pat_1"))


@pytest.mark.rule("W-08")
@pytest.mark.promise(37)
@pytest.mark.parametrize("seconds", [-5, 5])
def test_five_seconds_of_skew_change_no_winner(world: World, offered, seconds: int) -> None:
    """The rival's Lambda has another clock; the order of commits decides, at the very edge of the expiry too."""
    the_slot, (mine, other, _), _ = offered
    world.now = world.round(the_slot).expires_at - timedelta(seconds=1)
    skewed = world.app_with_clock_off_by(timedelta(seconds=seconds))
    arrived = world.now
    seen = skewed.answer_offer(other.round_id, other.appointment_id, Answer.ACCEPT, arrived)
    assert seen.outcome == Outcome.ACCEPTED
    told = world.accept(mine, arrived)
    assert told == Outcome.SUPERSEDED
    world.later(minutes=2)
    assert world.states(the_slot)["pat_1"] == "superseded"
    assert world.accept(mine, arrived) == told
