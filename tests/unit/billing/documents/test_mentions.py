"""Every mention of the law stands on the documents that it is due on, and on no other."""

import itertools
from datetime import date
from typing import Any

import pytest

from creneau.billing.documents.mention_words import WORDS
from creneau.billing.documents.mentions import mentions_of, wanting
from creneau.billing.invoice import DocumentKind
from creneau.billing.issuer import LegalForm, Tax, TaxStatus, Term
from creneau.shared.settings import LANGUAGES
from tests.support.documents import lines, pdf_of, sample, text_of

pytestmark = [pytest.mark.rule("B-07"), pytest.mark.rule("B-10")]

EXEMPT, NOT_LIABLE, REGISTERED = TaxStatus.EXEMPT, TaxStatus.NOT_LIABLE, TaxStatus.REGISTERED
SOLE, COMPANY = LegalForm.SOLE_TRADER, LegalForm.COMPANY
ALWAYS = {
    "FR": {"id.siret", "id.rpps"},
    "CH": {"id.gln", "id.zsr"},
    "CA": {"id.neq", "id.licence"},
}
WHERE_REGISTERED = {
    "FR": {"id.vat", "tax.line.0"},
    "CH": {"id.vat", "tax.line.0"},
    "CA": {"id.tax.0", "id.tax.1", "tax.line.0"},
}
BETWEEN_BUSINESSES = {"payer.siret", "operation.services", "late.penalties", "late.40_eur", "discount.none"}
MATRIX = list(itertools.product(("FR", "CH", "CA"), (SOLE, COMPANY), TaxStatus, (False, True)))


def due(country: str, form: LegalForm, tax: TaxStatus, business: bool) -> set[str]:
    """Said once more, and otherwise than the code does, from the table in docs/invoices.md."""
    wanted = set(ALWAYS[country])
    if country == "CH" and tax is not REGISTERED:
        wanted.add("id.uid")
    if country == "FR" and form is SOLE:
        wanted.add("form.ei")
    if country == "FR" and business:
        wanted |= BETWEEN_BUSINESSES
    return wanted | {EXEMPT: {"tax.exempt"}, NOT_LIABLE: {"tax.not_liable"}, REGISTERED: WHERE_REGISTERED[country]}[tax]


@pytest.mark.parametrize(("country", "form", "tax", "business"), MATRIX)
def test_due_mentions_and_no_others(country, form, tax, business):
    invoice = sample(country, "fr", form, tax, business)
    assert invoice.frozen is not None
    assert {m.id for m in mentions_of(invoice.frozen)} == due(country, form, tax, business)
    assert wanting(invoice.frozen, invoice.kind) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("country", "form", "tax", "business"), MATRIX)
def test_they_are_on_the_paper(country, form, tax, business, language):
    invoice = sample(country, language, form, tax, business)
    assert invoice.frozen is not None
    text = text_of(pdf_of(invoice))
    mentions = mentions_of(invoice.frozen)
    assert [m for m in mentions if not m.text or " ".join(m.text.split()) not in text] == []
    wording = {w for id in WORDS for w in WORDS[id].get(country, {}).values() if id != "tax.name"}
    said = {" ".join(m.text.split()) for m in mentions}
    strange = [w for w in wording if " ".join(w.split()) in text and not any(" ".join(w.split()) in s for s in said)]
    assert strange == []


@pytest.mark.parametrize(
    ("country", "form", "tax", "expected"),
    [
        ("FR", SOLE, EXEMPT, ["Dr Anne Favre EI", "SIRET 73282932000074", "Exonéré de TVA, art. 261-4-1° du CGI"]),
        ("FR", COMPANY, NOT_LIABLE, ["TVA non applicable, art. 293 B du CGI"]),
        ("FR", SOLE, REGISTERED, ["N° TVA FR44732829320", "TVA 20 % sur 59,87", "Total hors taxes 180,37 €"]),
        ("CH", SOLE, EXEMPT, ["IDE CHE-116.281.710", "RCC A123456", "art. 21 al. 2 LTVA"]),
        ("CH", SOLE, REGISTERED, ["CHE-116.281.710 TVA", "TVA 8.1 % sur 66.47", "* Exclu du champ de la TVA"]),
        ("CA", SOLE, EXEMPT, ["NEQ 1143920115", "Services de santé exonérés de la TPS et de la TVQ"]),
        ("CA", SOLE, NOT_LIABLE, ["Petit fournisseur, ni TPS ni TVQ"]),
        ("CA", SOLE, REGISTERED, ["TPS 123456789 RT0001", "TVQ 1234567890 TQ0001", "TVQ 9,975 % sur 71,85"]),
    ],
)
def test_in_so_many_words(country, form, tax, expected):
    text = text_of(pdf_of(sample(country, "fr", form, tax)))
    assert [words for words in expected if words not in text] == [], text


def test_a_consumer_in_france_is_asked_no_fee():
    text = text_of(pdf_of(sample("FR", business=False)))
    assert "40 €" not in text
    assert "Pénalités" not in text


def test_a_due_date_stands_where_there_is_one():
    assert "Payable jusqu’au 14/04/2027" in text_of(pdf_of(sample("FR")))
    assert "Payable jusqu’au" not in text_of(pdf_of(sample("FR", term=Term())))


def test_a_credit_note_names_the_invoice_and_asks_nothing():
    note = sample("FR", kind=DocumentKind.CREDIT_NOTE, corrects="F2027-0041", corrects_on=date(2027, 3, 1))
    text = text_of(pdf_of(note))
    assert "Avoir F2027-0042" in text
    assert "Corrige la facture F2027-0041 du 01/03/2027" in text
    assert not {w for w in ("40 €", "IBAN", "Payable jusqu’au") if w in text}


def test_a_business_reads_on_its_credit_note_what_the_french_reform_wants_there():
    note = sample("FR", business=True, kind=DocumentKind.CREDIT_NOTE, corrects="F2027-0041")
    assert note.frozen is not None
    assert {m.id for m in mentions_of(note.frozen)} >= BETWEEN_BUSINESSES


def test_the_issuers_own_exemption_replaces_the_usual_one():
    text = text_of(pdf_of(sample("FR", of_issuer={"exemption": "TVA non applicable, art. 261-7-1° du CGI"})))
    assert "art. 261-7-1° du CGI" in text
    assert "261-4-1°" not in text


def test_each_reason_for_no_tax_has_its_own_stars():
    two = lines("FR", REGISTERED)
    given = (*two, two[0].with_(vat_note="Formation exonérée, art. 261-4-4° du CGI"))
    text = text_of(pdf_of(sample("FR", tax=REGISTERED, lines=given)))
    assert "* Exonéré de TVA, art. 261-4-1° du CGI" in text
    assert "** Formation exonérée, art. 261-4-4° du CGI" in text
    assert "120,50 * 120,50" in text
    assert "120,50 ** 120,50" in text


@pytest.mark.parametrize(("language", "rate"), [("fr", "TVQ 9,975 %"), ("en", "QST 9.975%"), ("de", "QST 9,975 %")])
def test_a_rate_as_the_language_writes_it(language, rate):
    assert rate in text_of(pdf_of(sample("CA", language, tax=REGISTERED)))


@pytest.mark.parametrize(("language", "names"), [("fr", ("TPS", "TVQ")), ("en", ("GST", "QST"))])
def test_canadas_taxes_by_the_names_of_the_language(language, names):
    english = (Tax(name="GST", rate=5000, number="1 RT0001"), Tax(name="QST", rate=9975, number="2 TQ0001"))
    text = text_of(pdf_of(sample("CA", language, tax=REGISTERED, of_issuer={"taxes": english})))
    assert [n for n in names if f"{n} 1 RT0001" in text or f"{n} 2 TQ0001" in text] == list(names)


NO_NUMBER = (Tax(name="TPS", rate=5000),)


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"country": "FR", "business": True, "of_payer": {"address": None}}, ["payer.address"]),
        ({"country": "FR", "business": True, "term": Term()}, ["term"]),
        ({"country": "FR", "tax": REGISTERED, "of_issuer": {"ids": {}}}, ["issuer.ids.vat"]),
        ({"country": "CH", "tax": REGISTERED, "of_issuer": {"ids": {}}}, ["issuer.ids.uid"]),
        ({"country": "CA", "tax": REGISTERED, "of_issuer": {"taxes": NO_NUMBER}}, ["issuer.taxes[0].number"]),
        ({"country": "FR", "of_payer": {"address": None}, "term": Term()}, []),
        ({"country": "CH", "business": True, "of_payer": {"address": None}}, []),
        ({"country": "FR", "business": True, "term": Term(), "kind": DocumentKind.CREDIT_NOTE}, []),
    ],
)
def test_what_the_law_asks_for_and_nobody_gave(given: dict[str, Any], fields):
    invoice = sample(**given)
    frozen, kind = invoice.frozen, invoice.kind
    assert frozen is not None
    assert [f.field for f in wanting(frozen, kind)] == fields
    assert all(f.remedy for f in wanting(frozen, kind))
