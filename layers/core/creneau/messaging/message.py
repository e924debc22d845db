"""A message is a record before it is an email: what, to whom, about what, when, in which state, and why (M-01)."""

from datetime import datetime
from enum import StrEnum

from creneau.shared.model import Stored, Value
from creneau.shared.store import Collection, Ref


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"


class Kind(StrEnum):
    """What a message is for; one folder of templates each."""

    CONFIRMED = "confirmed"
    MOVED = "moved"
    CANCELLED = "cancelled"
    OFFER = "offer"


class MessageState(StrEnum):
    SCHEDULED = "scheduled"
    CLAIMED = "claimed"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    CANCELLED = "cancelled"
    SUPPRESSED = "suppressed"


class Decision(Value, frozen=True, kw_only=True):
    """One decision about a message: `verdict` send, defer, suppress, ...; the rule's id; the facts it was decided on."""

    at: datetime
    step: str
    verdict: str
    rule: str
    facts: dict[str, str] = {}


class Message(Stored, frozen=True, kw_only=True):
    """`occurrence` tells apart messages of one kind about one subject; the id is made of all that (see `message_id`).

    `hand_overs` counts claims; `content_key` is where the content as sent is kept, secret links blanked.
    `round_id` and `appointment_id` are what it concerns.
    """

    id: str
    channel: Channel
    kind: Kind
    patient_id: str
    practitioner_id: str | None = None
    recipient: str = "patient"
    address: str = ""
    template: str = ""
    appointment_id: str | None = None
    round_id: str | None = None
    occurrence: str
    due_at: datetime
    state: MessageState = MessageState.SCHEDULED
    why: tuple[Decision, ...] = ()
    created_at: datetime
    claimed_at: datetime | None = None
    hand_overs: int = 0
    sent_at: datetime | None = None
    provider_id: str | None = None
    content_key: str | None = None
    subject: str = ""
    look_at: datetime | None = None


def message_id(kind: Kind, channel: Channel, subject: str, occurrence: str) -> str:
    """One id per kind, channel, subject and occurrence, so that planning twice plans once (M-10)."""
    return f"{kind}.{channel}.{subject}.{occurrence}"


def message_ref(id: str) -> Ref[Message]:
    return Ref(Message, (id,))


def messages_of_patient(patient_id: str) -> Collection[Message]:
    return Collection("messages_of_patient", Message, (patient_id,), newest_first=True)


def messages_of_appointment(appointment_id: str) -> Collection[Message]:
    return Collection("messages_of_appointment", Message, (appointment_id,), newest_first=True)


def messages_by_state(state: MessageState) -> Collection[Message]:
    """Of the clinic, by due time."""
    return Collection("messages_by_state", Message, (state,), newest_first=True)
