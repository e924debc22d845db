"""How what is owed is paid by transfer from a page: codes that a bank's app reads, of what is left to pay (C-05)."""

import pytest

from creneau.billing.documents.payment_code import code_for_screen
from creneau.billing.issuer import Account, Issuer
from creneau.billing.online.transfer import Transfer, transfer_of
from tests.support.books import ADDRESS

pytestmark = pytest.mark.rule("C-05")
QR = Account(iban="CH9300762011623852957", qr_iban="CH4431999123000889012")
SEPA = Account(iban="FR7630006000011234567890189", bic="AGRIFRPP")
REFERENCE = "123456789012342027000000422"


def of(account: Account, currency: str, reference: str = "") -> Transfer | None:
    issuer = Issuer(id="iss_1", name="Dr Anne Favre", address=ADDRESS, prefix="F", account=account)
    return transfer_of(issuer, ("P 1", ADDRESS), 7_050, currency, reference=reference, message="F2027-0001")


def test_an_invoice_is_paid_with_its_reference() -> None:
    way = of(QR, "CHF", REFERENCE)
    assert way is not None
    lines = way.code.split("\r\n")
    assert (lines[0], lines[3], way.swiss) == ("SPC", QR.qr_iban, True)
    assert lines[18:20] == ["70.50", "CHF"]
    assert lines[27:30] == ["QRR", REFERENCE, "F2027-0001"]


def test_what_is_on_no_invoice_goes_to_the_account_that_needs_no_reference() -> None:
    way = of(QR, "CHF")
    assert way is not None
    lines = way.code.split("\r\n")
    assert (lines[3], lines[27]) == (QR.iban, "NON")
    assert way.iban == "CH93 0076 2011 6238 5295 7"


def test_in_euro_it_is_a_sepa_transfer() -> None:
    way = of(SEPA, "EUR", "RF18000042")
    assert way is not None
    assert (way.code.split("\n")[0], way.swiss, way.bic) == ("BCD", False, "AGRIFRPP")
    assert "EUR70.50" in way.code


def test_without_an_account_there_is_none_and_elsewhere_no_code() -> None:
    assert of(Account(), "EUR") is None
    assert of(Account(qr_iban=QR.qr_iban), "CHF") is None, "a QR-IBAN alone takes nothing without a reference"
    abroad = of(SEPA, "CAD")
    assert abroad is not None
    assert abroad.code == ""


def test_a_code_is_black_on_white_with_the_cross_of_a_swiss_one() -> None:
    swiss, plain = code_for_screen("SPC", swiss=True), code_for_screen("BCD", swiss=False)
    for drawn in (swiss, plain):
        assert drawn.startswith("<svg")
        assert 'fill="#fff"' in drawn
        assert "viewBox" in drawn
        assert "style" not in drawn, "which the page's policy would refuse"
    assert (swiss.count("<path"), plain.count("<path")) == (6, 2)
