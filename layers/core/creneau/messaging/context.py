"""What each message says: one frozen context per kind, hidden pieces left out before a template sees them (M-07)."""

from datetime import datetime, timedelta
from typing import Any

from creneau.agenda.appointment import Appointment
from creneau.agenda.attendance import Attendance
from creneau.agenda.catalogue import Address, Location, Patient, Predefined
from creneau.messaging.facts import Known
from creneau.messaging.locale import Speech
from creneau.messaging.message import Kind
from creneau.messaging.words import fit, one_line
from creneau.shared.colour import ink_on, is_colour
from creneau.shared.model import Value
from creneau.shared.money import Money
from creneau.shared.settings import Clinic, Look, Settings, language_of

_TOWN_FIRST = frozenset({"GB", "IE", "CA", "US"})
_SIGNATURE_LINES = 12


class Frame(Value, frozen=True, kw_only=True):
    """What every message shows. `signature` is the one that ends it; `ink` reads well on `colour`;
    `phone` is with its hours."""

    speech: Speech
    clinic_name: str
    colour: str
    ink: str
    signature: tuple[str, ...]
    name: str
    phone: str

    @property
    def language(self) -> str:
        return self.speech.language


class Told(Frame, frozen=True, kw_only=True):
    """A message about one appointment. Empty, or None: hidden, or not known. `mode` is a predefined category."""

    start: datetime
    mode: str
    practitioner: str
    place: tuple[str, ...]
    service: str
    minutes: int | None
    price: Money | None
    instructions: tuple[str, ...]
    video_link: str


class ConfirmedContext(Told, frozen=True, kw_only=True):
    pass


class MovedContext(Told, frozen=True, kw_only=True):
    """`accepted`: the patient accepted an offer; else staff moved it."""

    previous_start: datetime | None
    accepted: bool


class CancelledContext(Told, frozen=True, kw_only=True):
    by_patient: bool


class OfferContext(Told, frozen=True, kw_only=True):
    """`start` is the place on offer, `own_start` the appointment kept until it is accepted."""

    own_start: datetime
    answer_before: datetime
    link: str


Context = ConfirmedContext | MovedContext | CancelledContext | OfferContext


def context_of(known: Known, clinic: Clinic) -> Context:
    """ValueError when the message names what does not exist: `may_send` is asked first."""
    appointment, patient = known.appointment, known.patient
    if appointment is None or patient is None:
        raise ValueError(f"{known.message.id} is about nothing")
    told = _told(known, appointment, patient, clinic)
    match known.message.kind:
        case Kind.CONFIRMED:
            return ConfirmedContext(**told)
        case Kind.MOVED:
            previous = known.previous.start if known.previous else None
            accepted = appointment.offer_round_id is not None
            return MovedContext(**told, previous_start=previous, accepted=accepted)
        case Kind.CANCELLED:
            return CancelledContext(**told, by_patient=appointment.attendance is Attendance.CANCELLED_BY_PATIENT)
        case Kind.OFFER:
            if known.offer is None:
                raise ValueError(f"{known.message.id} is about no offer")
            offered = told | {
                "start": known.offer.start,
                "minutes": _minutes(known.offer.end - known.offer.start, known),
            }
            expires = known.offer.expires_at
            return OfferContext(**offered, own_start=appointment.start, answer_before=expires, link="")
        case _:
            raise ValueError(f"{known.message.id} is of a kind that is not written yet")


def _told(known: Known, appointment: Appointment, patient: Patient, clinic: Clinic) -> dict[str, Any]:
    hidden, service = frozenset(known.settings.messaging.hide), known.service
    mode = service.category if service else Predefined.IN_PERSON
    place = _place(mode, patient, known.location, clinic) if "address" not in hidden else ()
    practitioner = known.practitioner.name if known.practitioner and "practitioner" not in hidden else ""
    return _frame(known.settings, patient, known.location, clinic) | {
        "start": appointment.start,
        "mode": mode,
        "practitioner": one_line(practitioner),
        "place": place,
        "service": one_line(service.name) if service and "service" not in hidden else "",
        "minutes": _minutes(appointment.interval.lasts_for, known),
        "price": service.price if service and "price" not in hidden else None,
        "instructions": _lines(service.instructions) if service and "instructions" not in hidden else (),
        "video_link": _web(service.video_link) if service and mode == Predefined.TELECONSULTATION else "",
    }


def _frame(settings: Settings, patient: Patient, location: Location | None, clinic: Clinic) -> dict[str, Any]:
    look, name = settings.look, one_line(clinic.name)
    colour = look.colour if is_colour(look.colour) else Look().colour
    speech = Speech(language_of(patient.language, clinic.language), clinic.country, clinic.zone_name)
    phone, hours = one_line((location.phone if location else "") or look.phone), one_line(look.phone_hours)
    return {
        "speech": speech,
        "clinic_name": name,
        "colour": colour,
        "ink": ink_on(colour),
        "signature": _lines(settings.signature)[:_SIGNATURE_LINES] or (name,),
        "name": one_line(patient.name)[: Patient.NAME_LIMIT],
        "phone": f"{speech.phone(phone)} ({hours})" if phone and hours else speech.phone(phone),
    }


def _minutes(lasts: timedelta, known: Known) -> int | None:
    return None if "duration" in known.settings.messaging.hide else int(lasts / timedelta(minutes=1))


def _place(mode: str, patient: Patient, location: Location | None, clinic: Clinic) -> tuple[str, ...]:
    """A-02: a home visit takes place where the patient lives; A-03: a teleconsultation nowhere."""
    if mode == Predefined.TELECONSULTATION:
        return ()
    if mode == Predefined.HOME_VISIT:
        return address_lines(patient.address, clinic.country) if patient.address else ()
    return (one_line(location.name), *address_lines(location.address, clinic.country)) if location else ()


def address_lines(address: Address, home: str) -> tuple[str, ...]:
    """As letters are addressed in its country; the country is named when it is not the clinic's."""
    parts = (address.postcode, address.town)
    town = " ".join(reversed(parts) if address.country in _TOWN_FIRST else parts)
    country = address.country if address.country != home else ""
    return tuple(line for line in (*_lines(address.street), one_line(town), one_line(country)) if line)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in fit(text).split("\n") if line.strip())


def _web(address: str) -> str:
    """Only what a browser opens as a page."""
    plain = one_line(address)
    return plain if plain.startswith(("https://", "http://")) and " " not in plain else ""
