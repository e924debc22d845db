"""A payer opens the link of their message on the deployed stack, pays at the stand-in for Stripe, and owes nothing more."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3

from creneau.messaging.payments.pay_link import new_pay_link
from tests.e2e.test_invoices import consulted, drafted, put
from tests.support.books import CLINIC
from tests.support.small_clinic import SmallClinic
from tests.support.stack import until

pytestmark = [pytest.mark.engine, pytest.mark.rule("C-05")]
web = urllib3.PoolManager(retries=False)


def get(address: str) -> Any:
    return web.request("GET", address, redirect=False)


def post(address: str, **fields: str) -> Any:
    return web.request("POST", address, fields=fields, encode_multipart=False, redirect=False)


@pytest.mark.promise(25)
def test_a_link_is_paid_online_and_what_was_paid_is_booked_once(clinic: SmallClinic) -> None:
    running = clinic.running
    made, _ = drafted(clinic, consulted(clinic, 1))
    invoice = running.staff.post(f"/invoices/{made[0]}/finalise", {})
    token, link = new_pay_link(
        f"patient.pat_{clinic.tag}_0000", lambda n: clinic.tag.encode().ljust(n, b".")[:n], CLINIC, running.now()
    )
    put(clinic, [link.with_(version=1)])
    page = f"{running.stack.site}/p/{token}"

    shown = get(page)
    assert (shown.status, shown.data.count(b"<svg")) == (200, 0), "the issuer has no account to transfer to"
    nonce = re.search(r'name="nonce" value="([^"]+)"', shown.data.decode())
    assert nonce
    running.later(seconds=20)
    went = post(page, nonce=nonce[1], pay="CHF")
    assert went.status == 303
    stripe = went.headers["Location"]
    assert urlsplit(stripe).netloc != urlsplit(page).netloc
    assert b"120.50 CHF" in get(stripe).data

    back = post(stripe, do="pay")
    assert back.status == 303
    assert get(back.headers["Location"]).status == 200

    def paid() -> bool:
        return bool(running.staff.get(f"/invoices/{invoice['id']}")["balance"] == 0)

    until(paid, "the payment to be booked")
    payments = running.staff.get(f"/invoices/{invoice['id']}/payments")["items"]
    assert [(p["amount"], p["method"]) for p in payments] == [(12_050, "online")]
    assert post(page, nonce=nonce[1], pay="CHF").status == 200, "nothing is owed any more"
    assert b"do=" not in get(stripe).data


@pytest.mark.promise(27)
def test_what_is_not_signed_is_not_heard(clinic: SmallClinic) -> None:
    address = f"{clinic.running.stack.site}/webhooks/stripe"
    for headers in ({}, {"Stripe-Signature": "t=1,v1=00"}):
        assert web.request("POST", address, body=b"{}", headers=headers).status == 400
