"""An invoice or credit note goes to its payer, by itself once, a second time only by staff (B-08, B-09, D-02)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from creneau.agenda.blocked_address import address_key, blocked_ref
from creneau.agenda.catalogue import patient_ref
from creneau.messaging.explained import refused
from creneau.messaging.may_send import may_send
from creneau.messaging.message import (
    Channel,
    Decision,
    Kind,
    Message,
    MessageState,
    Recipient,
    message_id,
    message_ref,
)
from creneau.messaging.ports import Invoices, InvoiceSeen
from creneau.messaging.reader import payer_of
from creneau.messaging.signature import SIGNATURES, UNSIGNED
from creneau.messaging.template import TEMPLATE_BOOK, TemplateBook
from creneau.messaging.verdict import Facts, Reason, Suppress, decided, with_verdict
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.errors import DomainError, Refused, invalid
from creneau.shared.model import Value
from creneau.shared.refusal import Refusal
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Put, Store, Unchanged, require
from creneau.shared.time import Clock

ON_ITS_WAY = frozenset({MessageState.SCHEDULED, MessageState.CLAIMED})
NEVER_LEFT = frozenset({MessageState.CANCELLED, MessageState.SUPPRESSED, MessageState.FAILED})


class NotSent(Refusal, frozen=True, kw_only=True):
    """An invoice of many that was not sent, and what to mend."""

    invoice_id: str


class SentMany(Value, frozen=True, kw_only=True):
    messages: tuple[Message, ...]
    not_sent: tuple[NotSent, ...] = ()


@dataclass(frozen=True)
class SendInvoice:
    """Puts its message, and counts it on the invoice in the same write, so that two people at once send it once.

    Raises NotFound, Invalid (signature), and Refused: `already_sent` unless `once_more`, and whatever stands against its
    leaving.
    """

    store: Store
    invoices: Invoices
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, invoice_id: str, by: Actor, once_more: bool = False, signature_id: str | None = None) -> Message:
        """By staff, by email. One that is on its way still is answered as it is."""
        return self.again(lambda: self._step(invoice_id, by, once_more, signature_id))

    def by_itself(
        self, invoice_id: str, channels: Iterable[Channel], cause: str, template_id: str | None = None
    ) -> tuple[Message, ...]:
        """Its first delivery, which is one whoever causes it: what was sent already, by staff too, is answered as it is. By
        SMS only a notice goes, with the link. `cause` is kept with the decision; `template_id` is the email's.

        What would not leave is a record that says why (`no_mobile`). Raises NotFound, and Refused for a draft.
        """
        wanted = tuple(dict.fromkeys(channels))
        return self.again(lambda: self._first(invoice_id, wanted, cause, template_id))

    def many(
        self, invoice_ids: Sequence[str], by: Actor, once_more: bool = False, signature_id: str | None = None
    ) -> SentMany:
        """One by one in the order given: each is on its way, or says why it is not."""
        done, wrong = list[Message](), list[NotSent]()
        for id in dict.fromkeys(invoice_ids):
            try:
                done.append(self(id, by, once_more, signature_id))
            except DomainError as error:
                wrong.append(NotSent.of(error, invoice_id=id))
        return SentMany(messages=tuple(done), not_sent=tuple(wrong))

    def sendings(self, invoices: Sequence[tuple[str, int]]) -> dict[str, list[Message]]:
        """The emails and notices of invoices, by id, the first one first; `invoices` are ids with the sendings counted on
        them."""
        ids = list[tuple[str, str]]()
        for id, count in invoices:
            notice = [(id, sending_id(id, 1, Channel.SMS))] if count else []
            ids += [*((id, sending_id(id, n)) for n in range(1, count + 1)), *notice]
        found = self.store.get_many([message_ref(message) for _, message in ids])
        told: dict[str, list[Message]] = {id: [] for id, _ in invoices}
        for (id, _), message in zip(ids, found, strict=True):
            if message is not None:
                told[id].append(message)
        return told

    def _step(self, invoice_id: str, by: Actor, once_more: bool, signature_id: str | None) -> Message:
        now = self.clock()
        item = require(self.store, self.invoices.ref(invoice_id))
        invoice = self.invoices.seen(item)
        facts, last = self._facts(invoice, signature_id)
        if last is not None and last.state in ON_ITS_WAY:
            return last
        if last is not None and last.state not in NEVER_LEFT and not once_more:
            raise _already_sent(last, self.clinic)
        new = self._message(invoice, facts, signature_id, now, invoice.sendings + 1, Channel.EMAIL)
        verdict = may_send(new, facts, now)
        if isinstance(verdict, Suppress):
            raise refused(verdict.reason)
        asked = new.because(Decision(at=now, step="send", verdict="send", rule="B-08", facts={"by": by.id}))
        message = with_verdict(asked, verdict, decided(verdict, "plan", facts, now))
        self.store.commit([Put(self.invoices.sent_once_more(item)), Put(message)])
        return message.with_(version=1)

    def _first(
        self, invoice_id: str, channels: tuple[Channel, ...], cause: str, template_id: str | None
    ) -> tuple[Message, ...]:
        now = self.clock()
        item = require(self.store, self.invoices.ref(invoice_id))
        invoice = self.invoices.seen(item)
        if not invoice.is_final:
            raise refused(Reason.NOT_FINAL)
        found = self.store.get_many([message_ref(sending_id(invoice_id, 1, channel)) for channel in channels])
        there = dict(zip(channels, found, strict=True))
        facts, _ = self._facts(invoice, None)
        told = Decision(at=now, step="send", verdict="send", rule="D-02", facts={"cause": cause})
        new = list[Message]()
        for channel, message in there.items():
            if message is None:
                own = template_id if channel is Channel.EMAIL else None
                made = self._message(invoice, facts, None, now, 1, channel).with_(template_id=own).because(told)
                verdict = may_send(made, facts, now)
                new.append(with_verdict(made, verdict, decided(verdict, "plan", facts, now)))
        if new:
            counted = [Put(self.invoices.sent_once_more(item))] if invoice.sendings == 0 else [Unchanged(item)]
            self.store.commit([*counted, *(Put(message) for message in new)])
        made_now = {m.channel: m.with_(version=1) for m in new}
        return tuple(there[channel] or made_now[channel] for channel in channels)

    def _facts(self, invoice: InvoiceSeen, signature_id: str | None) -> tuple[Facts, Message | None]:
        """What the decision rests on, and the last email of the invoice."""
        patient = patient_ref(invoice.patient_id) if invoice.patient_id else None
        last = message_ref(sending_id(invoice.id, invoice.sendings)) if invoice.sendings else None
        blocked = blocked_ref(address_key(invoice.payer_email)) if invoice.payer_email and not patient else None
        named = [ref for ref in (patient, last, blocked) if ref is not None]
        read = self.store.snapshot([SETTINGS, TEMPLATE_BOOK, SIGNATURES, *named])
        if signature_id and (read.get(SIGNATURES) or UNSIGNED).find(signature_id) is None:
            raise invalid("signature_id", "there is no such signature", "use an id as listed, or leave it out")
        facts = Facts(
            clinic=self.clinic,
            settings=read.get(SETTINGS) or Settings(),
            book=read.get(TEMPLATE_BOOK) or TemplateBook(),
            patient=read.get(patient) if patient else None,
            appointment=None,
            invoice=invoice,
            blocked=read.get(blocked) if blocked else None,
        )
        return facts, read.get(last) if last else None

    def _message(
        self, invoice: InvoiceSeen, facts: Facts, signature_id: str | None, now: datetime, n: int, channel: Channel
    ) -> Message:
        reader = payer_of(invoice, facts.patient)
        return Message(
            id=sending_id(invoice.id, n, channel),
            channel=channel,
            kind=Kind.INVOICE,
            patient_id=invoice.patient_id,
            practitioner_id=invoice.practitioner_id,
            recipient=Recipient.PAYER,
            payer_key=invoice.payer_key or None,
            address=(reader.email if channel is Channel.EMAIL else reader.phone) or "",
            given={"signature_id": signature_id} if signature_id else {},
            occurrence=str(n),
            due_at=now,
            created_at=now,
        )


def sending_id(invoice_id: str, n: int, channel: Channel = Channel.EMAIL) -> str:
    """The id of an invoice's n-th email, or of the notice by SMS that goes with it."""
    return message_id(Kind.INVOICE, channel, invoice_id, str(n))


def _already_sent(last: Message, clinic: Clinic) -> Refused:
    at = (last.sent_at or last.claimed_at or last.created_at).astimezone(clinic.zone)
    return Refused(
        f"already sent on {at:%Y-%m-%d at %H:%M} to {last.address} ({last.state})",
        code="already_sent",
        remedy="ask for it again with `again`: true, if the payer shall get it once more",
    )
