"""Absences and closures: what lies in them, and what becomes of it (A-11)."""

from datetime import datetime
from types import NoneType

from pydantic import Field

from api.errors import status_of
from api.staff.appointment_view import AppointmentView, one, shown
from api.staff.appointments import MoveGiven
from api.staff.given import Given, Id, Ids, Instant, Line, Nothing, Paged
from api.staff.routing import AGENDA, Call, Routes
from api.staff.shown import Listed, View, local, view
from creneau.agenda.absence import AbsenceRecord, absence_ref
from creneau.agenda.collections import catalogue
from creneau.agenda.move import NewTime
from creneau.shared.store import require
from creneau.wiring import App

routes = Routes()


class AbsenceView(View, frozen=True, kw_only=True):
    """Of a practitioner, or of a location (a closure). `marked` once every day in it knows of it."""

    id: str
    practitioner_id: str | None
    location_id: str | None
    start: datetime
    end: datetime
    local_start: str
    local_end: str
    reason: str
    marked: bool
    version: int


class InsideView(View, frozen=True, kw_only=True):
    """Appointments that hold a place in an absence, by start: for staff to cancel or move."""

    items: list[AppointmentView]


class ClearedView(View, frozen=True, kw_only=True):
    """What became of one appointment: its new state, or the status and code of the refusal."""

    appointment_id: str
    appointment: AppointmentView | None
    status: int
    code: str | None
    detail: str | None


class AllClearedView(View, frozen=True, kw_only=True):
    items: list[ClearedView]


class AbsenceAsked(Given):
    """Exactly one of `practitioner_id` and `location_id`."""

    practitioner_id: Id | None = None
    location_id: Id | None = None
    start: Instant
    end: Instant


class AbsenceGiven(AbsenceAsked):
    """Exactly one of `practitioner_id` and `location_id`."""

    reason: Line = ""


class CancellationsGiven(Given):
    appointment_ids: Ids = Field(min_length=1)


class AbsenceMoveGiven(MoveGiven):
    appointment_id: Id


def _shown(app: App, record: AbsenceRecord) -> AbsenceView:
    zone = app.clinic.zone
    return view(AbsenceView, record, local_start=local(record.start, zone), local_end=local(record.end, zone))


@routes("GET", "/v1/absences", AGENDA, takes=Paged, answers=Listed[AbsenceView])
def list_absences(call: Call, given: Paged) -> Listed[AbsenceView]:
    page = call.app.store.page(catalogue(AbsenceRecord), given.limit, given.cursor)
    return Listed(items=[_shown(call.app, record) for record in page.items], next_cursor=page.cursor)


@routes("GET", "/v1/absences/preview", AGENDA, takes=AbsenceAsked, answers=InsideView)
def preview_absence(call: Call, given: AbsenceAsked) -> InsideView:
    """The appointments that such an absence would meet; nothing is changed."""
    record = AbsenceRecord(id="preview", **given.model_dump())
    return InsideView(items=shown(call.app, call.app.appointments_in(record)))


@routes("POST", "/v1/absences", AGENDA, takes=AbsenceGiven, answers=AbsenceView, creates=True)
def add_absence(call: Call, given: AbsenceGiven) -> AbsenceView:
    """Nothing in it is free from now on. Appointments in it stay until they are cancelled or moved."""
    record = AbsenceRecord(id=call.new_id("abs"), **given.model_dump())
    return _shown(call.app, call.app.add_absence(record, call.actor))


@routes("GET", "/v1/absences/{absence_id}", AGENDA, answers=AbsenceView)
def read_absence(call: Call, _: Nothing) -> AbsenceView:
    return _shown(call.app, require(call.app.store, absence_ref(call.id("absence_id"))))


@routes("DELETE", "/v1/absences/{absence_id}", AGENDA, answers=NoneType)
def remove_absence(call: Call, _: Nothing) -> None:
    """Its time can be booked again; what was cancelled in it stays cancelled."""
    call.app.remove_absence(call.id("absence_id"), call.actor)


@routes("GET", "/v1/absences/{absence_id}/appointments", AGENDA, answers=InsideView)
def list_appointments_in_absence(call: Call, _: Nothing) -> InsideView:
    record = require(call.app.store, absence_ref(call.id("absence_id")))
    return InsideView(items=shown(call.app, call.app.appointments_in(record)))


@routes("POST", "/v1/absences/{absence_id}/cancellations", AGENDA, takes=CancellationsGiven, answers=AllClearedView)
def cancel_in_absence(call: Call, given: CancellationsGiven) -> AllClearedView:
    """Cancels these, each by itself; nothing is released. Harmless to repeat."""
    cleared = call.app.clear_absence.cancel(call.id("absence_id"), given.appointment_ids, call.actor)
    return AllClearedView(
        items=[
            ClearedView(
                appointment_id=each.appointment_id,
                appointment=one(call.app, each.appointment) if each.appointment else None,
                status=status_of(each.refusal) if each.refusal else 200,
                code=each.refusal.code if each.refusal else None,
                detail=each.refusal.detail if each.refusal else None,
            )
            for each in cleared
        ]
    )


@routes(
    "POST",
    "/v1/absences/{absence_id}/moves",
    AGENDA,
    takes=AbsenceMoveGiven,
    answers=AppointmentView,
    status=201,
    creates=True,
)
def move_out_of_absence(call: Call, given: AbsenceMoveGiven) -> AppointmentView:
    """Moves one of the appointments in it; nothing is released. Answers the new appointment."""
    to = NewTime(**given.model_dump(exclude={"appointment_id"}))
    id, new_id = call.id("absence_id"), call.new_id("apt")
    return one(call.app, call.app.clear_absence.move_one(id, given.appointment_id, new_id, to, call.actor))
