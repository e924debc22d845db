"""Staff send an invoice or credit note to its payer by email, with its PDF; a second time only knowingly (B-08, B-09)."""

from collections.abc import Sequence
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
from creneau.messaging.verdict import Facts, Suppress, decided, with_verdict
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.errors import DomainError, Refused, invalid
from creneau.shared.model import Value
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Put, Store, require
from creneau.shared.time import Clock

ON_ITS_WAY = frozenset({MessageState.SCHEDULED, MessageState.CLAIMED})
NEVER_LEFT = frozenset({MessageState.CANCELLED, MessageState.SUPPRESSED, MessageState.FAILED})


class NotSent(Value, frozen=True, kw_only=True):
    """An invoice of many that was not sent, and what to mend."""

    invoice_id: str
    code: str
    problem: str
    remedy: str


class SentMany(Value, frozen=True, kw_only=True):
    messages: tuple[Message, ...]
    not_sent: tuple[NotSent, ...] = ()


@dataclass(frozen=True)
class SendInvoice:
    """Puts its message, and counts it on the invoice in the same write, so that two people at once send it once.

    One that is on its way still is answered as it is. Raises NotFound, Invalid (signature), and Refused: `already_sent`
    unless `once_more`, and whatever stands against its leaving.
    """

    store: Store
    invoices: Invoices
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, invoice_id: str, by: Actor, once_more: bool = False, signature_id: str | None = None) -> Message:
        return self.again(lambda: self._step(invoice_id, by, once_more, signature_id))

    def many(
        self, invoice_ids: Sequence[str], by: Actor, once_more: bool = False, signature_id: str | None = None
    ) -> SentMany:
        """One by one in the order given: each is on its way, or says why it is not."""
        done, wrong = list[Message](), list[NotSent]()
        for id in dict.fromkeys(invoice_ids):
            try:
                done.append(self(id, by, once_more, signature_id))
            except DomainError as error:
                wrong.append(NotSent(invoice_id=id, code=error.code, problem=error.detail, remedy=error.remedy))
        return SentMany(messages=tuple(done), not_sent=tuple(wrong))

    def sendings(self, invoices: Sequence[tuple[str, int]]) -> dict[str, list[Message]]:
        """The emails of invoices, by id, the first one first; `invoices` are ids with the sendings counted on them."""
        ids = [(id, sending_id(id, n)) for id, count in invoices for n in range(1, count + 1)]
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
        new = self._message(invoice, facts, signature_id, now)
        verdict = may_send(new, facts, now)
        if isinstance(verdict, Suppress):
            raise refused(verdict.reason)
        asked = new.because(Decision(at=now, step="send", verdict="send", rule="B-08", facts={"by": by.id}))
        message = with_verdict(asked, verdict, decided(verdict, "plan", facts, now))
        self.store.commit([Put(self.invoices.sent_once_more(item)), Put(message)])
        return message.with_(version=1)

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

    def _message(self, invoice: InvoiceSeen, facts: Facts, signature_id: str | None, now: datetime) -> Message:
        return Message(
            id=sending_id(invoice.id, invoice.sendings + 1),
            channel=Channel.EMAIL,
            kind=Kind.INVOICE,
            patient_id=invoice.patient_id,
            practitioner_id=invoice.practitioner_id,
            recipient=Recipient.PAYER,
            address=payer_of(invoice, facts.patient).email or "",
            given={"signature_id": signature_id} if signature_id else {},
            occurrence=str(invoice.sendings + 1),
            due_at=now,
            created_at=now,
        )


def sending_id(invoice_id: str, n: int) -> str:
    """The id of an invoice's n-th email."""
    return message_id(Kind.INVOICE, Channel.EMAIL, invoice_id, str(n))


def _already_sent(last: Message, clinic: Clinic) -> Refused:
    at = (last.sent_at or last.claimed_at or last.created_at).astimezone(clinic.zone)
    return Refused(
        f"already sent on {at:%Y-%m-%d at %H:%M} to {last.address} ({last.state})",
        code="already_sent",
        remedy="ask for it again with `again`: true, if the payer shall get it once more",
    )
