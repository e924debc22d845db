"""A round is settled: what became of its offers is recorded, its patients are free again, it closes when over.

The same act closes a round in time, records rivals as superseded, and withdraws offers: it may run at any time, any
number of times, beside anything.
"""

from dataclasses import dataclass
from datetime import datetime

from creneau.agenda.day import PractitionerDay, day_ref
from creneau.agenda.diary import PatientDiary, diary_ref
from creneau.agenda.slot import Slot
from creneau.shared.again import Again
from creneau.shared.model import Value
from creneau.shared.settings import Clinic
from creneau.shared.store import Put, Ref, Snapshot, Store, everything
from creneau.shared.time import Clock, local_date, wait_until
from creneau.waitlist.fate import fate, is_over
from creneau.waitlist.open_round import AFTER_EXPIRY
from creneau.waitlist.round import Offer, OfferState, Round, RoundStatus, rounds_of_slot


class RoundClosing(Value, frozen=True, kw_only=True):
    """The task's answer: `closed`, or `not_yet` (wait until then, ask again)."""

    outcome: str
    until: str = ""


@dataclass(frozen=True)
class Settle:
    """Raises NotFound for a round that does not exist."""

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, ref: Ref[Round]) -> RoundClosing:
        settled = self.again(lambda: self._record(ref))
        locked = [o for o in settled.offers.values() if o.state is not OfferState.SENT]
        for offer in locked if not settled.settled else []:
            self.again(lambda o=offer: self._unlock(settled, o))  # type: ignore[misc]
        if settled.is_open:
            return RoundClosing(outcome="not_yet", until=wait_until(settled.expires_at + AFTER_EXPIRY))
        if not settled.settled:
            self.again(lambda: self._finish(ref))
        return RoundClosing(outcome="closed")

    def _record(self, ref: Ref[Round]) -> Round:
        """Every offer that can't win any more gets its state, and the round is closed if it is over."""
        now = self.clock()
        round = Snapshot({ref: self.store.get(ref)})[ref]
        if not round.is_open:
            return round
        on = local_date(round.slot.start, self.clinic.zone)
        day_key = day_ref(round.practitioner_id, on)
        snapshot = self.store.snapshot([day_key, *(diary_ref(o.patient_id) for o in round.unanswered)])
        day = snapshot.get(day_key) or PractitionerDay(practitioner_id=round.practitioner_id, on=on)
        after = decided(round, day, snapshot, now)
        if after == round:
            return round
        self.store.commit([Put(after)])
        return after.with_(version=after.version + 1)

    def _unlock(self, round: Round, offer: Offer) -> None:
        """The patient can be asked again, if it is still this offer that binds them."""
        diary = self.store.get(diary_ref(offer.patient_id))
        lock = diary.lock if diary else None
        if diary and lock and (lock.round_id, lock.appointment_id) == (round.id, offer.appointment_id):
            self.store.commit([Put(diary.unlocked())])

    def _finish(self, ref: Ref[Round]) -> None:
        round = self.store.get(ref)
        if round is not None and not round.settled:
            self.store.commit([Put(round.with_(settled=True))])


def decided(round: Round, day: PractitionerDay, snapshot: Snapshot, now: datetime) -> Round:
    """The round with every dead offer's fate, closed once nothing in it can be answered."""
    offers = {}
    for key, offer in round.offers.items():
        ref = diary_ref(offer.patient_id)
        unanswered = offer.state is OfferState.SENT
        diary = (snapshot.get(ref) if unanswered else None) or PatientDiary(patient_id=offer.patient_id)
        state = fate(round, offer, day, diary, now)
        offers[key] = offer if state is offer.state else offer.with_(state=state, decided_at=now)
    release = day.release(round.slot, round.n)
    over = release is None or not release.is_open or is_over(round, now)
    if over or all(o.state is not OfferState.SENT for o in offers.values()):
        return round.with_(offers=offers, status=RoundStatus.CLOSED, closed_at=now)
    return round if offers == round.offers else round.with_(offers=offers)


@dataclass(frozen=True)
class SettleSlot:
    """Settles every round of a slot that is not settled yet: a release of it ended."""

    store: Store
    settle: Settle

    def __call__(self, slot: Slot) -> None:
        for round in everything(self.store, rounds_of_slot(slot)):
            if not round.settled:
                self.settle(Ref(Round, (slot.id, str(round.n), str(round.q))))
