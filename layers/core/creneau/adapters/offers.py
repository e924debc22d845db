"""What messages ask of the waitlist, answered by the waitlist's own judge of offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from creneau.agenda.day import PractitionerDay, day_ref
from creneau.agenda.diary import PatientDiary, diary_ref
from creneau.messaging.ports import OfferSeen
from creneau.shared.model import Stored
from creneau.shared.store import Ref, Snapshot
from creneau.shared.time import local_date
from creneau.waitlist.fate import fate
from creneau.waitlist.round import Offer, Round, ref_of


@dataclass(frozen=True)
class WaitlistOffers:
    """Implements `messaging.ports.Offers`."""

    zone: ZoneInfo

    def ref(self, round_id: str) -> Ref[Any]:
        return ref_of(round_id)

    def sent(self, round: Stored) -> list[OfferSeen]:
        return [_seen(round, o, o.state) for o in round.unanswered] if isinstance(round, Round) else []

    def judged_by(self, round: Stored, appointment_id: str) -> Sequence[Ref[Any]]:
        if not isinstance(round, Round) or appointment_id not in round.offers:
            return ()
        on = local_date(round.slot.start, self.zone)
        return day_ref(round.practitioner_id, on), diary_ref(round.offers[appointment_id].patient_id)

    def seen(self, round: Stored, appointment_id: str, read: Snapshot, now: datetime) -> OfferSeen | None:
        if not isinstance(round, Round) or appointment_id not in round.offers:
            return None
        offer = round.offers[appointment_id]
        on = local_date(round.slot.start, self.zone)
        day = read.get(day_ref(round.practitioner_id, on)) or PractitionerDay(
            practitioner_id=round.practitioner_id, on=on
        )
        diary = read.get(diary_ref(offer.patient_id)) or PatientDiary(patient_id=offer.patient_id)
        return _seen(round, offer, fate(round, offer, day, diary, now))


def _seen(round: Round, offer: Offer, state: str) -> OfferSeen:
    return OfferSeen(
        round_id=round.id,
        appointment_id=offer.appointment_id,
        patient_id=offer.patient_id,
        start=round.slot.start,
        end=round.slot.end,
        sent_at=offer.sent_at,
        expires_at=round.expires_at,
        state=str(state),
    )
