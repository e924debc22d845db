"""Which emails offers ask for: one each, while nobody has answered (W-04)."""

from dataclasses import dataclass
from datetime import datetime

from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.agenda.catalogue import patient_ref
from creneau.messaging.message import Channel, Kind, Message, message_id, message_ref
from creneau.messaging.plan import Planned, commit_planned
from creneau.messaging.ports import Offers, OfferSeen
from creneau.messaging.verdict import Facts
from creneau.shared.again import Again
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Store
from creneau.shared.time import Clock


@dataclass(frozen=True)
class PlanOffers:
    """Plans one email for each offer of a round that nobody has answered."""

    store: Store
    clinic: Clinic
    offers: Offers
    clock: Clock
    again: Again

    def __call__(self, round_id: str) -> Planned:
        return self.again(lambda: self._step(round_id))

    def _step(self, round_id: str) -> Planned:
        now = self.clock()
        first = self.store.snapshot([self.offers.ref(round_id), SETTINGS])
        round, settings = first.get(self.offers.ref(round_id)), first.get(SETTINGS) or Settings()
        sent = self.offers.sent(round) if round else []
        if not sent:
            return Planned()
        ids = [message_id(Kind.OFFER, Channel.EMAIL, round_id, o.appointment_id) for o in sent]
        messages, appointments, patients = (
            [message_ref(i) for i in ids],
            [appointment_ref(o.appointment_id) for o in sent],
            [patient_ref(o.patient_id) for o in sent],
        )
        second = self.store.snapshot([*messages, *appointments, *patients])
        planned = [
            (
                _offer_message(id, offer, appointment, now),
                Facts(
                    clinic=self.clinic,
                    settings=settings,
                    patient=second.get(patient_ref(offer.patient_id)),
                    appointment=appointment,
                    offer=offer,
                ),
            )
            for id, offer in zip(ids, sent, strict=True)
            if second.get(message_ref(id)) is None
            for appointment in (second.get(appointment_ref(offer.appointment_id)),)
        ]
        return commit_planned(self.store, planned, now)


def _offer_message(id: str, offer: OfferSeen, appointment: Appointment | None, now: datetime) -> Message:
    return Message(
        id=id,
        channel=Channel.EMAIL,
        kind=Kind.OFFER,
        patient_id=offer.patient_id,
        practitioner_id=appointment.practitioner_id if appointment else None,
        appointment_id=offer.appointment_id,
        round_id=offer.round_id,
        occurrence=offer.appointment_id,
        due_at=offer.sent_at,
        created_at=now,
    )
