"""What must have come of billing runs at rest, whatever failed on the way: C-02, C-03."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from creneau.billing.billable import Billable
from creneau.billing.payer_record import PayerRecord
from creneau.billing.run import BillingRun, RunPayer, RunState
from creneau.messaging.message import Kind, Message
from tests.faults.cloud import Cloud


def unfinished(cloud: Cloud) -> Iterator[str]:
    """At rest: every run is over, every payer has an outcome, and is counted; whoever was asked was asked once."""
    for run in cloud.view.all(BillingRun):
        payers = [p for p in cloud.view.all(RunPayer) if p.run_id == run.id]
        if run.state is not RunState.CLOSED or run.look_at is not None:
            yield f"C-03: {run.id} is {run.state} still"
        if Counter(run.counts) != Counter(p.outcome for p in payers) or len(payers) != run.payers:
            yield f"C-03: {run.id} counts {run.counts} of {run.payers}, there are {[p.outcome for p in payers]}"
        yield from (f"C-03: {p.payer_key} {p.outcome}: {p.reason}" for p in payers if p.reason)
    for record in cloud.view.all(PayerRecord):
        links = [m for m in cloud.view.all(Message) if m.kind is Kind.PAYMENT_LINK and m.payer_key == record.id]
        if record.asked_at is not None and len(links) != 1:
            yield f"C-02: {record.id} counts as asked, and has {len(links)} links"
    if cloud.view.all(BillingRun) and not cloud.view.all(PayerRecord):
        left = [b.id for b in cloud.view.all(Billable) if b.owed]
        yield from (f"C-03: {id} is owed and nobody has it" for id in left)


def outcome(cloud: Cloud) -> dict[str, Any]:
    """Executions and tries aside."""
    return {
        "runs": {r.id: (r.mode, r.payers, r.counts) for r in cloud.view.all(BillingRun)},
        "payers": {
            (p.run_id, p.payer_key): (p.outcome, p.document_id, p.message_ids) for p in cloud.view.all(RunPayer)
        },
    }
