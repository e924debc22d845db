"""Who agreed to get what nobody asked for, and on which days it leaves (M-14, M-15, M-19)."""

from datetime import datetime, timedelta

from creneau.agenda.catalogue import Consent, Patient
from creneau.messaging.holidays import out_of_rest
from creneau.messaging.message import Kind, Message
from creneau.shared.settings import Clinic

BIRTHDAY_LASTS = timedelta(days=3)
"""How late a birthday is still wished: over Christmas and a Sunday after it, not after an outage of a week."""


def is_to_many(message: Message) -> bool:
    """Whether it went to a group at once, or came by itself because of the date: not one patient's own matter."""
    return message.kind is Kind.BIRTHDAY or (message.kind is Kind.CUSTOM and message.batch_id is not None)


def is_agreed(message: Message, patient: Patient) -> bool:
    """A group or birthday SMS needs a recorded consent; a review request only that it was not refused: it goes to a
    patient about their own visit, once in six months, and says how to end it."""
    wanted = _wanted(message)
    if wanted is None:
        return True
    if wanted is Consent.REVIEWS:
        return wanted not in patient.refusals
    return wanted in patient.consents


def said_by(message: Message, patient: Patient) -> dict[str, str]:
    """When the patient agreed to such messages, or refused them; nothing for what needs neither."""
    wanted = _wanted(message)
    said = ("agreed_at", patient.consents), ("refused_at", patient.refusals)
    return {name: at[wanted].isoformat() for name, at in said if wanted in at} if wanted else {}


def _wanted(message: Message) -> Consent | None:
    if message.kind is Kind.REVIEW:
        return Consent.REVIEWS
    if not is_to_many(message):
        return None
    return Consent.BIRTHDAY if message.kind is Kind.BIRTHDAY else Consent.GROUP_SMS


def leaves_at(message: Message, now: datetime, clinic: Clinic) -> datetime:
    """The instant from which it may leave: no earlier than it is due, and to many never on a day that rests."""
    at = max(now, message.goes_at)
    return out_of_rest(at, clinic.zone, clinic.country) if is_to_many(message) else at


def is_past_its_day(message: Message, leaves_at: datetime) -> bool:
    """Whether a birthday would be wished too late to be taken for one."""
    return message.kind is Kind.BIRTHDAY and leaves_at - message.due_at > BIRTHDAY_LASTS
