"""A payer is sent the link to pay what is due, without an invoice (C-02): one message a channel, once for each run."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from creneau.agenda.catalogue import Patient, patient_ref
from creneau.messaging.explained import refused
from creneau.messaging.may_send import may_send
from creneau.messaging.message import Channel, Decision, Kind, Message, Recipient, message_id, message_ref
from creneau.messaging.ports import Invoices, PayerSeen
from creneau.messaging.reader import payer_of
from creneau.messaging.template import TEMPLATE_BOOK, TemplateBook
from creneau.messaging.verdict import Facts, Reason, decided, with_verdict
from creneau.shared.again import Again
from creneau.shared.money import Money
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Put, Store
from creneau.shared.time import Clock


@dataclass(frozen=True)
class SendPaymentLink:
    """Puts its messages; what would not leave is a record that says why (`no_mobile`). Repeating it answers what is there.

    What is paid meanwhile is not asked for: the message tells what is left of `total`, or does not leave. Raises Refused
    where there is nothing to pay (`nothing_is_owed`).
    """

    store: Store
    invoices: Invoices
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(
        self, payer_key: str, run_id: str, total: int, currency: str, channels: Iterable[Channel]
    ) -> tuple[Message, ...]:
        """`total` in minor units of `currency`; the messages in the order of `channels`."""
        if total <= 0:
            raise refused(Reason.PAID)
        wanted = tuple(dict.fromkeys(channels))
        return self.again(lambda: self._step(payer_key, run_id, Money(amount=total, currency=currency), wanted))

    def _step(self, payer_key: str, run_id: str, total: Money, channels: tuple[Channel, ...]) -> tuple[Message, ...]:
        now, occurrence = self.clock(), occurrence_of(run_id, total.currency, self.clinic.currency)
        ids = {channel: message_id(Kind.PAYMENT_LINK, channel, payer_key, occurrence) for channel in channels}
        found = self.store.get_many([message_ref(id) for id in ids.values()])
        there = dict(zip(channels, found, strict=True))
        facts = self._facts(payer_key, total)
        new = {
            channel: self._planned(ids[channel], channel, occurrence, run_id, facts, now)
            for channel, message in there.items()
            if message is None
        }
        if new:
            self.store.commit([Put(message) for message in new.values()])
        return tuple(there[channel] or new[channel].with_(version=1) for channel in channels)

    def _facts(self, payer_key: str, total: Money) -> Facts:
        ref = self.invoices.payer_ref(payer_key)
        payer = self.invoices.payer_seen(payer_key, None)
        patient = patient_ref(payer.patient_id) if payer.patient_id else None
        read = self.store.snapshot([SETTINGS, TEMPLATE_BOOK, ref, *([patient] if patient else [])])
        return Facts(
            clinic=self.clinic,
            settings=read.get(SETTINGS) or Settings(),
            book=read.get(TEMPLATE_BOOK) or TemplateBook(),
            patient=read.get(patient) if patient else None,
            appointment=None,
            payer=self.invoices.payer_seen(payer_key, read.get(ref)),
            owed=total,
        )

    def _planned(self, id: str, channel: Channel, occurrence: str, run_id: str, facts: Facts, now: datetime) -> Message:
        payer, owed = facts.payer, facts.owed
        if payer is None or owed is None:
            raise ValueError(f"{id} is about no payer")
        told = Decision(at=now, step="send", verdict="send", rule="C-02", facts={"run": run_id})
        message = Message(
            id=id,
            channel=channel,
            kind=Kind.PAYMENT_LINK,
            payer_key=payer.key,
            patient_id=payer.patient_id,
            recipient=Recipient.PAYER,
            address=_address(payer, facts.patient, channel),
            given={"total": str(owed.amount), "currency": owed.currency},
            occurrence=occurrence,
            due_at=now,
            created_at=now,
        ).because(told)
        verdict = may_send(message, facts, now)
        return with_verdict(message, verdict, decided(verdict, "plan", facts, now))


def occurrence_of(run_id: str, currency: str, own: str) -> str:
    """The run, and the currency where it is another than the clinic's: each has a link of its own (C-03)."""
    return run_id if currency == own else f"{run_id}-{currency}"


def _address(payer: PayerSeen, patient: Patient | None, channel: Channel) -> str:
    reader = payer_of(payer, patient)
    return (reader.email if channel is Channel.EMAIL else reader.phone) or ""
