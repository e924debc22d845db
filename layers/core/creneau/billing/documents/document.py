"""What is printed of an invoice, credit note or receipt: finished texts, in the structure that `invoice.typ` sets. Pure."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from creneau.agenda.catalogue import Address
from creneau.billing.documents.columns import Columns, columns_of
from creneau.billing.documents.epc import epc_payload
from creneau.billing.documents.factur_x import applies, factur_x
from creneau.billing.documents.mentions import Mention, mentions_of
from creneau.billing.documents.printable import lines, one_line
from creneau.billing.documents.qr_bill import QrBill, qr_bill_of
from creneau.billing.documents.reference import reference_of, spaced
from creneau.billing.documents.speech import Speech, country_name
from creneau.billing.documents.sums import Sum, paid_sums, sums_of
from creneau.billing.documents.words import SLIP, TITLES, WORDS
from creneau.billing.invoice import DocumentKind, Frozen, Invoice
from creneau.billing.issuer import InvoiceTemplate, Issuer
from creneau.billing.line import totals_of
from creneau.billing.payment import Payment
from creneau.shared.model import Value


class Printed(StrEnum):
    """What is drawn of an invoice; a credit note has only `invoice`."""

    INVOICE = "invoice"
    RECEIPT = "receipt"


class Transfer(Value, frozen=True, kw_only=True, omit_defaults=False):
    """How to pay by transfer; `code` is what its QR code says, empty: there is none."""

    heading: str
    facts: tuple[tuple[str, str], ...]
    code: str
    hint: str


class Slip(Value, frozen=True, kw_only=True, omit_defaults=False):
    """A Swiss payment part with receipt, under its guidelines' headings."""

    words: dict[str, str]
    account: str
    creditor: tuple[str, ...]
    debtor: tuple[str, ...]
    reference: str
    message: str
    currency: str
    amount: str
    code: str


class Document(Value, frozen=True, kw_only=True, omit_defaults=False):
    """Every text as it is printed. `sender` in groups, its name first; `mark` is the draft's.

    `paper` is `a4` or `us-letter`, `colour` `#rrggbb`. `electronic` is the XML that goes inside, if any does.
    """

    language: str
    region: str
    paper: str
    colour: str
    issued_on: str
    title: str
    page: str
    mark: str
    sender: tuple[tuple[str, ...], ...]
    recipient: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    introduction: tuple[str, ...]
    table: Columns
    sums: tuple[Sum, ...]
    payments: tuple[tuple[str, ...], ...]
    payments_title: str
    settled: tuple[Sum, ...]
    notes: tuple[str, ...]
    mentions: tuple[str, ...]
    footer: tuple[str, ...]
    transfer: Transfer | None
    slip: Slip | None
    later: str
    electronic: str


def as_if_final(draft: Invoice, issuer: Issuer, template: InvoiceTemplate | None, today: date) -> Frozen:
    """What a draft would freeze today, without a number."""
    return Frozen(
        number="",
        issued_on=today,
        due_on=draft.term.due_on(today),
        issuer=issuer,
        template=template,
        payer=draft.payer,
        lines=draft.lines,
        totals=totals_of(draft.lines, issuer),
        currency=draft.currency,
        language=draft.language,
        note=draft.note,
    )


def document_of(
    invoice: Invoice, frozen: Frozen, colour: str, printed: Printed = Printed.INVOICE, payments: Iterable[Payment] = ()
) -> Document:
    """`frozen` is the invoice's own, or a draft's `as_if_final`; `payments` are all of the invoice's, for a receipt."""
    speech = Speech(frozen.language, frozen.issuer.address.country, frozen.currency)
    country = frozen.issuer.address.country
    mentions = mentions_of(frozen)
    words = frozen.template or InvoiceTemplate(id="", name="")
    paid = [p for p in payments if p.cancelled_at is None]
    receipt = printed is Printed.RECEIPT
    asks = invoice.kind is DocumentKind.INVOICE and not receipt and frozen.totals.total > 0 and words.asks_to_pay
    bill = _bill(invoice, frozen) if asks and invoice.is_final else None
    return Document(
        language=frozen.language,
        region=country,
        paper="us-letter" if country == "CA" else "a4",
        colour=colour,
        issued_on=frozen.issued_on.isoformat(),
        title=_title(invoice, frozen, printed, words),
        page=WORDS["page"][frozen.language],
        mark="" if invoice.is_final else WORDS["draft"][frozen.language],
        sender=tuple(_sender(frozen, mentions)),
        recipient=tuple(_recipient(frozen, mentions)),
        facts=tuple(_facts(invoice, frozen, speech, receipt)),
        introduction=tuple(lines(words.introduction)),
        table=columns_of(frozen, speech),
        sums=tuple(sums_of(frozen, invoice.kind, speech)),
        payments=tuple(speech.payment(p) for p in sorted(paid, key=lambda p: (p.paid_on, p.id))) if receipt else (),
        payments_title=WORDS["payments"][frozen.language],
        settled=tuple(paid_sums(invoice, paid, speech)) if receipt else (),
        notes=(*_settled(invoice, paid, speech, receipt), *lines(frozen.note), *lines(words.terms)),
        mentions=tuple(one_line(m.text) for m in mentions if m.place == "foot"),
        footer=tuple(lines(words.footer)),
        transfer=_transfer(invoice, frozen, speech) if asks and bill is None and invoice.is_final else None,
        slip=_slip(bill, frozen.language) if bill else None,
        later="" if invoice.is_final or not asks else WORDS["later"][frozen.language],
        electronic=factur_x(invoice, frozen) if invoice.is_final and not receipt and applies(frozen) else "",
    )


def _title(invoice: Invoice, frozen: Frozen, printed: Printed, words: InvoiceTemplate) -> str:
    language, country = frozen.language, frozen.issuer.address.country
    if printed is Printed.RECEIPT:
        called = WORDS.get(f"receipt.{country}", WORDS["receipt"])
        called = called if invoice.balance <= 0 else WORDS["part_receipt"]
        return f"{called[language]} {frozen.number}"
    if invoice.kind is DocumentKind.CREDIT_NOTE:
        called = WORDS.get(f"credit_note.{country}", TITLES[invoice.kind])
        return f"{called[language]} {frozen.number}".strip()
    return f"{one_line(words.title) or TITLES[invoice.kind][language]} {frozen.number}".strip()


def _sender(frozen: Frozen, mentions: list[Mention]) -> Iterable[tuple[str, ...]]:
    issuer = frozen.issuer
    name = " ".join([issuer.name, *(m.text for m in mentions if m.place == "name")])
    registers = [m.text for m in mentions if m.place == "issuer"]
    home = _postal(issuer.address, frozen)
    for group in ([name, issuer.profession], home, [issuer.phone, issuer.email], registers):
        if written := tuple(one_line(line) for line in group if line.strip()):
            yield written


def _recipient(frozen: Frozen, mentions: list[Mention]) -> Iterable[str]:
    yield one_line(frozen.payer.name)
    if frozen.payer.address:
        yield from map(one_line, _postal(frozen.payer.address, frozen))
    yield from (one_line(m.text) for m in mentions if m.place == "payer")


def _postal(address: Address, frozen: Frozen) -> list[str]:
    """The country only where it is another one than the issuer's, in capitals."""
    town = f"{address.postcode} {address.town}" if address.country != "CA" else f"{address.town} {address.postcode}"
    abroad = address.country != frozen.issuer.address.country
    return [address.street, town, *([country_name(address.country, frozen.language)] if abroad else [])]


def _facts(invoice: Invoice, frozen: Frozen, speech: Speech, receipt: bool) -> Iterable[tuple[str, str]]:
    language = frozen.language
    if receipt:
        yield TITLES[invoice.kind][language], _numbered(frozen.number, frozen.issued_on, speech)
    else:
        yield WORDS["date"][language], speech.day(frozen.issued_on)
    if frozen.due_on is not None and invoice.kind is DocumentKind.INVOICE and not (receipt and invoice.balance <= 0):
        yield WORDS["due"][language], speech.day(frozen.due_on)
    if frozen.corrects:
        yield WORDS["corrects"][language], _numbered(frozen.corrects, frozen.corrects_on, speech)


def _numbered(number: str, on: date | None, speech: Speech) -> str:
    return f"{number} {WORDS['of_day'][speech.language]} {speech.day(on)}" if on else number


def _settled(invoice: Invoice, paid: list[Payment], speech: Speech, receipt: bool) -> list[str]:
    if not receipt or invoice.balance > 0 or not paid:
        return []
    return [f"{WORDS['paid_in_full'][speech.language]} {speech.day(max(p.paid_on for p in paid))}"]


def _bill(invoice: Invoice, frozen: Frozen) -> QrBill | None:
    return qr_bill_of(
        frozen.issuer.account,
        frozen.issuer.name,
        frozen.issuer.address,
        frozen.payer.name,
        frozen.payer.address,
        frozen.totals.total,
        frozen.currency,
        reference_of(invoice),
        f"{TITLES[invoice.kind][frozen.language]} {frozen.number}",
    )


def _slip(bill: QrBill, language: str) -> Slip:
    return Slip(
        words={name: called[language] for name, called in SLIP.items()},
        account=bill.printed_account,
        creditor=tuple(bill.creditor.lines),
        debtor=tuple(bill.debtor.lines) if bill.debtor else (),
        reference=bill.printed_reference,
        message=bill.message,
        currency=bill.currency,
        amount=bill.printed_amount,
        code=bill.payload,
    )


def _transfer(invoice: Invoice, frozen: Frozen, speech: Speech) -> Transfer | None:
    account, reference = frozen.issuer.account, reference_of(invoice)
    if not account.iban:
        return None
    total = frozen.totals.total
    code = epc_payload(account, frozen.issuer.name, total, reference) if frozen.currency == "EUR" else ""
    grouped = " ".join(account.iban[i : i + 4] for i in range(0, len(account.iban), 4))
    facts = [
        (WORDS["holder"][frozen.language], one_line(account.holder or frozen.issuer.name)),
        ("IBAN", grouped),
        ("BIC", account.bic),
        (WORDS["reference"][frozen.language], spaced(reference)),
        (WORDS["amount"][frozen.language], speech.money(total)),
    ]
    return Transfer(
        heading=WORDS["pay"][frozen.language],
        facts=tuple((label, value) for label, value in facts if value),
        code=code,
        hint=WORDS["scan"][frozen.language] if code else "",
    )
