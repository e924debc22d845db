"""What the page of a payer's secret link says: what is owed now, by issuer, and how it can be paid (C-05, D-08)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from creneau.agenda.catalogue import Address, Patient, Practitioner, patient_ref, practitioner_ref
from creneau.billing.documents.reference import reference_of
from creneau.billing.invoice import Invoice, invoice_ref
from creneau.billing.issuer import Issuer, issuer_ref
from creneau.billing.online.transfer import Transfer, transfer_of
from creneau.billing.owed import OwedBy, OwedItem, OwedKind
from creneau.billing.payer import Payer, payer_of_contact, payer_of_patient, record_of
from creneau.billing.payer_record import PayerRecord, payer_record_ref
from creneau.shared.link import Link, nothing_opened, opened
from creneau.shared.model import Value
from creneau.shared.settings import SETTINGS, Clinic, Settings, language_of
from creneau.shared.store import Store
from creneau.shared.time import Clock, local_date

PURPOSE = "pay"

MOST_TRANSFERS = 12
"""Codes on one page: each is some kilobytes, and nobody scans more."""


class OfIssuer(Value, frozen=True, kw_only=True):
    """What is owed to one issuer. `name` is empty where nobody is set to issue what is due."""

    name: str
    items: tuple[OwedItem, ...]
    transfers: tuple[Transfer, ...]


class PayPage(Value, frozen=True, kw_only=True):
    """`link` signs the page's nonces. `totals` in minor units by currency. `paused_until`, from today on, is what the payer
    promised (`paused_because`)."""

    link: Link
    payer_key: str
    language: str
    totals: dict[str, int]
    issuers: tuple[OfIssuer, ...]
    paused_until: date | None
    paused_because: str


@dataclass(frozen=True)
class OpenPayPage:
    """Reads only. NotFound, the same for every link that opens nothing (P-02)."""

    store: Store
    clinic: Clinic
    clock: Clock
    owed_by: OwedBy

    def __call__(self, token: str) -> PayPage:
        now = self.clock()
        link = opened(self.store, token, PURPOSE, now)
        key = link.subject["payer_key"]
        payer = self._payer(key)
        owed = self.owed_by(key)
        invoices = self._invoices(owed.items)
        payer = payer or next((i.frozen.payer for i in invoices.values() if i.frozen), None)
        record = self.store.get(payer_record_ref(key)) or PayerRecord(id=key)
        today = local_date(now, self.clinic.zone)
        promised = record.paused_until if record.paused_until and record.paused_until >= today else None
        return PayPage(
            link=link,
            payer_key=key,
            language=language_of(payer.language if payer else None, self.clinic.language),
            totals=owed.totals,
            issuers=tuple(self._issuers(owed.items, invoices, payer)),
            paused_until=promised,
            paused_because=record.paused_because if promised else "",
        )

    def document(self, token: str, invoice_id: str) -> Invoice:
        """A final document of the payer's own. NotFound for every other."""
        link = opened(self.store, token, PURPOSE, self.clock())
        self._payer(link.subject["payer_key"])
        invoice = self.store.get(invoice_ref(invoice_id))
        if invoice is None or not invoice.is_final or invoice.payer.key != link.subject["payer_key"]:
            raise nothing_opened()
        return invoice

    def _payer(self, key: str) -> Payer | None:
        """As they are recorded now; None: somebody typed in, or a contact who is not there any more. NotFound: a patient
        who was erased."""
        patient_id, contact_id = record_of(key)
        if patient_id is None:
            return None
        patient: Patient | None = self.store.get(patient_ref(patient_id))
        if patient is None or patient.erased:
            raise nothing_opened()
        if contact_id is None:
            return payer_of_patient(patient)
        contact = next((c for c in patient.contacts if c.id == contact_id), None)
        return payer_of_contact(patient, contact) if contact else None

    def _invoices(self, items: Sequence[OwedItem]) -> dict[str, Invoice]:
        ids = {i.id for i in items if i.kind is OwedKind.INVOICE} | {i.taken_by for i in items if i.taken_by}
        found = self.store.get_many([invoice_ref(id) for id in sorted(ids)]) if ids else []
        return {i.id: i for i in found if i is not None}

    def _issuers(
        self, items: Sequence[OwedItem], invoices: dict[str, Invoice], payer: Payer | None
    ) -> Iterable[OfIssuer]:
        """In the order in which they are first owed to."""
        presets = self._presets(items)
        groups: dict[str | None, list[OwedItem]] = {}
        for item in items:
            draft = invoices.get(item.taken_by or "")
            issuer_id = item.issuer_id or (draft.issuer_id if draft else presets.get(item.practitioner_id or ""))
            groups.setdefault(issuer_id or presets[""], []).append(item)
        known = {i.id: i for i in self._read_issuers([id for id in groups if id])}
        left = MOST_TRANSFERS
        for id, own in groups.items():
            issuer = known.get(id or "")
            ways = list(_transfers(own, invoices, issuer, payer))[:left]
            left -= len(ways)
            yield OfIssuer(name=issuer.name if issuer else "", items=tuple(own), transfers=tuple(ways))

    def _presets(self, items: Sequence[OwedItem]) -> dict[str, str | None]:
        """By practitioner, who issues what they did; under no name the clinic's own."""
        ids = sorted({i.practitioner_id for i in items if i.kind is OwedKind.DUE and i.practitioner_id})
        found: list[Practitioner | None] = self.store.get_many([practitioner_ref(id) for id in ids]) if ids else []
        settings = self.store.get(SETTINGS) or Settings()
        return {p.id: p.issuer_id for p in found if p is not None} | {"": settings.billing.issuer_id}

    def _read_issuers(self, ids: Sequence[str]) -> list[Issuer]:
        return [i for i in self.store.get_many([issuer_ref(id) for id in ids]) if i is not None] if ids else []


def _transfers(
    items: Sequence[OwedItem], invoices: dict[str, Invoice], issuer: Issuer | None, payer: Payer | None
) -> Iterable[Transfer]:
    """One for each invoice, whose reference says what it is for, then one for all else of a currency."""
    for item in items:
        invoice = invoices.get(item.id) if item.kind is OwedKind.INVOICE else None
        if invoice is None or invoice.frozen is None:
            continue
        made = transfer_of(
            invoice.frozen.issuer,
            (invoice.payer.name, invoice.payer.address),
            item.amount,
            item.currency,
            invoice=item.text,
            reference=reference_of(invoice),
            message=item.text,
        )
        if made:
            yield made
    dues: dict[str, int] = {}
    for item in items:
        if item.kind is OwedKind.DUE:
            dues[item.currency] = dues.get(item.currency, 0) + item.amount
    whose: tuple[str, Address | None] = (payer.name, payer.address) if payer else ("", None)
    for currency, amount in dues.items():
        made = transfer_of(issuer, whose, amount, currency, message=whose[0]) if issuer else None
        if made:
            yield made
