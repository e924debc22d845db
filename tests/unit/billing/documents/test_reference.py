"""References of invoices: valid by their own check digits, the same for the same invoice, and no other's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iso11649
from stdnum.ch import esr

from creneau.billing.documents.reference import qrr, reference_of, scor, spaced
from creneau.billing.invoice import DocumentKind
from creneau.billing.issuer import Account
from tests.support.documents import CH_IBAN, sample

pytestmark = pytest.mark.rule("B-07")
DIGITS = st.text("0123456789", min_size=1, max_size=26)


@given(DIGITS.filter(lambda digits: int(digits) > 0))
def test_qrr_has_the_check_digit_of_its_standard(digits):
    assert esr.is_valid(qrr(digits))
    assert len(qrr(digits)) == 27


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=21))
def test_scor_has_the_check_digits_of_iso_11649(characters):
    assert iso11649.is_valid(scor(characters))


def test_the_account_decides_which():
    qr, plain = sample("CH"), sample("CH", of_issuer={"account": Account(iban=CH_IBAN)})
    assert esr.is_valid(reference_of(qr))
    assert iso11649.is_valid(reference_of(plain))
    assert reference_of(sample("CH", of_issuer={"account": Account()})) == ""
    assert reference_of(sample("CH", kind=DocumentKind.CREDIT_NOTE)) == ""
    assert reference_of(sample("CH", final=False)) == ""


def test_it_is_the_invoices_own_and_ends_in_its_number():
    assert reference_of(sample("CH")) == reference_of(sample("CH", language="de"))
    assert reference_of(sample("CH")) != reference_of(sample("CH", id="inv_02"))
    assert reference_of(sample("CH"))[14:26] == "202700000042"


def test_printed_in_groups():
    assert spaced("210000000003139471430009017") == "21 00000 00003 13947 14300 09017"
    assert spaced("RF18539007547034") == "RF18 5390 0754 7034"
