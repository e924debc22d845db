"""Whether a message may leave now: the one judge, asked when it is planned and again right before it goes (M-09)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from creneau.agenda.appointment import Appointment
from creneau.agenda.attendance import Attendance
from creneau.agenda.blocked_address import BlockedAddress
from creneau.agenda.catalogue import Patient, Practitioner
from creneau.messaging.address import sendable
from creneau.messaging.consent import is_agreed, is_past_its_day, leaves_at
from creneau.messaging.group import GroupState, SmsGroup
from creneau.messaging.message import CHANGES, Channel, Decision, Kind, Message, MessageState, Recipient
from creneau.messaging.of_use import CatchUp, is_late, is_stale
from creneau.messaging.ports import OfferSeen
from creneau.messaging.quiet import morning_after, too_late_then
from creneau.messaging.reader import reader_of
from creneau.messaging.sms.numbers import NumberFault, number_for_sms
from creneau.messaging.template import TemplateBook
from creneau.messaging.voucher import has_expired
from creneau.shared.model import Value
from creneau.shared.settings import Clinic, Settings
from creneau.shared.time import local_date

LOOK_WHILE_PAUSED = timedelta(minutes=5)

_BOOKED = frozenset({Attendance.BOOKED})
TELLS = {
    Kind.RECEIVED: frozenset({Attendance.PENDING_CONFIRMATION}),
    Kind.CONFIRMED: _BOOKED,
    Kind.REFUSED: frozenset({Attendance.CANCELLED_BY_PRACTITIONER}),
    Kind.MOVED: _BOOKED,
    Kind.CANCELLED: frozenset({Attendance.CANCELLED_BY_PATIENT, Attendance.CANCELLED_BY_PRACTITIONER}),
    Kind.OFFER: _BOOKED,
    Kind.REMINDER: _BOOKED,
    Kind.ONLINE_BOOKING: frozenset({Attendance.BOOKED, Attendance.PENDING_CONFIRMATION}),
    Kind.REVIEW: frozenset({Attendance.ATTENDED}),
}
"""The attendance that a message of a kind is true of."""


class Reason(StrEnum):
    """Why a message is put off, or never leaves."""

    PAUSED = "sending_is_paused"
    NOT_DUE = "not_due_yet"
    CANCELLED = "message_not_scheduled"
    KIND_OFF = "kind_turned_off"
    TEMPLATE_OFF = "template_turned_off_or_deleted"
    OTHER_DELAY = "template_has_another_delay"
    NO_PATIENT = "patient_unknown"
    ERASED = "patient_erased"
    DECEASED = "patient_deceased"
    SMS_OFF = "sms_turned_off"
    SPENDING_LIMIT = "sms_spending_limit_reached"
    NO_CUSTOM_SMS = "custom_sms_turned_off"
    NO_CONSENT = "no_consent"
    REST_DAY = "sunday_or_public_holiday"
    PAST_ITS_DAY = "too_late_to_be_wished"
    GROUP_CANCELLED = "sending_to_the_group_cancelled"
    NO_REVIEW_PAGE = "no_review_page"
    VOUCHER_EXPIRED = "voucher_expired"
    NO_PRACTITIONER = "practitioner_unknown"
    NO_PHONE = "no_phone_number"
    NO_MOBILE = NumberFault.NO_MOBILE.value
    NUMBER_MALFORMED = NumberFault.MALFORMED.value
    COUNTRY = NumberFault.COUNTRY.value
    PHONE_BLOCKED = "phone_number_opted_out"
    NO_EMAIL = "no_email_address"
    MALFORMED = "email_address_malformed"
    BLOCKED = "email_address_blocked"
    NO_APPOINTMENT = "appointment_gone"
    OTHER_STATE = "appointment_in_another_state"
    OVERTAKEN = "a_later_change_is_told_instead"
    STARTED = "visit_started"
    QUIET_HOURS = "quiet_hours"
    MISSED = "missed"
    CATCHING_UP = "another_late_message_went_first"
    NO_OFFER = "offer_unknown"
    OFFER_DECIDED = "offer_no_longer_open"
    OFFER_EXPIRED = "too_late_to_answer"


class Facts(Value, frozen=True, kw_only=True):
    """All that the decision rests on, as read together."""

    clinic: Clinic
    settings: Settings
    book: TemplateBook = TemplateBook()
    patient: Patient | None
    appointment: Appointment | None
    practitioner: Practitioner | None = None
    offer: OfferSeen | None = None
    caught_up: CatchUp | None = None
    group: SmsGroup | None = None
    blocked: BlockedAddress | None = None


@dataclass(frozen=True)
class Send:
    rule: str = "M-09"


@dataclass(frozen=True)
class Defer:
    until: datetime
    reason: Reason
    rule: str


@dataclass(frozen=True)
class Suppress:
    reason: Reason
    rule: str


Verdict = Send | Defer | Suppress


def may_send(message: Message, facts: Facts, now: datetime) -> Verdict:
    """The first reason that applies. A pause comes first: what was read while it lasts may be out of date (M-20)."""
    if not message.is_scheduled:
        return Suppress(Reason.CANCELLED, "M-02")
    if facts.settings.messaging.paused:
        return Defer(now + LOOK_WHILE_PAUSED, Reason.PAUSED, "M-20")
    against = _turned_off(message, facts.settings, facts.book) or _reader(message, facts)
    if against is None and message.kind in TELLS:
        against = _appointment(message, facts.appointment, now)
    if against is None and message.kind is Kind.OFFER:
        against = _offer(facts.offer, now)
    at = leaves_at(message, now, facts.clinic)
    if against is None:
        against = _unasked(message, facts, at)
    if against is not None:
        return against
    if is_stale(message, facts.appointment, facts.settings, facts.book, facts.clinic.zone, now):
        return Suppress(Reason.MISSED, "M-17")
    if now < at:
        is_due_then = at == message.goes_at
        return Defer(at, Reason.NOT_DUE, "M-01") if is_due_then else Defer(at, Reason.REST_DAY, "M-14")
    return _quiet_hours(message, facts, now) or _catching_up(message, facts, now) or Send()


def _quiet_hours(message: Message, facts: Facts, now: datetime) -> Verdict | None:
    """An SMS waits for the morning, unless its visit starts then, or its day is over."""
    if message.channel is not Channel.SMS:
        return None
    zone, start = facts.clinic.zone, facts.appointment.start if facts.appointment else None
    morning = morning_after(now, facts.settings.messaging, zone)
    if morning is None:
        return None
    another_day = message.kind is Kind.BIRTHDAY and local_date(morning, zone) != local_date(message.due_at, zone)
    if another_day or (start is not None and too_late_then(morning, start)):
        return Suppress(Reason.QUIET_HOURS, "M-16")
    return Defer(morning, Reason.QUIET_HOURS, "M-16")


def _catching_up(message: Message, facts: Facts, now: datetime) -> Verdict | None:
    """Of what was held up, one message an hour; what would have to wait beyond its visit is of no use."""
    last = facts.caught_up
    if last is None or now >= last.until or not is_late(message, facts.settings, facts.clinic.zone, now):
        return None
    visit = facts.appointment if message.kind in TELLS and message.kind is not Kind.REVIEW else None
    if visit is not None and visit.start <= last.until:
        return Suppress(Reason.MISSED, "M-17")
    return Defer(last.until, Reason.CATCHING_UP, "M-17")


CUSTOM = frozenset({Kind.CUSTOM, Kind.BIRTHDAY})
"""Kinds of SMS that are a module of their own (S-02)."""


def _turned_off(message: Message, settings: Settings, book: TemplateBook) -> Suppress | None:
    if message.channel is Channel.SMS:
        if not settings.sms.enabled:
            return Suppress(Reason.SMS_OFF, "S-02")
        if message.kind in CUSTOM and not settings.sms.custom_module:
            return Suppress(Reason.NO_CUSTOM_SMS, "S-02")
    if message.template_id is None:
        off = message.system_template in settings.messaging.off and message.in_place_of is None
        return Suppress(Reason.KIND_OFF, "M-18") if off else None
    line = book.line(message.template_id, settings.messaging)
    if line is None or not line.active:
        return Suppress(Reason.TEMPLATE_OFF, "M-09")
    # What staff send again does not go by the delay.
    planned = message.kind is Kind.REMINDER and message.occasion == message.occurrence
    given_up = planned and message.occasion.rpartition("-")[2] not in (d.code for d in line.delays)
    return Suppress(Reason.OTHER_DELAY, "M-09") if given_up else None


def _reader(message: Message, facts: Facts) -> Suppress | None:
    if message.recipient is Recipient.PATIENT:
        if facts.patient is None:
            return Suppress(Reason.NO_PATIENT, "M-09")
        if facts.patient.erased:
            return Suppress(Reason.ERASED, "M-09")
        if facts.patient.deceased:
            return Suppress(Reason.DECEASED, "M-09")
    reader = reader_of(message, facts.patient, facts.practitioner)
    if reader is None:
        return Suppress(Reason.NO_PRACTITIONER, "M-09")
    if message.channel is Channel.SMS:
        if not reader.phone:
            return Suppress(Reason.NO_PHONE, "M-01")
        if reader.phone_blocked:
            return Suppress(Reason.PHONE_BLOCKED, "M-14")
        number = number_for_sms(reader.phone, facts.clinic.country, facts.settings.sms.countries)
        return Suppress(Reason(number.value), "M-01") if isinstance(number, NumberFault) else None
    if not reader.email:
        return Suppress(Reason.NO_EMAIL, "M-01")
    if reader.email_blocked or (facts.blocked is not None and facts.blocked.is_blocked):
        return Suppress(Reason.BLOCKED, "M-12")
    if sendable(reader.email) is None:
        return Suppress(Reason.MALFORMED, "M-01")
    return None


def _appointment(message: Message, appointment: Appointment | None, now: datetime) -> Suppress | None:
    if appointment is None or appointment.deleted_at is not None:
        return Suppress(Reason.NO_APPOINTMENT, "M-09")
    if appointment.attendance not in TELLS[message.kind]:
        return Suppress(Reason.OTHER_STATE, "M-09")
    if message.kind in CHANGES and message.occasion != str(appointment.changes):
        return Suppress(Reason.OVERTAKEN, "M-18")
    if appointment.start <= now and message.kind is not Kind.REVIEW:
        return Suppress(Reason.STARTED, "M-09")
    return None


def _unasked(message: Message, facts: Facts, at: datetime) -> Suppress | None:
    """What goes without being about an appointment ahead: only to those who agreed."""
    if message.recipient is Recipient.PATIENT and facts.patient and not is_agreed(message, facts.patient):
        return Suppress(Reason.NO_CONSENT, "M-19" if message.kind is Kind.REVIEW else "M-14")
    if facts.group is not None and facts.group.state in (GroupState.CANCELLING, GroupState.CANCELLED):
        return Suppress(Reason.GROUP_CANCELLED, "M-02")
    if message.kind is Kind.REVIEW and not facts.settings.look.review_url:
        return Suppress(Reason.NO_REVIEW_PAGE, "M-19")
    if message.kind is Kind.VOUCHER and has_expired(message.given, local_date(at, facts.clinic.zone)):
        return Suppress(Reason.VOUCHER_EXPIRED, "M-19")
    return Suppress(Reason.PAST_ITS_DAY, "M-15") if is_past_its_day(message, at) else None


def _offer(offer: OfferSeen | None, now: datetime) -> Suppress | None:
    if offer is None:
        return Suppress(Reason.NO_OFFER, "M-09")
    if now >= offer.expires_at:
        return Suppress(Reason.OFFER_EXPIRED, "W-09")
    if offer.state != "sent":
        return Suppress(Reason.OFFER_DECIDED, "W-08")
    return None


def decided(verdict: Verdict, step: str, facts: Facts, now: datetime) -> Decision:
    """The verdict as it is kept on the message: ids, versions and states, never a name or an address."""
    known: dict[str, str] = {}
    if not isinstance(verdict, Send):
        known["reason"] = verdict.reason
    if isinstance(verdict, Defer):
        known["until"] = verdict.until.isoformat()
    if facts.patient is not None:
        known["patient_version"] = str(facts.patient.version)
    if facts.appointment is not None:
        known["attendance"] = facts.appointment.attendance
        known["changes"] = str(facts.appointment.changes)
        known["appointment_version"] = str(facts.appointment.version)
    if facts.offer is not None:
        known["offer"] = facts.offer.state
        known["answer_before"] = facts.offer.expires_at.isoformat()
    name = {Send: "send", Defer: "defer", Suppress: "suppress"}[type(verdict)]
    return Decision(at=now, step=step, verdict=name, rule=verdict.rule, facts=known)


def with_verdict(message: Message, verdict: Verdict, decision: Decision) -> Message:
    """The message after a decision: scheduled, put off, or suppressed."""
    told = message.because(decision)
    if isinstance(verdict, Suppress):
        return told.ended(MessageState.SUPPRESSED)
    if isinstance(verdict, Defer):
        return told.with_(not_before=verdict.until).waiting()
    return told.waiting()
