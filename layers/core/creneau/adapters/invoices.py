"""What messages ask of billing: an invoice as its payer is told of it, where its PDF lies, what is kept of a payer."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from creneau.billing.collectable import reminded_from
from creneau.billing.documents.document import Printed
from creneau.billing.documents.draw_document import key_of
from creneau.billing.documents.open_document import file_name
from creneau.billing.invoice import DocumentKind, Invoice, invoice_ref
from creneau.billing.payer import record_of
from creneau.billing.payer_record import PayerRecord, payer_record_ref
from creneau.messaging.ports import InvoiceSeen, PayerSeen
from creneau.shared.model import Stored
from creneau.shared.money import Money
from creneau.shared.store import Ref


@dataclass(frozen=True)
class BilledInvoices:
    """Implements `messaging.ports.Invoices`."""

    def ref(self, invoice_id: str) -> Ref[Any]:
        return invoice_ref(invoice_id)

    def seen(self, invoice: Stored) -> InvoiceSeen:
        document = _invoice(invoice)
        frozen, payer = document.frozen, document.payer
        is_note = document.kind is DocumentKind.CREDIT_NOTE
        whose = document.practitioner_ids
        return InvoiceSeen(
            id=document.id,
            is_final=document.is_final,
            is_credit_note=is_note,
            is_credited=document.is_final and not is_note and document.credited >= document.total > 0,
            number=frozen.number if frozen else "",
            issued_on=frozen.issued_on if frozen else None,
            due_on=document.due_on,
            total=Money(amount=document.total, currency=document.currency),
            balance=Money(amount=document.balance, currency=document.currency),
            issuer_name=frozen.issuer.name if frozen else "",
            payer_name=payer.name,
            payer_email=payer.email,
            patient_id=payer.patient_id,
            contact_id=payer.contact_id,
            practitioner_id=whose[0] if len(whose) == 1 else None,
            language=document.language,
            sendings=document.sendings,
            version=document.version,
            document_key=key_of(document, Printed.INVOICE, []),
            document_name=file_name(document, Printed.INVOICE),
            finalised_at=document.finalised_at,
            reminded_from=reminded_from(document),
            last_reminded_on=document.last_reminded_on,
            patient_ids=tuple(dict.fromkeys(line.patient_id for line in document.lines if line.patient_id)),
            payer_key=payer.key,
        )

    def sent_once_more(self, invoice: Stored) -> Stored:
        document = _invoice(invoice)
        return document.with_(sendings=document.sendings + 1)

    def reminded(self, invoice: Stored, on: date) -> Stored:
        document = _invoice(invoice)
        return document.with_(last_reminded_on=max(on, document.last_reminded_on or on))

    def payer_ref(self, payer_key: str) -> Ref[Any]:
        return payer_record_ref(payer_key)

    def payer_seen(self, payer_key: str, record: Stored | None) -> PayerSeen:
        kept = _kept(payer_key, record)
        patient_id, contact_id = record_of(payer_key)
        return PayerSeen(
            key=payer_key,
            patient_id=patient_id,
            contact_id=contact_id,
            receives_reminders=kept.receives_reminders,
            paused_until=kept.paused_until,
            last_reminded_on=kept.last_reminded_on,
            version=kept.version,
        )

    def payer_reminded(self, payer_key: str, record: Stored | None, on: date) -> Stored:
        kept = _kept(payer_key, record)
        return kept.with_(last_reminded_on=max(on, kept.last_reminded_on or on))


def _kept(payer_key: str, record: Stored | None) -> PayerRecord:
    return record if isinstance(record, PayerRecord) else PayerRecord(id=payer_key)


def _invoice(item: Stored) -> Invoice:
    if not isinstance(item, Invoice):
        raise TypeError(type(item))
    return item
