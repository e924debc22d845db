"""How long an offer is answerable, and what a late answer is told (W-09)."""

from datetime import timedelta

import pytest

from creneau.shared.settings import Settings, WaitlistSettings
from creneau.waitlist.answer import Answer, Outcome
from creneau.waitlist.open_round import expiry, last_moment
from creneau.waitlist.round import MARGIN, OfferState, ref_of
from tests.support.world import World, at, line, released, slot

pytestmark = pytest.mark.rule("W-09")
MOMENT = timedelta(milliseconds=1)


@pytest.fixture
def offered(world: World):
    line(world, 2, month="2026-05")
    the_slot = released(world, "2026-04-20 09:00")
    world.grace()
    return the_slot, world.offers(the_slot)


@pytest.mark.parametrize(
    ("opened", "expires"),
    [
        ("2026-03-02 09:30", "2026-03-17 09:30"),
        ("2026-03-20 09:30", "2026-04-04 09:30"),  # across 29 March: an hour less
        ("2026-10-20 09:30", "2026-11-04 09:30"),  # across 25 October: an hour more
        ("2026-03-14 02:30", "2026-03-29 03:00"),  # a time that does not exist: the first valid instant after it
        ("2026-10-10 02:30", "2026-10-25 02:30"),  # one that exists twice: the first
    ],
)
def test_fifteen_days_at_the_same_local_time(world: World, opened: str, expires: str) -> None:
    far = slot("2027-06-01 09:00")
    assert expiry(far, Settings(), at(opened), world.app.clinic) == at(expires)


def test_fifteen_local_days_over_a_change_of_clocks_are_not_360_hours(world: World) -> None:
    far = slot("2027-06-01 09:00")
    spring, autumn = at("2026-03-20 09:30"), at("2026-10-20 09:30")
    assert expiry(far, Settings(), spring, world.app.clinic) - spring == timedelta(days=15, hours=-1)
    assert expiry(far, Settings(), autumn, world.app.clinic) - autumn == timedelta(days=15, hours=1)


def test_a_near_slot_cuts_it_to_the_answer_lead(world: World) -> None:
    near = slot("2026-03-05 09:00")
    assert expiry(near, Settings(), at("2026-03-02 09:00"), world.app.clinic) == at("2026-03-05 07:00")
    longer = Settings(waitlist=WaitlistSettings(answer_lead_hours=24))
    assert last_moment(near, longer) == at("2026-03-04 09:00")


def test_how_many_days_is_a_setting_read_when_the_round_opens(world: World, offered) -> None:
    the_slot, _ = offered
    before = world.round(the_slot)
    world.settings(offer_days=1)
    assert before.expires_at == at("2026-03-17 08:05") + timedelta(seconds=before.opened_at.second)
    assert (
        expiry(the_slot, Settings(waitlist=WaitlistSettings(offer_days=1)), world.now, world.app.clinic)
        < before.expires_at
    )


@pytest.mark.promise(4)
@pytest.mark.parametrize("answer", [Answer.ACCEPT, Answer.DECLINE])
@pytest.mark.parametrize(("arrives", "in_time"), [(-MOMENT, True), (0 * MOMENT, False), (MOMENT, False)])
def test_an_answer_counts_by_the_instant_it_arrives(world: World, offered, answer, arrives, in_time: bool) -> None:
    the_slot, (mine, _) = offered
    expires_at = world.round(the_slot).expires_at
    world.now = expires_at + timedelta(seconds=10)  # decided a while after it arrived
    outcome = world.answer(mine, answer, expires_at + arrives).outcome
    if in_time:
        assert outcome == (Outcome.ACCEPTED if answer is Answer.ACCEPT else Outcome.DECLINED)
    else:
        assert outcome == Outcome.TOO_LATE
        assert world.offer(mine).state is OfferState.SENT  # said, and nothing written


@pytest.mark.promise(4)
def test_the_same_late_answer_is_refused_before_and_after_it_is_recorded(world: World, offered) -> None:
    the_slot, (mine, _) = offered
    expires_at = world.round(the_slot).expires_at
    world.now = expires_at
    assert world.accept(mine) == Outcome.TOO_LATE
    world.now = expires_at + MARGIN
    assert world.accept(mine) == Outcome.EXPIRED
    assert world.offer(mine).state is OfferState.EXPIRED


@pytest.mark.parametrize(("after", "recorded"), [(MARGIN - MOMENT, False), (MARGIN, True)])
def test_it_is_recorded_as_expired_thirty_seconds_after(
    world: World, offered, after: timedelta, recorded: bool
) -> None:
    the_slot, _ = offered
    round = world.round(the_slot)
    world.rest()
    world.now = round.expires_at + after
    closing = world.app.settle(ref_of(round.id))
    assert closing.outcome == ("closed" if recorded else "not_yet")
    assert set(world.states(the_slot).values()) == {OfferState.EXPIRED if recorded else OfferState.SENT}


def test_the_execution_records_it_by_itself_fifteen_days_later(world: World, offered) -> None:
    the_slot, _ = offered
    expires_at = world.round(the_slot).expires_at
    world.until(expires_at + timedelta(seconds=29))
    assert world.round(the_slot).is_open
    world.until(expires_at + timedelta(seconds=33))
    assert set(world.states(the_slot).values()) == {OfferState.EXPIRED}
    assert world.round(the_slot).settled
    assert world.rounds.running == []


def test_a_place_gone_before_the_instant_is_superseded_and_not_expired(world: World, offered) -> None:
    the_slot, (mine, _) = offered
    expires_at = world.round(the_slot).expires_at
    world.now = expires_at - timedelta(minutes=1)
    world.book("pat_new", "2026-04-20 09:00")
    world.stream.clear()  # nobody settles in time
    world.now = expires_at + timedelta(hours=1)
    assert world.decline(mine) == Outcome.SUPERSEDED


def test_the_margin_is_longer_than_a_handler_runs_and_the_clocks_differ() -> None:
    assert timedelta(seconds=30) <= MARGIN
