"""A patient answers: accepting moves the appointment in one atomic step, a refusal is recorded before it is said (W-07)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.agenda.day import day_ref
from creneau.agenda.diary import diary_ref
from creneau.agenda.move import closed_as_moved, moved, successor
from creneau.agenda.places import Places
from creneau.agenda.resource_day import resource_day_ref
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.derived_id import derived_id
from creneau.shared.errors import NotFound, Refused
from creneau.shared.model import Value
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Conflict, DecideOffer, Put, Ref, Snapshot, Store, require
from creneau.shared.time import Clock, local_date
from creneau.waitlist.fate import fate
from creneau.waitlist.round import Offer, OfferState, Round, ref_of


class Answer(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"


class Outcome(StrEnum):
    """What a patient is told: an offer's state, or why an open one can't be accepted now."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    BOUNCED = "bounced"
    TOO_LATE = "too_late"
    CLASH = "clash"


class OfferSeen(Value, frozen=True, kw_only=True):
    """`own` is the waiting appointment as it is now; `new` the one that accepting made."""

    outcome: Outcome
    round: Round
    offer: Offer
    own: Appointment
    new: Appointment | None = None


def _outcome(state: OfferState) -> Outcome:
    return Outcome.OPEN if state is OfferState.SENT else Outcome(state)


def new_appointment_id(round_id: str, appointment_id: str) -> str:
    """The id that accepting gives: made from the offer, so that accepting twice books once."""
    return derived_id("apt", round_id, appointment_id)


@dataclass(frozen=True)
class _World:
    """What an answer is decided on, read at one instant."""

    round: Round
    offer: Offer
    own: Appointment
    snapshot: Snapshot
    places: Places

    def fate(self, zone: ZoneInfo, now: datetime) -> OfferState:
        day = self.places.day(self.round.practitioner_id, local_date(self.round.slot.start, zone))
        return fate(self.round, self.offer, day, self.places.diary(self.offer.patient_id), now)

    def seen(self, outcome: Outcome) -> OfferSeen:
        new = None
        if self.offer.new_appointment_id:
            new = self.snapshot.get(appointment_ref(self.offer.new_appointment_id))
        return OfferSeen(outcome=outcome, round=self.round, offer=self.offer, own=self.own, new=new)


def _read(store: Store, zone: ZoneInfo, round_id: str, appointment_id: str, now: datetime) -> _World:
    """Everything an answer rests on; NotFound when there is no such offer."""
    ref = ref_of(round_id)
    round = require(store, ref)
    offer = round.offers.get(appointment_id)
    if offer is None:
        raise NotFound("there is no such offer", code="not_found", remedy="use the link of the email")
    target, source = local_date(round.slot.start, zone), local_date(offer.start, zone)
    refs: dict[Ref[Any], None] = {
        ref: None,
        SETTINGS: None,
        appointment_ref(appointment_id): None,
        appointment_ref(new_appointment_id(round_id, appointment_id)): None,
        diary_ref(offer.patient_id): None,
        day_ref(round.practitioner_id, target): None,
        day_ref(round.practitioner_id, source): None,
    }
    refs.update({resource_day_ref(r, on): None for r in offer.resource_ids for on in (target, source)})
    snapshot = store.snapshot(list(refs))
    round = snapshot[ref]
    own = snapshot[appointment_ref(appointment_id)]
    return _World(round, round.offers[appointment_id], own, snapshot, Places(snapshot, zone, now))


@dataclass(frozen=True)
class ShowOffer:
    """What the page shows: the state that is recorded, or the one that an answer would find. Changes nothing."""

    store: Store
    clinic: Clinic
    clock: Clock

    def __call__(self, round_id: str, appointment_id: str) -> OfferSeen:
        now = self.clock()
        world = _read(self.store, self.clinic.zone, round_id, appointment_id, now)
        state = world.fate(self.clinic.zone, now)
        if state is OfferState.SENT and now >= world.round.expires_at:
            return world.seen(Outcome.TOO_LATE)
        return world.seen(_outcome(state))


@dataclass(frozen=True)
class AnswerOffer:
    """Accepts or declines; the same answer again gives the same outcome. Raises NotFound, and Busy (nothing decided)."""

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, round_id: str, appointment_id: str, answer: Answer, arrived_at: datetime) -> OfferSeen:
        return self.again(lambda: self._step(round_id, appointment_id, answer, arrived_at))

    def _step(self, round_id: str, appointment_id: str, answer: Answer, arrived_at: datetime) -> OfferSeen:
        now = self.clock()
        world = _read(self.store, self.clinic.zone, round_id, appointment_id, now)
        if world.offer.state is not OfferState.SENT:
            return world.seen(_outcome(world.offer.state))
        state = world.fate(self.clinic.zone, now)
        if state is not OfferState.SENT:
            return self._decide(world, state, now)
        if arrived_at >= world.round.expires_at:
            return world.seen(Outcome.TOO_LATE)
        if answer is Answer.DECLINE:
            return self._decide(world, OfferState.DECLINED, now)
        return self._accept(world, now)

    def _decide(self, world: _World, state: OfferState, now: datetime) -> OfferSeen:
        """Recorded before it is said, so that it is said the same for ever."""
        self.store.commit([DecideOffer(ref_of(world.round.id), world.offer.appointment_id, state, now)])
        offer = world.offer.with_(state=state, decided_at=now)
        return OfferSeen(outcome=_outcome(state), round=world.round, offer=offer, own=world.own)

    def _accept(self, world: _World, now: datetime) -> OfferSeen:
        """One transaction: offer, both appointments, both days, the patient's diary, resources, line, lock."""
        old, slot = world.own, world.round.slot
        by = Actor(id=f"patient:{old.patient_id}")
        new = successor(old, new_appointment_id(world.round.id, old.id), by, now).with_(
            start=slot.start,
            end=slot.end,
            waiting_since=None,
            offer_round_id=world.round.id,
            group=self._is_group(world, new_service=old.service_id),
        )
        settings = world.snapshot.get(SETTINGS) or Settings()
        try:
            moved(old, new, world.places, release=settings.waitlist.enabled, outside_availability=False)
        except Refused as refusal:
            return self._refused(world, refusal)
        world.places.put_diary(world.places.diary(old.patient_id).unlocked())
        decide = DecideOffer(ref_of(world.round.id), old.id, OfferState.ACCEPTED, now, new_appointment_id=new.id)
        closed = closed_as_moved(old, new, by, now)
        self.store.commit([decide, Put(closed), Put(new), *world.places.writes()])
        return OfferSeen(
            outcome=Outcome.ACCEPTED,
            round=world.round,
            offer=world.offer.with_(state=OfferState.ACCEPTED, decided_at=now, new_appointment_id=new.id),
            own=closed.with_(version=closed.version + 1),
            new=new.with_(version=1),
        )

    def _is_group(self, world: _World, new_service: str) -> bool:
        day = world.places.day(world.round.practitioner_id, local_date(world.round.slot.start, self.clinic.zone))
        availability = day.availability_of(world.round.slot, new_service)
        return availability is not None and availability.places > 1

    def _refused(self, world: _World, refusal: Refused) -> OfferSeen:
        """Another engagement, or a room in use: said, not recorded, as it may pass. The place itself was live above."""
        if refusal.code in {"patient_busy", "resource_taken"}:
            return world.seen(Outcome.CLASH)
        raise Conflict(refusal.detail) from refusal
