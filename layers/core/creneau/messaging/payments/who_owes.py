"""Everybody who owes, with their open invoices: read whole, for lists and forecasts."""

from creneau.messaging.ports import InvoiceSeen, OwedInvoices

READ_AT_ONCE = 2_000
"""Open invoices that are read in one page: their keys are one query, however many."""


def open_by_payer(owed: OwedInvoices) -> dict[str, list[InvoiceSeen]]:
    """By payer's key, in the order of their oldest due date."""
    of: dict[str, list[InvoiceSeen]] = {}
    cursor: str | None = None
    while True:
        invoices, cursor = owed.page(cursor, READ_AT_ONCE)
        for invoice in invoices:
            of.setdefault(invoice.payer_key, []).append(invoice)
        if cursor is None:
            return of
