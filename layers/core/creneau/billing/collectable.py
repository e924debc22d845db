"""From which day on the payer of an invoice may be reminded of it (D-04). Pure."""

from datetime import date, timedelta

from creneau.billing.invoice import DocumentKind, Invoice


def due_from(invoice: Invoice) -> date | None:
    """The local day on which it falls due. None: it has no due date, and can be reminded of from its date on."""
    return invoice.falls_due_on


def collects_itself_until(invoice: Invoice) -> date | None:
    """The day of its last pre-authorised instalment that what came in does not cover: none is reminded of before the day
    after it. None: nothing is collected by itself."""
    left, last = invoice.paid + invoice.credited, None
    for instalment in invoice.instalments:
        left -= instalment.amount
        if left < 0 and instalment.preauthorised:
            last = instalment.on
    return last


def reminded_from(invoice: Invoice) -> date | None:
    """The first local day on which a reminder may leave; None: any day."""
    days = [day for day in (due_from(invoice),) if day is not None]
    itself = collects_itself_until(invoice)
    if itself is not None:
        days.append(itself + timedelta(days=1))
    return max(days, default=None)


def may_be_reminded(invoice: Invoice, today: date) -> bool:
    """Whether a reminder of it may leave on that local day: something is owed on a final invoice, and it is due."""
    if not invoice.is_final or invoice.kind is not DocumentKind.INVOICE or invoice.balance <= 0:
        return False
    since = reminded_from(invoice)
    return since is None or since <= today
