"""What an offer's page says: the state of the offer, and how the patient's own appointment stands now."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.agenda.attendance import GIVEN_UP
from creneau.agenda.catalogue import (
    Location,
    Practitioner,
    Predefined,
    Service,
    location_ref,
    patient_ref,
    practitioner_ref,
    service_ref,
)
from creneau.shared.link import Link, Read, next_nonce, opened, read
from creneau.shared.model import Value
from creneau.shared.settings import SETTINGS, Clinic, Settings, language_of
from creneau.shared.store import Ref, Store
from creneau.shared.time import Clock
from creneau.waitlist.answer import OfferSeen, Outcome

PURPOSE = "offer"
LONGEST_CHAIN = 20
"""Moves of one visit that are followed to its present appointment."""


class OfferLink(Value, frozen=True, kw_only=True):
    """A secret link that opens an offer; `link` signs and judges the nonces of its pages."""

    link: Link
    round_id: str
    appointment_id: str

    def nonce(self, now: datetime, given: str = "") -> str:
        """`given`: the one that was sent, where the page is shown again."""
        return next_nonce(self.link, given, now)

    def read(self, given: str, now: datetime) -> Read:
        return read(self.link, given, now)


class Standing(StrEnum):
    """The patient's appointment now: the one that the offer's outcome left, another one, none, or over."""

    AS_LEFT = "as_left"
    CHANGED = "changed"
    GONE = "gone"
    PAST = "past"


class ClinicFacts(Value, frozen=True, kw_only=True):
    """What every page shows. Texts are empty where not known."""

    name: str
    town: str = ""
    language: str
    country: str
    zone_name: str
    colour: str
    phone: str
    phone_hours: str


class OfferPage(Value, frozen=True, kw_only=True):
    """Instants in UTC. `own_start` is the waiting appointment that the offer was made for; `present_start` the patient's
    appointment of that visit now. `practitioner` and `location` are empty where the clinic hides them (M-07); `mode` is
    the service's category. `waiting`: the box is ticked, so in line while the appointment stands. `told_by_email`: a
    move is confirmed so.
    """

    outcome: Outcome
    clinic: ClinicFacts
    language: str
    offered_start: datetime
    answer_before: datetime
    own_start: datetime
    present_start: datetime
    standing: Standing
    waiting: bool
    told_by_email: bool
    mode: str
    practitioner: str
    location: tuple[str, ...]


@dataclass(frozen=True)
class OpenOfferLink:
    """The offer that a token opens. NotFound, the same for every other: unknown, forgotten or of another purpose (P-02)."""

    store: Store
    clock: Clock

    def __call__(self, token: str) -> OfferLink:
        link = opened(self.store, token, PURPOSE, self.clock())
        return OfferLink(link=link, round_id=link.subject["round_id"], appointment_id=link.subject["appointment_id"])


@dataclass(frozen=True)
class ReadClinicFacts:
    """For pages that are about nobody."""

    store: Store
    clinic: Clinic

    def __call__(self) -> ClinicFacts:
        return facts_of(self.clinic, self.store.get(SETTINGS) or Settings(), None)


@dataclass(frozen=True)
class ReadOfferPage:
    """What is to be said of an offer as seen. Reads only."""

    store: Store
    clinic: Clinic
    clock: Clock

    def __call__(self, seen: OfferSeen) -> OfferPage:
        left = seen.new or seen.own
        present = self._present(left)
        refs: dict[str, Ref[Any]] = {
            "settings": SETTINGS,
            "patient": patient_ref(present.patient_id),
            "practitioner": practitioner_ref(present.practitioner_id),
            "location": location_ref(present.location_id),
            "service": service_ref(present.service_id),
        }
        found = dict(zip(refs, self.store.get_many(list(refs.values())), strict=True))
        settings = found["settings"] or Settings()
        patient, hidden = found["patient"], settings.messaging.hide
        service: Service | None = found["service"]
        return OfferPage(
            outcome=seen.outcome,
            clinic=facts_of(self.clinic, settings, found["location"]),
            language=language_of(patient.language if patient else None, self.clinic.language),
            offered_start=seen.round.slot.start,
            answer_before=seen.round.expires_at,
            own_start=seen.own.start,
            present_start=present.start,
            standing=standing_of(present, left, self.clock()),
            waiting=present.waiting_since is not None,
            told_by_email=not settings.messaging.paused and "moved.email" not in settings.messaging.off,
            mode=service.category if service else Predefined.IN_PERSON,
            practitioner=_name_of(found["practitioner"]) if "practitioner" not in hidden else "",
            location=_lines_of(found["location"]) if "address" not in hidden else (),
        )

    def _present(self, appointment: Appointment) -> Appointment:
        """The visit's appointment now, through every move since."""
        for _ in range(LONGEST_CHAIN):
            if appointment.moved_to is None:
                break
            following = self.store.get(appointment_ref(appointment.moved_to))
            if following is None:
                break
            appointment = following
        return appointment


def standing_of(present: Appointment, left: Appointment, now: datetime) -> Standing:
    """`left` is the appointment that the offer's outcome left to the patient."""
    if present.deleted_at is not None or present.attendance in GIVEN_UP:
        return Standing.GONE
    if present.start <= now or not present.is_active:
        return Standing.PAST
    return Standing.AS_LEFT if present.id == left.id else Standing.CHANGED


def facts_of(clinic: Clinic, settings: Settings, location: Location | None) -> ClinicFacts:
    look = settings.look
    return ClinicFacts(
        name=clinic.name,
        town=location.address.town if location else "",
        language=language_of(None, clinic.language),
        country=clinic.country,
        zone_name=clinic.zone_name,
        colour=look.colour,
        phone=(location.phone if location else "") or look.phone,
        phone_hours=look.phone_hours,
    )


def _name_of(practitioner: Practitioner | None) -> str:
    return practitioner.name if practitioner else ""


def _lines_of(location: Location | None) -> tuple[str, ...]:
    if location is None:
        return ()
    address = location.address
    return tuple(line for line in (location.name, address.street, f"{address.postcode} {address.town}".strip()) if line)
