"""Which numbers get an SMS, whom it is from, and what staff are told about it (S-05)."""

import pytest

from creneau.messaging.sms.numbers import Number, NumberFault, number_for_sms
from creneau.messaging.sms.senders import check_sender, sender_for

pytestmark = pytest.mark.rule("S-05")


@pytest.mark.parametrize(
    ("given", "country", "found"),
    [
        ("079 123 45 67", "CH", Number(e164="+41791234567", country="CH")),
        ("+41 79 123 45 67", "FR", Number(e164="+41791234567", country="CH")),
        ("06 12 34 56 78", "FR", Number(e164="+33612345678", country="FR")),
        ("+262 692 12 34 56", "FR", Number(e164="+262692123456", country="RE")),
        ("514-555-0123", "CA", Number(e164="+15145550123", country="CA")),
        ("021 555 01 23", "CH", NumberFault.NO_MOBILE),
        ("01 42 68 53 00", "FR", NumberFault.NO_MOBILE),
        ("0800 800 800", "CH", NumberFault.NO_MOBILE),
        ("0900 123 456", "CH", NumberFault.NO_MOBILE),
        ("+44 7400 123456", "CH", NumberFault.COUNTRY),
        ("+1 876 555 0123", "CA", NumberFault.COUNTRY),
        ("079 123 45", "CH", NumberFault.MALFORMED),
        ("call me", "FR", NumberFault.MALFORMED),
        ("", "FR", NumberFault.MALFORMED),
        ("+999 123 456 789", "FR", NumberFault.MALFORMED),
        ("+41791234567\r\n+41791234568", "CH", NumberFault.MALFORMED),
    ],
)
def test_only_mobiles_of_the_countries_written_to(given, country, found):
    assert number_for_sms(given, country) == found


def test_the_clinic_chooses_the_countries():
    assert number_for_sms("+447400123456", "CH", ("CH", "GB")) == Number(e164="+447400123456", country="GB")
    assert number_for_sms("+33612345678", "CH", ("CH",)) is NumberFault.COUNTRY
    assert number_for_sms("0664 123456", "AT") == Number(e164="+43664123456", country="AT")


def test_a_name_tells_that_nobody_can_reply():
    checked = check_sender(" CabinetLac ", "CH")
    assert (checked.sender, checked.faults) == ("CabinetLac", ())
    assert checked.notices == ("patients cannot reply to CabinetLac: it is not a number",)
    assert [n.split(" come ")[0] for n in check_sender("CabinetLac", "FR").notices[1:]] == ["SMS to BE"]
    assert check_sender("CabinetLac", "FR", ("FR",)).notices == checked.notices


def test_a_number_is_kept_in_its_one_form_and_needs_no_notice():
    checked = check_sender("079 123 45 67", "CH")
    assert (checked.sender, checked.faults, checked.notices) == ("+41791234567", (), ())
    assert check_sender("", "CA").faults == ()


@pytest.mark.parametrize(
    ("given", "country", "problem"),
    [
        ("CabinetLac", "CA", "CA lets no name through"),
        ("Cabinet du Lac", "CH", "not a sender's name"),
        ("Cabinet-Medical", "CH", "not a sender's name"),
        ("CabinetDuLac1", "CH", "not a sender's name"),
        ("Lä c", "CH", "not a sender's name"),
        ("Zoë", "CH", "not a sender's name"),
        ("AB", "FR", "not a sender's name"),
        ("Lac\r\nX", "FR", "not a sender's name"),
        ("12345", "FR", "not a telephone number"),
        ("+41 79 123", "CH", "not a telephone number"),
    ],
)
def test_what_is_no_sender_is_refused_with_what_to_do(given, country, problem):
    (fault,) = check_sender(given, country, field="sms.sender").faults
    assert (fault.field, fault.problem) == ("sms.sender", problem)
    assert fault.remedy


def test_an_sms_carries_a_sender_that_passes_in_its_country():
    assert sender_for("CabinetLac", "CH") == "CabinetLac"
    assert sender_for("CabinetLac", "US") == ""
    assert sender_for("+15145550123", "CA") == "+15145550123"
