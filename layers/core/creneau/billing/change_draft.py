"""Drafts edited and deleted; what they no longer list is free again (B-06, B-11)."""

from dataclasses import dataclass

from creneau.billing.billable import Billable
from creneau.billing.check_lines import check_lines
from creneau.billing.chosen_template import check_template
from creneau.billing.drafts import AT_ONCE, TOO_LONG, stored_now
from creneau.billing.invoice import Invoice, InvoiceState, check_draft, invoice_ref
from creneau.billing.issuer import Term
from creneau.billing.line import Line, kept_by
from creneau.billing.payer import Payer
from creneau.shared.again import Again
from creneau.shared.edit import check_version, editable
from creneau.shared.errors import Refused, Stale
from creneau.shared.store import Conflict, Delete, Put, Store, Write, require
from creneau.shared.time import Clock


@dataclass(frozen=True)
class EditDraft:
    """Changes a draft on the version that the caller read; a line left out gives its consultation back.

    Raises NotFound, Stale, Refused (final; a consultation that it did not have), Invalid (lines, template).
    """

    store: Store

    def __call__(
        self,
        invoice_id: str,
        expected_version: int,
        lines: tuple[Line, ...] | None = None,
        payer: Payer | None = None,
        term: Term | None = None,
        **others: str | None,
    ) -> Invoice:
        before = editable(self.store.get(invoice_ref(invoice_id)), expected_version, f"invoice {invoice_id}")
        check_draft(before)
        check_template(self.store, others.get("template_id"))
        if "note" in others:  # null is none
            others["note"] = others["note"] or ""
        after = before.with_(
            lines=before.lines if lines is None else kept_by(lines, before.practitioner_ids),
            payer=payer or before.payer,
            term=term or before.term,
            **others,
        )
        check_lines(after.lines)
        strange = set(after.billable_ids) - set(before.billable_ids)
        if strange:
            raise Refused(
                "a line names a consultation that the draft has not",
                code="not_its_consultation",
                remedy="invoice that consultation by another draft",
            )
        given_back = stored_now(self.store, sorted(set(before.billable_ids) - set(after.billable_ids)))
        if len(given_back) > AT_ONCE:
            raise Refused(
                f"more than {AT_ONCE} lines are taken out at once", code="too_many", remedy="take them out in parts"
            )
        try:
            self.store.commit([Put(after), *(Put(b.free()) for b in given_back if b.taken_by == invoice_id)])
        except Conflict:
            raise Stale("it changed meanwhile", code="stale", remedy="read it again and repeat the change") from None
        return after.with_(version=after.version + 1)


@dataclass(frozen=True)
class DeleteDraft:
    """Deletes a draft and frees what it took; a long one in parts, and after a crash by the sweeper. Refused when final.

    `expected_version`: Stale where somebody changed it since; None: whatever it says by now.
    """

    store: Store
    clock: Clock
    again: Again

    def __call__(self, invoice_id: str, expected_version: int | None = None) -> None:
        self.again(lambda: self._begin(invoice_id, expected_version))
        self.goes_on(invoice_id)

    def goes_on(self, invoice_id: str) -> None:
        """Frees what a draft that is being deleted still holds; no other is touched."""
        while self.again(lambda: self._step(invoice_id)):
            pass

    def _begin(self, invoice_id: str, expected_version: int | None) -> None:
        invoice = require(self.store, invoice_ref(invoice_id))
        if invoice.state is not InvoiceState.FREEING:
            check_version(invoice, expected_version)
            check_draft(invoice)
            freeing = invoice.with_(state=InvoiceState.FREEING, look_at=self.clock() + TOO_LONG)
            self.store.commit([Put(freeing)])

    def _step(self, invoice_id: str) -> bool:
        """Whether there is more to free."""
        invoice = self.store.get(invoice_ref(invoice_id))
        if invoice is None or invoice.state is not InvoiceState.FREEING:
            return False
        return free_some(self.store, invoice, Delete(invoice))


def free_some(store: Store, invoice: Invoice, last: Write) -> bool:
    """Frees what one write can of what the invoice holds, and writes `last` with the last of it. Whether more is left."""
    held = [b for b in stored_now(store, invoice.billable_ids) if b.taken_by == invoice.id]
    writes: list[Write] = [Put(given_back(b, invoice)) for b in held[:AT_ONCE]]
    more = len(held) > AT_ONCE
    store.commit(writes if more else [last, *writes])
    return more


def given_back(billable: Billable, invoice: Invoice) -> Billable:
    """What was paid on it before it was invoiced stays the invoice's, which counted it."""
    free = billable.free()
    return free.with_(paid=0, payment_ids=()) if invoice.is_final else free
