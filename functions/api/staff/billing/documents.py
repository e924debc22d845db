"""Documents to look at: a link to the PDF of an invoice, credit note or receipt, which ends after five minutes (B-07)."""

from datetime import datetime
from typing import Literal

from api.staff.billing.invoices import mine
from api.staff.given import Given
from api.staff.routing import BOOKS, Call, Routes
from api.staff.shown import View, view
from creneau.billing.documents.document import Printed

routes = Routes()


class DocumentAsked(Given):
    """`receipt`: what was paid of it, when and how."""

    kind: Literal["invoice", "receipt"] = "invoice"


class LinkView(View, frozen=True, kw_only=True):
    """Whoever has `url` can read the document until then."""

    url: str
    expires_at: datetime


@routes("GET", "/v1/invoices/{invoice_id}/document", BOOKS, takes=DocumentAsked, answers=LinkView)
def open_document(call: Call, given: DocumentAsked) -> LinkView:
    """The PDF: of a draft a preview without a number, of a final document always the same bytes."""
    invoice = mine(call)
    return view(LinkView, call.app.open_document(invoice, Printed(given.kind)))
