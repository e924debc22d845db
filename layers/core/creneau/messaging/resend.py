"""Staff send a message once more: one of its own, refused when it would not leave (M-06)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.agenda.catalogue import Practitioner, patient_ref, practitioner_ref
from creneau.messaging.explained import refused
from creneau.messaging.may_send import may_send
from creneau.messaging.message import (
    Channel,
    Decision,
    Kind,
    Message,
    MessageState,
    again,
    message_id,
    message_ref,
    parts_of,
)
from creneau.messaging.read_known import ReadKnown
from creneau.messaging.template import TEMPLATE_BOOK, TemplateBook
from creneau.messaging.verdict import Facts, Suppress, decided, with_verdict
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.errors import Refused
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Put, Store, require
from creneau.shared.time import Clock

MOST = 9
"""So many times a message is sent again."""

ON_ITS_WAY = frozenset({MessageState.SCHEDULED, MessageState.CLAIMED})
NOT_AGAIN = {
    Kind.OFFER: "its link can't be written a second time; the patient finds it in the first email",
    Kind.REVIEW: "patients are asked once in six months (M-19)",
    Kind.VOUCHER: "send the voucher itself again",
    Kind.INVOICE: "send the invoice itself again",
    Kind.PAYMENT_LINK: "its link can't be written a second time; the payer finds it in the first message",
    Kind.PAYMENT_REMINDER: "remind the payer again: the list of what is owed comes first",
}
"""Kinds that are not sent again this way, and what to do instead."""


@dataclass(frozen=True)
class Resend:
    """The same message, as it reads now. Raises NotFound, Forbidden, and Refused when it would not leave.

    What is on its way still is answered as it is: asking twice sends once.
    """

    store: Store
    read: ReadKnown
    clock: Clock
    again: Again

    def __call__(self, message_id: str, by: Actor) -> Message:
        return self.again(lambda: self._step(message_id, by))

    def _step(self, message_id: str, by: Actor) -> Message:
        before, now = require(self.store, message_ref(message_id)), self.clock()
        by.require_agenda_of(before.practitioner_id or "")
        if before.kind in NOT_AGAIN:
            remedy = NOT_AGAIN[before.kind]
            raise Refused("such a message is not sent again", code="not_sent_again", remedy=remedy)
        known = self.read(message_id, now)
        if before.state in ON_ITS_WAY or known is None:
            return before
        return planned_again(self.store, _fresh(before, now), known.facts, by, now)


@dataclass(frozen=True)
class SendConfirmation:
    """Confirms an appointment as it is now, by email or SMS. Raises NotFound, Forbidden, Refused as `Resend` does."""

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, appointment_id: str, channel: Channel, by: Actor) -> Message:
        return self.again(lambda: self._step(appointment_id, channel, by))

    def _step(self, appointment_id: str, channel: Channel, by: Actor) -> Message:
        appointment, now = require(self.store, appointment_ref(appointment_id)), self.clock()
        by.require_agenda_of(appointment.practitioner_id)
        patient, practitioner = patient_ref(appointment.patient_id), practitioner_ref(appointment.practitioner_id)
        read = self.store.snapshot([SETTINGS, TEMPLATE_BOOK, patient, practitioner])
        facts = Facts(
            clinic=self.clinic,
            settings=read.get(SETTINGS) or Settings(),
            book=read.get(TEMPLATE_BOOK) or TemplateBook(),
            patient=read.get(patient),
            appointment=appointment,
            practitioner=read.get(practitioner),
        )
        wanted = _confirmation(appointment, channel, read.get(practitioner), now)
        return planned_again(self.store, wanted, facts, by, now)


def _confirmation(
    appointment: Appointment, channel: Channel, practitioner: Practitioner | None, now: datetime
) -> Message:
    preset = appointment.sms_template_id or (practitioner.sms_template_id if practitioner else None)
    occurrence = str(appointment.changes)
    return Message(
        id=message_id(Kind.CONFIRMED, channel, appointment.id, occurrence),
        channel=channel,
        kind=Kind.CONFIRMED,
        patient_id=appointment.patient_id,
        practitioner_id=appointment.practitioner_id,
        template_id=preset if channel is Channel.SMS else None,
        appointment_id=appointment.id,
        occurrence=occurrence,
        due_at=now,
        created_at=now,
    )


def _fresh(before: Message, now: datetime) -> Message:
    """What it says, without what became of it."""
    return Message(
        id=before.id,
        channel=before.channel,
        kind=before.kind,
        patient_id=before.patient_id,
        practitioner_id=before.practitioner_id,
        recipient=before.recipient,
        address=before.address,
        template_id=before.template_id,
        given=before.given,
        appointment_id=before.appointment_id,
        round_id=before.round_id,
        batch_id=before.batch_id,
        in_place_of=before.in_place_of,
        occurrence=before.occurrence,
        due_at=now,
        created_at=now,
    )


def planned_again(store: Store, wanted: Message, facts: Facts, by: Actor, now: datetime) -> Message:
    """The next of its repetitions, or the last one while that is on its way. Raises Refused."""
    kind, channel, subject, _ = parts_of(wanted.id)
    named: Callable[[int], str] = lambda n: message_id(kind, channel, subject, again(wanted.occasion, n))  # noqa: E731
    read = store.snapshot([message_ref(named(n)) for n in range(1, MOST + 1)])
    made = [m for n in range(1, MOST + 1) if (m := read.get(message_ref(named(n)))) is not None]
    if made and made[-1].state in ON_ITS_WAY:
        return made[-1]
    if len(made) == MOST:
        raise Refused(
            f"it was sent again {MOST} times already", code="sent_too_often", remedy="reach the patient another way"
        )
    n = len(made) + 1
    new = wanted.with_(id=named(n), occurrence=again(wanted.occasion, n))
    verdict = may_send(new, facts, now)
    if isinstance(verdict, Suppress):
        raise refused(verdict.reason)
    asked = new.because(Decision(at=now, step="resend", verdict="send", rule="M-06", facts={"by": by.id}))
    message = with_verdict(asked, verdict, decided(verdict, "plan", facts, now))
    store.commit([Put(message)])
    return message.with_(version=message.version + 1)
