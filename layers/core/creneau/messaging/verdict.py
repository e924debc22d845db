"""What is decided about a message, by which rule and on which facts; and the message after it (M-01)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from creneau.agenda.appointment import Appointment
from creneau.agenda.blocked_address import BlockedAddress
from creneau.agenda.catalogue import Patient, Practitioner
from creneau.messaging.group import SmsGroup
from creneau.messaging.message import Decision, Message, MessageState
from creneau.messaging.of_use import CatchUp
from creneau.messaging.ports import InvoiceSeen, OfferSeen, PayerSeen
from creneau.messaging.sms.numbers import NumberFault
from creneau.messaging.template import TemplateBook
from creneau.shared.model import Value
from creneau.shared.money import Money
from creneau.shared.settings import Clinic, Settings


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
    NO_INVOICE = "invoice_unknown"
    NOT_FINAL = "invoice_not_final"
    CREDITED = "invoice_credited_in_full"
    PAID = "nothing_is_owed"
    NOT_DUE_YET = "invoice_not_due_yet"
    REMINDERS_OFF = "payment_reminders_off"
    PROMISED = "payer_said_when_they_pay"


class Facts(Value, frozen=True, kw_only=True):
    """All that the decision rests on, as read together.

    Of a payment reminder `invoices` are those that it is meant to remind of, `patients` those whose records say whether;
    `owed` is what a payment link would be for.
    """

    clinic: Clinic
    settings: Settings
    book: TemplateBook = TemplateBook()
    patient: Patient | None
    appointment: Appointment | None
    practitioner: Practitioner | None = None
    offer: OfferSeen | None = None
    invoice: InvoiceSeen | None = None
    payer: PayerSeen | None = None
    invoices: tuple[InvoiceSeen, ...] = ()
    patients: Mapping[str, Patient] = {}
    owed: Money | None = None
    caught_up: CatchUp | None = None
    group: SmsGroup | None = None
    blocked: BlockedAddress | None = None

    @property
    def payee(self) -> "InvoiceSeen | PayerSeen | None":
        """What says who pays."""
        return self.invoice or next(iter(self.invoices), None) or self.payer


@dataclass(frozen=True)
class Send:
    """`on` holds, for each verdict, the figures and instants that only its rule looks at."""

    rule: str = "M-09"
    on: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Defer:
    until: datetime
    reason: Reason
    rule: str
    on: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Suppress:
    reason: Reason
    rule: str
    on: Mapping[str, str] = field(default_factory=dict, compare=False)


Verdict = Send | Defer | Suppress


def decided(verdict: Verdict, step: str, facts: Facts, now: datetime) -> Decision:
    """The verdict as it is kept on the message: ids, versions and states, never a name or an address."""
    known = dict(verdict.on)
    if facts.settings.version:
        known["settings_version"] = str(facts.settings.version)
    if facts.book.version:
        known["templates_version"] = str(facts.book.version)
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
    if facts.invoice is not None:
        known["invoice_version"] = str(facts.invoice.version)
    if facts.payer is not None and facts.payer.version:
        known["payer_version"] = str(facts.payer.version)
    name = {Send: "send", Defer: "defer", Suppress: "suppress"}[type(verdict)]
    return Decision(at=now, step=step, verdict=name, rule=verdict.rule, facts=known)


def with_verdict(message: Message, verdict: Verdict, decision: Decision) -> Message:
    """The message after a decision: scheduled, put off, or suppressed; unconfirmed when it may have left before (M-10)."""
    told = message.because(decision)
    if isinstance(verdict, Suppress):
        return told.given_up(MessageState.SUPPRESSED)
    if isinstance(verdict, Defer):
        return told.with_(not_before=verdict.until).waiting()
    return told.waiting()
