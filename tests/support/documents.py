"""Invoices to draw, and what can be read back from what was drawn."""

import io
from datetime import UTC, date, datetime
from typing import Any

import pypdf
import zxingcpp
from PIL import Image

from creneau.agenda.catalogue import Address
from creneau.billing.documents.document import Document, Printed, document_of
from creneau.billing.documents.draw import draw, pictures
from creneau.billing.final import finalised
from creneau.billing.invoice import Invoice
from creneau.billing.issuer import Account, InvoiceTemplate, Issuer, LegalForm, Tax, TaxStatus, Term
from creneau.billing.line import Line
from creneau.billing.payer import Payer, PayerKind
from creneau.billing.payment import Method, Payment

NOW = datetime(2027, 3, 15, 17, tzinfo=UTC)
QR_IBAN, CH_IBAN, FR_IBAN = "CH4431999123000889012", "CH9300762011623852957", "FR1420041010050500013M02606"

CURRENCIES = {"FR": "EUR", "CH": "CHF", "CA": "CAD"}
HOMES = {
    "FR": Address(street="12 rue de la République", postcode="69002", town="Lyon", country="FR"),
    "CH": Address(street="Rue du Lac 12", postcode="1003", town="Lausanne", country="CH"),
    "CA": Address(street="1250, rue Sherbrooke Ouest", postcode="H3G 1H9", town="Montréal (Québec)", country="CA"),
}
IDS = {
    "FR": {"siret": "73282932000074", "rpps": "10003241879", "vat": "FR44732829320"},
    "CH": {"gln": "7601000000125", "zsr": "A123456", "uid": "CHE116281710"},
    "CA": {"neq": "1143920115", "licence": "87-1234"},
}
TAXES = (
    Tax(name="TPS", rate=5000, number="123456789 RT0001"),
    Tax(name="TVQ", rate=9975, number="1234567890 TQ0001"),
)


def issuer(
    country: str, form: LegalForm = LegalForm.SOLE_TRADER, tax: TaxStatus = TaxStatus.EXEMPT, **more: Any
) -> Issuer:
    given: dict[str, Any] = {
        "id": "iss_1",
        "name": "Dr Anne Favre",
        "profession": "Physiothérapeute",
        "address": HOMES[country],
        "phone": "+41 21 555 01 23",
        "email": "cabinet@clinic.example",
        "ids": IDS[country],
        "prefix": "F",
        "account": {
            "FR": Account(holder="Anne Favre", iban=FR_IBAN, bic="PSSTFRPPLYO"),
            "CH": Account(holder="Anne Favre", qr_iban=QR_IBAN),
            "CA": Account(),
        }[country],
        "taxes": TAXES if country == "CA" and tax is TaxStatus.REGISTERED else (),
    }
    return Issuer(legal_form=form, tax_status=tax, **(given | more))


def payer(country: str, business: bool = False, **more: Any) -> Payer:
    given: dict[str, Any] = {
        "kind": PayerKind.FREE,
        "name": "Clinique du Parc SA" if business else "Claire Martin",
        "key": "free.1",
        "address": HOMES[country],
        "business": business,
        "ids": {"siret": "44306184100047"} if business and country == "FR" else {},
    }
    return Payer(**(given | more))


def lines(country: str, tax: TaxStatus = TaxStatus.EXEMPT) -> tuple[Line, ...]:
    charged = tax is TaxStatus.REGISTERED
    rate = {"FR": 2000, "CH": 810}.get(country) if charged else None
    return (
        Line(text="Séance de physiothérapie", price=12_050, on=date(2027, 3, 1), patient_name="Claire Martin"),
        Line(
            text="Attelle du poignet",
            price=4_790,
            quantity=150,
            on=date(2027, 3, 8),
            patient_name="Paul Martin",
            vat_rate=rate,
            taxable=charged and country == "CA",
        ),
    )


def sample(
    country: str = "CH",
    language: str = "fr",
    form: LegalForm = LegalForm.SOLE_TRADER,
    tax: TaxStatus = TaxStatus.EXEMPT,
    business: bool = False,
    *,
    template: InvoiceTemplate | None = None,
    final: bool = True,
    of_issuer: dict[str, Any] | None = None,
    of_payer: dict[str, Any] | None = None,
    corrects: str = "",
    corrects_on: date | None = None,
    **more: Any,
) -> Invoice:
    """A final invoice number F2027-0042, or the draft of it."""
    given: dict[str, Any] = {
        "id": "inv_01",
        "issuer_id": "iss_1",
        "payer": payer(country, business, **(of_payer or {})),
        "currency": CURRENCIES[country],
        "language": language,
        "term": Term(days=30),
        "lines": lines(country, tax),
        "created_at": NOW,
    }
    draft = Invoice(**(given | more))
    if not final:
        return draft
    made = issuer(country, form, tax, **(of_issuer or {}))
    return finalised(draft, made, template, "F2027-0042", date(2027, 3, 15), NOW, corrects, corrects_on)


def payment(amount: int, n: int = 1, method: Method = Method.CARD, **more: Any) -> Payment:
    given: dict[str, Any] = {"currency": "CHF", "paid_on": date(2027, 3, 20), "reference": ""} | more
    return Payment(
        id=f"pay_{n}", invoice_id="inv_01", payer_key="free.1", amount=amount, method=method, recorded_at=NOW, **given
    )


def printed(invoice: Invoice, kind: Printed = Printed.INVOICE, payments: tuple[Payment, ...] = ()) -> Document:
    assert invoice.frozen is not None
    return document_of(invoice, invoice.frozen, "#0b6e75", kind, payments)


def pdf_of(invoice: Invoice, **more: Any) -> bytes:
    return draw(printed(invoice, **more))


def text_of(pdf: bytes) -> str:
    """The whole text, blanks and line ends alike."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def codes_of(document: Document) -> list[str]:
    """What a telephone reads in the codes on its pages."""
    found = []
    for page in pictures(document, dots_per_inch=200):
        with Image.open(io.BytesIO(page)) as image:
            found += [code.bytes.decode() for code in zxingcpp.read_barcodes(image)]
    return found


class FakeShelf:
    """A shelf in memory; `links` are those given out."""

    def __init__(self) -> None:
        self.lies: dict[str, tuple[bytes, str]] = {}
        self.links: list[tuple[str, str, int]] = []

    def sha256(self, key: str) -> str | None:
        return self.lies[key][1] if key in self.lies else None

    def put_once(self, key: str, content: bytes, sha256: str) -> bool:
        if key in self.lies:
            return False
        self.lies[key] = (content, sha256)
        return True

    def put(self, key: str, content: bytes, sha256: str) -> None:
        self.lies[key] = (content, sha256)

    def link(self, key: str, name: str, seconds: int) -> str:
        self.links.append((key, name, seconds))
        return f"https://files.example/{key}"


class FakeLogo:
    """Where the clinic's logo lies, in memory."""

    def __init__(self, content: bytes = b"") -> None:
        self.content = content

    def read(self) -> bytes:
        return self.content

    def put(self, content: bytes) -> None:
        self.content = content

    def remove(self) -> None:
        self.content = b""
