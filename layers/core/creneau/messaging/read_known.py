"""What a message is decided and written on, in two reads: what its id names, then what those name.

A payment reminder takes a third where it hangs on somebody else's record: its invoices say whose.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.agenda.blocked_address import BlockedAddress, address_key, blocked_ref
from creneau.agenda.catalogue import (
    Patient,
    Practitioner,
    location_ref,
    patient_ref,
    practitioner_ref,
    service_ref,
)
from creneau.messaging.facts import Known
from creneau.messaging.group import group_ref
from creneau.messaging.message import (
    ABOUT,
    About,
    Channel,
    Kind,
    Message,
    Recipient,
    message_ref,
    occasion_of,
    parts_of,
)
from creneau.messaging.of_use import catch_up_ref, is_late
from creneau.messaging.payments.choose import MOST_OF_ONE_EMAIL
from creneau.messaging.ports import Invoices, InvoiceSeen, Offers, Owing
from creneau.messaging.signature import SIGNATURES, UNSIGNED
from creneau.messaging.sms.month import month_of, sms_month_ref
from creneau.messaging.sms.numbers import Number, number_for_sms
from creneau.messaging.template import TEMPLATE_BOOK, TemplateBook, may_be_worded, template_ref
from creneau.shared.money import Money
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Absent, Ref, Snapshot, Store


@dataclass(frozen=True)
class ReadKnown:
    store: Store
    offers: Offers
    invoices: Invoices
    owing: Owing
    clinic: Clinic

    def __call__(self, message_id: str, now: datetime) -> Known | None:
        """None when there is no such message."""
        named = _named(message_id, self.offers, self.invoices, month_of(now, self.clinic.zone))
        first = self.store.snapshot([message_ref(message_id), SETTINGS, TEMPLATE_BOOK, SIGNATURES, *named.values()])
        message = first.get(message_ref(message_id))
        if message is None:
            return None
        settings, book = first.get(SETTINGS) or Settings(), first.get(TEMPLATE_BOOK) or TemplateBook()
        known: dict[str, Any] = {name: first.get(ref) for name, ref in named.items()}
        wanted, round = _wanted(message, known) | _template(message, book, settings), known.get("round")
        wanted |= {id: self.invoices.ref(id) for id in _reminded_of(message)}
        late = is_late(message, settings, self.clinic, now)
        if late and message.patient_id:
            wanted["caught_up"] = catch_up_ref(message.patient_id)
        judges = list(self.offers.judged_by(round, message.occurrence)) if round else []
        refs = [*wanted.values(), *judges]
        read: dict[Ref[Any], Any] = dict(zip(refs, self.store.get_many(refs), strict=True))
        known |= {name: read[ref] for name, ref in wanted.items()}
        if message.recipient is Recipient.PRACTITIONER:
            known["blocked"] = self._stopped(known.get("practitioner"), settings)
        reminded_of = {id: known[id] for id in _reminded_of(message) if known[id] is not None}
        invoices = tuple(self.invoices.seen(item) for item in reminded_of.values())
        if message.kind is Kind.PAYMENT_REMINDER:
            known |= self._of_reminder(message, known, invoices)
        return Known(
            clinic=self.clinic,
            message=message,
            settings=settings,
            book=book,
            signatures=first.get(SIGNATURES) or UNSIGNED,
            template=known.get("template"),
            patient=known.get("patient"),
            appointment=known.get("appointment"),
            previous=known.get("previous"),
            practitioner=known.get("practitioner"),
            location=known.get("location"),
            service=known.get("service"),
            round=round,
            invoiced=known.get("invoice"),
            invoice=self.invoices.seen(known["invoice"]) if known.get("invoice") else None,
            invoices=invoices,
            reminded_of=reminded_of,
            patients=known.get("patients", {}),
            owed=self._owed(message),
            **self._payer(message, known),
            is_late=late,
            caught_up=known.get("caught_up"),
            month=known.get("month"),
            group=known.get("group"),
            blocked=known.get("blocked"),
            offer=self.offers.seen(round, message.occurrence, Snapshot(read), now) if round else None,
        )

    def _payer(self, message: Message, known: dict[str, Any]) -> dict[str, Any]:
        """Nothing kept of the payer is something to hold on to, too: what they promise makes a record."""
        if message.about is not About.PAYER or message.payer_key is None:
            return {}
        record, ref = known.get("payer"), self.invoices.payer_ref(message.payer_key)
        return {
            "payer": self.invoices.payer_seen(message.payer_key, record),
            "kept_of_payer": record if record is not None else Absent(ref),
        }

    def _owed(self, message: Message) -> Money | None:
        """What the link was planned for, or what is left of it."""
        if message.kind is not Kind.PAYMENT_LINK or message.payer_key is None:
            return None
        asked, currency = int(message.given["total"]), message.given["currency"]
        return Money(amount=min(asked, self.owing.total(message.payer_key, currency)), currency=currency)

    def _of_reminder(
        self, message: Message, known: dict[str, Any], invoices: tuple[InvoiceSeen, ...]
    ) -> dict[str, Any]:
        """The records of patients whose care alone is on an invoice, and whether an address that was typed in is blocked."""
        patient: Patient | None = known.get("patient")
        ids = {i.patient_ids[0] for i in invoices if len(i.patient_ids) == 1} - ({patient.id} if patient else set())
        wanted: dict[str, Ref[Any]] = {id: patient_ref(id) for id in sorted(ids)}
        typed = next((i.payer_email for i in invoices if i.payer_email), None) if message.patient_id is None else None
        if typed:
            wanted["blocked"] = blocked_ref(address_key(typed))
        read = dict(zip(wanted, self.store.get_many(list(wanted.values())), strict=True)) if wanted else {}
        others = {id: found for id, found in read.items() if id != "blocked" and found is not None}
        return {"patients": others | ({patient.id: patient} if patient else {}), "blocked": read.get("blocked")}

    def _stopped(self, practitioner: Practitioner | None, settings: Settings) -> BlockedAddress | None:
        """Patients' records are marked when a number opts out; a practitioner's number is looked up, a read of its own."""
        if practitioner is None or not practitioner.phone:
            return None
        number = number_for_sms(practitioner.phone, self.clinic.country, settings.sms.countries)
        return self.store.get(blocked_ref(address_key(number.e164))) if isinstance(number, Number) else None


def _named(message_id: str, offers: Offers, invoices: Invoices, month: str) -> dict[str, Ref[Any]]:
    """What the id alone names; for an SMS the present month too."""
    kind, channel, subject, occurrence = parts_of(message_id)
    named = _subject(kind, subject, occurrence, offers, invoices)
    return named | {"month": sms_month_ref(month)} if channel is Channel.SMS else named


def _subject(kind: Kind, subject: str, occurrence: str, offers: Offers, invoices: Invoices) -> dict[str, Ref[Any]]:
    match ABOUT[kind]:
        case About.ROUND:
            return {"round": offers.ref(subject), "appointment": appointment_ref(occurrence)}
        case About.APPOINTMENT:
            return {"appointment": appointment_ref(subject)}
        case About.PATIENT if kind is Kind.CUSTOM:
            return {"patient": patient_ref(subject), "group": group_ref(occasion_of(occurrence))}
        case About.PATIENT:
            return {"patient": patient_ref(subject)}
        case About.INVOICE:
            return {"invoice": invoices.ref(subject)}
        case About.PAYER:
            return {"payer": invoices.payer_ref(subject)}
        case About.VOUCHER:
            return {}


def _reminded_of(message: Message) -> tuple[str, ...]:
    """As many as one email lists."""
    return message.invoice_ids[:MOST_OF_ONE_EMAIL] if message.kind is Kind.PAYMENT_REMINDER else ()


def _template(message: Message, book: TemplateBook, settings: Settings) -> dict[str, Ref[Any]]:
    """Where the clinic's own words are, if it wrote any that may go."""
    line = book.line(message.written_by, settings.messaging)
    if line is None or not line.wording or not may_be_worded(line.kind, line.channel, settings.sms):
        return {}
    return {"template": template_ref(line.id)}


def _wanted(message: Message, known: dict[str, Any]) -> dict[str, Ref[Any]]:
    """What the message, and what it is about, name."""
    wanted: dict[str, Ref[Any]] = {}
    if message.patient_id and "patient" not in known:
        wanted["patient"] = patient_ref(message.patient_id)
    typed_in = message.recipient is Recipient.PAYER and message.patient_id is None and bool(message.address)
    if message.recipient is Recipient.ADDRESS or typed_in:
        wanted["blocked"] = blocked_ref(address_key(message.address))
    appointment: Appointment | None = known.get("appointment")
    if appointment is not None:
        wanted |= {
            "practitioner": practitioner_ref(appointment.practitioner_id),
            "location": location_ref(appointment.location_id),
            "service": service_ref(appointment.service_id),
        }
        if appointment.moved_from and message.kind is Kind.MOVED:
            wanted["previous"] = appointment_ref(appointment.moved_from)
    elif message.practitioner_id:
        wanted["practitioner"] = practitioner_ref(message.practitioner_id)
    return wanted
