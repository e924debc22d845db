"""Booking by staff: an appointment, its place, the patient's and the resources' time, in one transaction (A-06, A-09)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.agenda.catalogue import (
    Patient,
    Predefined,
    Service,
    agenda_ref,
    patient_ref,
    practitioner_ref,
    service_ref,
)
from creneau.agenda.places import Places, refs_of, slot_of
from creneau.agenda.wants_earlier import check_may_wait
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.errors import Refused, invalid
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Put, Snapshot, Store
from creneau.shared.time import Clock, local_date, utc


@dataclass(frozen=True)
class Booking:
    """`start` is an aware instant on a whole minute; `duration_minutes` None: the service's.

    `sms_as_preset`: the practitioner's own SMS template confirms it, in place of `sms_template_id` (A-09).
    """

    agenda_id: str
    patient_id: str
    service_id: str
    start: datetime
    duration_minutes: int | None = None
    wants_earlier: bool = False
    sms_template_id: str | None = None
    sms_as_preset: bool = False
    note: str = ""
    outside_availability: bool = False


@dataclass(frozen=True)
class Book:
    """Books under the given id; booking the same id again answers the appointment already there.

    Raises NotFound, Invalid, Forbidden, and Refused (place, patient or resource taken; not offered; no address).
    """

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, appointment_id: str, booking: Booking, by: Actor) -> Appointment:
        return self.again(lambda: self._step(appointment_id, booking, by))

    def _step(self, appointment_id: str, booking: Booking, by: Actor) -> Appointment:
        now = self.clock()
        known = self.store.snapshot(
            [
                appointment_ref(appointment_id),
                agenda_ref(booking.agenda_id),
                service_ref(booking.service_id),
                patient_ref(booking.patient_id),
                SETTINGS,
            ]
        )
        present = known.get(appointment_ref(appointment_id))
        if present is not None:
            by.require_agenda_of(present.practitioner_id)
            return present
        appointment = self._draft(appointment_id, booking, known, by, now)
        by.require_agenda_of(appointment.practitioner_id)
        if booking.sms_as_preset:
            practitioner = self.store.get(practitioner_ref(appointment.practitioner_id))
            appointment = appointment.with_(sms_template_id=practitioner.sms_template_id if practitioner else None)
        places = Places(self.store.snapshot(refs_of([appointment], self.clinic.zone)), self.clinic.zone, now)
        availability = places.day_of(appointment).availability_of(slot_of(appointment), appointment.service_id)
        appointment = appointment.with_(group=availability is not None and availability.places > 1)
        places.take(appointment, outside_availability=booking.outside_availability)
        self.store.commit([Put(appointment), *places.writes()])
        return appointment.with_(version=1)

    def _draft(self, appointment_id: str, booking: Booking, known: Snapshot, by: Actor, now: datetime) -> Appointment:
        agenda, service = known[agenda_ref(booking.agenda_id)], known[service_ref(booking.service_id)]
        check_service(service, known[patient_ref(booking.patient_id)])
        start = utc(booking.start)
        end = start + timedelta(minutes=booking.duration_minutes or service.duration_minutes)
        check_span(start, end, self.clinic)
        if booking.wants_earlier:
            check_may_wait(start, known.get(SETTINGS) or Settings(), now, self.clinic.zone)
        return Appointment(
            id=appointment_id,
            visit_id=f"vis_{appointment_id.removeprefix('apt_')}",
            agenda_id=agenda.id,
            practitioner_id=agenda.practitioner_id,
            location_id=agenda.location_id,
            patient_id=booking.patient_id,
            service_id=service.id,
            start=start,
            end=end,
            resource_ids=service.resource_ids,
            waiting_since=now if booking.wants_earlier else None,
            sms_template_id=booking.sms_template_id,
            note=booking.note,
            created_at=now,
            created_by=by.id,
            attendance_at=now,
            changed_at=now,
            changed_by=by.id,
        )


def check_span(start: datetime, end: datetime, clinic: Clinic) -> None:
    """Invalid unless both are whole minutes of one local day, in order: a day has one record that judges it."""
    for field, at in (("start", start), ("end", end)):
        if at.second or at.microsecond:
            raise invalid(field, "the time has seconds", "use a whole minute")
    if end <= start:
        raise invalid("end", "it ends before it starts", "give an end after the start")
    if local_date(end - timedelta(seconds=1), clinic.zone) != local_date(start, clinic.zone):
        raise invalid("end", "it goes beyond midnight of the clinic's day", "split it at midnight")


def check_service(service: Service, patient: Patient) -> None:
    """A-02: a home visit needs the patient's address; services and patients that are no longer served are refused."""
    if not service.active:
        raise Refused("the service is not offered any more", code="service_inactive", remedy="choose an active service")
    if patient.erased or patient.deceased:
        raise Refused("this patient can't be booked", code="patient_inactive", remedy="check the patient's record")
    if service.category == Predefined.HOME_VISIT and patient.address is None:
        raise Refused(
            "a home visit needs the patient's address",
            code="no_address",
            remedy="add the address to the patient's record",
        )
