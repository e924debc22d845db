"""Draws sample documents of each country and language as pictures, to be looked at.

`make documents` writes them to `.cache/documents`: each page, and a sheet of invoice, credit note and receipt for each
country and language. `--docs` puts those sheets, and what docs/invoices.md shows beside them, into docs/images.
"""

import io
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from PIL import Image

from creneau.agenda.catalogue import Address
from creneau.billing.documents.document import Document, Printed, as_if_final, document_of
from creneau.billing.documents.draw import draw, pictures
from creneau.billing.invoice import DocumentKind, Invoice
from creneau.billing.issuer import Account, InvoiceTemplate, TaxStatus
from creneau.billing.line import Line
from creneau.billing.payment import Method
from creneau.shared.settings import LANGUAGES
from tests.support.documents import CH_IBAN, HOMES, NOW, issuer, payment, printed, sample

COUNTRIES = ("FR", "CH", "CA")
REGISTERED = TaxStatus.REGISTERED

SWISS_TOWNS = {
    "fr": HOMES["CH"],
    "de": Address(street="Bahnhofstrasse 101a", postcode="8001", town="Zürich", country="CH"),
    "it": Address(street="Via Nassa 7", postcode="6900", town="Lugano", country="CH"),
    "en": Address(street="Rue du Rhône 42", postcode="1204", town="Genève", country="CH"),
}
WORDS = {
    "fr": (
        "Physiothérapeute",
        "Séance de physiothérapie",
        "Attelle du poignet",
        "Reprise de l’attelle",
        "Merci de votre confiance.",
    ),
    "de": (
        "Physiotherapeutin",
        "Physiotherapie-Sitzung",
        "Handgelenkschiene",
        "Rücknahme der Schiene",
        "Vielen Dank für Ihr Vertrauen.",
    ),
    "it": (
        "Fisioterapista",
        "Seduta di fisioterapia",
        "Tutore per polso",
        "Ritiro del tutore",
        "Grazie per la fiducia.",
    ),
    "en": (
        "Physiotherapist",
        "Physiotherapy session",
        "Wrist splint",
        "Wrist splint taken back",
        "Thank you for your trust.",
    ),
}
LONG = (
    "Élisabeth-Maximilienne Waldburg-Zeil-Trauchburg von und zu Hohenlohe-Schillingsfürst, "
    "Prinzessin zu Sayn-Wittgenstein-Berleburg-Ludwigsburg"
)
FRENCH_WORDS = InvoiceTemplate(
    id="tpl_1",
    name="Usual",
    introduction="Nous vous remercions de votre confiance.",
    terms="En cas de question, appelez-nous avant l’échéance.",
    footer="Médiateur de la consommation : mediateur.example",
)
DOCS = ("fr-fr-business-1", "fr-fr-business-credit-1", "fr-draft-1", "ch-fr-forty-lines-2")
DOTS = 72


def lines(country: str, language: str, charged: bool, kind: DocumentKind) -> tuple[Line, ...]:
    _, session, splint, taken_back, _ = WORDS[language]
    rate = {"FR": 2000, "CH": 810}.get(country) if charged else None
    taxable = charged and country == "CA"
    good = Line(text=splint, price=4_790, on=date(2027, 3, 12), vat_rate=rate, taxable=taxable)
    if kind is DocumentKind.CREDIT_NOTE:
        return (good.with_(text=taken_back),)
    done = Line(text=session, price=12_050, patient_name="Claire Martin")
    return (
        *(done.with_(on=date(2027, 3, day)) for day in (1, 3, 8)),
        done.with_(on=date(2027, 3, 10), patient_name="Paul Martin"),
        good,
    )


def written(country: str, language: str, *, kind: DocumentKind = DocumentKind.INVOICE, **more: Any) -> Invoice:
    """A document as that country's clinics write it in that language."""
    home = SWISS_TOWNS[language] if country == "CH" else HOMES[country]
    phone = {"FR": "+33 4 72 55 01 23", "CH": "+41 21 555 01 23", "CA": "+1 514 555 0123"}[country]
    of_issuer = {"profession": WORDS[language][0], "address": home, "phone": phone} | more.pop("of_issuer", {})
    of_payer = {"address": home.with_(street=home.street.replace("12", "21"))} | more.pop("of_payer", {})
    charged = more.get("tax") is REGISTERED
    given: dict[str, Any] = {"lines": lines(country, language, charged, kind)} | more
    if kind is DocumentKind.CREDIT_NOTE:
        given |= {"corrects": "F2027-0041", "corrects_on": date(2027, 3, 1)}
    return sample(country, language, kind=kind, of_issuer=of_issuer, of_payer=of_payer, **given)


def receipt(invoice: Invoice, *amounts: int) -> Document:
    """Of the invoice with those sums paid, in cash and then by card."""
    ways = (Method.CASH, Method.CARD, Method.TRANSFER)
    paid = tuple(
        payment(amount, n, way, currency=invoice.currency, paid_on=date(2027, 3, 20 + n), reference=f"T-8812{n}")
        for n, (amount, way) in enumerate(zip(amounts, ways, strict=False))
    )
    return printed(invoice.with_(paid=sum(amounts)), Printed.RECEIPT, paid)


def sheets() -> Iterator[tuple[str, tuple[Document, ...]]]:
    """For each country and language: invoice, credit note, receipt."""
    for country in COUNTRIES:
        for language in LANGUAGES:
            invoice = written(country, language, tax=REGISTERED if country == "CA" else TaxStatus.EXEMPT)
            credit = written(country, language, kind=DocumentKind.CREDIT_NOTE, tax=REGISTERED)
            settled = receipt(invoice, 10_000, invoice.total - 10_000)
            yield f"{country.lower()}-{language}", (printed(invoice), printed(credit), settled)


def others() -> Iterator[tuple[str, Document]]:
    """What is rare: long names and sums, many lines, no address, part payments, businesses, drafts."""
    for language in LANGUAGES:
        yield f"ch-{language}-registered", printed(written("CH", language, tax=REGISTERED))
        yield f"fr-{language}-registered", printed(written("FR", language, tax=REGISTERED))
        yield f"ca-{language}-exempt", printed(written("CA", language))
        yield f"fr-{language}-part-receipt", receipt(written("FR", language), 5_000)
    business: dict[str, Any] = {"tax": REGISTERED, "business": True, "template": FRENCH_WORDS}
    yield "fr-fr-business", printed(written("FR", "fr", **business))
    yield "fr-fr-business-credit", printed(written("FR", "fr", kind=DocumentKind.CREDIT_NOTE, **business))
    yield "ch-fr-unknown-address", printed(written("CH", "fr", of_payer={"address": None}))
    scor = {"account": Account(holder="", iban=CH_IBAN)}
    abroad = {"address": Address(street="5 avenue Foch", postcode="74000", town="Annecy", country="FR")}
    yield "ch-fr-abroad", printed(written("CH", "fr", of_issuer=scor, of_payer=abroad))
    yield "ch-fr-euro", printed(written("CH", "fr", currency="EUR", of_issuer=scor))
    for country in COUNTRIES:
        most = (Line(text=f"{LONG}, {LONG}", price=99_999_999_999, on=date(2027, 3, 1), patient_name=LONG),)
        long = {"name": LONG, "profession": LONG}
        given: dict[str, Any] = {"of_issuer": long, "of_payer": {"name": LONG}, "lines": most}
        yield f"{country.lower()}-fr-long", printed(written(country, "fr", **given))
        given["of_issuer"] = long | {"account": Account(holder=LONG, iban=CH_IBAN)}
        if country == "CH":
            yield "ch-fr-long-scor", printed(written("CH", "fr", **given))
        for count, called in ((18, "eighteen"), (20, "twenty"), (23, "twenty-three"), (40, "forty")):
            many = lines(country, "fr", False, DocumentKind.INVOICE)[:4] * 10
            yield f"{country.lower()}-fr-{called}-lines", printed(written(country, "fr", lines=many[:count]))
    draft = sample("FR", final=False)
    yield "fr-draft", document_of(draft, as_if_final(draft, issuer("FR"), FRENCH_WORDS, NOW.date()), "#0b6e75")


def beside(pages: list[Image.Image]) -> Image.Image:
    made = Image.new("RGB", (sum(p.width + 8 for p in pages) + 8, max(p.height for p in pages) + 16), "#8a9599")
    left = 8
    for page in pages:
        made.paste(page, (left, 8))
        left += page.width + 8
    return made


def save(image: Image.Image, path: Path) -> None:
    """In few colours: what is black and grey on white needs no more."""
    image.quantize(40, dither=Image.Dither.NONE).save(path, optimize=True)


def main(into: Path, docs: bool) -> None:
    into.mkdir(parents=True, exist_ok=True)
    shown = Path("docs/images")

    def drawn(name: str, document: Document) -> list[Image.Image]:
        (into / f"{name}.pdf").write_bytes(draw(document))
        pages = [Image.open(io.BytesIO(page)).convert("RGB") for page in pictures(document, dots_per_inch=DOTS)]
        for n, page in enumerate(pages, start=1):
            page.save(into / f"{name}-{n}.png")
            if docs and f"{name}-{n}" in DOCS:
                save(page, shown / f"invoice-{name}.png")
        return pages

    for name, documents in sheets():
        kinds = ("invoice", "credit", "receipt")
        sheet = beside([drawn(f"{name}-{kind}", d)[0] for kind, d in zip(kinds, documents, strict=True)])
        save(sheet, into / f"_{name}.png")
        if docs:
            save(sheet, shown / f"documents-{name}.png")
    for name, document in others():
        drawn(name, document)
    print(f"look at {into}")


if __name__ == "__main__":
    main(Path(".cache/documents"), docs="--docs" in sys.argv)
