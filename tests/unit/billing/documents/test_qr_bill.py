"""The Swiss payment part: what a bank's app reads in it is what the guidelines' own implementation would have written."""

import pytest
import qrbill

from creneau.agenda.catalogue import Address
from creneau.billing.documents.document import document_of
from creneau.billing.documents.qr_bill import party, qr_bill_of
from creneau.billing.documents.reference import reference_of
from creneau.billing.invoice import DocumentKind
from creneau.billing.issuer import Account, InvoiceTemplate
from creneau.billing.line import Line
from tests.support.documents import CH_IBAN, HOMES, QR_IBAN, codes_of, pdf_of, printed, sample, text_of

pytestmark = pytest.mark.rule("B-07")
OTHERS = {
    "qr-iban": Account(holder="Anne Favre", qr_iban=QR_IBAN),
    "iban": Account(holder="Anne Favre", iban=CH_IBAN),
    "both": Account(holder="Anne Favre", iban=CH_IBAN, qr_iban=QR_IBAN),
}


def theirs(account: Account, amount: str, reference: str, debtor: dict | None) -> str:
    bill = qrbill.QRBill(
        account=account.qr_iban or account.iban,
        creditor={"name": "Anne Favre", "street": "Rue du Lac", "house_num": "12", "pcode": "1003", "city": "Lausanne"},
        debtor=debtor,
        amount=amount,
        currency="CHF",
        reference_number=reference or None,
        additional_information="Facture F2027-0042",
        language="fr",
    )
    return str(bill.qr_data())


@pytest.mark.parametrize("account", OTHERS.values(), ids=OTHERS)
def test_a_bank_reads_what_qrbill_would_have_written(account):
    invoice = sample("CH", of_issuer={"account": account})
    debtor = {"name": "Claire Martin", "street": "Rue du Lac", "house_num": "12", "pcode": "1003", "city": "Lausanne"}
    assert codes_of(printed(invoice)) == [theirs(account, "192.35", reference_of(invoice), debtor)]


def test_a_payer_whose_address_is_not_known_fills_it_in():
    invoice = sample("CH", of_payer={"address": None})
    document = printed(invoice)
    assert codes_of(document) == [theirs(OTHERS["qr-iban"], "192.35", reference_of(invoice), None)]
    assert document.slip is not None
    assert document.slip.debtor == ()
    assert "Payable par (nom/adresse)" in text_of(pdf_of(invoice))


@pytest.mark.parametrize(
    ("language", "headings"),
    [
        ("de", ["Zahlteil", "Empfangsschein", "Konto / Zahlbar an", "Zahlbar durch", "Währung", "Annahmestelle"]),
        ("fr", ["Section paiement", "Récépissé", "Compte / Payable à", "Payable par", "Monnaie", "Point de dépôt"]),
        (
            "it",
            ["Sezione pagamento", "Ricevuta", "Conto / Pagabile a", "Pagabile da", "Valuta", "Punto di accettazione"],
        ),
        ("en", ["Payment part", "Receipt", "Account / Payable to", "Payable by", "Currency", "Acceptance point"]),
    ],
)
def test_its_headings_are_those_of_the_guidelines(language, headings):
    text = text_of(pdf_of(sample("CH", language)))
    assert [heading for heading in headings if heading not in text] == []


@pytest.mark.parametrize(
    ("price", "written", "shown"),
    [(1, "0.01", "0.01"), (159_000, "1590.00", "1 590.00"), (99_999_999_999, "999999999.99", "999 999 999.99")],
)
def test_amounts(price, written, shown):
    document = printed(sample("CH", lines=(Line(text="Soin", price=price),)))
    assert document.slip is not None
    assert document.slip.code.split("\r\n")[18] == written
    assert document.slip.amount == shown


def test_there_is_none_where_nothing_can_be_paid_by_it():
    free = sample("CH", lines=(Line(text="Contrôle", price=0),))
    unpriced = sample("CH", final=False)
    hidden = sample("CH", template=InvoiceTemplate(id="t", name="t", hide=("payment_code",)))
    note = sample("CH", kind=DocumentKind.CREDIT_NOTE)
    no_account = sample("CH", of_issuer={"account": Account()})
    frozen = sample("CH").frozen
    assert frozen is not None
    documents = [printed(free), document_of(unpriced, frozen, "#000000"), printed(hidden), printed(note)]
    assert [d.slip for d in [*documents, printed(no_account)]] == [None] * 5


def test_a_long_name_is_cut_to_what_the_code_may_hold_and_still_read():
    long = "Élisabeth-Maximilienne " * 6
    document = printed(sample("CH", of_payer={"name": long[:140]}))
    (read,) = codes_of(document)
    assert read.split("\r\n")[21] == long[:70].strip()
    assert document.slip is not None
    assert document.slip.debtor[0] == long[:70].strip()


@pytest.mark.parametrize(
    ("street", "parted"),
    [
        ("Rue du Lac 12", ("Rue du Lac", "12")),
        ("Bahnhofstrasse 12a", ("Bahnhofstrasse", "12a")),
        ("Bahnhofstrasse 12-14", ("Bahnhofstrasse", "12-14")),
        ("Via Nassa, 3", ("Via Nassa", "3")),
        ("12 rue du Lac", ("12 rue du Lac", "")),
        ("Case postale 123", ("Case postale 123", "")),
        ("Place du 14 Juin", ("Place du 14 Juin", "")),
        ("", ("", "")),
    ],
)
def test_the_building_number_stands_by_itself(street, parted):
    made = party("A", Address(street=street, postcode="1003", town="Lausanne", country="CH"))
    assert (made.street, made.number) == parted


def test_abroad_the_country_stands_before_the_postcode():
    assert party("A", HOMES["FR"]).lines[-1] == "FR-69002 Lyon"
    assert party("A", HOMES["CH"]).lines[-1] == "1003 Lausanne"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Zoë Łukasz Ňuñez", "Zoë Łukasz Ňuñez"),
        ("A\r\nB\x00\u202eC", "A BC"),
        ("O’Neill – 1", "O'Neill - 1"),
        ("😀", "."),
    ],
)
def test_only_characters_that_the_code_may_hold(name, kept):
    assert party(name, HOMES["CH"]).name == kept


def test_another_currency_or_a_foreign_account_has_none():
    def bill(currency, **account):
        return qr_bill_of(Account(**account), "A", HOMES["CH"], "B", None, 100, currency, "", "")

    assert bill("CAD", iban=CH_IBAN) is None
    assert bill("EUR", iban="FR1420041010050500013M02606") is None
    assert bill("EUR", iban=CH_IBAN) is not None
