"""Whether a message may leave now: the one judge, asked when it is planned and again right before it goes (M-09)."""

from datetime import datetime, timedelta

from creneau.agenda.appointment import Appointment
from creneau.agenda.attendance import Attendance
from creneau.messaging.address import sendable
from creneau.messaging.consent import is_agreed, is_past_its_day, leaves_at, said_by
from creneau.messaging.group import GroupState
from creneau.messaging.message import CHANGES, Channel, Kind, Message, Recipient
from creneau.messaging.of_use import asked_at, is_late, is_stale
from creneau.messaging.payments.judge import judged
from creneau.messaging.ports import InvoiceSeen, OfferSeen
from creneau.messaging.quiet import morning_after, too_late_then
from creneau.messaging.reader import reader_of
from creneau.messaging.sms.numbers import NumberFault, number_for_sms
from creneau.messaging.template import TemplateBook
from creneau.messaging.verdict import Defer, Facts, Reason, Send, Suppress, Verdict
from creneau.messaging.voucher import has_expired
from creneau.shared.settings import Settings
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


def may_send(message: Message, facts: Facts, now: datetime) -> Verdict:
    """The first reason that applies. A pause comes first: what was read while it lasts may be out of date (M-20)."""
    if not message.is_scheduled:
        return Suppress(Reason.CANCELLED, "M-02")
    if facts.settings.messaging.paused:
        return Defer(now + LOOK_WHILE_PAUSED, Reason.PAUSED, "M-20")
    against = _turned_off(message, facts.settings, facts.book)
    if against is None and message.recipient is Recipient.PAYER:
        against = _money(message, facts, leaves_at(message, now, facts.clinic))
    against = against or _reader(message, facts)
    if against is None and message.kind in TELLS:
        against = _appointment(message, facts.appointment, now)
    if against is None and message.kind is Kind.OFFER:
        against = _offer(facts.offer, now)
    at = leaves_at(message, now, facts.clinic)
    if against is None:
        against = _unasked(message, facts, at)
    if against is not None:
        return against
    if is_stale(message, facts.appointment, facts.settings, facts.book, facts.clinic, now):
        return Suppress(Reason.MISSED, "M-17")
    asked = asked_at(message, facts.appointment, facts.settings, facts.book, facts.clinic)
    if asked is not None and max(now, message.due_at) < asked:
        return Defer(asked, Reason.OTHER_DELAY, "M-09")
    if now < at:
        is_due_then = at == message.goes_at
        return Defer(at, Reason.NOT_DUE, "M-01") if is_due_then else Defer(at, Reason.REST_DAY, "M-14")
    return _quiet_hours(message, facts, now) or _catching_up(message, facts, now) or _send(message, facts, at)


def _send(message: Message, facts: Facts, at: datetime) -> Send:
    if message.kind is Kind.PAYMENT_REMINDER:
        return Send(on=judged(message, facts, local_date(at, facts.clinic.zone)).versions)
    to_patient = message.recipient is Recipient.PATIENT and facts.patient is not None
    return Send(on=said_by(message, facts.patient)) if to_patient and facts.patient else Send()


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
        return Suppress(Reason.QUIET_HOURS, "M-16", {"morning": morning.isoformat()})
    return Defer(morning, Reason.QUIET_HOURS, "M-16")


def _catching_up(message: Message, facts: Facts, now: datetime) -> Verdict | None:
    """Of what was held up, one message an hour; what would have to wait beyond its visit, or its answer, is of no use.

    The one that caught up last is not held up by itself: its call was refused, or nobody learnt what became of it.
    """
    last = facts.caught_up
    if last is None or last.message_id == message.id or now >= last.until:
        return None
    if not is_late(message, facts.settings, facts.clinic, now):
        return None
    after = {"after": last.message_id}
    end = _of_use_until(message, facts)
    if end is not None and end <= last.until:
        return Suppress(Reason.MISSED, "M-17", after)
    return Defer(last.until, Reason.CATCHING_UP, "M-17", after)


def _of_use_until(message: Message, facts: Facts) -> datetime | None:
    if message.kind is Kind.OFFER:
        return facts.offer.expires_at if facts.offer else None
    visit = facts.appointment if message.kind in TELLS and message.kind is not Kind.REVIEW else None
    return visit.start if visit else None


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
    on_record = message.recipient is Recipient.PAYER and message.patient_id is not None
    if message.recipient is Recipient.PATIENT or on_record:
        if facts.patient is None:
            return Suppress(Reason.NO_PATIENT, "M-09")
        if facts.patient.erased:
            return Suppress(Reason.ERASED, "M-09")
        if facts.patient.deceased and not (facts.payee and facts.payee.contact_id):
            return Suppress(Reason.DECEASED, "M-09")
    reader = reader_of(message, facts.patient, facts.practitioner, facts.payee)
    if reader is None:
        return Suppress(Reason.NO_PRACTITIONER, "M-09")
    if message.channel is Channel.SMS:
        if not reader.phone:
            if message.recipient is Recipient.PAYER:
                return Suppress(Reason.NO_MOBILE, "C-02")
            return Suppress(Reason.NO_PHONE, "M-01")
        if reader.phone_blocked or _is_blocked(facts):
            return Suppress(Reason.PHONE_BLOCKED, "M-14")
        number = number_for_sms(reader.phone, facts.clinic.country, facts.settings.sms.countries)
        return Suppress(Reason(number.value), "M-01") if isinstance(number, NumberFault) else None
    if not reader.email:
        return Suppress(Reason.NO_EMAIL, "M-01")
    if reader.email_blocked or _is_blocked(facts):
        return Suppress(Reason.BLOCKED, "M-12")
    if sendable(reader.email) is None:
        return Suppress(Reason.MALFORMED, "M-01")
    return None


def _is_blocked(facts: Facts) -> bool:
    return facts.blocked is not None and facts.blocked.is_blocked


def _money(message: Message, facts: Facts, at: datetime) -> Suppress | None:
    """What is paid is not asked for; `at` is when it leaves, whose day counts."""
    match message.kind:
        case Kind.PAYMENT_LINK:
            owes = facts.owed is not None and facts.owed.amount > 0
            return None if owes else Suppress(Reason.PAID, "C-02")
        case Kind.PAYMENT_REMINDER:
            found = judged(message, facts, local_date(at, facts.clinic.zone))
            return None if found.listed else Suppress(found.reason, found.rule, found.left_out)
    return _invoice(facts.invoice)


def _invoice(invoice: InvoiceSeen | None) -> Suppress | None:
    if invoice is None:
        return Suppress(Reason.NO_INVOICE, "B-08")
    if not invoice.is_final:
        return Suppress(Reason.NOT_FINAL, "B-06")
    return Suppress(Reason.CREDITED, "B-06") if invoice.is_credited else None


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
        rule = "M-19" if message.kind is Kind.REVIEW else "M-14"
        return Suppress(Reason.NO_CONSENT, rule, said_by(message, facts.patient))
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
