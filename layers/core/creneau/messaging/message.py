"""A message is a record before it is an email: what, to whom, about what, when, in which state, and why (M-01)."""

import re
from datetime import datetime, timedelta
from enum import StrEnum

from creneau.shared.model import Stored, Value
from creneau.shared.store import Ref


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"


class Kind(StrEnum):
    """What a message is for."""

    RECEIVED = "received"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    MOVED = "moved"
    CANCELLED = "cancelled"
    OFFER = "offer"
    REMINDER = "reminder"
    ONLINE_BOOKING = "online_booking"
    CUSTOM = "custom"
    BIRTHDAY = "birthday"
    REVIEW = "review"
    VOUCHER = "voucher"
    INVOICE = "invoice"
    PAYMENT_LINK = "payment_link"
    PAYMENT_REMINDER = "payment_reminder"


class About(StrEnum):
    """What a message's subject is. `invoice` stands for a credit note too, `payer` is a payer's key."""

    APPOINTMENT = "appointment"
    ROUND = "round"
    PATIENT = "patient"
    VOUCHER = "voucher"
    INVOICE = "invoice"
    PAYER = "payer"


ABOUT = dict.fromkeys(Kind, About.APPOINTMENT) | {
    Kind.OFFER: About.ROUND,
    Kind.CUSTOM: About.PATIENT,
    Kind.BIRTHDAY: About.PATIENT,
    Kind.VOUCHER: About.VOUCHER,
    Kind.INVOICE: About.INVOICE,
    Kind.PAYMENT_LINK: About.PAYER,
    Kind.PAYMENT_REMINDER: About.PAYER,
}
"""What the subject in the id of a message of that kind names."""

CHANGES = frozenset({Kind.RECEIVED, Kind.CONFIRMED, Kind.REFUSED, Kind.MOVED, Kind.CANCELLED})
"""Kinds that tell a change of attendance: one a change, with the final state only (M-18)."""

NEVER_OFF = frozenset({f"{Kind.OFFER}.{Channel.EMAIL}"})
"""System templates that can't be turned off: an offer that nobody reads binds its patient, and counts as let expire."""

_HARMLESS = CHANGES | {Kind.OFFER, Kind.REMINDER, Kind.REVIEW}


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


class Recipient(StrEnum):
    PATIENT = "patient"
    PRACTITIONER = "practitioner"
    ADDRESS = "address"
    PAYER = "payer"


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
    whose agenda that is in. `template_id` names the template to write it by, None: the system one of its kind and
    channel. `recipient` says who reads it: the patient (or whoever gets the patient's messages), a practitioner, the payer,
    or the address given in `address` when it was planned. `given` are the words and amounts that it alone carries.
    `payer_key` is who pays what it is about; `invoice_ids` are those that it reminds of, from its claim on just those that
    it lists. `in_place_of` is an SMS that did not go. `credits` were reserved in the SMS month `month`, `YYYY-MM`.
    """

    id: str
    channel: Channel
    kind: Kind
    patient_id: str | None = None
    practitioner_id: str | None = None
    recipient: Recipient = Recipient.PATIENT
    address: str = ""
    template_id: str | None = None
    template: str = ""
    given: dict[str, str] = {}
    batch_id: str | None = None
    in_place_of: str | None = None
    credits: int = 0
    month: str = ""
    payer_key: str | None = None
    invoice_ids: tuple[str, ...] = ()
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

    @property
    def about(self) -> About:
        return ABOUT[self.kind]

    @property
    def invoice_id(self) -> str | None:
        """The invoice or credit note that it is about."""
        return parts_of(self.id)[2] if self.about is About.INVOICE else None

    @property
    def occasion(self) -> str:
        """The occurrence of the first of its kind, where this one was sent again: `r2-0` is the second after `0`."""
        return occasion_of(self.occurrence)

    @property
    def system_template(self) -> str:
        """The id of the system template of its kind and channel."""
        return f"{self.kind}.{self.channel}"

    @property
    def written_by(self) -> str:
        """The id of its template."""
        return self.template_id or self.system_template

    @property
    def twice_is_harmless(self) -> bool:
        """Whether it goes once more when nobody can tell if the first hand-over reached its reader: never an SMS."""
        return self.channel is Channel.EMAIL and self.kind in _HARMLESS

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

    def given_up(self, state: MessageState) -> "Message":
        """Settled before it left, as far as anybody knows: it may have left by a hand-over of which nobody learnt."""
        return self.ended(MessageState.UNCONFIRMED if self.lost_hand_overs else state)

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


def again(occasion: str, number: int) -> str:
    """The occurrence of what staff send again."""
    return f"r{number}-{occasion}"


def occasion_of(occurrence: str) -> str:
    """What was sent again by it, or itself."""
    return re.sub(r"^r\d+-", "", occurrence)


def parts_of(id: str) -> tuple[Kind, Channel, str, str]:
    """Kind, channel, subject and occurrence of an id; ValueError when the text is not one."""
    kind, channel, rest = id.split(".", 2)
    subject, dot, occurrence = rest.rpartition(".")
    if not dot:
        raise ValueError(f"{id!r} names no message")
    return Kind(kind), Channel(channel), subject, occurrence


def content_key(message: Message, hand_over: int) -> str:
    """Where the content of its n-th hand-over is kept."""
    return f"messages/{message.id}/{hand_over}.json"


def message_ref(id: str) -> Ref[Message]:
    return Ref(Message, (id,))
