"""Draws a document onto the shelf: a final one once and for ever, a draft's preview anew each time (B-07, promise 29)."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from creneau.billing.documents.document import Document, Printed, as_if_final, document_of
from creneau.billing.documents.ports import Drawn, Shelf
from creneau.billing.invoice import DocumentKind, Frozen, Invoice, invoice_ref
from creneau.billing.issuer import invoice_template_ref, issuer_ref
from creneau.billing.payment import Payment, payments_of_invoice
from creneau.shared.errors import Refused
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Store, everything, require
from creneau.shared.time import Clock, local_date


def check_printable(invoice: Invoice, printed: Printed) -> None:
    """Refused: a receipt of what is no final invoice, or of which nothing was paid."""
    if printed is Printed.INVOICE:
        return
    if not invoice.is_final or invoice.kind is not DocumentKind.INVOICE:
        raise Refused("only a final invoice has a receipt", code="not_final", remedy="finalise it first")
    if not invoice.paid:
        raise Refused("nothing was paid of it", code="nothing_paid", remedy="record the payment first")


@dataclass(frozen=True)
class DrawDocument:
    """Drawing again answers what lies there. Raises NotFound and Refused."""

    store: Store
    clinic: Clinic
    clock: Clock
    shelf: Shelf
    draw: Callable[[Document, bytes], bytes]
    logo: Callable[[], bytes]

    def __call__(self, invoice_id: str, printed: Printed) -> Drawn:
        invoice = require(self.store, invoice_ref(invoice_id))
        check_printable(invoice, printed)
        receipt = printed is Printed.RECEIPT
        payments = everything(self.store, payments_of_invoice(invoice_id)) if receipt else []
        key = key_of(invoice, printed, payments)
        there = self.shelf.sha256(key) if invoice.is_final else None
        if there is not None:
            return Drawn(key=key, sha256=there)
        look = (self.store.get(SETTINGS) or Settings()).look
        frozen = invoice.frozen or self._preview(invoice)
        hidden = frozen.template is not None and not frozen.template.shows_logo
        document = document_of(invoice, frozen, look.colour, printed, payments)
        content = self.draw(document, b"" if hidden else self.logo())
        sha256 = hashlib.sha256(content).hexdigest()
        if not invoice.is_final:
            self.shelf.put(key, content, sha256)
        elif not self.shelf.put_once(key, content, sha256):  # another one drew it meanwhile
            sha256 = self.shelf.sha256(key) or sha256
        return Drawn(key=key, sha256=sha256)

    def _preview(self, draft: Invoice) -> Frozen:
        template = invoice_template_ref(draft.template_id) if draft.template_id else None
        return as_if_final(
            draft,
            require(self.store, issuer_ref(draft.issuer_id)),
            self.store.get(template) if template else None,
            local_date(self.clock(), self.clinic.zone),
        )


def key_of(invoice: Invoice, printed: Printed, payments: list[Payment]) -> str:
    """A final document's names its content, a receipt's also what was paid; previews lie apart, and go after a day."""
    if not invoice.is_final:
        return f"documents/drafts/{invoice.id}/{invoice.version}.pdf"
    content = invoice.digest
    if printed is Printed.RECEIPT:
        paid = sorted((p.id, p.cancelled_at is None) for p in payments)
        told = msgspec.json.encode([invoice.digest, invoice.credited, paid])
        content = hashlib.sha256(told).hexdigest()
    return f"documents/{invoice.id}/{content}.{printed}.pdf"
