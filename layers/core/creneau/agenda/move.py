"""Moving: the old appointment is closed as moved and a new one of the same visit booked, in one transaction (A-12)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.agenda.attendance import Attendance
from creneau.agenda.book import check_service, check_span
from creneau.agenda.catalogue import agenda_ref, patient_ref, service_ref
from creneau.agenda.places import Places, refs_of, slot_of
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.edit import check_version
from creneau.shared.errors import Refused
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Put, Store
from creneau.shared.time import Clock, utc


@dataclass(frozen=True)
class NewTime:
    """Where to: None keeps what the appointment has."""

    start: datetime
    agenda_id: str | None = None
    service_id: str | None = None
    duration_minutes: int | None = None
    outside_availability: bool = False


def moved(old: Appointment, new: Appointment, places: Places, *, release: bool, outside_availability: bool) -> None:
    """The one way from an old to a new appointment: leave, take, and only then release, so that one day is judged once."""
    places.leave(old)
    places.take(new, outside_availability=outside_availability)
    if release:
        places.release(old)


@dataclass(frozen=True)
class Move:
    """Moves to a new time under the given id of the new appointment; repeating it answers that appointment.

    Raises NotFound, Invalid, Forbidden, Stale, and Refused as for booking.
    """

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(
        self,
        appointment_id: str,
        new_id: str,
        to: NewTime,
        by: Actor,
        *,
        expected_version: int | None = None,
        release: bool = True,
    ) -> Appointment:
        return self.again(lambda: self._step(appointment_id, new_id, to, by, expected_version, release))

    def _step(
        self, appointment_id: str, new_id: str, to: NewTime, by: Actor, expected_version: int | None, release: bool
    ) -> Appointment:
        now, zone = self.clock(), self.clinic.zone
        first = self.store.snapshot([appointment_ref(appointment_id), appointment_ref(new_id), SETTINGS])
        old, present = first[appointment_ref(appointment_id)], first.get(appointment_ref(new_id))
        by.require_agenda_of(old.practitioner_id)
        if present is not None:
            return present
        check_version(old, expected_version)
        if not old.is_active:
            raise Refused(
                f"an appointment that is {old.attendance} can't be moved", code="not_booked", remedy="book a new one"
            )
        new = self._new(old, new_id, to, by, now)
        by.require_agenda_of(new.practitioner_id)
        places = Places(self.store.snapshot(refs_of([old, new], zone)), zone, now)
        availability = places.day_of(new).availability_of(slot_of(new), new.service_id)
        new = new.with_(group=availability is not None and availability.places > 1)
        settings = first.get(SETTINGS) or Settings()
        moved(
            old,
            new,
            places,
            release=release and settings.waitlist.enabled,
            outside_availability=to.outside_availability,
        )
        closed = closed_as_moved(old, new, by, now)
        self.store.commit([Put(closed), Put(new), *places.writes()])
        return new.with_(version=1)

    def _new(self, old: Appointment, new_id: str, to: NewTime, by: Actor, now: datetime) -> Appointment:
        known = self.store.snapshot(
            [
                agenda_ref(to.agenda_id or old.agenda_id),
                service_ref(to.service_id or old.service_id),
                patient_ref(old.patient_id),
            ]
        )
        agenda, service = (
            known[agenda_ref(to.agenda_id or old.agenda_id)],
            known[service_ref(to.service_id or old.service_id)],
        )
        check_service(service, known[patient_ref(old.patient_id)])
        start = utc(to.start)
        lasts = timedelta(minutes=to.duration_minutes) if to.duration_minutes else None
        if lasts is None:
            lasts = timedelta(minutes=service.duration_minutes) if to.service_id else old.interval.lasts_for
        check_span(start, start + lasts, self.clinic)
        return successor(old, new_id, by, now).with_(
            agenda_id=agenda.id,
            practitioner_id=agenda.practitioner_id,
            location_id=agenda.location_id,
            service_id=service.id,
            resource_ids=service.resource_ids,
            start=start,
            end=start + lasts,
        )


def successor(old: Appointment, new_id: str, by: Actor, now: datetime) -> Appointment:
    """The next appointment of the same visit, at the same time still: it keeps the box and the calendar's sequence."""
    return old.with_(
        version=0,
        id=new_id,
        attendance=old.attendance,
        changes=old.changes + 1,
        sequence=old.sequence + 1,
        moved_from=old.id,
        moved_to=None,
        offer_round_id=None,
        created_at=now,
        created_by=by.id,
        attendance_at=now,
        changed_at=now,
        changed_by=by.id,
    )


def closed_as_moved(old: Appointment, new: Appointment, by: Actor, now: datetime) -> Appointment:
    return old.with_(
        attendance=Attendance.MOVED,
        moved_to=new.id,
        changes=old.changes + 1,
        attendance_at=now,
        changed_at=now,
        changed_by=by.id,
    )
