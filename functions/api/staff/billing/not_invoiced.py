"""What nobody has invoiced yet of a period, of one practitioner or of all: for a batch's recap (B-03)."""

from datetime import date, datetime

from api.staff.billing.period import Period
from api.staff.given import Id, Paged
from api.staff.names import names_of
from api.staff.routing import BOOKS, Call, Routes
from api.staff.shown import Listed, View, local, view
from creneau.billing.not_invoiced import NotInvoiced, Scope

routes = Routes()


class NotInvoicedView(View, frozen=True, kw_only=True):
    """`consultation_id` or, of a visit that made no consultation yet, `appointment_id`: what a recap takes it by. `further`:
    the patient and the practitioner have a consultation of that day already, or will; this is one more."""

    consultation_id: str | None
    appointment_id: str | None
    patient_id: str
    patient_name: str | None
    practitioner_id: str
    on: date
    start: datetime | None
    local_start: str | None
    title: str
    service_id: str | None
    further: bool


class NotInvoicedAsked(Period, Paged):
    """Both days included, 400 at most; of one practitioner, or of all whose books the caller keeps."""

    practitioner_id: Id | None = None


def _shown(call: Call, found: NotInvoiced, patient_name: str | None) -> NotInvoicedView:
    visit, start = found.visit, found.billable.start
    return view(
        NotInvoicedView,
        found.billable,
        consultation_id=None if visit else found.billable.id,
        appointment_id=visit.id if visit else None,
        patient_name=patient_name,
        local_start=local(start, call.app.clinic.zone) if start else None,
        further=found.further,
    )


@routes("GET", "/v1/not-invoiced", BOOKS, takes=NotInvoicedAsked, answers=Listed[NotInvoicedView])
def list_not_invoiced(call: Call, given: NotInvoicedAsked) -> Listed[NotInvoicedView]:
    """Consultations, and visits that ended and would make one by being invoiced, by day; writes nothing. A page may hold
    fewer than `limit`, or none, while there is a next one."""
    scope = Scope(practitioner_id=given.practitioner_id, by=call.actor)
    found = call.app.list_not_invoiced(given.first, given.last, scope, given.limit, given.cursor)
    names = names_of(call.app, (i.billable.patient_id for i in found.items))
    items = [_shown(call, i, names.get(i.billable.patient_id)) for i in found.items]
    return Listed(items=items, next_cursor=found.cursor)
