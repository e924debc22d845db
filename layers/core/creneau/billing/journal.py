"""Documents and payments as CSV (RFC 4180), for accountants: no cell that a spreadsheet would take for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from creneau.billing.billable import Billable
from creneau.billing.invoice import DocumentKind, Invoice
from creneau.billing.payment import Payment

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
DOCUMENTS = (
    *("number", "kind", "issued_on", "due_on", "issuer", "payer", "currency", "net", "tax", "total"),
    *("paid", "credited", "balance", "corrects"),
)
PAYMENTS = ("paid_on", "invoice", "payer", "currency", "amount", "method", "reference", "recorded_at", "cancelled_at")


def documents_csv(documents: Iterable[Invoice]) -> str:
    """Amounts with two decimals and a point; credit notes below zero. By day, each issuer's by number."""
    final = [d for d in documents if d.frozen is not None]
    return _csv(DOCUMENTS, (_document(d) for d in sorted(final, key=_place)))


def payments_csv(payments: Iterable[tuple[Payment, Invoice | Billable]]) -> str:
    return _csv(PAYMENTS, (_payment(p, paid) for p, paid in payments))


def cell(text: str) -> str:
    """A text that a spreadsheet shows as it is (OWASP, CSV injection): an apostrophe before what begins a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def decimal(minor: int) -> str:
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02}"


def _place(document: Invoice) -> tuple[date, str, int, str]:
    frozen = document.frozen
    assert frozen is not None  # noqa: S101 - the caller took final ones
    return frozen.issued_on, document.issuer_id, len(frozen.number), frozen.number


def _document(document: Invoice) -> list[str]:
    frozen = document.frozen
    assert frozen is not None  # noqa: S101 - the caller took final ones
    sign = -1 if document.kind is DocumentKind.CREDIT_NOTE else 1
    tax = frozen.totals.total - frozen.totals.net
    return [
        cell(frozen.number),
        document.kind,
        frozen.issued_on.isoformat(),
        frozen.due_on.isoformat() if frozen.due_on else "",
        cell(frozen.issuer.name),
        cell(frozen.payer.name),
        frozen.currency,
        *(decimal(sign * n) for n in (frozen.totals.net, tax, frozen.totals.total)),
        decimal(document.paid),
        decimal(document.credited),
        decimal(document.balance),
        cell(frozen.corrects),
    ]


def _payment(payment: Payment, paid: Invoice | Billable) -> list[str]:
    """Of what no invoice was made of yet, without a number."""
    invoice = paid if isinstance(paid, Invoice) else None
    return [
        payment.paid_on.isoformat(),
        cell(invoice.frozen.number if invoice is not None and invoice.frozen else ""),
        cell(invoice.payer.name if invoice is not None else payment.payer_name),
        payment.currency,
        decimal(payment.amount),
        payment.method,
        cell(payment.reference),
        payment.recorded_at.isoformat(timespec="seconds"),
        payment.cancelled_at.isoformat(timespec="seconds") if payment.cancelled_at else "",
    ]


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()
