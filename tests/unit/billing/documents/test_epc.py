"""The payment code of an invoice in EUR, as a bank's app reads it from the page."""

import pytest

from creneau.billing.documents.epc import LONGEST, epc_payload
from creneau.billing.documents.reference import reference_of
from creneau.billing.issuer import Account, InvoiceTemplate
from tests.support.documents import CH_IBAN, FR_IBAN, codes_of, printed, sample

pytestmark = pytest.mark.rule("B-07")
ACCOUNT = Account(iban=FR_IBAN)


def test_a_bank_reads_a_transfer():
    invoice = sample("FR")
    wanted = f"BCD\n002\n1\nSCT\nPSSTFRPPLYO\nAnne Favre\n{FR_IBAN}\nEUR192.35\n\n{reference_of(invoice)}"
    assert codes_of(printed(invoice)) == [wanted]


def test_without_a_bic_and_a_holder():
    assert epc_payload(ACCOUNT, "Dr Favre", 1, "RF1").split("\n")[4:8] == ["", "Dr Favre", FR_IBAN, "EUR0.01"]


@pytest.mark.parametrize("name", ["é" * 140, "日" * 140, "a\nSCT\nb" * 20])
def test_it_is_never_longer_than_its_standard_allows(name):
    payload = epc_payload(ACCOUNT, name, 99_999_999_999, "RF00" + "1" * 21)
    assert len(payload.encode()) <= LONGEST
    assert len(payload.split("\n")) == 10
    assert len(payload.split("\n")[5]) <= 70


def test_none_where_nothing_can_be_transferred():
    assert epc_payload(Account(), "A", 1, "") == ""
    assert epc_payload(ACCOUNT, "A", 0, "") == ""
    assert epc_payload(ACCOUNT, "A", 100_000_000_000, "") == ""


def test_only_in_eur_and_where_it_is_wanted():
    hidden = printed(sample("FR", template=InvoiceTemplate(id="t", name="t", hide=("payment_code",))))
    assert (hidden.transfer, hidden.slip) == (None, None)
    francs = printed(sample("FR", currency="CHF"))
    assert francs.transfer is not None
    assert (francs.transfer.code, francs.transfer.hint) == ("", "")
    swiss = printed(sample("FR", of_issuer={"account": Account(iban=CH_IBAN)}))
    assert swiss.transfer is None
    assert swiss.slip is not None
