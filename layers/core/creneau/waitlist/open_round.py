"""A round opens: the first five in line are locked and offered the place, in one transaction (W-04, W-05, W-10, W-14)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from creneau.agenda.day import Availability, PractitionerDay, Release, day_ref
from creneau.agenda.diary import PatientDiary
from creneau.agenda.line import WaitEntry
from creneau.agenda.slot import Slot, parse_slot
from creneau.shared.again import Again
from creneau.shared.model import Value
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Conflict, Put, Store, Unchanged, everything
from creneau.shared.time import Clock, after_days, local_date, wait_until
from creneau.waitlist.eligible import FindEligible, Found, question
from creneau.waitlist.ports import RoundInput
from creneau.waitlist.round import MARGIN, Offer, Round, rounds_of_slot

AFTER_EXPIRY = MARGIN + timedelta(seconds=1)
ANOTHER_IS_OPEN = timedelta(seconds=30)


class RoundOpening(Value, frozen=True, kw_only=True):
    """The task's answer: `opened` (wait until then, close), `wait` (ask again then), `no_offers` or `over` (end)."""

    outcome: str
    until: str = ""


def last_moment(slot: Slot, settings: Settings) -> datetime:
    """From then on the slot is too near to be offered."""
    return slot.start - timedelta(hours=settings.waitlist.answer_lead_hours)


def expiry(slot: Slot, settings: Settings, opened_at: datetime, clinic: Clinic) -> datetime:
    """W-09: so many local days after the opening, or when the slot is too near, if that comes first."""
    return min(after_days(opened_at, settings.waitlist.offer_days, clinic.zone), last_moment(slot, settings))


@dataclass(frozen=True)
class OpenRound:
    """Asked once the dust has settled. Repeating it after a lost answer tells the round that it opened."""

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, given: RoundInput) -> RoundOpening:
        return self.again(lambda: self._step(given, parse_slot(given.slot_id)))

    def _step(self, given: RoundInput, slot: Slot) -> RoundOpening:
        now = self.clock()
        on = local_date(slot.start, self.clinic.zone)
        snapshot = self.store.snapshot([day_ref(given.practitioner_id, on), SETTINGS])
        day, settings = snapshot.get(day_ref(given.practitioner_id, on)), snapshot.get(SETTINGS) or Settings()
        rounds = everything(self.store, rounds_of_slot(slot))
        mine = next((r for r in rounds if (r.n, r.q) == (given.n, given.q)), None)
        if mine is not None:
            return RoundOpening(outcome="opened", until=wait_until(mine.expires_at + AFTER_EXPIRY))
        release = day.open_release(slot) if day else None
        if day is None or release is None or release.n != given.n or now >= last_moment(slot, settings):
            return RoundOpening(outcome="over")
        if any(r.is_open for r in rounds):
            return RoundOpening(outcome="wait", until=wait_until(now + ANOTHER_IS_OPEN))
        availability = day.availability_of(slot)
        if availability is None or not settings.may_offer:
            return RoundOpening(outcome="over")
        found = self._find(slot, availability, release, rounds, settings)
        if not found.picks:
            return self._nobody(day, release, given)
        return self._open(given, slot, day, found, now, settings)

    def _find(
        self, slot: Slot, availability: Availability, release: Release, rounds: list[Round], settings: Settings
    ) -> Found:
        find = FindEligible(self.store, self.clinic.zone)
        return find(question(slot, availability, release, rounds), settings.waitlist.offers_per_round)

    def _nobody(self, day: PractitionerDay, release: Release, given: RoundInput) -> RoundOpening:
        """The attempt is raised, which is a change that is pursued: who joined the line meanwhile is seen by that."""
        if release.attempt == given.attempt:
            self.store.commit([Put(day.next_attempt(release.slot, release.n, release.attempt))])
        return RoundOpening(outcome="no_offers")

    def _open(
        self, given: RoundInput, slot: Slot, day: PractitionerDay, found: Found, now: datetime, settings: Settings
    ) -> RoundOpening:
        expires_at = expiry(slot, settings, now, self.clinic)
        opened = Round(
            practitioner_id=given.practitioner_id,
            slot=slot,
            n=given.n,
            q=given.q,
            opened_at=now,
            expires_at=expires_at,
            offers={entry.appointment_id: offer_to(entry, now) for entry, _ in found.picks},
            passed_over=tuple(found.passed_over),
        )
        locked = [Put(lock(diary, opened, entry)) for entry, diary in found.picks]
        self.store.commit([Put(opened), Unchanged(day), *locked])
        return RoundOpening(outcome="opened", until=wait_until(expires_at + AFTER_EXPIRY))


def offer_to(entry: WaitEntry, now: datetime) -> Offer:
    return Offer(
        appointment_id=entry.appointment_id,
        patient_id=entry.patient_id,
        service_id=entry.service_id,
        start=entry.start,
        resource_ids=entry.resource_ids,
        waiting_since=entry.waiting_since,
        sent_at=now,
    )


def lock(diary: PatientDiary, round: Round, entry: WaitEntry) -> PatientDiary:
    """The patient has an offer to answer now; only a patient without one gets here."""
    if diary.lock is not None:
        raise Conflict("the patient has an offer already")
    return diary.locked_by(round.id, entry.appointment_id)
