"""The adapter of Stripe against the stand-in, which keeps to Stripe's document: what is asked, and understood."""

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from creneau.adapters.stripe import Stripe
from creneau.billing.online.checkout import Checkout
from creneau.billing.online.ports import NotReached, RefusedByStripe, SessionStatus, UnderWay
from local.stripe import SECRET_KEY, StripeStandIn

NOW = datetime(2027, 3, 15, 17, tzinfo=UTC)
pytestmark = pytest.mark.rule("C-05")


class Held(StripeStandIn):
    at = NOW

    def now(self) -> int:
        return int(self.at.timestamp())

    def tell(self, kind: str, id: str) -> int:
        return 200


@pytest.fixture
def stripe(tmp_path: Path) -> Iterator[Held]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = Held(listener, tmp_path)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def payments(stripe: Held) -> Stripe:
    return Stripe(lambda: SECRET_KEY, stripe.url)


def checkout(id: str = "chk_1", minutes: int = 35) -> Checkout:
    return Checkout(
        id=id,
        payer_key="patient.pat_1",
        currency="CHF",
        total=24_100,
        items=(),
        title="Cabinet du Lac & Cie",
        back="https://rdv.example.ch/p",
        language="fr",
        created_at=NOW,
        expires_at=NOW + timedelta(minutes=minutes),
    )


def test_a_session_is_made_once_however_often_it_is_asked_for(stripe: Held, payments: Stripe) -> None:
    made = payments.create(checkout())
    assert (made.status, made.amount, made.currency) == (SessionStatus.OPEN, 24_100, "CHF")
    assert (made.checkout_id, made.expires_at, made.is_paid) == ("chk_1", NOW + timedelta(minutes=35), False)
    assert payments.create(checkout()) == made
    assert len(stripe.sessions) == 1
    assert stripe.sessions[made.id]["success_url"] == "https://rdv.example.ch/p/done?lang=fr"
    assert stripe.sessions[made.id]["cancel_url"] == "https://rdv.example.ch/p/left?lang=fr"
    assert stripe.names[made.id] == "Cabinet du Lac & Cie"


def test_it_is_seen_as_paid_and_can_not_be_expired_then(stripe: Held, payments: Stripe) -> None:
    made = payments.create(checkout())
    assert stripe.pay(made.id)
    seen = payments.retrieve(made.id)
    assert (seen.status, seen.is_paid) == (SessionStatus.COMPLETE, True)
    assert (seen.payment_intent or "").startswith("pi_")
    with pytest.raises(RefusedByStripe):
        payments.expire(made.id)


def test_an_expired_one_is_over(stripe: Held, payments: Stripe) -> None:
    made = payments.create(checkout())
    assert payments.expire(made.id).is_over
    assert not stripe.pay(made.id)
    other = payments.create(checkout("chk_2"))
    stripe.at = NOW + timedelta(minutes=36)
    assert payments.retrieve(other.id).is_over


@pytest.mark.parametrize("minutes", [29, 24 * 60 + 1])
def test_what_stripe_would_not_make_is_refused(payments: Stripe, minutes: int) -> None:
    with pytest.raises(RefusedByStripe):
        payments.create(checkout(minutes=minutes))


def test_another_key_and_an_unknown_session_are_refused(stripe: Held, payments: Stripe) -> None:
    with pytest.raises(RefusedByStripe, match="resource_missing"):
        payments.retrieve("cs_test_none")
    with pytest.raises(RefusedByStripe):
        Stripe(lambda: "sk_test_other", stripe.url).create(checkout())


@pytest.mark.parametrize(
    ("status", "body", "raised"),
    [
        (409, b'{"error": {"code": "idempotency_key_in_use"}}', UnderWay),
        (429, b'{"error": {"type": "rate_limit"}}', NotReached),
        (500, b'{"error": {"type": "api_error"}}', NotReached),
        (502, b"<html>", NotReached),
        (400, b'{"error": {"code": "amount_too_small"}}', RefusedByStripe),
    ],
)
def test_each_answer_is_understood(status: int, body: bytes, raised: type[Exception]) -> None:
    class One(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None: ...

        def do_POST(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with HTTPServer(("127.0.0.1", 0), One) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        with pytest.raises(raised) as error:
            Stripe(lambda: "sk", f"http://127.0.0.1:{server.server_port}").create(checkout())
        assert error.type is raised


def test_nobody_there_is_not_reached() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with pytest.raises(NotReached):
        Stripe(lambda: "sk", base).retrieve("cs_1")
