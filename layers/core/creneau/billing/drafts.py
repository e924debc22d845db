"""Drafts made of a confirmed recap; each consultation taken by one of them at most (B-06, B-11)."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from creneau.billing.asked import Asked, PlanInvoices
from creneau.billing.billable import Billable, billable_ref
from creneau.billing.invoice import (
    Invoice,
    InvoiceState,
    invoice_ref,
)
from creneau.billing.issuer import Issuer, issuer_ref
from creneau.billing.line import lines_without
from creneau.billing.recap import LeftOut, Planned
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.errors import Stale
from creneau.shared.model import Value
from creneau.shared.settings import Clinic, language_of
from creneau.shared.store import Conflict, Delete, Put, Store, Unchanged, require
from creneau.shared.time import Clock

AT_ONCE = 90
"""Consultations that one transaction takes."""

TOO_LONG = timedelta(minutes=15)
"""After that nobody is assembling any more, and the sweeper goes on with it."""


class Made(Value, frozen=True, kw_only=True):
    """The drafts in the recap's order, and the consultations that somebody else took meanwhile."""

    invoice_ids: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()


def of_batch(batch_id: str, n: int) -> str:
    """The id of a batch's document: what it took is known to be the batch's own."""
    return f"{prefix_of(batch_id)}{n:04}"


def prefix_of(batch_id: str) -> str:
    return f"inv_{batch_id.partition('_')[2]}_"


@dataclass(frozen=True)
class MakeDrafts:
    """Makes what the recap said. Repeated with the same batch id after a crash it goes on where it stopped.

    Raises Stale (`recap_changed`) when what would be made is no longer what was shown.
    """

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again
    plan: PlanInvoices
    assemble: "Assemble"

    def __call__(self, batch_id: str, asked: Asked, digest: str, by: Actor) -> Made:
        recap = self.plan(asked, by, prefix_of(batch_id))
        if recap.digest != digest:
            raise Stale("what would be invoiced has changed", code="recap_changed", remedy="look at the recap again")
        made, lost = list[str](), list[LeftOut]()
        if not recap.invoices:
            return Made(invoice_ids=())
        issuer = require(self.store, issuer_ref(recap.issuer_id))
        ids = [of_batch(batch_id, n) for n in range(len(recap.invoices))]
        there = self.store.get_many([invoice_ref(id) for id in ids])
        for id, present, planned in zip(ids, there, recap.invoices, strict=True):
            draft = self._draft(id, batch_id, planned, issuer, recap.template_id, asked, by)
            taken_meanwhile = self.put_draft(draft, planned, is_new=present is None)
            lost += [LeftOut(id=taken, reason="invoiced_already") for taken in taken_meanwhile]
            if len(taken_meanwhile) < len(planned.billables):
                made.append(id)
        return Made(invoice_ids=tuple(made), left_out=tuple(lost))

    def _draft(
        self, id: str, batch_id: str, planned: Planned, issuer: Issuer, template_id: str | None, asked: Asked, by: Actor
    ) -> Invoice:
        now, long = self.clock(), len(planned.billables) > AT_ONCE
        return Invoice(
            id=id,
            state=InvoiceState.ASSEMBLING if long else InvoiceState.DRAFT,
            issuer_id=issuer.id,
            template_id=template_id,
            payer=planned.payer,
            currency=self.clinic.currency,
            language=language_of(asked.language or planned.payer.language, self.clinic.language),
            term=asked.term or issuer.term,
            lines=planned.lines,
            note=asked.note,
            created_at=now,
            created_by=by.id,
            batch_id=batch_id,
            look_at=now + TOO_LONG if long else None,
        )

    def put_draft(self, draft: Invoice, planned: Planned, is_new: bool) -> list[str]:
        """Puts it with what it takes, and answers the ids of what others took; one that is there already is made whole.

        A new one is made of what was planned, read a moment ago, which costs no read; what changed since is read anew.
        """
        if is_new and draft.state is InvoiceState.DRAFT:
            with suppress(Conflict):
                return self._take(draft, planned.billables, planned)
        return self.again(lambda: self._put(draft, planned))

    def _put(self, draft: Invoice, planned: Planned) -> list[str]:
        """Puts the draft with what it takes; the ids of what was taken by others."""
        if self.store.get(invoice_ref(draft.id)) is not None:
            return self.assemble(draft.id)
        if draft.state is InvoiceState.ASSEMBLING:
            self._keep(planned.billables)
            self.store.commit([Put(draft)])
            return self.assemble(draft.id)
        return self._take(draft, stored_now(self.store, planned.billables), planned)

    def _keep(self, billables: Sequence[Billable]) -> None:
        """Consultations that are made by being invoiced, before the draft: whoever goes on with it must find them."""
        there = self.store.get_many([billable_ref(b.id) for b in billables])
        both = [(s, _as_planned(s, b)) for s, b in zip(there, billables, strict=True)]
        new = [b for stored, b in both if b is not None and b != stored]
        for start in range(0, len(new), AT_ONCE):
            self.store.commit([Put(b) for b in new[start : start + AT_ONCE]])

    def _take(self, draft: Invoice, billables: Sequence[Billable], planned: Planned) -> list[str]:
        lost = {b.id for b in billables if not _free(b, draft)}
        if len(lost) < len(planned.billables):
            mine = [b for b in billables if b.id not in lost]
            self.store.commit([Put(_without(draft, lost)), *(Put(b.with_(taken_by=draft.id)) for b in mine)])
        return [id for id in dict.fromkeys(b.id for b in planned.billables) if id in lost]


@dataclass(frozen=True)
class Assemble:
    """Takes the consultations of a draft that holds more than one write can: chunk by chunk, and whole at the end.

    Whoever is asked again, or by the sweeper, goes on: what is taken is taken.
    """

    store: Store
    again: Again

    def __call__(self, invoice_id: str) -> list[str]:
        """The ids of what others took."""
        invoice = require(self.store, invoice_ref(invoice_id))
        if invoice.state is not InvoiceState.ASSEMBLING:
            return []
        ids, lost = list(invoice.billable_ids), list[str]()
        for start in range(0, len(ids), AT_ONCE):
            chunk = ids[start : start + AT_ONCE]
            lost += self.again(lambda c=chunk: self._take(invoice_id, c))  # type: ignore[misc]
        self.again(lambda: self._whole(invoice_id, set(lost)))
        return lost

    def _take(self, invoice_id: str, ids: list[str]) -> list[str]:
        """On the version of the draft: none is taken for one that somebody made whole, changed or deleted meanwhile."""
        invoice = self.store.get(invoice_ref(invoice_id))
        if invoice is None or invoice.state is not InvoiceState.ASSEMBLING:
            return []
        there = self.store.get_many([billable_ref(i) for i in ids])
        mine = [b for b in there if b is not None and _free(b, invoice)]
        if new := [b for b in mine if b.taken_by != invoice_id]:
            self.store.commit([Unchanged(invoice), *(Put(b.with_(taken_by=invoice_id)) for b in new)])
        return [id for id in ids if id not in {b.id for b in mine}]

    def _whole(self, invoice_id: str, lost: set[str]) -> None:
        invoice = self.store.get(invoice_ref(invoice_id))
        if invoice is not None and invoice.state is InvoiceState.ASSEMBLING:
            whole = _without(invoice, lost).with_(state=InvoiceState.DRAFT, look_at=None)
            self.store.commit([Put(whole) if whole.lines else Delete(invoice)])


def stored_now(store: Store, billables: Iterable[Billable | str]) -> list[Billable]:
    """As they are stored now; one that is not stored yet as it was planned."""
    wanted = {b if isinstance(b, str) else b.id: None if isinstance(b, str) else b for b in billables}
    found = store.get_many([billable_ref(id) for id in wanted])
    both = (_as_planned(f, p) for f, p in zip(found, wanted.values(), strict=True))
    return [b for b in both if b is not None]


def _as_planned(stored: Billable | None, planned: Billable | None) -> Billable | None:
    return stored.with_consultation(planned) if stored is not None and planned is not None else stored or planned


def _free(billable: Billable, draft: Invoice) -> bool:
    line = next((line for line in draft.lines if line.billable_id == billable.id), None)
    if line is None or (line.on is not None and line.on != billable.on):  # struck, or moved to another day, meanwhile
        return False
    if draft.of_run and billable.taken_by is None:  # neither paid nor of another price meanwhile (C-03)
        return billable.owed > 0 and billable.due is not None and billable.due.price == line.amount
    return billable.may_be_taken and billable.taken_by in (None, draft.id)


def _without(invoice: Invoice, lost: set[str]) -> Invoice:
    """Without the lines of consultations that others took."""
    return invoice.with_(lines=lines_without(invoice.lines, lost))
