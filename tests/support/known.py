"""A message with everything that it says, made up in the hand: whatever a test does not care about is plain."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from creneau.agenda.appointment import Appointment
from creneau.agenda.attendance import Attendance
from creneau.agenda.catalogue import Address, Location, Patient, Practitioner, Service
from creneau.messaging.facts import Known
from creneau.messaging.message import ABOUT, About, Channel, Kind, Message, Recipient
from creneau.messaging.ports import InvoiceSeen, OfferSeen, PayerSeen
from creneau.messaging.template import Template, TemplateBook
from creneau.messaging.wording.fields import MONEY
from creneau.shared.money import Money
from creneau.shared.settings import Clinic, Look, MessagingSettings, Settings

CLINIC = Clinic(
    name="Centre médical du Lac",
    zone_name="Europe/Zurich",
    country="CH",
    currency="CHF",
    language="fr",
    sender="rendez-vous@cabinet.example",
)
START, OWN = datetime(2027, 3, 2, 8, 30, tzinfo=UTC), datetime(2027, 4, 1, 13, 0, tzinfo=UTC)
NOW = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
ANSWER_BEFORE = datetime(2027, 2, 16, 9, 0, tzinfo=UTC)
HALF = timedelta(minutes=30)
HERE = Address(street="Rue du Lac 12", postcode="1003", town="Lausanne", country="CH")
AT_HOME = Address(street="Rue Haute 3", postcode="1200", town="Genève", country="CH")
LINK = "https://rdv.example.ch/o/AbCdEfGhIjKlMnOpQrStUv"
LINKS = {
    "offer": LINK,
    "review": "https://rdv.example.ch/r/AbCdEfGhIjKlMnOpQrStUv",
    "opt_out": "https://rdv.example.ch/u/AbCdEfGhIjKlMnOpQrStUv",
    "pay": "https://rdv.example.ch/p/AbCdEfGhIjKlMnOpQrStUv",
}
VIDEO = "https://video.example.ch/r/8f2"

PATIENT = Patient(
    id="pat_1", first_name="Claire", last_name="Martin", email="claire@mail.example", phone="+41791234567"
)
PRACTITIONER = Practitioner(id="prc_1", name="Dr Anne Favre", phone="+41791234568")
LOCATION = Location(id="loc_1", name="Cabinet du Lac", address=HERE, phone="+41215550123")
SERVICE = Service(
    id="srv_1",
    name="Physiotherapy, first visit",
    category="in_person",
    duration_minutes=30,
    price=Money(amount=120_50, currency="CHF"),
    instructions="Bring your prescription.",
    video_link=VIDEO,
)
SETTINGS = Settings(look=Look(website="https://cabinet.example"))
VOUCHER = {"code": "LAC-2027", "amount": "5000", "currency": "CHF", "expires_on": "2027-12-31"}
INVOICE = InvoiceSeen(
    id="inv_1",
    is_final=True,
    number="F2027-0042",
    issued_on=date(2027, 2, 1),
    due_on=date(2027, 3, 3),
    total=Money(amount=120_50, currency="CHF"),
    balance=Money(amount=120_50, currency="CHF"),
    issuer_name="Dr Anne Favre",
    payer_name="Claire Martin",
    patient_id="pat_1",
    document_key="documents/inv_1/d.invoice.pdf",
    document_name="F2027-0042.pdf",
)
RECIPIENTS = {Kind.ONLINE_BOOKING: Recipient.PRACTITIONER} | dict.fromkeys(MONEY, Recipient.PAYER)

ENDED = {
    Kind.CANCELLED: Attendance.CANCELLED_BY_PRACTITIONER,
    Kind.REFUSED: Attendance.CANCELLED_BY_PRACTITIONER,
    Kind.REVIEW: Attendance.ATTENDED,
    Kind.RECEIVED: Attendance.PENDING_CONFIRMATION,
}


def appointment(kind: Kind, **more: Any) -> Appointment:
    """In an offer it is the patient's own, later one."""
    start = OWN if kind is Kind.OFFER else START
    given: dict[str, Any] = {
        "start": start,
        "end": more.get("start", start) + HALF,
        "attendance": ENDED.get(kind, Attendance.BOOKED),
        "moved_from": "apt_0" if kind is Kind.MOVED else None,
    }
    ids = {name: f"{name[:3]}_1" for name in ("visit_id", "agenda_id", "practitioner_id", "location_id", "service_id")}
    at = dict.fromkeys(("created_at", "attendance_at", "changed_at"), NOW)
    return Appointment(**({"id": "apt_1", "patient_id": "pat_1"} | ids | at | given | more))


def known(
    kind: Kind,
    channel: Channel = Channel.EMAIL,
    language: str = "fr",
    *,
    of_appointment: dict[str, Any] | None = None,
    of_patient: dict[str, Any] | None = None,
    of_service: dict[str, Any] | None = None,
    hide: tuple[str, ...] = (),
    template: Template | None = None,
    **more: Any,
) -> Known:
    """`of_...`: what differs in a part; other arguments stand in the place of whole parts."""
    about_visit = ABOUT[kind] in (About.APPOINTMENT, About.ROUND)
    about = appointment(kind, **(of_appointment or {})) if about_visit else None
    recipient = RECIPIENTS.get(kind, Recipient.PATIENT)
    offer = OfferSeen(
        round_id="r",
        appointment_id="apt_1",
        patient_id="pat_1",
        start=START,
        end=START + HALF,
        sent_at=NOW,
        expires_at=ANSWER_BEFORE,
        state="sent",
    )
    given: dict[str, Any] = {
        "clinic": CLINIC,
        "message": Message(
            id=f"{kind}.{channel}.x.0",
            kind=kind,
            channel=channel,
            recipient=recipient,
            given=VOUCHER if kind is Kind.VOUCHER else {},
            template_id=template.id if template and not template.is_system else None,
            occurrence="0",
            due_at=NOW,
            created_at=NOW,
        ),
        "settings": SETTINGS.with_(messaging=MessagingSettings(hide=hide)),
        "book": TemplateBook(),
        "template": template,
        "patient": PATIENT.with_(language=language, **(of_patient or {})),
        "appointment": about,
        "previous": appointment(kind, id="apt_0", start=OWN, end=OWN + HALF) if kind is Kind.MOVED else None,
        "practitioner": PRACTITIONER if about else None,
        "location": LOCATION if about else None,
        "service": SERVICE.with_(**(of_service or {})) if about else None,
        "round": None,
        "offer": offer if kind is Kind.OFFER else None,
        "invoice": INVOICE if kind is Kind.INVOICE else None,
        "invoices": (INVOICE,) if kind is Kind.PAYMENT_REMINDER else (),
        "payer": PayerSeen(key="patient.pat_1", patient_id="pat_1") if kind in MONEY else None,
        "owed": INVOICE.balance if kind is Kind.PAYMENT_LINK else None,
    }
    return Known(**(given | more))
