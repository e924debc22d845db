"""What reminders ask of billing: who owes what, and what is kept of a payer."""

from dataclasses import dataclass
from typing import Any

from creneau.billing.invoice import invoice_ref, invoices_of_payer, invoices_owed
from creneau.billing.owed import OwedBy
from creneau.billing.payer_record import payer_record_ref
from creneau.messaging.ports import Invoices, InvoiceSeen, PayerSeen
from creneau.shared.model import Stored
from creneau.shared.store import Ref, Store, everything

MOST_OF_A_PAYER = 2_000
"""Documents of one payer that are read, the newest first."""


@dataclass(frozen=True)
class BilledOwed:
    """Implements `messaging.ports.OwedInvoices`."""

    store: Store
    invoices: Invoices

    def payer_ref(self, payer_key: str) -> Ref[Any]:
        return payer_record_ref(payer_key)

    def payer_seen(self, payer_key: str, record: Stored | None) -> PayerSeen:
        return self.invoices.payer_seen(payer_key, record)

    def of_payer(self, payer_key: str, also: str | None = None) -> list[InvoiceSeen]:
        listed = {i.id: i for i in everything(self.store, invoices_of_payer(payer_key), MOST_OF_A_PAYER)}
        if also is not None and also not in listed:
            newest = self.store.get(invoice_ref(also))
            if newest is not None and newest.payer.key == payer_key:
                listed[newest.id] = newest
        return [self.invoices.seen(i) for i in listed.values() if i.is_owed]

    def page(self, cursor: str | None, limit: int = 100) -> tuple[list[InvoiceSeen], str | None]:
        page = self.store.page(invoices_owed(), limit, cursor)
        return [self.invoices.seen(i) for i in page.items if i.is_owed], page.cursor


@dataclass(frozen=True)
class BilledOwing:
    """Implements `messaging.ports.Owing`."""

    owed_by: OwedBy

    def total(self, payer_key: str, currency: str) -> int:
        return self.owed_by(payer_key).total(currency)
