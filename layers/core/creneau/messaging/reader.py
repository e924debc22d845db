"""Who reads a message, and where: the patient or the contact marked so, a practitioner, a payer, an address (M-21, B-09)."""

from creneau.agenda.catalogue import Patient, Practitioner
from creneau.messaging.message import Message, Recipient
from creneau.messaging.ports import InvoiceSeen, PayerSeen
from creneau.shared.model import Value


class Reader(Value, frozen=True, kw_only=True):
    """`language`: one of the four, None: the clinic's. An address or number that is `blocked` must not be written to."""

    name: str
    language: str | None = None
    email: str | None = None
    email_blocked: bool = False
    phone: str | None = None
    phone_blocked: bool = False


Payee = InvoiceSeen | PayerSeen
"""What says who pays: an invoice, or the payer's key alone."""


def reader_of(
    message: Message, patient: Patient | None, practitioner: Practitioner | None, payee: Payee | None = None
) -> Reader | None:
    """None when the record that would name them is gone."""
    match message.recipient:
        case Recipient.ADDRESS:
            name = message.given.get("name") or (patient.name if patient else "")
            return Reader(name=name, language=message.given.get("language"), email=message.address)
        case Recipient.PRACTITIONER:
            if practitioner is None:
                return None
            return Reader(name=practitioner.name, email=practitioner.email, phone=practitioner.phone)
        case Recipient.PAYER:
            return payer_of(payee, patient) if payee else None
    return reader_of_patient(patient) if patient else None


def reader_of_patient(patient: Patient) -> Reader:
    """A contact without a language of their own is written to in the patient's."""
    reader = patient.reader
    return Reader(
        name=reader.name,
        language=reader.language or patient.language,
        email=reader.email,
        email_blocked=reader.email_blocked,
        phone=reader.phone,
        phone_blocked=reader.phone_blocked,
    )


def payer_of(payee: Payee, patient: Patient | None) -> Reader:
    """At the address that their record has now: a payer who is a patient is reached as in all their messages, a contact
    at their own. Somebody typed in, or a contact who was deleted, at the address on the invoice. In the invoice's language,
    and without one in their own."""
    invoice = payee if isinstance(payee, InvoiceSeen) else None
    contact = next((c for c in patient.contacts if c.id == payee.contact_id), None) if patient else None
    reader = contact or (patient.reader if patient is not None and payee.contact_id is None else None)
    if reader is None or patient is None:
        return Reader(
            name=invoice.payer_name if invoice else "",
            language=invoice.language if invoice else None,
            email=invoice.payer_email if invoice else None,
        )
    return Reader(
        name=reader.name,
        language=(invoice.language if invoice else None) or reader.language or patient.language,
        email=reader.email,
        email_blocked=reader.email_blocked,
        phone=reader.phone,
        phone_blocked=reader.phone_blocked,
    )
