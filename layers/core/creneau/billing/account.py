"""What a payer owes, paid and was credited; what a clinic invoiced and took in, by month and practitioner. Pure."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from creneau.billing.billable import Billable
from creneau.billing.invoice import DocumentKind, Invoice
from creneau.billing.line import rounded
from creneau.billing.payment import Payment
from creneau.shared.model import Value


class Account(Value, frozen=True, kw_only=True):
    """Sums in minor units of one currency, over final documents. `overdue` is the part of `owed` that is past due."""

    currency: str
    invoiced: int = 0
    paid: int = 0
    credited: int = 0
    owed: int = 0
    overdue: int = 0
    drafts: int = 0


def accounts(documents: Iterable[Invoice], today: date) -> list[Account]:
    """One per currency. A credit note counts through the invoice that it corrects; `drafts` counts drafts."""
    sums: dict[str, Account] = {}
    for document in documents:
        before = sums.get(document.currency, Account(currency=document.currency))
        if not document.is_final:
            sums[document.currency] = before.with_(drafts=before.drafts + 1)
        elif document.kind is DocumentKind.INVOICE:
            sums[document.currency] = before.with_(
                invoiced=before.invoiced + document.total,
                paid=before.paid + document.paid,
                credited=before.credited + document.credited,
                owed=before.owed + max(0, document.balance),
                overdue=before.overdue + document.overdue(today),
            )
    return [sums[currency] for currency in sorted(sums)]


class Revenue(Value, frozen=True, kw_only=True):
    """A month's: `invoiced` by the documents' dates, taxes in it and credit notes taken off; `paid_in` what came in.

    `practitioner_id` is None for lines that name none. Payments are shared out as their invoice's lines are.
    """

    month: str
    practitioner_id: str | None
    currency: str
    invoiced: int = 0
    paid_in: int = 0


def revenue(documents: Iterable[Invoice], payments: Iterable[tuple[Payment, Invoice | Billable]]) -> list[Revenue]:
    """By month, practitioner and currency. What is shared out adds up to the document, or payment, to the cent.

    A payment comes with its invoice, or with the due that it was made on while there is none.
    """
    sums: dict[tuple[str, str | None, str], Revenue] = {}

    def add(on: date, document: Invoice | Billable, currency: str, amount: int, name: str) -> None:
        for practitioner_id, part in shared_out(amount, document):
            key = (f"{on:%Y-%m}", practitioner_id, currency)
            before = sums.get(key) or Revenue(month=key[0], practitioner_id=practitioner_id, currency=currency)
            sums[key] = before.with_(**{name: getattr(before, name) + part})

    for document in documents:
        if document.frozen is not None:
            sign = -1 if document.kind is DocumentKind.CREDIT_NOTE else 1
            add(document.frozen.issued_on, document, document.currency, sign * document.total, "invoiced")
    for payment, paid in payments:
        if payment.cancelled_at is None:
            add(payment.paid_on, paid, payment.currency, payment.amount, "paid_in")
    return [sums[key] for key in sorted(sums, key=lambda k: (k[0], k[1] or "", k[2]))]


def shared_out(amount: int, document: Invoice | Billable) -> list[tuple[str | None, int]]:
    """An amount in proportion to each practitioner's lines; the last one takes what rounding leaves."""
    if isinstance(document, Billable):
        return [(document.practitioner_id, amount)]
    by_whom: dict[str | None, int] = {}
    for line in document.lines:
        by_whom[line.practitioner_id] = by_whom.get(line.practitioner_id, 0) + line.amount
    whole = sum(by_whom.values())
    if not whole:
        return [(next(iter(by_whom), None), amount)]
    parts = [(who, rounded(Fraction(amount * part, whole))) for who, part in by_whom.items()]
    rest = amount - sum(part for _, part in parts)
    return [*parts[:-1], (parts[-1][0], parts[-1][1] + rest)]
