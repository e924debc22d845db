"""What a visit is called in a patient's calendar, and which messages carry it there (M-13)."""

from datetime import datetime

from creneau.agenda.appointment import Appointment
from creneau.agenda.catalogue import Patient, Predefined
from creneau.messaging.calendar import Entry, Method, calendar_file
from creneau.messaging.facts import Known
from creneau.messaging.lines import address_lines
from creneau.messaging.locale import Speech
from creneau.messaging.message import Channel, Kind
from creneau.messaging.mime import CalendarPart
from creneau.messaging.reader import Reader
from creneau.messaging.words import one_line
from creneau.shared.settings import Clinic, language_of

METHODS = {Kind.CONFIRMED: Method.REQUEST, Kind.MOVED: Method.REQUEST, Kind.CANCELLED: Method.CANCEL}
"""A move is an update of what is there already: the same UID, a higher sequence, another time."""

_WORDS = {
    "fr": {
        "summary": "Rendez-vous – {}",
        "for": "Pour {}",
        "with": "Avec {}",
        "home_visit": "À votre domicile",
        "teleconsultation": "En vidéo",
        "phone": "Un empêchement ? {}",
    },
    "de": {
        "summary": "Termin – {}",
        "for": "Für {}",
        "with": "Bei {}",
        "home_visit": "Bei Ihnen zu Hause",
        "teleconsultation": "Per Video",
        "phone": "Verhindert? {}",
    },
    "it": {
        "summary": "Appuntamento – {}",
        "for": "Per {}",
        "with": "Con {}",
        "home_visit": "Al Suo domicilio",
        "teleconsultation": "In video",
        "phone": "Un impedimento? {}",
    },
    "en": {
        "summary": "Appointment – {}",
        "for": "For {}",
        "with": "With {}",
        "home_visit": "At your home",
        "teleconsultation": "By video",
        "phone": "Unable to come? {}",
    },
}


def invitation(known: Known, reader: Reader, to: str, now: datetime) -> CalendarPart | None:
    """The calendar file that goes with a message, if its kind has one; `to` is the address that the email goes to."""
    message, appointment, patient = known.message, known.appointment, known.patient
    method = METHODS.get(message.kind) if message.channel is Channel.EMAIL else None
    if method is None or appointment is None or patient is None:
        return None
    entry = _entry(known, appointment, patient, reader, to)
    return CalendarPart(content=calendar_file(appointment, entry, known.clinic, method, now), method=method)


def _entry(known: Known, appointment: Appointment, patient: Patient, reader: Reader, to: str) -> Entry:
    """Neither the service nor its instructions: calendars are shared, and shown on locked screens."""
    clinic, hidden = known.clinic, frozenset(known.settings.messaging.hide)
    language = language_of(reader.language, clinic.language)
    words = _WORDS[language]
    mode = known.service.category if known.service else Predefined.IN_PERSON
    phone = (known.location.phone if known.location else "") or known.settings.look.phone
    told = {
        "for": patient.name if reader.name != patient.name else "",
        "with": known.practitioner.name if known.practitioner and "practitioner" not in hidden else "",
        "phone": Speech(language, clinic.country, clinic.zone_name).phone(one_line(phone)),
    }
    lines = {key: words[key].format(one_line(value)) for key, value in told.items() if value}
    if mode in (Predefined.HOME_VISIT, Predefined.TELECONSULTATION):
        lines["mode"] = words[mode]
    return Entry(
        summary=words["summary"].format(one_line(clinic.name)),
        location=_location(known, mode, patient, clinic, words, "address" in hidden),
        description="\n".join(lines[key] for key in ("for", "with", "mode", "phone") if key in lines),
        name=one_line(reader.name)[: Patient.NAME_LIMIT],
        address=to,
    )


def _location(known: Known, mode: str, patient: Patient, clinic: Clinic, words: dict[str, str], hidden: bool) -> str:
    """Where to be, or what to open."""
    if mode == Predefined.TELECONSULTATION:
        return (known.service.video_link if known.service else "") or words[mode]
    if hidden:
        return ""
    if mode == Predefined.HOME_VISIT:
        return ", ".join(address_lines(patient.address, clinic.country)) if patient.address else ""
    location = known.location
    return ", ".join((location.name, *address_lines(location.address, clinic.country))) if location else ""
