"""What must be true of the books, whatever failed on the way: promises 24, 25, 27, 28, 29, and B-08."""

from collections import Counter as Tally
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

from creneau.adapters.dynamodb import keys
from creneau.adapters.dynamodb.codec import decode
from creneau.billing.billable import Billable
from creneau.billing.counter import Counter
from creneau.billing.drafts import TOO_LONG
from creneau.billing.final import digest_of
from creneau.billing.invoice import Invoice, InvoiceState
from creneau.billing.line import totals_of
from creneau.billing.payment import Payment
from creneau.messaging.message import Kind, Message, MessageState
from tests.faults.cloud import Cloud


def broken(cloud: Cloud) -> Iterator[str]:
    """At any instant."""
    invoices: list[Invoice] = cloud.view.all(Invoice)
    yield from _numbers(cloud, invoices)
    for invoice in invoices:
        if invoice.frozen is None:
            continue
        if _digest_kept(cloud, invoice) != invoice.digest:
            yield f"promise 29: {invoice.id} is not what was issued"
        if invoice.total != totals_of(invoice.lines, invoice.frozen.issuer).total:
            yield f"promise 28: {invoice.id} comes to {invoice.total}"
        paid = sum(p.amount for p in cloud.view.all(Payment) if p.invoice_id == invoice.id and not p.cancelled_at)
        if invoice.paid != paid:
            yield f"promise 27: {invoice.id} has {invoice.paid} paid, its payments come to {paid}"
        credited = sum(n.total for n in invoices if n.corrects == invoice.id)
        if invoice.credited != credited:
            yield f"B-06: {invoice.id} has {invoice.credited} credited, its credit notes come to {credited}"
        told = sum(m.invoice_id == invoice.id for m in cloud.view.all(Message))
        if invoice.sendings != told:
            yield f"B-08: {invoice.id} counts {invoice.sendings} sendings, there are {told}"


def _digest_kept(cloud: Cloud, invoice: Invoice) -> str:
    """Of what lies in the table, as anybody would read it."""
    pk, sk = keys.key_of(keys.ref_to(invoice))
    stored = cloud.stored({"pk": {"S": pk}, "sk": {"S": sk}})
    kept = decode(Invoice, stored).frozen if stored else None
    return digest_of(kept) if kept else ""


def _numbers(cloud: Cloud, invoices: list[Invoice]) -> Iterator[str]:
    final = sorted((i.frozen for i in invoices if i.frozen), key=lambda f: f.number)
    counted = sum(c.last for c in cloud.view.all(Counter))
    expected = [f"F2027-{n:04}" for n in range(1, counted + 1)]
    if [f.number for f in final] != expected:
        yield f"promise 24: {[f.number for f in final]} in place of {expected}"
    if any(later.issued_on < earlier.issued_on for earlier, later in pairwise(final)):
        yield "promise 24: one is dated before the number before it"


def unfinished(cloud: Cloud) -> Iterator[str]:
    """At rest: what is taken is on one document, and on the one that has it; one credited in full holds nothing."""
    invoices: dict[str, Invoice] = {i.id: i for i in cloud.view.all(Invoice)}
    listed = Tally(id for i in invoices.values() if not i.is_undone for id in i.billable_ids)
    yield from (f"promise 25: {id} is on {count} documents" for id, count in listed.items() if count > 1)
    for billable in cloud.view.all(Billable):
        taker = invoices.get(billable.taken_by or "")
        if taker is not None and taker.is_undone and taker.look_at is None:
            yield f"B-06: {billable.id} is taken by {taker.id}, which was credited in full"
        if billable.taken_by and (taker is None or billable.id not in taker.billable_ids):
            yield f"promise 25: {billable.id} is taken by {billable.taken_by}, which does not list it"
        if billable.id in listed and billable.taken_by is None:
            yield f"promise 25: {billable.id} is on a document and can be billed again"
    for invoice in invoices.values():
        late = cloud.state.now - invoice.created_at > TOO_LONG + timedelta(minutes=5)
        if invoice.is_undone and invoice.look_at is not None and late:
            yield f"B-06: {invoice.id} was credited in full and holds what it took"
        if invoice.state in {InvoiceState.ASSEMBLING, InvoiceState.FREEING} and late:
            yield f"B-03: {invoice.id} is {invoice.state} still"
    for message in cloud.view.all(Message):
        if message.kind is Kind.INVOICE and message.state is MessageState.SENT:
            digest = invoices[message.invoice_id or ""].digest
            if not any(digest in key for key in cloud.state.objects):
                yield f"B-08: {message.id} went without its PDF"


def outcome(cloud: Cloud) -> dict[str, Any]:
    return {
        "invoices": {
            i.id: (i.state, i.frozen.number if i.frozen else None, i.billable_ids, i.paid, i.credited, i.sendings)
            for i in cloud.view.all(Invoice)
        },
        "taken": {b.id: b.taken_by for b in cloud.view.all(Billable)},
    }
