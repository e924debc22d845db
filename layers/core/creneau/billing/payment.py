"""Payments, in part and in full: each recorded once, and what is paid is their sum in whatever order (B-06, promise 27)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from msgspec.structs import asdict

from creneau.billing.billable import billable_ref
from creneau.billing.invoice import DocumentKind, Instalment, Invoice, invoice_ref
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.edit import check_version
from creneau.shared.errors import Refused, invalid
from creneau.shared.model import Stored, Value
from creneau.shared.settings import Clinic
from creneau.shared.store import Collection, Put, Ref, Store, require
from creneau.shared.time import Clock, local_date


class Method(StrEnum):
    CASH = "cash"
    CARD = "card"
    CHEQUE = "cheque"
    TRANSFER = "transfer"
    DIRECT_DEBIT = "direct_debit"
    ONLINE = "online"


class Paid(Value, frozen=True, kw_only=True):
    """What somebody paid, and how: `amount` in minor units of `currency`, on the local day `paid_on`."""

    amount: int
    currency: str
    method: Method
    paid_on: date
    reference: str = ""


class Payment(Stored, frozen=True, kw_only=True):
    """`amount` in minor units. `cancelled_at`: entered by mistake, it counts no more. `billable_id`: it was paid on that
    due, of `payer_name`, and counts for the invoice `invoice_id` once one was made of it.
    """

    id: str
    invoice_id: str | None = None
    billable_id: str | None = None
    payer_key: str
    payer_name: str = ""
    amount: int
    currency: str
    method: Method
    paid_on: date
    reference: str = ""
    recorded_at: datetime
    recorded_by: str = ""
    cancelled_at: datetime | None = None


def payment_ref(id: str) -> Ref[Payment]:
    return Ref(Payment, (id,))


def payments_of_invoice(invoice_id: str) -> Collection[Payment]:
    return Collection("payments_of_invoice", Payment, (invoice_id,))


def payments_between(first: date, last: date) -> Collection[Payment]:
    """Of the clinic, by the day on which they were made, both days included, the newest first."""
    return Collection("payments_by_day", Payment, (), first.isoformat(), last.isoformat(), newest_first=True)


def check_final(invoice: Invoice) -> None:
    """Refused unless it is an invoice that is final."""
    if invoice.kind is not DocumentKind.INVOICE:
        raise Refused("it is a credit note", code="not_an_invoice", remedy="name the invoice that it corrects")
    if not invoice.is_final:
        raise Refused("it is not a final invoice", code="not_final", remedy="finalise the draft first")


def check_instalments(instalments: tuple[Instalment, ...], total: int, issued_on: date) -> None:
    """Invalid unless they add up to the total, in order, none before the invoice."""
    amounts, days = [i.amount for i in instalments], [i.on for i in instalments]
    if sum(i.amount for i in instalments) != total:
        raise invalid("items", f"they add up to {sum(amounts)}, the invoice to {total}", "let them add up to the total")
    for n, amount in enumerate(amounts):
        if amount <= 0:
            raise invalid(f"items[{n}].amount", "not above zero", "leave it out")
        if days[n] < issued_on:
            raise invalid(
                f"items[{n}].on", f"before the invoice, which is of {issued_on}", "give that day or a later one"
            )
        if n and days[n] < days[n - 1]:
            raise invalid(f"items[{n}].on", f"before the one above it, of {days[n - 1]}", "order them by date")


def check_paid(paid: Paid, today: date, owed_in: str, owed: int) -> None:
    """Invalid, or Refused when it is more than the `owed`."""
    if paid.currency != owed_in:
        raise invalid("currency", f"it is owed in {owed_in}", f"use {owed_in}")
    if paid.amount <= 0:
        raise invalid("amount", "not above zero", "give what was paid, in minor units")
    if paid.paid_on > today:
        raise invalid("paid_on", "in the future", "record it once it was paid")
    if paid.amount > owed:
        raise Refused(
            f"{paid.amount} is more than the {owed} owed",
            code="more_than_owed",
            remedy="record what settles it; the rest belongs to something else that is owed, or is given back",
        )


@dataclass(frozen=True)
class RecordPayment:
    """Repeating an id changes nothing. Raises NotFound, Invalid, and Refused (a draft; more than is owed)."""

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, payment_id: str, invoice_id: str, paid: Paid, by: Actor) -> Payment:
        def step() -> Payment:
            present = self.store.get(payment_ref(payment_id))
            if present is not None:
                return present
            now = self.clock()
            invoice = require(self.store, invoice_ref(invoice_id))
            check_final(invoice)
            today = local_date(now, self.clinic.zone)
            check_paid(paid, today, invoice.currency, invoice.balance)
            payment = Payment(
                id=payment_id,
                invoice_id=invoice_id,
                payer_key=invoice.payer.key,
                recorded_at=now,
                recorded_by=by.id,
                **asdict(paid),
            )
            self.store.commit([Put(payment), Put(invoice.with_(paid=invoice.paid + paid.amount))])
            return payment.with_(version=1)

        return self.again(step)


@dataclass(frozen=True)
class CancelPayment:
    """Takes back a payment that was entered by mistake; repeating it changes nothing. Raises NotFound."""

    store: Store
    clock: Clock
    again: Again

    def __call__(self, payment_id: str) -> Payment:
        def step() -> Payment:
            payment = require(self.store, payment_ref(payment_id))
            if payment.cancelled_at is not None:
                return payment
            gone = payment.with_(cancelled_at=self.clock())
            self.store.commit([Put(gone), Put(self._without(payment))])
            return gone.with_(version=gone.version + 1)

        return self.again(step)

    def _without(self, payment: Payment) -> Stored:
        """What it was paid on: the invoice, or the due where there is none yet."""
        if payment.invoice_id is not None:
            invoice = require(self.store, invoice_ref(payment.invoice_id))
            return invoice.with_(paid=invoice.paid - payment.amount)
        due = require(self.store, billable_ref(payment.billable_id or ""))
        kept = tuple(id for id in due.payment_ids if id != payment.id)
        return due.with_(paid=due.paid - payment.amount, payment_ids=kept)


@dataclass(frozen=True)
class SetInstalments:
    """A plan of instalments on a final invoice, or none. Raises NotFound, Stale, Refused, Invalid."""

    store: Store
    again: Again

    def __call__(self, invoice_id: str, instalments: tuple[Instalment, ...], expected_version: int | None) -> Invoice:
        def step() -> Invoice:
            invoice = require(self.store, invoice_ref(invoice_id))
            check_version(invoice, expected_version)
            check_final(invoice)
            if instalments and invoice.frozen is not None:
                check_instalments(instalments, invoice.total, invoice.frozen.issued_on)
            self.store.commit([Put(invoice.with_(instalments=instalments))])
            return invoice.with_(instalments=instalments, version=invoice.version + 1)

        return self.again(step)
