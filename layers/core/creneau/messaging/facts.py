"""What a message is decided and written on, in two reads: what its id names, then what those name."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.agenda.catalogue import (
    Location,
    Patient,
    Practitioner,
    Service,
    location_ref,
    patient_ref,
    practitioner_ref,
    service_ref,
)
from creneau.messaging.may_send import Facts
from creneau.messaging.message import Kind, Message, message_ref, parts_of
from creneau.messaging.ports import Offers, OfferSeen
from creneau.shared.model import Stored
from creneau.shared.settings import SETTINGS, Settings
from creneau.shared.store import Ref, Snapshot, Store, Unchanged, Write


@dataclass(frozen=True)
class Known:
    """A message with everything that it says; what does not exist is None."""

    message: Message
    settings: Settings
    patient: Patient | None
    appointment: Appointment | None
    previous: Appointment | None
    practitioner: Practitioner | None
    location: Location | None
    service: Service | None
    round: Stored | None
    offer: OfferSeen | None

    @property
    def facts(self) -> Facts:
        return Facts(
            settings=self.settings.messaging, patient=self.patient, appointment=self.appointment, offer=self.offer
        )

    def unchanged(self) -> list[Write]:
        """The conditions of a claim: nothing that it was decided on has changed since.

        The released place itself is not among them: the five messages of a round would conflict with one another over
        the practitioner's day. Whoever takes the place in that instant finds the offers told a moment too late (W-08).
        """
        return [Unchanged(item) for item in (self.patient, self.appointment, self.round) if item is not None]


@dataclass(frozen=True)
class ReadKnown:
    store: Store
    offers: Offers

    def __call__(self, message_id: str, now: datetime) -> Known | None:
        """None when there is no such message."""
        kind, _, subject, occurrence = parts_of(message_id)
        about = appointment_ref(occurrence if kind is Kind.OFFER else subject)
        round_ref = self.offers.ref(subject) if kind is Kind.OFFER else None
        first = self.store.snapshot([message_ref(message_id), about, SETTINGS, *_some(round_ref)])
        message, appointment = first.get(message_ref(message_id)), first.get(about)
        if message is None:
            return None
        round = first.get(round_ref) if round_ref else None
        wanted: dict[str, Ref[Any]] = {"patient": patient_ref(message.patient_id)}
        if appointment is not None:
            wanted |= {
                "practitioner": practitioner_ref(appointment.practitioner_id),
                "location": location_ref(appointment.location_id),
                "service": service_ref(appointment.service_id),
            }
            if appointment.moved_from and kind is Kind.MOVED:
                wanted["previous"] = appointment_ref(appointment.moved_from)
        judges = list(self.offers.judged_by(round, occurrence)) if round else []
        refs = [*wanted.values(), *judges]
        read: dict[Ref[Any], Any] = dict(zip(refs, self.store.get_many(refs), strict=True))
        found = {name: read[ref] for name, ref in wanted.items()}
        return Known(
            message=message,
            settings=first.get(SETTINGS) or Settings(),
            patient=found["patient"],
            appointment=appointment,
            previous=found.get("previous"),
            practitioner=found.get("practitioner"),
            location=found.get("location"),
            service=found.get("service"),
            round=round,
            offer=self.offers.seen(round, occurrence, Snapshot(read), now) if round else None,
        )


def _some(ref: Ref[Any] | None) -> Iterable[Ref[Any]]:
    return () if ref is None else (ref,)
