"""Whom staff would remind of what, and what is left out and why: shown before anything leaves (D-05, D-06). Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum

import msgspec

from creneau.agenda.catalogue import Patient
from creneau.messaging.address import sendable
from creneau.messaging.payments.receives import receives_reminders
from creneau.messaging.ports import InvoiceSeen, PayerSeen
from creneau.messaging.reader import payer_of
from creneau.shared.model import Value
from creneau.shared.money import Money

MOST_OF_ONE_EMAIL = 80
"""Invoices that one email reminds of, the oldest first: its claim holds on each of them."""


class LeftOutBecause(StrEnum):
    NOT_DUE = "not_due_yet"
    NO_DUE_DATE = "no_due_date"
    REMINDED_LATELY = "reminded_lately"
    NEVER_SENT = "never_sent"
    REMINDERS_OFF = "reminders_off"
    PROMISED = "promised_to_pay"
    NO_EMAIL = "no_email_address"
    TOO_MANY = "too_many_for_one_email"


class Options(Value, frozen=True, kw_only=True):
    """`within_days`: invoices reminded of in the last so many days are left out, 0: none is for that. `although`: why staff
    remind a payer who does not receive reminders; empty: they don't (D-03)."""

    within_days: int = 7
    without_due_date: bool = False
    never_sent: bool = False
    although: str = ""


class Row(Value, frozen=True, kw_only=True):
    """`because` is empty for what is reminded of."""

    invoice_id: str
    number: str
    due_on: date | None
    balance: Money
    last_reminded_on: date | None
    because: str = ""


class PayerPlan(Value, frozen=True, kw_only=True):
    """One email to one payer. `digest` names just this content: it is sent only as long as it is the same."""

    payer_key: str
    name: str
    email: str
    invoices: tuple[Row, ...]
    left_out: tuple[Row, ...] = ()
    digest: str = ""


def plan_of_payer(
    payer: PayerSeen,
    invoices: Iterable[InvoiceSeen],
    patients: Mapping[str, Patient],
    options: Options,
    today: date,
) -> PayerPlan:
    """`invoices` are the payer's open ones, at least one; `patients` those that they name, by id."""
    in_order = sorted(invoices, key=lambda i: (i.issued_on or date.min, i.number, i.id))
    who = payer_of(in_order[0], patients.get(in_order[0].patient_id or ""))
    reachable = bool(who.email) and not who.email_blocked and sendable(who.email or "") is not None
    rows = [_row(i, _against(i, payer, patients, options, today, reachable=reachable)) for i in in_order]
    wanted, left = [r for r in rows if not r.because], [r for r in rows if r.because]
    left += [r.with_(because=LeftOutBecause.TOO_MANY) for r in wanted[MOST_OF_ONE_EMAIL:]]
    plan = PayerPlan(
        payer_key=payer.key,
        name=who.name,
        email=who.email or "",
        invoices=tuple(wanted[:MOST_OF_ONE_EMAIL]),
        left_out=tuple(left),
    )
    content = msgspec.json.encode((plan.payer_key, plan.email, plan.invoices), order="deterministic")
    return plan.with_(digest=hashlib.sha256(content).hexdigest()[:32])


def _row(invoice: InvoiceSeen, because: LeftOutBecause | None) -> Row:
    return Row(
        invoice_id=invoice.id,
        number=invoice.number,
        due_on=invoice.due_on,
        balance=invoice.balance,
        last_reminded_on=invoice.last_reminded_on,
        because=because or "",
    )


def _against(
    invoice: InvoiceSeen,
    payer: PayerSeen,
    patients: Mapping[str, Patient],
    options: Options,
    today: date,
    *,
    reachable: bool,
) -> LeftOutBecause | None:
    """The first that applies."""
    if invoice.reminded_from is not None and invoice.reminded_from > today:
        return LeftOutBecause.NOT_DUE
    if invoice.reminded_from is None and not options.without_due_date:
        return LeftOutBecause.NO_DUE_DATE
    last, after = invoice.last_reminded_on, today - timedelta(days=options.within_days)
    if options.within_days and last is not None and last > after:
        return LeftOutBecause.REMINDED_LATELY
    if not invoice.sendings and not options.never_sent:
        return LeftOutBecause.NEVER_SENT
    if not options.although and not receives_reminders(invoice, payer, patients):
        return LeftOutBecause.REMINDERS_OFF
    if not options.although and payer.paused_until is not None and payer.paused_until >= today:
        return LeftOutBecause.PROMISED
    return None if reachable else LeftOutBecause.NO_EMAIL
