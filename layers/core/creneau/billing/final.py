"""What a draft becomes by being made final: checked, numbered, and what is printed frozen (B-06)."""

import hashlib
from datetime import date, datetime

import msgspec

from creneau.billing.check_lines import MOST_OF_A_LINE, check_lines
from creneau.billing.invoice import Frozen, Invoice, InvoiceState, check_draft
from creneau.billing.issuer import InvoiceTemplate, Issuer
from creneau.billing.line import totals_of
from creneau.shared.errors import invalid


def finalised(
    invoice: Invoice,
    issuer: Issuer,
    template: InvoiceTemplate | None,
    number: str,
    issued_on: date,
    now: datetime,
    corrects_number: str = "",
    corrects_on: date | None = None,
) -> Invoice:
    """The numbered document. Invalid when a price is missing, nothing is on it, or its total is out of bounds."""
    check_draft(invoice)
    for n, line in enumerate(invoice.lines):
        if line.price is None:
            raise invalid(f"lines[{n}].price", "the line has no price", "give one")
    if not invoice.lines:
        raise invalid("lines", "there is nothing on it", "add a line, or delete the draft")
    check_lines(invoice.lines)
    totals = totals_of(invoice.lines, issuer)
    if totals.total < 0 or totals.total > MOST_OF_A_LINE:
        raise invalid("lines", "the total is below zero or above 999,999,999.99", "correct the lines")
    due_on = invoice.term.due_on(issued_on)
    frozen = Frozen(
        number=number,
        issued_on=issued_on,
        due_on=due_on,
        issuer=issuer,
        template=template,
        payer=invoice.payer,
        lines=invoice.lines,
        totals=totals,
        currency=invoice.currency,
        language=invoice.language,
        note=invoice.note,
        corrects=corrects_number,
        corrects_on=corrects_on,
    )
    return invoice.with_(
        state=InvoiceState.FINALISED,
        frozen=frozen,
        digest=digest_of(frozen),
        due_on=due_on,
        finalised_at=now,
        look_at=None,
    )


def digest_of(frozen: Frozen) -> str:
    """SHA-256 of what is printed, in one fixed form: a document that was changed no longer has it (promise 29)."""
    return hashlib.sha256(msgspec.json.encode(frozen, order="deterministic")).hexdigest()
