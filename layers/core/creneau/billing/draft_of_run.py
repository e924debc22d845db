"""The draft that a run makes of what a payer owes: a line for each payment due, the oldest first. Pure."""

from collections.abc import Iterable
from datetime import datetime

from creneau.billing.bill import Bill, Facts, document_id
from creneau.billing.billable import Billable
from creneau.billing.consultations import line_of_due
from creneau.billing.drafts import AT_ONCE, TOO_LONG
from creneau.billing.invoice import Invoice, InvoiceState
from creneau.billing.line import totals_of
from creneau.billing.recap import Planned
from creneau.billing.run import BillingRun, RunPayer
from creneau.shared.settings import Clinic, language_of


def draft_of(
    run: BillingRun, payer: RunPayer, bill: Bill, facts: Facts, clinic: Clinic, now: datetime
) -> tuple[Invoice, Planned]:
    """The draft, and what it takes."""
    issuer = facts.issuers[payer.issuer_id]
    lines = tuple(line_of_due(b, b.due, facts.people[b.patient_id].name) for b in bill.billables if b.due is not None)
    long = len(bill.billables) > AT_ONCE
    draft = Invoice(
        id=document_id(payer),
        state=InvoiceState.ASSEMBLING if long else InvoiceState.DRAFT,
        issuer_id=issuer.id,
        template_id=_template(bill.billables, facts),
        payer=bill.payer,
        currency=payer.currency,
        language=language_of(bill.payer.language, clinic.language),
        term=issuer.term,
        lines=lines,
        created_at=now,
        created_by="system",
        batch_id=run.id,
        look_at=now + TOO_LONG if long else None,
    )
    return draft, Planned(payer=bill.payer, lines=lines, totals=totals_of(lines, issuer), billables=bill.billables)


def _template(billables: Iterable[Billable], facts: Facts) -> str | None:
    """The one that is preset for all of their practitioners, else none."""
    presets = {p.invoice_template_id for b in billables if (p := facts.practitioners.get(b.practitioner_id))}
    return next(iter(presets)) if len(presets) == 1 else None
