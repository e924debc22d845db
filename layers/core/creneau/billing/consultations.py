"""Which consultations an agenda's visits make, and what each is billed as (B-01, B-04). Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from creneau.agenda.appointment import Appointment
from creneau.agenda.attendance import Attendance
from creneau.agenda.catalogue import Practitioner, Service
from creneau.billing.billable import Billable, Due, billable_id_of_visit
from creneau.billing.line import HUNDREDTHS, Line
from creneau.shared.model import Value
from creneau.shared.time import local_date

_EVER = datetime.min.replace(tzinfo=UTC)
SEEN = frozenset({Attendance.BOOKED, Attendance.ATTENDED})


class SeenMoreOften(Value, frozen=True, kw_only=True):
    """A day on which the practitioner saw the patient more often than there are consultations: one for each of
    `appointment_ids` is offered."""

    practitioner_id: str
    on: date
    appointment_ids: tuple[str, ...]


def billable_visits(appointments: Iterable[Appointment], now: datetime) -> list[Appointment]:
    """Those that have ended and took place as far as anybody knows, the earliest first."""
    ended = [a for a in appointments if a.deleted_at is None and a.attendance in SEEN and a.end <= now]
    return sorted(ended, key=lambda a: (a.start, a.id))


def consultations_to_make(
    visits: Sequence[Appointment],
    known: Sequence[Billable],
    also: frozenset[str],
    title: str,
    now: datetime,
    by: str,
    zone: ZoneInfo,
) -> tuple[list[Billable], list[SeenMoreOften]]:
    """One for each day and practitioner without any, and for the appointments named in `also`; what is missing besides.

    `visits` and `known` are one patient's. `title` names a consultation that an appointment made.
    """
    there = [b for b in known if b.consultation]
    days = Counter((b.practitioner_id, b.on) for b in there)
    visited = {b.visit_id for b in there}
    spare = Counter((b.practitioner_id, b.on) for b in there if b.visit_id is None)
    made, missing = list[Billable](), dict[tuple[str, date], list[str]]()
    for visit in visits:
        day = (visit.practitioner_id, local_date(visit.start, zone))
        if visit.visit_id in visited:
            continue
        if spare[day]:  # one entered by hand stands for the earliest visit of that day without one
            spare[day] -= 1
        elif not days[day] or visit.id in also:
            days[day] += 1
            made.append(_on_its_billable(_consultation(visit, day[1], title, now, by), known))
        else:
            missing.setdefault(day, []).append(visit.id)
    more = [SeenMoreOften(practitioner_id=p, on=on, appointment_ids=tuple(ids)) for (p, on), ids in missing.items()]
    return made, more


def _consultation(visit: Appointment, on: date, title: str, now: datetime, by: str) -> Billable:
    return Billable(
        id=billable_id_of_visit(visit.visit_id),
        patient_id=visit.patient_id,
        practitioner_id=visit.practitioner_id,
        on=on,
        start=visit.start,
        title=title,
        consultation=True,
        visit_id=visit.visit_id,
        appointment_id=visit.id,
        service_id=visit.service_id,
        created_at=now,
        created_by=by,
    )


def _on_its_billable(made: Billable, known: Iterable[Billable]) -> Billable:
    """On the billable that the visit has already, where it has one: its payment due (B-11)."""
    there = next((b for b in known if b.id == made.id), None)
    return made if there is None else there.with_consultation(made)


def services_of(
    billable: Billable,
    visits: Iterable[Appointment],
    others: Iterable[Billable],
    practitioner: Practitioner | None,
    services: Mapping[str, Service],
    zone: ZoneInfo,
) -> list[Service]:
    """What it is billed as: the matching appointment's service, else the practitioner's, else the clinic's oldest that is
    offered still (B-04). `services` are `by_age`."""
    own = billable.service_id if billable.service_id in services else None
    if own is None and billable.visit_id is None:
        match = _stands_for(billable, visits, others, zone)
        own = match.service_id if match is not None and match.service_id in services else None
    if own is not None:
        return [services[own]]
    usual = [services[id] for id in (practitioner.default_service_ids if practitioner else ()) if id in services]
    return usual or [s for s in services.values() if s.active][:1]


def by_age(services: Iterable[Service]) -> dict[str, Service]:
    """By id, the oldest first; those of which it is not known when they were added before all others, by their ids."""
    found = sorted(services, key=lambda s: (s.created_at is not None, s.created_at or _EVER, s.id))
    return {s.id: s for s in found}


def _stands_for(
    billable: Billable, visits: Iterable[Appointment], others: Iterable[Billable], zone: ZoneInfo
) -> Appointment | None:
    """The visit of that day, by that practitioner, that a consultation entered by hand stands for: each has its own.

    Those whose service somebody named come first, each with a visit of that service; then the earliest entered has the
    earliest visit that is left.
    """
    there = [b for b in others if b.consultation and b.practitioner_id == billable.practitioner_id]
    visited = {b.visit_id for b in there}
    left = sorted(
        (
            v
            for v in visits
            if v.practitioner_id == billable.practitioner_id
            and local_date(v.start, zone) == billable.on
            and v.visit_id not in visited
        ),
        key=lambda v: (v.start, v.id),
    )
    by_hand = {b.id: b for b in (*there, billable) if b.visit_id is None and b.on == billable.on}
    for each in sorted(by_hand.values(), key=lambda b: (b.service_id is None, b.created_at, b.id)):
        like = (v for v in left if each.service_id in (None, v.service_id))
        match = next(like, left[0] if left else None)
        if each.id == billable.id:
            return match
        if match is not None:
            left.remove(match)
    return None


def lines_of(billable: Billable, billed_as: Sequence[Service], patient_name: str) -> list[Line]:
    """What was agreed, where it has a payment due. Else one line a service, the first of which takes the consultation;
    without any service the line asks for its price."""
    if billable.due is not None:
        return [line_of_due(billable, billable.due, patient_name)]
    return [
        Line(
            text=service.name if service else billable.title,
            price=service.price.amount if service and service.price else None,
            on=billable.on,
            billable_id=billable.id if n == 0 else None,
            patient_id=billable.patient_id,
            patient_name=patient_name,
            practitioner_id=billable.practitioner_id,
            service_id=service.id if service else None,
            vat_rate=service.vat_rate if service else None,
            vat_note=service.vat_note if service else "",
            taxable=bool(service and service.vat_rate),
        )
        for n, service in enumerate(billed_as or [None])
    ]


def line_of_due(billable: Billable, due: Due, patient_name: str) -> Line:
    return Line(
        text=due.text,
        price=due.price // due.quantity,
        quantity=due.quantity * HUNDREDTHS,
        on=billable.on,
        billable_id=billable.id,
        patient_id=billable.patient_id,
        patient_name=patient_name,
        practitioner_id=billable.practitioner_id,
        service_id=billable.service_id,
        vat_rate=due.vat_rate,
        vat_note=due.vat_note,
        taxable=bool(due.vat_rate),
    )
