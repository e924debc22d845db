"""An offer that did not reach its patient frees them, counts as answered, and does not go round in circles (W-10)."""

from datetime import timedelta

import pytest

from creneau.agenda.appointment import Appointment
from creneau.agenda.blocked_address import BlockedAddress, address_key, blocked_ref, marked
from creneau.agenda.catalogue import patient_ref
from creneau.agenda.reach import record_writes
from creneau.agenda.slot import Slot
from creneau.messaging.message import Message, MessageState
from creneau.shared.actor import SYSTEM
from creneau.shared.store import DecideOffer, require
from creneau.waitlist.eligible import Reason
from creneau.waitlist.round import OfferState, ref_of
from tests.support.judge import at_rest
from tests.support.world import Live, World, line, released

pytestmark = [pytest.mark.rule("W-10"), pytest.mark.rule("M-12")]


@pytest.fixture
def offered(world: World) -> Slot:
    """One offer each of two in line; a third waits."""
    world.settings(offers_per_round=2)
    line(world, 3)
    the_slot = released(world)
    world.grace()
    return the_slot


def unread(world: World, offer: Live, state: MessageState = MessageState.BOUNCED) -> Message:
    """The record of an offer's email, with what became of it."""
    message = Message(
        id=f"offer.email.{offer.round_id}.{offer.appointment_id}",
        channel="email",  # type: ignore[arg-type]
        kind="offer",  # type: ignore[arg-type]
        patient_id=offer.patient_id,
        appointment_id=offer.appointment_id,
        round_id=offer.round_id,
        occurrence=offer.appointment_id,
        address="patient@mail.example",
        due_at=world.now,
        created_at=world.now,
        hand_overs=1,
        state=MessageState.SENT,
    )
    world.put(message)
    world.rest()
    sent = next(m for m in world.all(Message) if m.id == message.id)
    return sent if state is MessageState.SENT else _put(world, sent.with_(state=state))


def _put(world: World, message: Message) -> Message:
    world.put(message)
    return message


def block(world: World, patient_id: str) -> None:
    patient = require(world.store, patient_ref(patient_id))
    key = address_key(str(patient.email))
    if world.store.get(blocked_ref(key)) is None:
        world.put(BlockedAddress(id=key, because="bounced", blocked_at=world.now))
    after = marked(patient, {key: True})
    world.store.commit(record_writes(patient, after, world.diary(patient_id), world.now))


@pytest.mark.promise(19, 40)
@pytest.mark.parametrize(
    "state", [MessageState.BOUNCED, MessageState.FAILED, MessageState.SUPPRESSED, MessageState.CANCELLED]
)
def test_its_patient_is_free_and_the_offer_counts_as_answered(world: World, offered: Slot, state: MessageState) -> None:
    first, _ = world.offers(offered)
    unread(world, first, state)
    world.rest()
    assert world.offer(first).state is OfferState.BOUNCED
    assert world.bound_by("pat_1") is None
    assert world.round(offered).is_open, "the other one is not answered"
    at_rest(world)


@pytest.mark.parametrize(
    "state",
    [
        MessageState.SENT,
        MessageState.DELIVERED,
        MessageState.UNCONFIRMED,
        MessageState.COMPLAINED,
        MessageState.CLAIMED,
    ],
)
def test_one_that_was_read_or_may_be_binds_on(world: World, offered: Slot, state: MessageState) -> None:
    first, _ = world.offers(offered)
    unread(world, first, state)
    world.rest()
    world.sweep(6)
    assert world.offer(first).state is OfferState.SENT
    assert world.bound_by("pat_1") == first.round_id


@pytest.mark.rule("W-11")
def test_when_all_have_bounced_the_next_are_asked_and_nobody_twice(world: World, offered: Slot) -> None:
    for offer in world.offers(offered):
        unread(world, offer)
    world.rest()
    assert world.asked(offered) == ["pat_3"]
    world.sweep(30)
    assert len(world.rounds_of(offered)) == 2, "a patient who was not reached is not asked again and again"
    passed_over = {p.patient_id: p.reason for p in world.round(offered).passed_over}
    assert passed_over == {"pat_1": Reason.NOT_REACHED, "pat_2": Reason.NOT_REACHED}


@pytest.mark.rule("W-11")
def test_with_refill_it_is_passed_on_at_once(world: World, offered: Slot) -> None:
    world.settings(refill=True)
    unread(world, world.offers(offered)[0])
    world.rest()
    assert [o.patient_id for o in world.round(offered).unanswered] == ["pat_2", "pat_3"]


@pytest.mark.rule("W-05")
def test_who_was_not_reached_is_asked_again_once_staff_corrected_the_address(world: World, offered: Slot) -> None:
    world.settings(offers_per_round=5)
    for offer in world.offers(offered):
        unread(world, offer)
    world.rest()
    (third,) = world.offers(offered)
    world.write_to("pat_2", "right@mail.example")
    world.decline(third)
    world.rest()
    assert world.asked(offered) == ["pat_2"]
    at_rest(world)


@pytest.mark.rule("W-05")
@pytest.mark.promise(10)
def test_or_cleared_it_and_then_at_once(world: World, offered: Slot) -> None:
    (third,) = (a for a in world.all(Appointment) if a.patient_id == "pat_3")
    world.tick(third, False)
    for offer in world.offers(offered):
        block(world, offer.patient_id)
        unread(world, offer)
    world.rest()
    world.sweep(15)
    assert len(world.rounds_of(offered)) == 1
    world.later(minutes=1)
    world.app.clear_addresses("pat_1", SYSTEM)
    world.rest()
    assert world.asked(offered) == ["pat_1", "pat_2"], "both have the address that staff cleared"


@pytest.mark.rule("W-05")
def test_an_address_corrected_after_the_offer_left_is_not_what_bounced(world: World, offered: Slot) -> None:
    world.settings(offers_per_round=5)
    first, second = world.offers(offered)
    world.later(minutes=5)
    world.write_to("pat_1", "right@mail.example")
    for offer in (first, second):
        unread(world, offer)
    world.rest()
    assert world.asked(offered) == ["pat_1", "pat_3"]
    for offer in world.offers(offered):
        unread(world, offer)
    world.rest()
    assert [r.q for r in world.rounds_of(offered)] == [1, 2], "and only once"


@pytest.mark.rule("W-05")
def test_a_later_release_of_the_slot_asks_them_again(world: World, offered: Slot) -> None:
    for offer in world.offers(offered):
        unread(world, offer)
    world.rest()
    gone = world.book("pat_new", "2026-03-20 09:00")
    world.rest()
    world.cancel(gone)
    world.grace()
    assert world.asked(offered) == ["pat_1", "pat_2"]


@pytest.mark.promise(2)
def test_what_was_answered_or_is_over_stays_what_it_is(world: World, offered: Slot) -> None:
    first, second = world.offers(offered)
    world.decline(first)
    assert world.app.bounce_offer(first.round_id, first.appointment_id) is OfferState.DECLINED
    world.book("pat_new", "2026-03-20 09:00")
    assert world.app.bounce_offer(second.round_id, second.appointment_id) is OfferState.SUPERSEDED
    assert world.offer(second).state is OfferState.SUPERSEDED, "recorded, as an answer would have found it"
    assert world.app.bounce_offer(first.round_id, "apt_none") is None


def test_an_answer_at_the_same_moment_wins(world: World, offered: Slot) -> None:
    first, _ = world.offers(offered)
    decide = DecideOffer(ref_of(first.round_id), first.appointment_id, "declined", world.now)
    world.store.slip_in(lambda: world.store.commit([decide]))
    assert world.app.bounce_offer(first.round_id, first.appointment_id) is OfferState.DECLINED


@pytest.mark.promise(32)
def test_the_sweeper_finds_one_whose_record_was_lost(world: World, offered: Slot) -> None:
    first, _ = world.offers(offered)
    unread(world, first)
    world.stream.clear()
    world.now += timedelta(seconds=1)
    world.sweep(6)
    assert world.offer(first).state is OfferState.BOUNCED
    assert world.bound_by("pat_1") is None
