"""The email that goes in place of an SMS which the spending limit stopped, unless one says the same anyway (S-06)."""

from datetime import datetime

from creneau.messaging.message import Channel, Kind, Message, Recipient, message_id, parts_of
from creneau.messaging.template import TemplateBook
from creneau.shared.settings import Settings

REPLACED = frozenset({Kind.CONFIRMED, Kind.REMINDER})
"""What a patient should know even so; the practitioner sees bookings in the agenda."""

NOTICES = frozenset({Kind.INVOICE, Kind.PAYMENT_LINK})
"""What a payer should know even so; where it goes by email too, that one is there already."""


def instead_by_email(message: Message, settings: Settings, book: TemplateBook, now: datetime) -> Message | None:
    """In the system template's words, whether that one is on or off: the clinic did turn this notice on."""
    if not _is_replaced(message, settings, book):
        return None
    _, _, subject, occurrence = parts_of(message.id)
    return Message(
        id=message_id(message.kind, Channel.EMAIL, subject, occurrence),
        channel=Channel.EMAIL,
        kind=message.kind,
        patient_id=message.patient_id,
        practitioner_id=message.practitioner_id,
        recipient=message.recipient,
        payer_key=message.payer_key,
        given=message.given,
        appointment_id=message.appointment_id,
        occurrence=occurrence,
        in_place_of=message.id,
        due_at=message.due_at,
        created_at=now,
    ).waiting()


def _is_replaced(message: Message, settings: Settings, book: TemplateBook) -> bool:
    if message.recipient is Recipient.PAYER:
        return message.kind in NOTICES
    to_patient = message.kind in REPLACED and message.recipient is Recipient.PATIENT
    return to_patient and not _goes_anyway(message, settings, book)


def _goes_anyway(message: Message, settings: Settings, book: TemplateBook) -> bool:
    """A reminder by email counts where it comes as long before the visit."""
    delay = message.occurrence.rpartition("-")[2]
    return any(
        line.active and (message.kind is not Kind.REMINDER or delay in (d.code for d in line.delays))
        for line in book.lines(settings.messaging, message.kind, Channel.EMAIL)
    )
