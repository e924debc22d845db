"""From which day on the payer of an invoice may be reminded of it (D-04). Pure."""

from datetime import date, timedelta

from creneau.billing.invoice import Invoice


def reminded_from(invoice: Invoice) -> date | None:
    """The first local day on which a reminder may leave: when it falls due, and nothing more is collected by itself.

    None: it has no due date, and any day will do."""
    due_on, itself = invoice.falls_due_on, collects_itself_until(invoice)
    days = [day for day in (due_on, itself and itself + timedelta(days=1)) if day is not None]
    return max(days, default=None)


def collects_itself_until(invoice: Invoice) -> date | None:
    """The day of its last pre-authorised instalment that what came in does not cover: none is reminded of before the day
    after it. None: nothing is collected by itself."""
    left, last = invoice.paid + invoice.credited, None
    for instalment in invoice.instalments:
        left -= instalment.amount
        if left < 0 and instalment.preauthorised:
            last = instalment.on
    return last
