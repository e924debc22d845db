"""What a payer owes now: invoices that are not settled, and what is due and not invoiced yet (C-03, C-05)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from creneau.agenda.catalogue import Patient, patient_ref
from creneau.billing.all_of import all_of
from creneau.billing.billable import Billable, Due, billable_ref, billables_of_patient
from creneau.billing.invoice import DocumentKind, Invoice, invoices_of_payer
from creneau.billing.payer import PayerKind, usual_payer
from creneau.billing.payer_record import payer_record_ref
from creneau.shared.model import Value
from creneau.shared.store import Store
from creneau.shared.time import Clock

MOST_DOCUMENTS = 5_000
MOST_OF_A_PATIENT = 5_000


class OwedKind(StrEnum):
    """`due`: it is on no final invoice yet."""

    INVOICE = "invoice"
    DUE = "due"


class OwedItem(Value, frozen=True, kw_only=True):
    """One thing to be paid. `id` is the invoice's or the billable's, at `version`; `amount`, in minor units, what is left of
    it. `text` is the invoice's number, or what the due is for. `on`: the local day of the invoice or the visit.
    `taken_by`: the draft that has the due. `issuer_id` of an invoice; a due has the issuer of its practitioner.
    """

    kind: OwedKind
    id: str
    version: int
    amount: int
    currency: str
    text: str
    on: date
    due_on: date | None = None
    practitioner_id: str | None = None
    patient_id: str | None = None
    issuer_id: str | None = None
    taken_by: str | None = None


class Owed(Value, frozen=True, kw_only=True):
    """Everything that a payer owes: invoices first, the oldest of each first."""

    payer_key: str
    items: tuple[OwedItem, ...] = ()

    @property
    def totals(self) -> dict[str, int]:
        """In minor units, by currency."""
        sums: dict[str, int] = {}
        for item in self.items:
            sums[item.currency] = sums.get(item.currency, 0) + item.amount
        return sums

    def total(self, currency: str) -> int:
        return self.totals.get(currency, 0)

    def of(self, kind: OwedKind) -> tuple[OwedItem, ...]:
        return tuple(item for item in self.items if item.kind is kind)


@dataclass(frozen=True)
class OwedBy:
    """Writes nothing. A due is owed by the usual payer of its patient; one that a draft has, by the draft's payer.

    Raises Refused when there is more to read than can be summed.
    """

    store: Store
    clock: Clock

    def __call__(self, payer_key: str) -> Owed:
        now = self.clock()
        documents = self._documents(payer_key)
        owed = [i for i in documents if i.is_owed]
        drafts = [d for d in documents if not d.is_final and d.kind is DocumentKind.INVOICE]
        dues = [*self._untaken(payer_key, now), *self._in_drafts(drafts, now)]
        return Owed(
            payer_key=payer_key,
            items=(
                *sorted((_of_invoice(i) for i in owed), key=lambda o: (o.on, o.text, o.id)),
                *sorted((_of_due(b, b.due) for b in dues if b.due), key=lambda o: (o.on, o.id)),
            ),
        )

    def _documents(self, payer_key: str) -> list[Invoice]:
        remedy = "look at this payer's invoices one by one"
        return all_of(self.store, invoices_of_payer(payer_key), MOST_DOCUMENTS, "documents of this payer", remedy)

    def _untaken(self, payer_key: str, now: datetime) -> list[Billable]:
        found = list[Billable]()
        for patient in self._pays_for(payer_key):
            remedy = "invoice what is due of this patient first"
            known = all_of(self.store, billables_of_patient(patient.id), MOST_OF_A_PATIENT, "billables", remedy)
            found += [b for b in known if b.due is not None and b.due.at <= now and b.owed > 0]
        return found

    def _in_drafts(self, drafts: Iterable[Invoice], now: datetime) -> list[Billable]:
        taken = [billable_ref(id) for draft in drafts for id in draft.billable_ids]
        there = self.store.get_many(taken) if taken else []
        whose = {draft.id for draft in drafts}
        mine = [b for b in there if b is not None and b.taken_by in whose]
        return [b for b in mine if b.due is not None and b.due.at <= now and b.still_to_pay > 0]

    def _pays_for(self, payer_key: str) -> list[Patient]:
        """Those who have it as their usual payer, as their records say now."""
        kind, _, rest = payer_key.partition(".")
        if kind not in (PayerKind.PATIENT, PayerKind.CONTACT):
            return []
        own = rest.partition(".")[0]
        others: tuple[str, ...] = ()
        if kind == PayerKind.PATIENT:
            record = self.store.get(payer_record_ref(payer_key))
            others = record.pays_for if record is not None else ()
        ids = list(dict.fromkeys((own, *others)))
        read = {p.id: p for p in self.store.get_many([patient_ref(id) for id in ids]) if p is not None}
        return [p for p in read.values() if usual_payer(p, self._named(p, read)).key == payer_key]

    def _named(self, patient: Patient, read: dict[str, Patient]) -> Patient | None:
        id = patient.payer_patient_id
        return None if id is None else read.get(id) or self.store.get(patient_ref(id))


def _of_invoice(invoice: Invoice) -> OwedItem:
    whose = invoice.practitioner_ids
    return OwedItem(
        kind=OwedKind.INVOICE,
        id=invoice.id,
        version=invoice.version,
        amount=invoice.balance,
        currency=invoice.currency,
        text=invoice.frozen.number if invoice.frozen else "",
        on=invoice.frozen.issued_on if invoice.frozen else invoice.created_at.date(),
        due_on=invoice.due_on,
        practitioner_id=whose[0] if len(whose) == 1 else None,
        patient_id=invoice.payer.patient_id,
        issuer_id=invoice.issuer_id,
    )


def _of_due(billable: Billable, due: Due) -> OwedItem:
    return OwedItem(
        kind=OwedKind.DUE,
        id=billable.id,
        version=billable.version,
        amount=billable.still_to_pay,
        currency=due.currency,
        text=due.text,
        on=billable.on,
        practitioner_id=billable.practitioner_id,
        patient_id=billable.patient_id,
        taken_by=billable.taken_by,
    )
