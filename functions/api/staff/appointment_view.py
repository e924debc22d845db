"""How an appointment is shown: with its slot, its patient's name and the clinic's wall clock."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import ClassVar

from api.staff.names import names_of
from api.staff.shown import View, local, view
from creneau.agenda.appointment import Appointment
from creneau.agenda.attendance import Attendance
from creneau.agenda.places import slot_of
from creneau.wiring import App


class AppointmentView(View, frozen=True, kw_only=True):
    """`wants_earlier` is the box "tell me of an earlier slot"; `waiting_since`, when it was ticked. `moved_from` and
    `moved_to` are appointments of the same visit; `offer_round_id` is the round in which it was accepted.

    `slot_id` is `agenda.start.end`, both in UTC: `GET /v1/slots/{slot_id}/history` says what happened to it.
    """

    COLLECTION: ClassVar[str] = "/v1/appointments"

    id: str
    visit_id: str
    agenda_id: str
    practitioner_id: str
    location_id: str
    patient_id: str
    patient_name: str | None
    service_id: str
    slot_id: str
    start: datetime
    end: datetime
    local_start: str
    local_end: str
    attendance: Attendance
    wants_earlier: bool
    waiting_since: datetime | None
    group: bool
    resource_ids: tuple[str, ...]
    sms_template_id: str | None
    note: str
    moved_from: str | None
    moved_to: str | None
    offer_round_id: str | None
    created_at: datetime
    created_by: str
    changed_at: datetime
    changed_by: str
    deleted_at: datetime | None
    version: int


def shown(app: App, appointments: Iterable[Appointment]) -> list[AppointmentView]:
    known = list(appointments)
    return named(app, known, names_of(app, (a.patient_id for a in known)))


def named(app: App, appointments: Iterable[Appointment], names: Mapping[str, str]) -> list[AppointmentView]:
    """`names` are the patients', by id."""
    zone = app.clinic.zone
    return [
        view(
            AppointmentView,
            a,
            patient_name=names.get(a.patient_id),
            slot_id=slot_of(a).id,
            local_start=local(a.start, zone),
            local_end=local(a.end, zone),
            wants_earlier=a.waiting_since is not None,
        )
        for a in appointments
    ]


def one(app: App, appointment: Appointment) -> AppointmentView:
    return shown(app, [appointment])[0]
