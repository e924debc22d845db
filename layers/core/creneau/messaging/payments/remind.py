"""Staff remind payers of what they owe: first the list of what would go out, then that very list (D-05, D-06)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from creneau.agenda.catalogue import Patient, patient_ref
from creneau.messaging.message import (
    Channel,
    Decision,
    Kind,
    Message,
    Recipient,
    again,
    message_id,
    message_ref,
)
from creneau.messaging.payments.choose import Options, PayerPlan, plan_of_payer
from creneau.messaging.payments.plan_payer_reminders import one_practitioner, reminder_id
from creneau.messaging.payments.who_owes import open_by_payer
from creneau.messaging.ports import InvoiceSeen, OwedInvoices
from creneau.messaging.template import TEMPLATE_BOOK, TemplateBook
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.errors import Refused, invalid
from creneau.shared.model import Value
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Put, Store
from creneau.shared.time import Clock, local_date

AT_ONCE = 200
"""Payers that one request reminds."""

MOST_A_DAY = 20
"""Emails of reminders that one payer can be sent on one day, by hand."""


class Chosen(Value, frozen=True, kw_only=True):
    """A payer of the list, with the digest of what it said."""

    payer_key: str
    digest: str


class NotReminded(Value, frozen=True, kw_only=True):
    """`code`: `changed` (the list is no longer true of this payer), `nothing_to_remind_of`, `on_its_way`."""

    payer_key: str
    code: str
    remedy: str


class Reminded(Value, frozen=True, kw_only=True):
    messages: tuple[Message, ...]
    not_reminded: tuple[NotReminded, ...] = ()


@dataclass(frozen=True)
class ListReminders:
    """What would go out now; writes nothing."""

    store: Store
    owed: OwedInvoices
    clinic: Clinic
    clock: Clock

    def __call__(self, options: Options, by: Actor) -> list[PayerPlan]:
        """Of all payers who owe, in the order of their oldest due date. A practitioner's list holds their own invoices."""
        own = {
            key: [i for i in invoices if by.keeps_books_of(i.practitioner_id)]
            for key, invoices in open_by_payer(self.owed).items()
        }
        return self._plans({key: invoices for key, invoices in own.items() if invoices}, options)

    def of_payer(self, payer_key: str, options: Options, by: Actor) -> PayerPlan | None:
        """None: nothing is owed."""
        own = [i for i in self.owed.of_payer(payer_key) if by.keeps_books_of(i.practitioner_id)]
        return next(iter(self._plans({payer_key: own} if own else {}, options)), None)

    def _plans(self, of: Mapping[str, list[InvoiceSeen]], options: Options) -> list[PayerPlan]:
        patients = self._patients(invoice for invoices in of.values() for invoice in invoices)
        records = self.store.get_many([self.owed.payer_ref(key) for key in of])
        today = local_date(self.clock(), self.clinic.zone)
        return [
            plan_of_payer(self.owed.payer_seen(key, record), of[key], patients, options, today)
            for key, record in zip(of, records, strict=True)
        ]

    def _patients(self, invoices: Iterable[InvoiceSeen]) -> dict[str, Patient]:
        """Those on whose record the payer is, and those whose lines alone are on an invoice."""
        ids: dict[str, None] = {}
        for invoice in invoices:
            if invoice.patient_id:
                ids[invoice.patient_id] = None
            if len(invoice.patient_ids) == 1:
                ids[invoice.patient_ids[0]] = None
        return {p.id: p for p in self.store.get_many([patient_ref(id) for id in ids]) if p is not None}


@dataclass(frozen=True)
class RemindPayers:
    """Puts one email a payer, of just what the list said; a payer of whom it is no longer true is left out and told.

    Raises Invalid (more than 200 at once; a template that is none of reminders).
    """

    store: Store
    owed: OwedInvoices
    plan: ListReminders
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, chosen: Sequence[Chosen], options: Options, template_id: str | None, by: Actor) -> Reminded:
        if len(chosen) > AT_ONCE:
            raise invalid("payers", f"more than {AT_ONCE}", "send them in parts")
        self._check_template(template_id)
        messages, wrong = list[Message](), list[NotReminded]()
        for one in chosen:
            try:
                messages.append(self.again(lambda o=one: self._step(o, options, template_id, by)))  # type: ignore[misc]
            except Refused as refused:
                wrong.append(NotReminded(payer_key=one.payer_key, code=refused.code, remedy=refused.remedy))
        return Reminded(messages=tuple(messages), not_reminded=tuple(wrong))

    def _step(self, chosen: Chosen, options: Options, template_id: str | None, by: Actor) -> Message:
        plan = self.plan.of_payer(chosen.payer_key, options, by)
        if plan is None or not plan.invoices:
            raise Refused("nothing to remind of", code="nothing_to_remind_of", remedy="it was paid, or reminded of")
        if plan.digest != chosen.digest:
            raise Refused("the list has changed", code="changed", remedy="look at this payer's list again")
        now = self.clock()
        today = local_date(now, self.clinic.zone)
        ids = tuple(row.invoice_id for row in plan.invoices)
        known = self.store.get(message_ref(reminder_id(chosen.payer_key, today)))
        number = 1
        while known is not None and not known.is_scheduled and number < MOST_A_DAY:
            number += 1
            known = self.store.get(message_ref(_once_more_id(chosen.payer_key, today, number)))
        if known is not None and (not known.is_scheduled or "by" in known.given):
            raise Refused("a reminder is on its way", code="on_its_way", remedy="wait until it has left")
        new = self._message(chosen.payer_key, today, number, ids, now) if known is None else known
        told = Decision(at=now, step="send", verdict="send", rule="D-05", facts={"by": by.id, **_although(options)})
        wanted = tuple(dict.fromkeys((*new.invoice_ids, *ids)))
        message = new.with_(
            invoice_ids=wanted,
            template_id=template_id,
            due_at=now,
            not_before=None,
            given={"by": by.id, **_although(options)},
        )
        sent = message.because(told).waiting()
        self.store.commit([Put(sent)])
        return sent.with_(version=sent.version + 1)

    def _message(
        self, payer_key: str, today: date, number: int, invoice_ids: tuple[str, ...], now: datetime
    ) -> Message:
        of = [i for i in self.owed.of_payer(payer_key) if i.id in invoice_ids]
        return Message(
            id=reminder_id(payer_key, today) if number == 1 else _once_more_id(payer_key, today, number),
            channel=Channel.EMAIL,
            kind=Kind.PAYMENT_REMINDER,
            payer_key=payer_key,
            patient_id=next((i.patient_id for i in of), None),
            practitioner_id=one_practitioner(of),
            recipient=Recipient.PAYER,
            occurrence=today.isoformat() if number == 1 else again(today.isoformat(), number),
            due_at=now,
            created_at=now,
        )

    def _check_template(self, template_id: str | None) -> None:
        if template_id is None:
            return
        read = self.store.snapshot([SETTINGS, TEMPLATE_BOOK])
        settings, book = read.get(SETTINGS) or Settings(), read.get(TEMPLATE_BOOK) or TemplateBook()
        line = book.line(template_id, settings.messaging)
        if line is None or line.kind is not Kind.PAYMENT_REMINDER:
            raise invalid("template_id", "no template of reminders", "use one of those listed, or leave it out")


def _once_more_id(payer_key: str, day: date, number: int) -> str:
    return message_id(Kind.PAYMENT_REMINDER, Channel.EMAIL, payer_key, again(day.isoformat(), number))


def _although(options: Options) -> dict[str, str]:
    return {"although": options.although} if options.although else {}
