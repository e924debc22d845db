"""A made-up message in each language, so that staff see what a wording will say before anybody gets it (M-08)."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from creneau.agenda.appointment import Appointment
from creneau.agenda.attendance import Attendance
from creneau.agenda.catalogue import Address, Location, Patient, Practitioner, Predefined, Service
from creneau.messaging.facts import Known
from creneau.messaging.message import ABOUT, About, Channel, Kind, Message, Recipient
from creneau.messaging.ports import InvoiceSeen, OfferSeen, PayerSeen
from creneau.messaging.template import TemplateBook
from creneau.messaging.wording.fields import MONEY
from creneau.shared.money import Money
from creneau.shared.settings import Clinic, Settings
from creneau.shared.time import after_days, from_local, local_date

TOKEN = "AbCdEfGhIjKlMnOpQrStUv"  # noqa: S105 - as long as a real one, and opens nothing

_ROOM = "https://video.example.com/room"
_PEOPLE = {
    "fr": ("Camille", "Rochat", "Dre Claire Favre", "Consultation", "Apportez votre carte d’assuré."),
    "de": ("Julia", "Keller", "Dr. Anna Weber", "Sprechstunde", "Bringen Sie Ihre Versichertenkarte mit."),
    "it": ("Giulia", "Bernasconi", "Dr. Marco Ferrari", "Visita", "Porti la tessera sanitaria."),
    "en": ("Emma", "Clarke", "Dr Jane Harris", "Consultation", "Please bring your insurance card."),
}
_ADDRESSES = {
    "CH": ("Rue du Lac 12", "1003", "Lausanne"),
    "FR": ("12 rue du Lac", "69002", "Lyon"),
    "CA": ("12 rue du Lac", "H2X 1Y4", "Montréal"),
}
_PHONES = {"CH": "+41215550123", "FR": "+33478555012", "CA": "+15145550123"}
_ENDED = {
    Kind.CANCELLED: Attendance.CANCELLED_BY_PRACTITIONER,
    Kind.REFUSED: Attendance.CANCELLED_BY_PRACTITIONER,
    Kind.RECEIVED: Attendance.PENDING_CONFIRMATION,
    Kind.REVIEW: Attendance.ATTENDED,
}

_RECIPIENTS = {Kind.ONLINE_BOOKING: Recipient.PRACTITIONER} | dict.fromkeys(MONEY, Recipient.PAYER)


def sample(
    kind: Kind, channel: Channel, language: str, variant: str, clinic: Clinic, settings: Settings, now: datetime
) -> Known:
    """A visit in two weeks at 9:30, by a patient of that language at a clinic that has everything to show."""
    first, last, doctor, service, note = _PEOPLE[language]
    day = from_local(datetime.combine(local_date(now, clinic.zone), time(9, 30)), clinic.zone)
    start, later = after_days(day, 14, clinic.zone), after_days(day, 35, clinic.zone)
    lines = _ADDRESSES.get(clinic.country, _ADDRESSES["CH"])
    address = Address(street=lines[0], postcode=lines[1], town=lines[2], country=clinic.country)
    own = {Kind.OFFER: later, Kind.REVIEW: after_days(day, -1, clinic.zone)}.get(kind, start)
    visit = _visit(kind, own, variant, now)
    billed = invoice(doctor, f"{first} {last}", variant, now, clinic)
    is_visit = ABOUT[kind] in (About.APPOINTMENT, About.ROUND)
    return Known(
        clinic=clinic,
        message=message(kind, channel, now, clinic),
        settings=settings,
        book=TemplateBook(),
        template=None,
        patient=Patient(id="sample", first_name=first, last_name=last, language=language, address=address),
        appointment=visit if is_visit else None,
        previous=_visit(kind, later, variant, now) if kind is Kind.MOVED else None,
        practitioner=Practitioner(id="sample", name=doctor),
        location=Location(id="sample", name=clinic.name, address=address, phone=_PHONES.get(clinic.country, "")),
        service=Service(
            id="sample",
            name=service,
            category=Predefined.IN_PERSON,
            duration_minutes=30,
            price=Money(amount=120_00, currency=clinic.currency),
            instructions=note,
        ),
        round=None,
        offer=offer(start, now, clinic) if kind is Kind.OFFER else None,
        invoice=billed if kind is Kind.INVOICE else None,
        invoices=open_ones(billed) if kind is Kind.PAYMENT_REMINDER else (),
        payer=PayerSeen(key="sample", patient_id="sample") if kind is Kind.PAYMENT_LINK else None,
        owed=billed.balance if kind is Kind.PAYMENT_LINK else None,
    )


def by_video(known: Known) -> Known:
    service = known.service and known.service.with_(category=Predefined.TELECONSULTATION, video_link=_ROOM)
    return replace(known, service=service)


def message(kind: Kind, channel: Channel, now: datetime, clinic: Clinic) -> Message:
    """Never stored, never sent."""
    expires_on = local_date(after_days(now, 365, clinic.zone), clinic.zone).isoformat()
    voucher = {"code": "LAC-4821", "amount": "5000", "currency": clinic.currency, "expires_on": expires_on}
    return Message(
        id=f"{kind}.{channel}.sample.0",
        kind=kind,
        channel=channel,
        recipient=_RECIPIENTS.get(kind, Recipient.PATIENT),
        given=voucher if kind is Kind.VOUCHER else {},
        occurrence="0",
        due_at=now,
        created_at=now,
    )


def offer(start: datetime, now: datetime, clinic: Clinic) -> OfferSeen:
    return OfferSeen(
        round_id="sample",
        appointment_id="sample",
        patient_id="sample",
        start=start,
        end=start + timedelta(minutes=30),
        sent_at=now,
        expires_at=min(after_days(now, 12, clinic.zone), start),
        state="sent",
    )


def invoice(issuer: str, payer: str, variant: str, now: datetime, clinic: Clinic) -> InvoiceSeen:
    today = local_date(now, clinic.zone)
    return InvoiceSeen(
        id="sample",
        is_final=True,
        is_credit_note=variant == "credit_note",
        number=f"{today.year}-0042",
        issued_on=today,
        due_on=today + timedelta(days=30),
        total=Money(amount=120_00, currency=clinic.currency),
        balance=Money(amount=120_00, currency=clinic.currency),
        issuer_name=issuer,
        payer_name=payer,
    )


def open_ones(invoice: InvoiceSeen) -> tuple[InvoiceSeen, ...]:
    """Two that are due since a while."""
    older = {"issued_on": _before(invoice.issued_on, 75), "due_on": _before(invoice.due_on, 75)}
    old = {"issued_on": _before(invoice.issued_on, 45), "due_on": _before(invoice.due_on, 45)}
    return invoice.with_(id="sample-1", number="2026-0017", **older), invoice.with_(id="sample-2", **old)


def _before(day: date | None, days: int) -> date | None:
    return day - timedelta(days=days) if day else None


def links(public_base_url: str) -> dict[str, str]:
    """As long as real ones, which an SMS counts; they open nothing."""
    base = public_base_url or "https://example.com"
    return {
        name: f"{base}/{path}/{TOKEN}"
        for name, path in (("offer", "o"), ("review", "r"), ("opt_out", "u"), ("pay", "p"))
    }


def _visit(kind: Kind, start: datetime, variant: str, now: datetime) -> Appointment:
    attendance = Attendance.CANCELLED_BY_PATIENT if variant == "by_patient" else _ENDED.get(kind, Attendance.BOOKED)
    return Appointment(
        id="sample",
        visit_id="sample",
        agenda_id="sample",
        practitioner_id="sample",
        location_id="sample",
        patient_id="sample",
        service_id="sample",
        start=start,
        end=start + timedelta(minutes=30),
        attendance=attendance,
        offer_round_id="sample" if variant == "accepted" else None,
        created_at=now,
        attendance_at=now,
        changed_at=now,
    )
