"""A message is a record before it is an email: what, to whom, about what, when, in which state, and why (M-01)."""

import hashlib
from datetime import datetime, timedelta
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


NEVER_OFF = frozenset({Kind.OFFER})
"""Kinds that can't be turned off: an offer that nobody reads binds its patient for days, and counts as one let expire."""

TWICE_IS_HARMLESS = frozenset({Kind.CONFIRMED, Kind.MOVED, Kind.CANCELLED, Kind.OFFER})
"""Kinds that go once more when nobody can tell whether the first hand-over reached its patient."""


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

    `due_at` is when it should go, `not_before` when it may be tried again after it was held or put off.
    `hand_overs` counts claims, `lost_hand_overs` those of which nobody learnt the outcome; `content_key` is where the
    content as sent is kept, secret links blanked. `round_id` and `appointment_id` are what it concerns, `practitioner_id`
    whose agenda that is in.
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
    not_before: datetime | None = None
    state: MessageState = MessageState.SCHEDULED
    why: tuple[Decision, ...] = ()
    created_at: datetime
    claimed_at: datetime | None = None
    hand_overs: int = 0
    lost_hand_overs: int = 0
    sent_at: datetime | None = None
    provider_id: str | None = None
    content_key: str | None = None
    subject: str = ""
    look_at: datetime | None = None

    @property
    def goes_at(self) -> datetime:
        """The instant from which it may leave."""
        return max(self.due_at, self.not_before) if self.not_before else self.due_at

    @property
    def is_scheduled(self) -> bool:
        return self.state is MessageState.SCHEDULED

    def because(self, decision: Decision) -> "Message":
        """With one more decision; one that only repeats the last replaces it, so that a long wait stays one line."""
        last = self.why[-1] if self.why else None
        if last is None or (last.step, last.verdict, last.rule) != (decision.step, decision.verdict, decision.rule):
            return self.with_(why=(*self.why, decision)[-KEPT_DECISIONS:])
        times = str(int(last.facts.get("times", "1")) + 1)
        return self.with_(why=(*self.why[:-1], decision.with_(facts={**decision.facts, "times": times})))

    def waiting(self) -> "Message":
        """Scheduled, and found by the sweeper should everything else fail: a little late, or a year's part early."""
        return self.with_(state=MessageState.SCHEDULED, claimed_at=None, look_at=look_again(self, self.created_at))

    def ended(self, state: MessageState) -> "Message":
        """Settled: nobody need look at it again."""
        return self.with_(state=state, look_at=None)


SLACK = timedelta(minutes=4)
"""How late a message is before the sweeper takes it that its wake-up was lost."""

FAR = timedelta(days=300)
"""Executions live a year at most: the wait for what is due later is begun in time by the sweeper."""

KEPT_DECISIONS = 40


def look_again(message: Message, now: datetime) -> datetime:
    """When the sweeper must look at a scheduled message."""
    return message.goes_at - FAR if message.goes_at - now > FAR else max(message.goes_at, now) + SLACK


def message_id(kind: Kind, channel: Channel, subject: str, occurrence: str) -> str:
    """One id per kind, channel, subject and occurrence, so that planning twice plans once (M-10)."""
    return f"{kind}.{channel}.{subject}.{occurrence}"


def parts_of(id: str) -> tuple[Kind, Channel, str, str]:
    """Kind, channel, subject and occurrence of an id; ValueError when the text is not one."""
    kind, channel, rest = id.split(".", 2)
    subject, dot, occurrence = rest.rpartition(".")
    if not dot:
        raise ValueError(f"{id!r} names no message")
    return Kind(kind), Channel(channel), subject, occurrence


def execution_name(message: Message) -> str:
    """One execution per message and version, in at most 80 letters, digits and dashes."""
    return f"msg-{hashlib.sha256(message.id.encode()).hexdigest()[:40]}-{message.version}"


def message_ref(id: str) -> Ref[Message]:
    return Ref(Message, (id,))


def messages_of_patient(patient_id: str) -> Collection[Message]:
    return Collection("messages_of_patient", Message, (patient_id,), newest_first=True)


def messages_of_appointment(appointment_id: str) -> Collection[Message]:
    return Collection("messages_of_appointment", Message, (appointment_id,), newest_first=True)


def messages_by_state(state: MessageState) -> Collection[Message]:
    """Of the clinic, by due time."""
    return Collection("messages_by_state", Message, (state,), newest_first=True)
