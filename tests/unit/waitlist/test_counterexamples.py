"""Ways in which a protocol like this one goes wrong, each found by searching a model of it: none of them may come true."""

from datetime import timedelta

import pytest

from creneau.agenda.day import PractitionerDay
from creneau.agenda.line import WaitEntry
from creneau.shared.errors import Refused
from creneau.shared.store import Put, Write
from creneau.waitlist.answer import Outcome
from creneau.waitlist.ports import RoundInput, Started, execution_name
from creneau.waitlist.round import OfferState, Round, ref_of
from tests.support.judge import at_rest
from tests.support.world import GROUP, World, line, released, slot

FREED = "2026-03-20 09:00"


def just_before_the_write(world: World, act, when=lambda writes: True) -> None:
    """`act` happens once, between what the next step reads and its write."""

    def hook(writes) -> None:
        if when(writes):
            world.store.before_commit.remove(hook)
            act()

    world.store.before_commit.append(hook)


@pytest.fixture
def offered(world: World):
    waiting = line(world, 3)
    the_slot = released(world, FREED)
    world.grace()
    return the_slot, world.offers(the_slot), waiting


@pytest.mark.rule("W-10")
@pytest.mark.promise(7)
def test_1_two_live_offers_for_one_patient(world: World) -> None:
    """Two appointments of one patient with the box, two places freed at once."""
    world.open("2026-04-06 08:00", "18:00")
    world.waits("pat_1", "2026-04-06 09:00")
    world.waits("pat_1", "2026-04-06 11:00")
    first, second = released(world, FREED), released(world, "2026-03-20 10:00", by="pat_gone2")
    world.grace()
    assert (world.asked(first), world.asked(second)) == (["pat_1"], [])


@pytest.mark.rule("W-11")
@pytest.mark.promise(10)
def test_2_open_slot_waiting_patient_nobody_asks(world: World, offered) -> None:
    """The cascade's round finds nobody, because its only candidate's lock is released a moment later."""
    _the_slot, (mine, *_), _ = offered
    world.settings(grace_minutes=0)
    world.accept(mine)
    freed = slot("2026-04-06 10:00")
    given = RoundInput(
        practitioner_id="prc_1", slot_id=freed.id, n=1, q=1, attempt=1, not_before="2026-03-02T07:00:00Z"
    )
    world.rounds.start(execution_name(given), given)
    (execution,) = [e for e in world.rounds.running if e.given == given]
    execution.step(world.app)  # before anything settled the first round
    assert world.rounds_of(freed) == []
    world.rest()
    assert world.asked(freed) == ["pat_2", "pat_3"]


@pytest.mark.rule("W-11")
@pytest.mark.promise(10)
def test_3_lost_wake_up(world: World) -> None:
    """The line is read empty; somebody ticks, whose reaction finds the execution running; the execution ends."""
    world.open("2026-04-06 08:00", "18:00")
    booked = world.book("pat_1", "2026-04-06 10:00")
    ticked = world.tick(booked)
    the_slot = released(world, FREED)
    world.rest()
    (execution,) = world.rounds.running
    world.now = execution.until
    world.tick(ticked, False)
    world.drain()

    def meanwhile() -> None:
        world.tick(world.appointment(booked.id))
        world.drain()

    just_before_the_write(world, meanwhile)
    execution.step(world.app)
    assert not execution.running
    world.rest()
    assert world.asked(the_slot) == ["pat_1"]


@pytest.mark.rule("W-11")
@pytest.mark.promise(10, 32)
def test_4_name_used_up(world: World) -> None:
    """An execution that opened nothing can't be started again under its name."""
    line(world, 1)
    the_slot = released(world, FREED)
    world.rest()
    for _ in range(3):
        (execution,) = world.rounds.running
        world.rounds.abort(execution)
        world.app.pursue("prc_1", the_slot)
    assert [e.given.attempt for e in world.rounds.by_name.values()] == [1, 2, 3, 4]
    world.grace()
    assert world.asked(the_slot) == ["pat_1"]


@pytest.mark.rule("W-09")
@pytest.mark.promise(4)
def test_5_in_time_told_expired(world: World, offered) -> None:
    """The click arrives a millisecond before; the round's closing and a second click come before its commit."""
    the_slot, (mine, *_), _ = offered
    world.rest()
    expires_at = world.round(the_slot).expires_at
    world.now = arrived = expires_at - timedelta(milliseconds=1)

    def meanwhile() -> None:
        world.now = expires_at + timedelta(seconds=20)
        assert world.accept(mine) == Outcome.TOO_LATE
        world.app.settle(ref_of(mine.round_id))

    just_before_the_write(world, meanwhile)
    assert world.accept(mine, arrived) == Outcome.ACCEPTED


@pytest.mark.rule("W-07")
@pytest.mark.promise(2)
def test_6_two_clicks_two_answers(world: World, offered) -> None:
    """The place goes within the margin after the expiry: what the in-time click was told stays so."""
    the_slot, (mine, *_), _ = offered
    world.rest()
    expires_at = world.round(the_slot).expires_at
    world.now = expires_at + timedelta(seconds=5)
    world.book("pat_new", FREED)
    assert world.accept(mine, expires_at - timedelta(milliseconds=1)) == Outcome.SUPERSEDED
    world.now = expires_at + timedelta(minutes=5)
    world.rest()
    world.app.settle(ref_of(mine.round_id))
    assert world.accept(mine) == Outcome.SUPERSEDED
    assert world.offer(mine).state is OfferState.SUPERSEDED


@pytest.mark.rule("W-07", "W-08")
@pytest.mark.promise(5)
@pytest.mark.parametrize("how", ["restored and cancelled again", "booked and cancelled"])
def test_7_an_offer_of_an_earlier_release_wins(world: World, how: str) -> None:
    """Its place is free again, within the grace of the next release: the old offer must not win."""
    line(world, 2)
    world.open("2026-03-20 08:00", "18:00")
    gone = world.cancel(world.book("pat_gone", FREED))
    world.grace()
    mine, other = world.offers(slot(FREED))
    if how.startswith("restored"):
        world.cancel(world.restore(gone))
    else:
        world.cancel(world.book("pat_new", FREED))
    assert [(r.n, r.is_open) for r in world.day("2026-03-20").releases] == [(1, False), (2, True)]
    assert world.accept(mine) == Outcome.SUPERSEDED
    assert world.decline(other) == Outcome.SUPERSEDED
    world.rest()
    at_rest(world)


@pytest.mark.rule("W-07", "W-08")
@pytest.mark.promise(5)
def test_8_a_release_ended_and_its_hours_put_back_between_read_and_commit(world: World, offered) -> None:
    the_slot, (mine, *_), _ = offered

    def meanwhile() -> None:
        (availability,) = world.day_of(the_slot).availabilities
        world.close("2026-03-20", availability.id)
        world.open("2026-03-20 08:00", "18:00")

    just_before_the_write(world, meanwhile)
    assert world.accept(mine) == Outcome.SUPERSEDED
    assert world.day_of(the_slot).held == ()


@pytest.mark.rule("W-07")
@pytest.mark.promise(41)
def test_9_accepted_outside_an_availability(world: World, offered) -> None:
    the_slot, (mine, *_), _ = offered
    (availability,) = world.day_of(the_slot).availabilities
    just_before_the_write(world, lambda: world.close("2026-03-20", availability.id))
    assert world.accept(mine) == Outcome.SUPERSEDED
    assert world.day_of(the_slot).held == ()


@pytest.mark.rule("W-08")
def test_10_a_decline_overwritten_as_superseded(world: World, offered) -> None:
    """Accepting and declining in the same instant, in both orders: neither loses the other's answer."""
    the_slot, (mine, other, third), _ = offered
    just_before_the_write(world, lambda: world.decline(other))
    assert world.accept(mine) == Outcome.ACCEPTED
    world.rest()
    assert world.states(the_slot) == {"pat_1": "accepted", "pat_2": "declined", "pat_3": "superseded"}
    assert world.accept(third) == Outcome.SUPERSEDED


@pytest.mark.rule("W-08")
def test_10b_a_decline_lost_between_the_settling_and_its_write(world: World, offered) -> None:
    """Settling read the other offer as unanswered: writing what it read would take the answer back."""
    the_slot, (_, other, _), (own, *_) = offered
    world.cancel(own)

    def records(writes: list[Write]) -> bool:
        return any(isinstance(w, Put) and isinstance(w.item, Round) for w in writes)

    just_before_the_write(world, lambda: world.decline(other), records)
    world.rest()
    assert world.states(the_slot) == {"pat_1": "withdrawn", "pat_2": "declined", "pat_3": "sent"}


@pytest.mark.rule("W-11", "W-14")
@pytest.mark.promise(10)
def test_11_group_slot_stalls(world: World) -> None:
    """One of two accepts, the other declines, a second place is free: the next are asked although one accepted."""
    world.open("2026-03-20 09:00", "10:00", service_ids=(GROUP,), places=2)
    for n in range(3):
        world.open(f"2026-04-{6 + n:02} 09:00", "10:00", service_ids=(GROUP,), places=2)
        world.waits(f"pat_{n + 1}", f"2026-04-{6 + n:02} 09:00", service_id=GROUP)
    world.settings(offers_per_round=2)
    for gone in ("pat_x", "pat_y"):
        world.cancel(world.book(gone, FREED, service_id=GROUP))
    world.grace()
    the_slot = slot(FREED, 60)
    one, two = world.offers(the_slot)
    world.accept(one)
    world.decline(two)
    world.rest()
    assert world.asked(the_slot) == ["pat_3"]


@pytest.mark.rule("A-13", "W-07")
def test_12_two_appointments_of_one_visit(world: World, offered) -> None:
    _, (mine, *_), (own, *_) = offered
    world.accept(mine)
    with pytest.raises(Refused, match="attendance_not_allowed"):
        world.restore(own)


@pytest.mark.rule("W-12")
@pytest.mark.promise(40)
@pytest.mark.parametrize("how", ["restored", "moved"])
def test_13_box_ticked_not_in_the_line(world: World, how: str) -> None:
    (own,) = line(world, 1)
    new = world.restore(world.cancel(own)) if how == "restored" else world.move(own, "2026-04-06 15:00")
    assert [(e.appointment_id, e.waiting_since) for e in world.all(WaitEntry)] == [(new.id, own.waiting_since)]


@pytest.mark.rule("W-11")
@pytest.mark.promise(34)
def test_14_a_second_execution_for_the_next_round(world: World) -> None:
    """An old record comes again while the second round's execution starts: its attempt must not be raised."""
    line(world, 6)
    the_slot = released(world, FREED)
    record = next((a, b) for a, b in world.stream if isinstance(b, PractitionerDay) and b.releases)
    world.grace()
    for offer in world.offers(the_slot):
        world.decline(offer)
    for closing in list(world.stream):
        world.stream.popleft()
        world.react(closing)
    world.react(record)
    world.react(record)
    world.rest()
    assert sorted(
        (e.given.q, e.given.attempt) for e in world.rounds.by_name.values() if e.given.slot_id == the_slot.id
    ) == [
        (1, 1),
        (2, 1),
    ]
    assert world.asked(the_slot) == ["pat_6"]


@pytest.mark.rule("W-11")
@pytest.mark.promise(34)
def test_14b_an_attempt_is_not_raised_once_its_round_exists(world: World) -> None:
    """Pursuing decided on no round; the round opened and its execution ended before the attempt is raised."""
    line(world, 1)
    the_slot = released(world, FREED)
    world.rest()
    (execution,) = world.rounds.running
    world.now = execution.until

    class Slow:
        def start(self, name: str, given: RoundInput) -> Started:
            if execution.running:
                execution.step(world.app)
                world.rounds.abort(execution)
            return world.rounds.start(name, given)

    slow = world.app_with_clock_off_by(timedelta())
    slow.rounds = Slow()
    slow.pursue("prc_1", the_slot)
    assert world.day_of(the_slot).releases[0].attempt == 1
    assert list(world.rounds.by_name) == [execution.name]


@pytest.mark.rule("W-09")
@pytest.mark.promise(2)
def test_15_one_fate_for_all(world: World, offered) -> None:
    """Declined after the expiry, of a place that was gone before it: never recorded as expired."""
    the_slot, (mine, other, third), _ = offered
    world.rest()
    expires_at = world.round(the_slot).expires_at
    world.now = expires_at - timedelta(seconds=10)
    world.book("pat_new", FREED)
    world.now = expires_at + timedelta(minutes=10)
    assert world.decline(mine) == Outcome.SUPERSEDED
    assert world.show(other).outcome == Outcome.SUPERSEDED
    world.app.settle(ref_of(third.round_id))
    assert set(world.states(the_slot).values()) == {OfferState.SUPERSEDED}
