"""Appointments: booked, read, listed, moved, cancelled, deleted, put into the line (A-05 to A-13, W-02)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from pydantic import Field, model_validator

from api.staff.appointment_view import AppointmentView, one, shown
from api.staff.given import Given, Id, Instant, Minutes, Nothing, Paged, TemplateId, Text
from api.staff.routing import AGENDA, Call, Routes
from api.staff.shown import Listed
from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.agenda.attendance import Attendance
from creneau.agenda.book import Booking
from creneau.agenda.catalogue import agenda_ref, patient_ref
from creneau.agenda.collections import appointments_between, appointments_of_patient
from creneau.agenda.move import NewTime
from creneau.messaging.chosen_template import FOR_BOOKINGS
from creneau.shared.store import Page, require
from creneau.wiring import App

routes = Routes()
LONGEST = timedelta(days=400)


class BookingGiven(Given):
    """`start` on a whole minute; `duration_minutes` null: the service's.

    `sms_template_id` null: no SMS confirmation; left out: the practitioner's preset.
    `outside_availability` books where the agenda is not open, on purpose.
    """

    agenda_id: Id
    patient_id: Id
    service_id: Id
    start: Instant
    duration_minutes: Minutes | None = None
    wants_earlier: bool = False
    sms_template_id: TemplateId | None = None
    note: Text = ""
    outside_availability: bool = False


class NoteGiven(Given):
    note: Text


class AttendanceGiven(Given):
    """`moved` is not set but comes of a move."""

    to: Attendance


class MoveGiven(Given):
    """Where to; what is null stays as it is."""

    start: Instant
    agenda_id: Id | None = None
    service_id: Id | None = None
    duration_minutes: Minutes | None = None
    outside_availability: bool = False


class EarlierGiven(Given):
    wants_earlier: bool


class AppointmentsAsked(Paged):
    """Either those of an agenda: `agenda_id`, `start_from` and `start_before`, at most 400 days apart; by start.

    Or those of a patient: `patient_id` alone; the latest first.
    """

    agenda_id: Id | None = Field(default=None, description="With `start_from` and `start_before`.")
    start_from: Instant | None = Field(default=None, description="The earliest start.")
    start_before: Instant | None = Field(default=None, description="Starts before it, within 400 days of `start_from`.")
    patient_id: Id | None = Field(default=None, description="Without any of the three others.")
    deleted: Literal["with", "without"] = Field(default="without", description="Whether deleted ones are listed too.")

    @model_validator(mode="after")
    def _one_of_two(self) -> "AppointmentsAsked":
        of_agenda = [self.agenda_id, self.start_from, self.start_before]
        if self.patient_id is not None and of_agenda == [None, None, None]:
            return self
        if self.patient_id is not None or None in of_agenda:
            raise ValueError(
                "it is not said whose appointments; give agenda_id, start_from and start_before, or patient_id alone"
            )
        if self.start_from and self.start_before and not timedelta() < self.start_before - self.start_from <= LONGEST:
            raise ValueError("the range is empty or too long; give a start_before within 400 days after start_from")
        return self


@routes("POST", "/v1/appointments", AGENDA, takes=BookingGiven, answers=AppointmentView, creates=True)
def book(call: Call, given: BookingGiven) -> AppointmentView:
    preset = "sms_template_id" not in given.model_fields_set
    call.app.check_templates(FOR_BOOKINGS, given.model_dump())
    booking = Booking(**given.model_dump(), sms_as_preset=preset)
    return one(call.app, call.app.book(call.new_id("apt"), booking, call.actor))


@routes("GET", "/v1/appointments", AGENDA, takes=AppointmentsAsked, answers=Listed[AppointmentView])
def list_appointments(call: Call, given: AppointmentsAsked) -> Listed[AppointmentView]:
    page = _page(call.app, given)
    wanted: Sequence[Appointment] = [a for a in page.items if given.deleted == "with" or a.deleted_at is None]
    return Listed(items=shown(call.app, wanted), next_cursor=page.cursor)


def _page(app: App, given: AppointmentsAsked) -> Page[Appointment]:
    if given.agenda_id and given.start_from and given.start_before:
        require(app.store, agenda_ref(given.agenda_id))
        of = appointments_between(given.agenda_id, given.start_from, given.start_before)
    else:
        require(app.store, patient_ref(given.patient_id or ""))
        of = appointments_of_patient(given.patient_id or "")
    return app.store.page(of, given.limit, given.cursor)


@routes("GET", "/v1/appointments/{appointment_id}", AGENDA, answers=AppointmentView)
def read_appointment(call: Call, _: Nothing) -> AppointmentView:
    return one(call.app, require(call.app.store, appointment_ref(call.id("appointment_id"))))


@routes(
    "PATCH",
    "/v1/appointments/{appointment_id}",
    AGENDA,
    takes=NoteGiven,
    answers=AppointmentView,
    version="required",
)
def annotate_appointment(call: Call, given: NoteGiven) -> AppointmentView:
    id, version = call.id("appointment_id"), call.required_version
    return one(call.app, call.app.annotate(id, given.note, call.actor, expected_version=version))


@routes("DELETE", "/v1/appointments/{appointment_id}", AGENDA, answers=AppointmentView, version="optional")
def delete_appointment(call: Call, _: Nothing) -> AppointmentView:
    """For what was booked by mistake. Cancelling is a change of attendance; deleting releases nothing."""
    id = call.id("appointment_id")
    return one(call.app, call.app.delete_appointment(id, call.actor, expected_version=call.expected_version))


@routes(
    "POST",
    "/v1/appointments/{appointment_id}/attendance",
    AGENDA,
    takes=AttendanceGiven,
    answers=AppointmentView,
    version="optional",
)
def change_attendance(call: Call, given: AttendanceGiven) -> AppointmentView:
    id = call.id("appointment_id")
    return one(call.app, call.app.change_attendance(id, given.to, call.actor, expected_version=call.expected_version))


@routes(
    "POST",
    "/v1/appointments/{appointment_id}/move",
    AGENDA,
    takes=MoveGiven,
    answers=AppointmentView,
    creates=True,
    version="optional",
)
def move_appointment(call: Call, given: MoveGiven) -> AppointmentView:
    """Answers the new appointment, of the same visit."""
    version, to = call.expected_version, NewTime(**given.model_dump())
    new_id = call.new_id("apt")
    return one(call.app, call.app.move(call.id("appointment_id"), new_id, to, call.actor, expected_version=version))


@routes(
    "POST",
    "/v1/appointments/{appointment_id}/earlier",
    AGENDA,
    takes=EarlierGiven,
    answers=AppointmentView,
    version="optional",
)
def set_wants_earlier(call: Call, given: EarlierGiven) -> AppointmentView:
    """Ticks or unticks the box "tell me of an earlier slot"."""
    id, wanted = call.id("appointment_id"), given.wants_earlier
    return one(call.app, call.app.set_wants_earlier(id, wanted, call.actor, expected_version=call.expected_version))
