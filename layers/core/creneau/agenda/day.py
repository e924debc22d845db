"""One practitioner's day: what is open, who holds which place, which places were released. The single judge of A-06."""

from datetime import date, datetime

from creneau.agenda.slot import Slot
from creneau.shared.errors import Refused
from creneau.shared.interval import Interval
from creneau.shared.model import Stored, Value
from creneau.shared.store import Ref


class Availability(Value, frozen=True, kw_only=True, rename={"service_ids": "services", "agenda_id": "agenda"}):
    """Opening hours of an agenda. `service_ids` empty: every service. `places` over 1: one group slot (A-04)."""

    id: str
    agenda_id: str
    start: datetime
    end: datetime
    service_ids: tuple[str, ...] = ()
    places: int = 1

    @property
    def interval(self) -> Interval:
        return Interval(start=self.start, end=self.end)

    def offers(self, slot: Slot, service_id: str | None) -> bool:
        if self.agenda_id != slot.agenda_id:
            return False
        if service_id is not None and self.service_ids and service_id not in self.service_ids:
            return False
        return self.interval == slot.interval if self.places > 1 else self.interval.contains(slot.interval)


class Absence(Value, frozen=True, kw_only=True):
    """A span of this day in which nothing is free (A-11); `agenda_ids` empty: in every agenda."""

    id: str
    start: datetime
    end: datetime
    agenda_ids: tuple[str, ...] = ()

    def covers(self, slot: Slot) -> bool:
        here = not self.agenda_ids or slot.agenda_id in self.agenda_ids
        return here and Interval(start=self.start, end=self.end).overlaps(slot.interval)


class Held(
    Value, frozen=True, kw_only=True, rename={"appointment_id": "a", "agenda_id": "g", "start": "s", "end": "e"}
):
    """A place held by an appointment."""

    appointment_id: str
    agenda_id: str
    start: datetime
    end: datetime

    @property
    def interval(self) -> Interval:
        return Interval(start=self.start, end=self.end)

    def is_in(self, slot: Slot) -> bool:
        return self.agenda_id == slot.agenda_id and self.interval == slot.interval


class Release(Value, frozen=True, kw_only=True, rename={"agenda_id": "g", "start": "s", "end": "e"}):
    """One freeing of a place. `n` counts up per slot and never returns; once `ended_at` is set it never reopens.

    `attempt` tells apart the executions started for its next round; `released_by` are patients not to be asked;
    `places` counts the freeings it gathers (more than one only for a group slot).
    """

    agenda_id: str
    start: datetime
    end: datetime
    n: int
    attempt: int = 1
    opened_at: datetime
    released_by: tuple[str, ...] = ()
    places: int = 1
    ended_at: datetime | None = None

    @property
    def slot(self) -> Slot:
        return Slot(agenda_id=self.agenda_id, start=self.start, end=self.end)

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


class PractitionerDay(Stored, frozen=True, kw_only=True):
    """A practitioner's local date over all their agendas. Every change of a place writes it with its version."""

    practitioner_id: str
    on: date
    availabilities: tuple[Availability, ...] = ()
    absences: tuple[Absence, ...] = ()
    held: tuple[Held, ...] = ()
    releases: tuple[Release, ...] = ()

    # -- what is free
    def availability_of(self, slot: Slot, service_id: str | None = None) -> Availability | None:
        """The availability that offers this slot (for this service), unless an absence lies over it."""
        if any(absence.covers(slot) for absence in self.absences):
            return None
        return next((a for a in self.availabilities if a.offers(slot, service_id)), None)

    def places_left(self, slot: Slot) -> int:
        """How many more appointments the slot takes, wherever it lies; any other overlapping interval takes them all."""
        inside = [h for h in self.held if h.is_in(slot)]
        if any(h.interval.overlaps(slot.interval) and not h.is_in(slot) for h in self.held):
            return 0
        availability = self.availability_of(slot)
        return max(0, (availability.places if availability else 1) - len(inside))

    def is_free(self, slot: Slot, service_id: str | None = None) -> bool:
        return self.availability_of(slot, service_id) is not None and self.places_left(slot) > 0

    def open_release(self, slot: Slot) -> Release | None:
        return next((r for r in self.releases if r.slot == slot and r.is_open), None)

    def release(self, slot: Slot, n: int) -> Release | None:
        return next((r for r in self.releases if r.slot == slot and r.n == n), None)

    @property
    def open_releases(self) -> tuple[Release, ...]:
        return tuple(r for r in self.releases if r.is_open)

    # -- changes; each returns the new day
    def take(self, appointment_id: str, slot: Slot, now: datetime) -> "PractitionerDay":
        """The place is held from now on. Refused when none is left; ends every release whose slot has none left."""
        if any(h.appointment_id == appointment_id for h in self.held):
            return self
        if self.places_left(slot) < 1:
            raise Refused("this time is taken", code="place_taken", remedy="choose another time")
        held = Held(appointment_id=appointment_id, agenda_id=slot.agenda_id, start=slot.start, end=slot.end)
        return self.with_(held=(*self.held, held)).without_dead_releases(now)

    def leave(self, appointment_id: str) -> "PractitionerDay":
        """The place is free again; nothing is released by that."""
        return self.with_(held=tuple(h for h in self.held if h.appointment_id != appointment_id))

    def opened(self, slot: Slot, by: str, now: datetime) -> "PractitionerDay":
        """The slot's place is released (after `leave`); one that is not free, or not ahead, releases nothing."""
        if not self.is_free(slot) or slot.start <= now:
            return self
        present = self.open_release(slot)
        if present:
            more = present.with_(released_by=_with(present.released_by, by), places=present.places + 1)
            return self.with_(releases=tuple(more if r is present else r for r in self.releases))
        n = 1 + max((r.n for r in self.releases if r.slot == slot), default=0)
        new = Release(
            agenda_id=slot.agenda_id, start=slot.start, end=slot.end, n=n, opened_at=now, released_by=_with((), by)
        )
        return self.with_(releases=(*self.releases, new))

    def without_dead_releases(self, now: datetime) -> "PractitionerDay":
        """Every open release whose slot has no place left, or no availability, ends now."""
        if all(not r.is_open or self.is_free(r.slot) for r in self.releases):
            return self
        ended = (r if not r.is_open or self.is_free(r.slot) else r.with_(ended_at=now) for r in self.releases)
        return self.with_(releases=tuple(ended))

    def next_attempt(self, slot: Slot, n: int, attempt: int) -> "PractitionerDay":
        """The release's attempt raised by one, if it is still open at that attempt."""
        found = self.release(slot, n)
        if found is None or not found.is_open or found.attempt != attempt:
            return self
        raised = found.with_(attempt=attempt + 1)
        return self.with_(releases=tuple(raised if r is found else r for r in self.releases))


def _with(patients: tuple[str, ...], patient_id: str) -> tuple[str, ...]:
    return patients if not patient_id or patient_id in patients else (*patients, patient_id)


def day_ref(practitioner_id: str, on: date) -> Ref[PractitionerDay]:
    return Ref(PractitionerDay, (practitioner_id, on.isoformat()))
