"""Only what our own page sends is an answer."""

import pytest

from api.gateway import Request
from api.patient.form import LARGEST, OfferForm, offer_form
from creneau.waitlist.answer import Answer

NONCE = "1772434790." + "0123456789abcdef" * 2


def form(body: bytes) -> OfferForm:
    return offer_form(Request("r", "POST", "/o/x", {}, {}, body, {}))


def test_a_choice_and_the_page_s_nonce():
    assert form(f"nonce={NONCE}&answer=decline".encode()) == OfferForm(Answer.DECLINE, NONCE)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"answer=",
        b"answer=yes",
        b"answer=ACCEPT",
        b"answer=accept&answer=decline",
        b"answer=accept&answer=accept",
        "answer=accept&é".encode(),
        b"answer=accept&" + b"&".join(b"a%d=1" % n for n in range(20)),
        b"answer=accept&a=" + b"x" * LARGEST,
        b'{"answer": "accept"}',
        b"\xff\x00",
    ],
)
def test_anything_else_is_no_choice(body):
    assert form(body).answer is None


@pytest.mark.parametrize(
    "nonce",
    [
        "",
        "x",
        "999999999999999." + "0" * 32,
        "%C2%B2." + "0" * 32,
        "1772434790." + "%C3%A9" * 32,
        NONCE + "0",
        NONCE[:-1],
    ],
)
def test_a_nonce_of_another_form_is_none(nonce):
    assert form(f"answer=accept&nonce={nonce}".encode()) == OfferForm(Answer.ACCEPT, "")
