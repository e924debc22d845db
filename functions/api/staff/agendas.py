"""An agenda's days: what is open, what is booked, what is free (A-04, A-07, A-11)."""

from datetime import date, datetime
from types import NoneType

from pydantic import ConfigDict, Field

from api.staff.appointment_view import AppointmentView, shown
from api.staff.given import Given, Id, Ids, Instant, Nothing
from api.staff.routing import AGENDA, Call, Routes
from api.staff.shown import View, local, view
from creneau.agenda.catalogue import Agenda, agenda_ref
from creneau.agenda.collections import appointments_between
from creneau.agenda.day import Absence, Availability, PractitionerDay, Release, day_ref
from creneau.agenda.free_slots import FreeSlot
from creneau.agenda.opening import Opening
from creneau.shared.errors import Refused
from creneau.shared.store import everything, require
from creneau.shared.time import day_bounds, local_date
from creneau.wiring import App

routes = Routes()


class AvailabilityView(View, frozen=True, kw_only=True):
    """`service_ids` empty: every service. `places` over 1: one group slot of exactly this interval."""

    id: str
    agenda_id: str
    start: datetime
    end: datetime
    local_start: str
    local_end: str
    service_ids: tuple[str, ...]
    places: int


class AbsentView(View, frozen=True, kw_only=True):
    """The part of an absence that lies in this day."""

    id: str
    start: datetime
    end: datetime
    local_start: str
    local_end: str


class ReleaseView(View, frozen=True, kw_only=True):
    """One freeing of a place of a slot; over once `ended_at` is set."""

    slot_id: str
    n: int
    start: datetime
    end: datetime
    local_start: str
    local_end: str
    places: int
    opened_at: datetime
    ended_at: datetime | None


class DayView(View, frozen=True, kw_only=True):
    """One agenda on one local date; `busy_elsewhere` is the practitioner's time held in other agendas."""

    agenda_id: str
    practitioner_id: str
    on: date
    availabilities: list[AvailabilityView]
    absences: list[AbsentView]
    appointments: list[AppointmentView]
    busy_elsewhere: list[AbsentView]
    releases: list[ReleaseView]


class OpeningsView(View, frozen=True, kw_only=True):
    items: list[AvailabilityView]


class FreeSlotView(View, frozen=True, kw_only=True):
    slot_id: str
    start: datetime
    end: datetime
    local_start: str
    local_end: str
    places_left: int


class FreeSlotsView(View, frozen=True, kw_only=True):
    items: list[FreeSlotView]


class OpeningGiven(Given):
    """`service_ids` empty: every service. `places` over 1 makes one group slot, for one service of category group."""

    start: Instant
    end: Instant
    service_ids: Ids = ()
    places: int = Field(default=1, ge=1, le=100)


class OpeningsGiven(OpeningGiven):
    """`weekly_until`: one every week at the same local time, up to this date (included)."""

    weekly_until: date | None = None


class FreeSlotsAsked(Given):
    """Local dates, both included, at most 62 days."""

    model_config = ConfigDict(validate_by_alias=True, validate_by_name=False)

    service_id: Id
    first: date = Field(alias="from")
    last: date = Field(alias="to")


def _shown_opening(app: App, a: Availability) -> AvailabilityView:
    zone = app.clinic.zone
    return view(AvailabilityView, a, local_start=local(a.start, zone), local_end=local(a.end, zone))


def _span(app: App, id: str, start: datetime, end: datetime) -> AbsentView:
    zone = app.clinic.zone
    return AbsentView(id=id, start=start, end=end, local_start=local(start, zone), local_end=local(end, zone))


def _shown_release(app: App, r: Release) -> ReleaseView:
    zone = app.clinic.zone
    at = {"local_start": local(r.start, zone), "local_end": local(r.end, zone)}
    return view(ReleaseView, r, slot_id=r.slot.id, **at)


def _agenda(call: Call) -> Agenda:
    return require(call.app.store, agenda_ref(call.id("agenda_id")))


def _is_here(absence: Absence, agenda: Agenda) -> bool:
    return not absence.agenda_ids or agenda.id in absence.agenda_ids


@routes("GET", "/v1/agendas/{agenda_id}/days/{date}", AGENDA, answers=DayView)
def read_day(call: Call, _: Nothing) -> DayView:
    app, agenda, on = call.app, _agenda(call), call.date("date")
    ref = day_ref(agenda.practitioner_id, on)
    day = app.store.get(ref) or PractitionerDay(practitioner_id=agenda.practitioner_id, on=on)
    start, end = day_bounds(on, app.clinic.zone)
    appointments = everything(app.store, appointments_between(agenda.id, start, end))
    return DayView(
        agenda_id=agenda.id,
        practitioner_id=agenda.practitioner_id,
        on=on,
        availabilities=[_shown_opening(app, a) for a in day.availabilities if a.agenda_id == agenda.id],
        absences=[_span(app, a.id, a.start, a.end) for a in day.absences if _is_here(a, agenda)],
        appointments=shown(app, [a for a in appointments if a.deleted_at is None]),
        busy_elsewhere=[_span(app, h.appointment_id, h.start, h.end) for h in day.held if h.agenda_id != agenda.id],
        releases=[_shown_release(app, r) for r in day.releases if r.agenda_id == agenda.id],
    )


@routes(
    "POST",
    "/v1/agendas/{agenda_id}/availabilities",
    AGENDA,
    takes=OpeningsGiven,
    answers=OpeningsView,
    creates=True,
)
def add_openings(call: Call, given: OpeningsGiven) -> OpeningsView:
    """All of them or none."""
    opening = Opening(call.id("agenda_id"), given.start, given.end, given.service_ids, given.places)
    made = call.app.add_openings(call.new_id("avl"), opening, given.weekly_until, call.actor)
    return OpeningsView(items=[_shown_opening(call.app, a) for a in made])


@routes(
    "PUT",
    "/v1/agendas/{agenda_id}/days/{date}/availabilities/{availability_id}",
    AGENDA,
    takes=OpeningGiven,
    answers=AvailabilityView,
)
def change_opening(call: Call, given: OpeningGiven) -> AvailabilityView:
    """On the same local date. What no longer lies in it is not free any more: offers there end."""
    if local_date(given.start, call.app.clinic.zone) != call.date("date"):
        raise Refused("it would leave its day", code="other_day", remedy="remove it, and add one on the other day")
    opening = Opening(call.id("agenda_id"), given.start, given.end, given.service_ids, given.places)
    return _shown_opening(call.app, call.app.change_opening(call.id("availability_id"), opening, call.actor))


@routes("DELETE", "/v1/agendas/{agenda_id}/days/{date}/availabilities/{availability_id}", AGENDA, answers=NoneType)
def remove_opening(call: Call, _: Nothing) -> None:
    """Appointments in it stay; offers there end."""
    call.app.remove_opening(_agenda(call), call.date("date"), call.id("availability_id"), call.actor)


@routes("GET", "/v1/agendas/{agenda_id}/free-slots", AGENDA, takes=FreeSlotsAsked, answers=FreeSlotsView)
def list_free_slots(call: Call, given: FreeSlotsAsked) -> FreeSlotsView:
    """Slots ahead: by the service's duration from each opening's start; group slots with the places left."""
    found = call.app.free_slots(call.id("agenda_id"), given.service_id, given.first, given.last)
    return FreeSlotsView(items=[_shown_free(call.app, free) for free in found])


def _shown_free(app: App, free: FreeSlot) -> FreeSlotView:
    slot, zone = free.slot, app.clinic.zone
    return FreeSlotView(
        slot_id=slot.id,
        start=slot.start,
        end=slot.end,
        local_start=local(slot.start, zone),
        local_end=local(slot.end, zone),
        places_left=free.places_left,
    )
