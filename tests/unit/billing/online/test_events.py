"""What Stripe's webhook brings is heard when Stripe signed it just now, and says only what matters (C-05)."""

from datetime import UTC, datetime, timedelta

import pytest

from creneau.adapters.stripe import is_signed, signature, told_of
from creneau.adapters.stripe_events import NOTHING, read_event
from creneau.adapters.stripe_keys import StripeKeys
from creneau.billing.online.told_by_stripe import Told

NOW = datetime(2027, 3, 15, 17, tzinfo=UTC)
pytestmark = pytest.mark.rule("C-05")
BODY = b'{"id":"evt_1"}'
STAMP = str(int(NOW.timestamp()))
GOOD = signature(STAMP, BODY, "whsec")


@pytest.mark.parametrize(
    ("header", "seconds", "heard"),
    [
        (f"t={STAMP},v1={GOOD}", 0, True),
        (f"t={STAMP},v1={'0' * 64},v1={GOOD},v0=x", 0, True),
        (f"t={STAMP}, v1={GOOD}", 300, True),
        (f"t={STAMP},v1={GOOD}", 301, False),
        (f"t={STAMP},v1={GOOD}", -301, False),
        (f"t={int(STAMP) + 1},v1={GOOD}", 0, False),
        (f"t={STAMP},v0={GOOD}", 0, False),
        (f"t={STAMP},v1={GOOD[:-1]}", 0, False),
        (f"t={STAMP},t={STAMP},v1={GOOD}", 0, False),
        (f"t={STAMP},v1=é", 0, False),
        (f"v1={GOOD}", 0, False),
        ("t=x,v1=y", 0, False),
        ("", 0, False),
    ],
)
def test_only_what_stripe_signed_just_now_is_heard(header: str, seconds: int, heard: bool) -> None:
    assert is_signed(header, BODY, "whsec", NOW + timedelta(seconds=seconds)) is heard


def test_each_byte_is_signed_and_nothing_is_without_a_secret() -> None:
    for at in range(len(BODY)):
        assert not is_signed(f"t={STAMP},v1={GOOD}", BODY[:at] + b"~" + BODY[at + 1 :], "whsec", NOW)
    assert not is_signed(f"t={STAMP},v1={signature(STAMP, BODY, '')}", BODY, "", NOW)


def event(kind: str, **about: object) -> dict[str, object]:
    return {"type": kind, "data": {"object": about}}


def test_what_events_say() -> None:
    session = Told(about="session", session_id="cs_1", checkout_id="chk_1")
    for kind in ("completed", "async_payment_succeeded", "async_payment_failed", "expired"):
        assert told_of(event(f"checkout.session.{kind}", id="cs_1", client_reference_id="chk_1")) == session
    refund = event(
        "charge.refunded", payment_intent={"id": "pi_1"}, amount_refunded=500, metadata={"checkout_id": "chk_1"}
    )
    assert told_of(refund) == Told(about="refund", payment_intent="pi_1", refunded=500, checkout_id="chk_1")
    assert told_of(event("charge.dispute.created", payment_intent="pi_1")) == Told(
        about="dispute", payment_intent="pi_1"
    )
    assert told_of(event("customer.created", id="cus_1")) is None
    body = b'{"type": "customer.created", "data": {"object": {}}}'
    assert read_event(f"t={STAMP},v1={signature(STAMP, body, 'whsec')}", body, "whsec", NOW) == NOTHING


def test_keys_are_read_when_needed_and_kept() -> None:
    class Secrets:
        calls = 0

        def get_secret_value(self, SecretId: str) -> dict[str, str]:  # noqa: N803 - boto3's name
            self.calls += 1
            return {"SecretString": '{"secret_key": "sk", "webhook_secret": "whsec"}'}

    secrets = Secrets()
    keys = StripeKeys(secrets, "arn")
    assert (secrets.calls, keys.secret_key(), keys.webhook_secret(), secrets.calls) == (0, "sk", "whsec", 1)
