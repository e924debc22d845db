"""How an invoice or credit note is shown: all of it, with how it stands today and what became of its emails."""

from collections.abc import Sequence
from datetime import date, datetime

from api.staff.billing.lines import InvoiceLineView
from api.staff.routing import Call
from api.staff.shown import View, view
from creneau.billing.documents.reference import reference_of
from creneau.billing.invoice import (
    DocumentKind,
    Instalment,
    Invoice,
    InvoiceState,
    Standing,
)
from creneau.billing.issuer import Term, issuer_ref
from creneau.billing.line import Totals, totals_of
from creneau.billing.payer import Payer
from creneau.messaging.message import Channel, Message, MessageState
from creneau.shared.store import require
from creneau.shared.time import local_date


class SendingView(View, frozen=True, kw_only=True):
    """One email of it, or its notice by SMS; `sent_at` null: it has not left. `state` says what became of it, and
    `GET /v1/messages/{id}` why."""

    message_id: str
    state: MessageState
    to: str
    channel: Channel
    created_at: datetime
    sent_at: datetime | None


class InvoiceView(View, frozen=True, kw_only=True):
    """Amounts in minor units of `currency`; `number` and what follows from finalising are null in a draft.

    `totals` of a draft are what they would be today. `standing` is how it stands: draft, open, partly paid, paid, overdue,
    credited. `reference` is what the payer's bank carries back (QRR or SCOR), null: there is nothing to transfer.
    `sendings` are its emails and the notice by SMS, the first one first.
    """

    id: str
    kind: DocumentKind
    state: InvoiceState
    standing: Standing
    number: str | None
    reference: str | None
    issued_on: date | None
    due_on: date | None
    issuer_id: str
    template_id: str | None
    payer: Payer
    currency: str
    language: str
    term: Term
    lines: list[InvoiceLineView]
    totals: Totals
    note: str
    corrects: str | None
    paid: int
    credited: int
    balance: int
    instalments: tuple[Instalment, ...]
    sendings: list[SendingView]
    last_reminded_on: date | None
    created_at: datetime
    finalised_at: datetime | None
    digest: str
    batch_id: str | None
    version: int


def shown(call: Call, invoice: Invoice) -> InvoiceView:
    return shown_all(call, [invoice])[0]


def shown_all(call: Call, invoices: Sequence[Invoice]) -> list[InvoiceView]:
    sendings = call.app.send_invoice.sendings([(i.id, i.sendings) for i in invoices])
    return [_shown(call, i, sendings[i.id]) for i in invoices]


def _shown(call: Call, invoice: Invoice, sendings: Sequence[Message]) -> InvoiceView:
    frozen = invoice.frozen
    return view(
        InvoiceView,
        invoice,
        standing=invoice.standing(local_date(call.app.clock(), call.app.clinic.zone)),
        number=frozen.number if frozen else None,
        reference=reference_of(invoice) or None,
        issued_on=frozen.issued_on if frozen else None,
        lines=[view(InvoiceLineView, line) for line in invoice.lines],
        totals=frozen.totals if frozen else _totals_today(call, invoice),
        sendings=[view(SendingView, m, message_id=m.id, to=m.address) for m in sendings],
    )


def _totals_today(call: Call, draft: Invoice) -> Totals:
    return totals_of(draft.lines, require(call.app.store, issuer_ref(draft.issuer_id)))
