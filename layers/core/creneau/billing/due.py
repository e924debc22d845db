"""What is due for a visit: its price as it was when the visit was booked, from the visit's end on (C-01). Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from creneau.agenda.appointment import Appointment
from creneau.agenda.catalogue import Service
from creneau.billing.billable import Billable, Due, billable_id_of_visit
from creneau.billing.consultations import SEEN
from creneau.shared.time import local_date


def takes_place(visit: Appointment) -> bool:
    """As far as anybody knows; one that waits for its confirmation owes nothing yet."""
    return visit.attendance in SEEN and visit.deleted_at is None


def due_of_service(service: Service | None, at: datetime) -> Due | None:
    """Due from that instant on; None: the service has no price, or is gone."""
    if service is None or service.price is None or service.price.amount <= 0:
        return None
    return Due(
        text=service.name,
        price=service.price.amount,
        currency=service.price.currency,
        at=at,
        vat_rate=service.vat_rate,
        vat_note=service.vat_note,
    )


def billable_of(visit: Appointment, zone: ZoneInfo) -> Billable:
    """Nothing yet but whose visit it is, when, and of what."""
    return Billable(
        id=billable_id_of_visit(visit.visit_id),
        patient_id=visit.patient_id,
        practitioner_id=visit.practitioner_id,
        on=local_date(visit.start, zone),
        start=visit.start,
        visit_id=visit.visit_id,
        appointment_id=visit.id,
        service_id=visit.service_id,
        created_at=visit.created_at,
        created_by=visit.created_by,
    )


def following(billable: Billable, visit: Appointment, zone: ZoneInfo) -> Billable:
    """At the visit's own time, with whom it is: what was agreed stays, unless the move was to another service."""
    now_of = billable_of(visit, zone)
    same = billable.appointment_id == visit.id
    due = billable.due and billable.due.with_(at=visit.end)
    return billable.with_(
        practitioner_id=now_of.practitioner_id,
        on=now_of.on,
        start=now_of.start,
        appointment_id=now_of.appointment_id,
        service_id=billable.service_id if same else now_of.service_id,
        due=due,
    )
