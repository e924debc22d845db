"""What was paid on a draft's dues before it was final: it counts for the invoice, in the write that makes it so (B-11)."""

from datetime import datetime

from creneau.billing.billable import billable_ref
from creneau.billing.invoice import DocumentKind, Invoice
from creneau.billing.payment import Payment, payment_ref
from creneau.billing.task import Task, TaskKind, task_id
from creneau.shared.errors import Refused
from creneau.shared.store import Put, Store, Write

MOST_PREPAID = 60
"""Payments that one write takes along, beside the document and its number."""


def paid_before(store: Store, draft: Invoice) -> list[Payment]:
    """Those on its dues that no invoice counts yet. Refused when there are more than one write can take."""
    if draft.kind is not DocumentKind.INVOICE or not draft.billable_ids:
        return []
    dues = store.get_many([billable_ref(id) for id in draft.billable_ids])
    ids = [id for due in dues if due is not None and due.taken_by == draft.id for id in due.payment_ids]
    if len(ids) > MOST_PREPAID:
        raise Refused(
            f"{len(ids)} payments were made on what it invoices, more than {MOST_PREPAID}",
            code="too_many",
            remedy="take lines that are paid out of it, and make another draft of those",
        )
    found = store.get_many([payment_ref(id) for id in ids]) if ids else []
    return [p for p in found if p is not None and p.cancelled_at is None and p.invoice_id is None]


def counted(final: Invoice, payments: list[Payment], now: datetime) -> list[Write]:
    """The document with what was paid, and the payments as its own; staff are told of more than it came to."""
    invoice = final.with_(paid=sum(p.amount for p in payments))
    writes: list[Write] = [Put(invoice), *(Put(p.with_(invoice_id=final.id)) for p in payments)]
    if invoice.balance < 0:
        writes.append(Put(_overpaid(invoice, now)))
    return writes


def _overpaid(invoice: Invoice, now: datetime) -> Task:
    return Task(
        id=task_id(TaskKind.OVERPAID, invoice.id),
        kind=TaskKind.OVERPAID,
        about={"invoice_id": invoice.id, "payer_key": invoice.payer.key},
        patient_id=invoice.payer.patient_id,
        amount=-invoice.balance,
        currency=invoice.currency,
        created_at=now,
    )
