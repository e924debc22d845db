"""The ordered sets in which agenda values are read; `adapters.dynamodb.keys` says where each lies."""

from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from creneau.agenda.appointment import Appointment
from creneau.agenda.catalogue import Patient
from creneau.agenda.day import PractitionerDay
from creneau.agenda.line import WaitEntry
from creneau.agenda.slot import Slot
from creneau.shared.model import Stored
from creneau.shared.store import Collection

M = TypeVar("M", bound=Stored)


def catalogue(kind: type[M]) -> Collection[M]:
    """All practitioners, locations, agendas, resources, categories, services or absences, by id (age)."""
    return Collection("catalogue", kind)


def appointments_of_agenda(agenda_id: str, first: str, last: str) -> Collection[Appointment]:
    """By start; the bounds are instants in UTC as ISO 8601 texts."""
    return Collection("appointments_of_agenda", Appointment, (agenda_id,), first, last)


def appointments_between(agenda_id: str, start: datetime, end: datetime) -> Collection[Appointment]:
    """Those that start from `start` on and before `end`, by start."""
    last = end - timedelta(milliseconds=1)
    first, last_text = (t.astimezone(UTC).isoformat(timespec="milliseconds") for t in (start, last))
    return appointments_of_agenda(agenda_id, first.replace("+00:00", "Z"), last_text.replace("+00:00", "Z"))


def appointments_from(agenda_id: str, start: datetime) -> Collection[Appointment]:
    """Those that start from `start` on, by start."""
    first = start.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return appointments_of_agenda(agenda_id, first, "")


def appointments_of_slot(slot: Slot) -> Collection[Appointment]:
    """Every appointment ever made on that start and end (W-13)."""
    return Collection("appointments_of_slot", Appointment, (slot.id,))


def appointments_of_patient(patient_id: str) -> Collection[Appointment]:
    return Collection("appointments_of_patient", Appointment, (patient_id,), newest_first=True)


def days_of_practitioner(practitioner_id: str, first: date, last: date) -> Collection[PractitionerDay]:
    return Collection("days_of_practitioner", PractitionerDay, (practitioner_id,), first.isoformat(), last.isoformat())


def line_of(agenda_id: str, lasts_minutes: int) -> Collection[WaitEntry]:
    """In the order of ticking; ties by appointment id (W-04)."""
    return Collection("line_of", WaitEntry, (agenda_id, str(lasts_minutes)))


def patients_by_birthday(month_day: str) -> Collection[Patient]:
    """`02-29`, whatever the year."""
    return Collection("patients_by_birthday", Patient, (month_day,))


def patients_by_name() -> Collection[Patient]:
    return Collection("patients_by_name", Patient)
