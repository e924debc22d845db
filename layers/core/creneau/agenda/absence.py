"""Absences and closures: nothing in them is free, nothing in them is released; what is booked there is listed (A-11)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.agenda.catalogue import Agenda, location_ref, practitioner_ref
from creneau.agenda.collections import catalogue, days_of_practitioner
from creneau.agenda.day import Absence, PractitionerDay, day_ref
from creneau.agenda.opening import change_day
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.errors import invalid
from creneau.shared.interval import Interval
from creneau.shared.model import Stored
from creneau.shared.settings import Clinic
from creneau.shared.store import Conflict, Delete, Put, Ref, Store, Unchanged, everything, require
from creneau.shared.time import Clock, day_bounds, local_date, utc

LONGEST = timedelta(days=400)
NOBODY = ""
"""Owns the closure of a location without agendas: those who change every agenda may change it."""


class AbsenceRecord(Stored, frozen=True, kw_only=True):
    """Of one practitioner or of one location, any length. `marked` once every day in it knows of it, or need not."""

    id: str
    practitioner_id: str | None = None
    location_id: str | None = None
    start: datetime
    end: datetime
    reason: str = ""
    marked: bool = False
    look_at: datetime | None = None


def absence_ref(id: str) -> Ref[AbsenceRecord]:
    return Ref(AbsenceRecord, (id,))


def check_absence(record: AbsenceRecord) -> None:
    if (record.practitioner_id is None) == (record.location_id is None):
        raise invalid(
            "practitioner_id", "an absence is of a practitioner or of a location", "give exactly one of the two"
        )
    if record.end <= record.start:
        raise invalid("end", "it ends before it starts", "give an end after the start")
    if record.end - record.start > LONGEST:
        raise invalid("end", "an absence lasts at most 400 days", "split it")


def _owner(record: AbsenceRecord) -> Ref[Any]:
    return (
        practitioner_ref(record.practitioner_id) if record.practitioner_id else location_ref(record.location_id or "")
    )


def scope(record: AbsenceRecord, agendas: list[Agenda]) -> dict[str, tuple[str, ...]]:
    """Whose days it marks, and which agendas there (none named: all)."""
    if record.practitioner_id:
        return {record.practitioner_id: ()}
    here = [a for a in agendas if a.location_id == record.location_id]
    return {p: tuple(a.id for a in here if a.practitioner_id == p) for p in {a.practitioner_id for a in here}}


def days(record: AbsenceRecord, clinic: Clinic) -> Iterator[tuple[date, Interval]]:
    """The local dates that an absence touches, with its span in each."""
    on = local_date(record.start, clinic.zone)
    while True:
        first, after = day_bounds(on, clinic.zone)
        if first >= record.end:
            return
        yield on, Interval(start=max(first, record.start), end=min(after, record.end))
        on += timedelta(days=1)


@dataclass(frozen=True)
class AddAbsence:
    """Records an absence and marks its days; resumed by `MarkAbsence` when it was cut off. Raises Invalid, Forbidden."""

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, record: AbsenceRecord, by: Actor) -> AbsenceRecord:
        record = record.with_(start=utc(record.start), end=utc(record.end))
        check_absence(record)
        require(self.store, _owner(record))
        for practitioner_id in scope(record, everything(self.store, catalogue(Agenda))) or {NOBODY: ()}:
            by.require_agenda_of(practitioner_id)
        try:
            self.store.commit([Put(record.with_(look_at=self.clock() + timedelta(minutes=2)))])
        except Conflict:
            record = require(self.store, absence_ref(record.id))
        return MarkAbsence(self.store, self.clinic, self.clock, self.again)(record.id) or record


@dataclass(frozen=True)
class MarkAbsence:
    """Marks every day of a recorded absence, each in its own change; harmless to repeat. None: it was taken back."""

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, absence_id: str) -> AbsenceRecord | None:
        record = self.store.get(absence_ref(absence_id))
        if record is None or record.marked:
            return record
        for practitioner_id, agenda_ids in scope(record, everything(self.store, catalogue(Agenda))).items():
            for on, span in days(record, self.clinic):
                mark = Absence(id=record.id, start=span.start, end=span.end, agenda_ids=agenda_ids)
                if not self.again(lambda p=practitioner_id, d=on, m=mark: self._mark(record, p, d, m)):  # type: ignore[misc]
                    return self.store.get(absence_ref(absence_id))
        done = record.with_(marked=True, look_at=None)
        try:
            self.store.commit([Put(done)])
        except Conflict:
            # The caller and the stream mark the same absence at the same time: either may finish.
            return self.store.get(absence_ref(absence_id))
        return done.with_(version=done.version + 1)

    def _mark(self, record: AbsenceRecord, practitioner_id: str, on: date, mark: Absence) -> bool:
        """False when the record is no more as it was read: a day marked after it was taken back would stay marked."""
        key = day_ref(practitioner_id, on)
        read = self.store.snapshot([absence_ref(record.id), key])
        if read.get(absence_ref(record.id)) != record:
            return False
        before = read.get(key) or PractitionerDay(practitioner_id=practitioner_id, on=on)
        others = tuple(a for a in before.absences if a.id != mark.id)
        after = before.with_(absences=(*others, mark)).without_dead_releases(self.clock())
        if after != before:
            self.store.commit([Put(after), Unchanged(record)])
        return True


@dataclass(frozen=True)
class RemoveAbsence:
    """Takes an absence back: its time can be booked again; releases that it ended stay ended."""

    store: Store
    clinic: Clinic
    again: Again

    def __call__(self, absence_id: str, by: Actor) -> None:
        record = require(self.store, absence_ref(absence_id))
        owners = scope(record, everything(self.store, catalogue(Agenda)))
        for practitioner_id in owners or {NOBODY: ()}:
            by.require_agenda_of(practitioner_id)
        self.again(lambda: self._end_marking(absence_id))

        def change(day: PractitionerDay) -> PractitionerDay:
            return day.with_(absences=tuple(a for a in day.absences if a.id != absence_id))

        for practitioner_id in owners:
            for on, _ in days(record, self.clinic):
                self.again(lambda p=practitioner_id, d=on: change_day(self.store, p, d, change))  # type: ignore[misc]
        self.again(lambda: self._forget(absence_id))

    def _end_marking(self, absence_id: str) -> None:
        """Before the first day is freed: who still marks days finds the record changed, and stops."""
        record = self.store.get(absence_ref(absence_id))
        if record is not None and not record.marked:
            self.store.commit([Put(record.with_(marked=True, look_at=None))])

    def _forget(self, absence_id: str) -> None:
        """Read anew: the record may have changed since, or this very removal's answer may have been lost."""
        record = self.store.get(absence_ref(absence_id))
        if record is not None:
            self.store.commit([Delete(record)])


@dataclass(frozen=True)
class AppointmentsIn:
    """The appointments that hold a place within an absence, by start: what staff must cancel or move."""

    store: Store
    clinic: Clinic

    def __call__(self, record: AbsenceRecord) -> list[Appointment]:
        check_absence(record)
        span = Interval(start=record.start, end=record.end)
        dates = [on for on, _ in days(record, self.clinic)]
        held = []
        for practitioner_id, agenda_ids in scope(record, everything(self.store, catalogue(Agenda))).items():
            of = days_of_practitioner(practitioner_id, dates[0], dates[-1])
            for day in everything(self.store, of):
                held += [h for h in day.held if not agenda_ids or h.agenda_id in agenda_ids]
        refs = [appointment_ref(h.appointment_id) for h in held if h.interval.overlaps(span)]
        found = [a for a in self.store.get_many(refs) if a is not None]
        return sorted(found, key=lambda a: (a.start, a.id))
