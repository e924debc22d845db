"""An offer that did not reach its patient: it counts as answered, and binds them no longer (M-12, W-10)."""

from dataclasses import dataclass

from creneau.agenda.day import PractitionerDay, day_ref
from creneau.agenda.diary import PatientDiary, diary_ref
from creneau.shared.again import Again
from creneau.shared.settings import Clinic
from creneau.shared.store import DecideOffer, Store
from creneau.shared.time import Clock, local_date
from creneau.waitlist.fate import fate
from creneau.waitlist.round import OfferState, ref_of


@dataclass(frozen=True)
class BounceOffer:
    """Repeating it changes nothing. Who is asked instead follows from the change, as after a refusal."""

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, round_id: str, appointment_id: str) -> OfferState | None:
        """What the offer is from now on; None when there is no such offer."""
        return self.again(lambda: self._step(round_id, appointment_id))

    def _step(self, round_id: str, appointment_id: str) -> OfferState | None:
        now, ref = self.clock(), ref_of(round_id)
        round = self.store.get(ref)
        offer = round.offers.get(appointment_id) if round else None
        if round is None or offer is None:
            return None
        if offer.state is not OfferState.SENT:
            return offer.state
        on = local_date(round.slot.start, self.clinic.zone)
        day_key, diary_key = day_ref(round.practitioner_id, on), diary_ref(offer.patient_id)
        read = self.store.snapshot([day_key, diary_key])
        day = read.get(day_key) or PractitionerDay(practitioner_id=round.practitioner_id, on=on)
        state = fate(round, offer, day, read.get(diary_key) or PatientDiary(patient_id=offer.patient_id), now)
        if state is OfferState.SENT:
            state = OfferState.BOUNCED
        self.store.commit([DecideOffer(ref, appointment_id, state, now)])
        return state
