"""Credit notes: the only way to correct an invoice that is final, up to what it came to; then it can be made anew (B-06)."""

from dataclasses import dataclass
from datetime import datetime

from creneau.billing.change_draft import free_some
from creneau.billing.check_lines import check_lines
from creneau.billing.drafts import TOO_LONG
from creneau.billing.invoice import DocumentKind, Invoice, invoice_ref
from creneau.billing.issuer import Term
from creneau.billing.line import Line, kept_by
from creneau.billing.payment import check_final
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.errors import Refused
from creneau.shared.store import Conflict, Put, Store, require
from creneau.shared.time import Clock


def credited(invoice: Invoice, note: Invoice, now: datetime) -> Invoice:
    """The invoice with a credit note that became final; once nothing of it is left, what it took is to be given back.

    Refused when more is credited than was invoiced.
    """
    left = invoice.total - invoice.credited
    if note.total > left:
        raise Refused(
            f"the credit note comes to {note.total}, of the invoice {left} can be credited",
            code="more_than_invoiced",
            remedy="lower the credit note's lines",
        )
    after = invoice.with_(credited=invoice.credited + note.total)
    return after.with_(look_at=now + TOO_LONG) if after.is_undone and after.billable_ids else after


@dataclass(frozen=True)
class GiveBack:
    """Frees what an invoice holds that was credited in full, so that it can be invoiced anew: in parts, and after a crash by
    the sweeper. No other is touched."""

    store: Store
    again: Again

    def __call__(self, invoice_id: str) -> None:
        while self.again(lambda: self._step(invoice_id)):
            pass

    def _step(self, invoice_id: str) -> bool:
        invoice = self.store.get(invoice_ref(invoice_id))
        if invoice is None or not invoice.is_undone or invoice.look_at is None:
            return False
        return free_some(self.store, invoice, Put(invoice.with_(look_at=None)))


@dataclass(frozen=True)
class DraftCredit:
    """A draft credit note of the invoice's own lines, or of others; nothing is credited until it is final.

    Drafting the same id again answers what is there. Raises NotFound, Refused, Invalid.
    """

    store: Store
    clock: Clock

    def __call__(self, note_id: str, invoice_id: str, lines: tuple[Line, ...] | None, note: str, by: Actor) -> Invoice:
        invoice = require(self.store, invoice_ref(invoice_id))
        check_final(invoice)
        own = invoice.lines if lines is None else kept_by(lines, invoice.practitioner_ids)
        copied = tuple(line.with_(billable_id=None) for line in own)
        check_lines(copied)
        draft = Invoice(
            id=note_id,
            kind=DocumentKind.CREDIT_NOTE,
            issuer_id=invoice.issuer_id,
            template_id=invoice.template_id,
            payer=invoice.payer,
            currency=invoice.currency,
            language=invoice.language,
            term=Term(),
            lines=copied,
            note=note,
            corrects=invoice_id,
            created_at=self.clock(),
            created_by=by.id,
        )
        try:
            self.store.commit([Put(draft)])
        except Conflict:
            return require(self.store, invoice_ref(note_id))
        return draft.with_(version=1)
