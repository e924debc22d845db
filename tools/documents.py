"""Draws sample documents of each country and language as pictures, to be looked at.

`make documents` writes them to `.cache/documents`; those that docs/invoices.md shows go to docs/images with `--docs`.
"""

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from creneau.billing.documents.document import Document, Printed, as_if_final, document_of
from creneau.billing.documents.draw import draw, pictures
from creneau.billing.invoice import DocumentKind
from creneau.billing.issuer import InvoiceTemplate, TaxStatus
from creneau.billing.payment import Method
from creneau.shared.settings import LANGUAGES
from tests.support.documents import NOW, issuer, lines, payment, printed, sample

WORDS = InvoiceTemplate(
    id="tpl_1",
    name="Usual",
    introduction="Nous vous remercions de votre confiance.",
    terms="En cas de question, appelez-nous avant l’échéance.",
    footer="Médiateur de la consommation : mediateur.example",
)
DOCS = {
    "ch-fr": "swiss",
    "fr-fr-business": "french",
    "ca-en-registered": "quebec",
    "ch-de-receipt": "receipt",
    "fr-draft": "draft",
}
DOTS = 72


def documents() -> Iterator[tuple[str, Document]]:
    for country in ("FR", "CH", "CA"):
        for language in LANGUAGES:
            name = f"{country.lower()}-{language}"
            yield name, printed(sample(country, language))
            yield f"{name}-registered", printed(sample(country, language, tax=TaxStatus.REGISTERED))
    for language in LANGUAGES:
        credit = sample(
            "CH", language, kind=DocumentKind.CREDIT_NOTE, corrects="F2027-0041", corrects_on=date(2027, 3, 1)
        )
        yield f"ch-{language}-credit", printed(credit)
        paid = sample("CH", language).with_(paid=19_235)
        two = (payment(10_000, 1, Method.CASH), payment(9_235, 2, Method.CARD, reference="T-88123"))
        yield f"ch-{language}-receipt", printed(paid, Printed.RECEIPT, two)
    yield "fr-fr-business", printed(sample("FR", tax=TaxStatus.REGISTERED, business=True, template=WORDS))
    yield (
        "fr-fr-part-receipt",
        printed(sample("FR").with_(paid=5_000), Printed.RECEIPT, (payment(5_000, currency="EUR"),)),
    )
    yield "ch-fr-unknown-address", printed(sample("CH", of_payer={"address": None}))
    yield "ch-fr-long", printed(sample("CH", lines=lines("CH") * 30, of_payer={"name": "Élisabeth-Maximilienne " * 6}))
    draft = sample("FR", final=False)
    yield "fr-draft", document_of(draft, as_if_final(draft, issuer("FR"), WORDS, NOW.date()), "#0b6e75")


def main(into: Path, docs: bool) -> None:
    into.mkdir(parents=True, exist_ok=True)
    for name, document in documents():
        (into / f"{name}.pdf").write_bytes(draw(document))
        for n, page in enumerate(pictures(document, dots_per_inch=DOTS), start=1):
            (into / f"{name}-{n}.png").write_bytes(page)
        if docs and name in DOCS:
            Path(f"docs/images/invoice-{DOCS[name]}.png").write_bytes(pictures(document, dots_per_inch=DOTS)[0])
    print(f"look at {into}")


if __name__ == "__main__":
    main(Path(".cache/documents"), docs="--docs" in sys.argv)
