"""Consultations: of a patient, not invoiced yet, entered by hand, marked not invoiceable (B-01, B-04)."""

from datetime import date

from pydantic import Field

from api.staff.given import Edits, Given, Id, Name, Nothing, Paged
from api.staff.names import names_of
from api.staff.routing import BOOKS, Call, Routes
from api.staff.shown import Listed, View, view
from creneau.agenda.catalogue import patient_ref
from creneau.billing.billable import Billable, billable_ref, billables_of_patient, open_billables
from creneau.shared.store import Page, require

routes = Routes()


class ConsultationView(View, frozen=True, kw_only=True):
    """`wanted` false: it is not to be invoiced. `taken_by`: the draft or invoice that has it."""

    id: str
    patient_id: str
    patient_name: str | None
    practitioner_id: str
    on: date
    title: str
    visit_id: str | None
    appointment_id: str | None
    service_id: str | None
    wanted: bool
    taken_by: str | None
    version: int


class ConsultationGiven(Given):
    patient_id: Id
    practitioner_id: Id
    on: date
    title: Name
    service_id: Id | None = None


class ConsultationEdits(Edits):
    """What is left out stays."""

    title: Name | None = None
    service_id: Id | None = None
    wanted: bool | None = Field(default=None, description="False: it is not to be invoiced.")


def _listed(call: Call, page: Page[Billable]) -> Listed[ConsultationView]:
    own = [b for b in page.items if b.consultation and call.actor.keeps_books_of(b.practitioner_id)]
    names = names_of(call.app, (b.patient_id for b in own))
    shown = [view(ConsultationView, b, patient_name=names.get(b.patient_id)) for b in own]
    return Listed(items=shown, next_cursor=page.cursor)


def _shown(call: Call, billable: Billable) -> ConsultationView:
    name = names_of(call.app, [billable.patient_id]).get(billable.patient_id)
    return view(ConsultationView, billable, patient_name=name)


@routes("GET", "/v1/consultations", BOOKS, takes=Paged, answers=Listed[ConsultationView])
def list_consultations_not_invoiced(call: Call, given: Paged) -> Listed[ConsultationView]:
    """Those that nobody has invoiced, by day. Visits that made no consultation yet show in a patient's recap. A practitioner
    sees their own: a page of theirs may hold fewer than `limit`, or none, while there is a next one."""
    return _listed(call, call.app.store.page(open_billables(), given.limit, given.cursor))


@routes("GET", "/v1/patients/{patient_id}/consultations", BOOKS, takes=Paged, answers=Listed[ConsultationView])
def list_consultations_of_patient(call: Call, given: Paged) -> Listed[ConsultationView]:
    """Invoiced or not, the latest first. A practitioner sees their own, as in the list of all."""
    id = call.id("patient_id")
    require(call.app.store, patient_ref(id))
    return _listed(call, call.app.store.page(billables_of_patient(id), given.limit, given.cursor))


@routes("POST", "/v1/consultations", BOOKS, takes=ConsultationGiven, answers=ConsultationView, creates=True)
def add_consultation(call: Call, given: ConsultationGiven) -> ConsultationView:
    new_id = call.new_id("bil")
    made = call.app.edit_consultations.add(
        new_id, given.patient_id, given.practitioner_id, given.on, given.title, given.service_id, call.actor
    )
    return _shown(call, made)


@routes("GET", "/v1/consultations/{consultation_id}", BOOKS, answers=ConsultationView)
def read_consultation(call: Call, _: Nothing) -> ConsultationView:
    found = require(call.app.store, billable_ref(call.id("consultation_id")))
    call.actor.require_books_of(found.practitioner_id)
    return _shown(call, found)


@routes(
    "PATCH",
    "/v1/consultations/{consultation_id}",
    BOOKS,
    takes=ConsultationEdits,
    answers=ConsultationView,
    version="required",
)
def change_consultation(call: Call, given: ConsultationEdits) -> ConsultationView:
    """Not while it is on an invoice."""
    id, version = call.id("consultation_id"), call.required_version
    changed = call.app.edit_consultations.change(id, version, given.title, given.service_id, given.wanted, call.actor)
    return _shown(call, changed)
