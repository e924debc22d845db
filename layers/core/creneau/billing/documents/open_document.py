"""Gives staff a document to look at: drawn elsewhere where it is not yet, then a link that soon ends."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from creneau.billing.documents.document import Printed
from creneau.billing.documents.draw_document import check_printable
from creneau.billing.documents.ports import Drawer, Shelf
from creneau.billing.invoice import Invoice
from creneau.shared.model import Value
from creneau.shared.time import Clock

LASTS = timedelta(minutes=5)


class Link(Value, frozen=True, kw_only=True):
    """Whoever has the address can read the document until then."""

    url: str
    expires_at: datetime


@dataclass(frozen=True)
class OpenDocument:
    """Raises Refused (see `check_printable`) and Busy."""

    clock: Clock
    drawer: Drawer
    shelf: Shelf

    def __call__(self, invoice: Invoice, printed: Printed) -> Link:
        check_printable(invoice, printed)
        drawn = self.drawer(invoice.id, printed)
        now = self.clock()
        url = self.shelf.link(drawn.key, file_name(invoice, printed), int(LASTS.total_seconds()))
        return Link(url=url, expires_at=now + LASTS)


def file_name(invoice: Invoice, printed: Printed) -> str:
    """`F2027-0042.pdf`, `F2027-0042-receipt.pdf`, `draft.pdf`: of letters, digits and dashes only."""
    number = re.sub(r"[^A-Za-z0-9-]+", "-", invoice.frozen.number).strip("-") if invoice.frozen else "draft"
    return f"{number or 'document'}{'-receipt' if printed is Printed.RECEIPT else ''}.pdf"
