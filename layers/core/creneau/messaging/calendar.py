"""A visit as calendars take it (RFC 5545, 5546): put in, moved, taken out again, under one UID (M-13)."""

from datetime import UTC, datetime
from enum import StrEnum

from creneau.agenda.appointment import Appointment
from creneau.messaging.words import fit, one_line
from creneau.shared.model import Value
from creneau.shared.settings import Clinic

FOLDED_AT = 75
"""Octets of a line, its break aside."""

_LINE_LIMIT, _TEXT_LIMIT = 200, 1000


class Method(StrEnum):
    """What a calendar is asked to do with it."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Entry(Value, frozen=True, kw_only=True):
    """What stands in the reader's calendar, in words. It may be seen by whoever sees that calendar: nothing about health.

    `address` is whom the email goes to: a program that reads mail takes an invitation only for its own address.
    """

    summary: str
    location: str = ""
    description: str = ""
    name: str = ""
    address: str


def calendar_file(appointment: Appointment, entry: Entry, clinic: Clinic, method: Method, now: datetime) -> bytes:
    """One VEVENT. `now` orders files of the same sequence, as one that is sent again.

    Instants are in UTC. A visit is one event that never recurs, so that nothing is lost, and nothing can be misread:
    Outlook maps a named zone onto one of its own and ignores the definition that comes with it.
    The reader has agreed already (PARTSTAT) and nobody waits for a reply (RSVP): it would go to the sender's mailbox.
    """
    cancelled = method is Method.CANCEL
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Creneau//Visits//EN",
        "CALSCALE:GREGORIAN",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        f"UID:{uid_of(appointment)}",
        f"SEQUENCE:{appointment.sequence}",
        f"DTSTAMP:{_utc(now)}",
        f"DTSTART:{_utc(appointment.start)}",
        f"DTEND:{_utc(appointment.end)}",
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        f"TRANSP:{'TRANSPARENT' if cancelled else 'OPAQUE'}",
        "CLASS:PRIVATE",
        f"SUMMARY:{_text(one_line(entry.summary)[:_LINE_LIMIT])}",
        *_given("LOCATION", one_line(entry.location)[:_LINE_LIMIT]),
        *_given("DESCRIPTION", fit(entry.description)[:_TEXT_LIMIT]),
        f"ORGANIZER;CN={_quoted(clinic.name)}:mailto:{clinic.sender}",
        f"ATTENDEE;CN={_quoted(entry.name or entry.address)};CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;"
        f"PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:{entry.address}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def uid_of(appointment: Appointment) -> str:
    """Of the visit. Without the clinic's domain: a clinic that takes another keeps its visits."""
    return f"{appointment.visit_id}@creneau"


def _utc(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _given(name: str, text: str) -> list[str]:
    return [f"{name}:{_text(text)}"] if text else []


def _text(text: str) -> str:
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\n", "\\n")


def _quoted(text: str) -> str:
    """A parameter's value knows no quotation mark and no escape."""
    plain = one_line(text)[:_LINE_LIMIT].replace('"', "'")
    return f'"{plain}"'


def _folded(line: str) -> str:
    """Broken between characters, never within one, each further line after a blank that is no part of it."""
    folded, width = "", 0
    for character in line:
        size = len(character.encode())
        if width + size > FOLDED_AT:
            folded, width = f"{folded}\r\n ", 1
        folded, width = folded + character, width + size
    return folded
