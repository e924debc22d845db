"""With `refill` on, each place in an open round that a refusal left empty is offered on at once, five at most (W-11)."""

from dataclasses import dataclass

from creneau.agenda.day import day_ref
from creneau.shared.again import Again
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Put, Ref, Store, Unchanged, everything
from creneau.shared.time import Clock, local_date
from creneau.waitlist.eligible import FindEligible, question
from creneau.waitlist.open_round import last_moment, lock, offer_to
from creneau.waitlist.round import OfferState, Round, rounds_of_slot

PASSED_ON = frozenset({OfferState.DECLINED, OfferState.BOUNCED, OfferState.WITHDRAWN})


@dataclass(frozen=True)
class Extend:
    """Adds offers to an open round; the round's expiry stays what it is. Harmless to repeat."""

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, ref: Ref[Round]) -> int:
        return self.again(lambda: self._step(ref))

    def _step(self, ref: Ref[Round]) -> int:
        now = self.clock()
        round = self.store.get(ref)
        settings = self.store.get(SETTINGS) or Settings()
        if round is None or not round.is_open or not settings.waitlist.refill or not settings.may_offer:
            return 0
        gone = sum(o.state in PASSED_ON for o in round.offers.values())
        room = min(gone - round.passed_on, settings.waitlist.offers_per_round - len(round.unanswered))
        day = self.store.get(day_ref(round.practitioner_id, local_date(round.slot.start, self.clinic.zone)))
        release = day.release(round.slot, round.n) if day else None
        availability = day.availability_of(round.slot) if day else None
        if room < 1 or day is None or release is None or not release.is_open or availability is None:
            return 0
        if now >= min(round.expires_at, last_moment(round.slot, settings)):
            return 0
        about = question(round.slot, availability, release, everything(self.store, rounds_of_slot(round.slot)))
        found = FindEligible(self.store, self.clinic.zone)(about, room)
        if not found.picks:
            return 0
        added = {entry.appointment_id: offer_to(entry, now) for entry, _ in found.picks}
        extended = round.with_(offers={**round.offers, **added}, passed_on=round.passed_on + len(added))
        locked = [Put(lock(diary, round, entry)) for entry, diary in found.picks]
        self.store.commit([Put(extended), Unchanged(day), *locked])
        return len(added)
