"""Stripe over plain HTTPS: the three calls on Checkout Sessions that are used, and the signature of its webhooks.

Names and shapes are those of Stripe's published OpenAPI document, version `VERSION`.
"""

import hashlib
import hmac
import http.client
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from creneau.billing.online.checkout import Checkout
from creneau.billing.online.ports import NotReached, RefusedByStripe, Session, SessionStatus, UnderWay
from creneau.billing.online.told_by_stripe import Told

VERSION = "2025-09-30.clover"
PATIENCE = 7.0
"""Seconds that one call may take: a start makes three at most."""

TOLERANCE = 300
"""Seconds that a webhook's signature may be old: Stripe's own recommendation."""


class Stripe:
    """Implements `billing.online.ports.Payments`. `key` answers the secret key; `base` is `https://api.stripe.com`."""

    def __init__(self, key: Callable[[], str], base: str) -> None:
        self._key, self._base = key, urlsplit(base)

    def create(self, checkout: Checkout) -> Session:
        asked = {
            "mode": "payment",
            "client_reference_id": checkout.id,
            "success_url": f"{checkout.back}/done?lang={checkout.language}",
            "cancel_url": f"{checkout.back}/left?lang={checkout.language}",
            "expires_at": int(checkout.expires_at.timestamp()),
            "locale": checkout.language or "auto",
            "line_items[0][quantity]": 1,
            "line_items[0][price_data][currency]": checkout.currency.lower(),
            "line_items[0][price_data][unit_amount]": checkout.total,
            "line_items[0][price_data][product_data][name]": checkout.title,
            "metadata[checkout_id]": checkout.id,
            "payment_intent_data[metadata][checkout_id]": checkout.id,
            "adaptive_pricing[enabled]": "false",  # what comes in is in the currency of the invoice
        }
        return _session(self._call("POST", "/v1/checkout/sessions", asked, checkout.id))

    def retrieve(self, session_id: str) -> Session:
        path = f"/v1/checkout/sessions/{quote(session_id, safe='')}"
        return _session(self._call("GET", f"{path}?{urlencode({'expand[]': 'payment_intent'})}"))

    def expire(self, session_id: str) -> Session:
        return _session(self._call("POST", f"/v1/checkout/sessions/{quote(session_id, safe='')}/expire", {}))

    def _call(self, method: str, path: str, form: Mapping[str, object] | None = None, once: str = "") -> Any:
        headers = {"Authorization": f"Bearer {self._key()}", "Stripe-Version": VERSION}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if once:
            headers["Idempotency-Key"] = once
        kind = http.client.HTTPSConnection if self._base.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._base.netloc, timeout=PATIENCE)
        try:
            connection.request(method, path, urlencode(form) if form is not None else None, headers)
            answer = connection.getresponse()
            status, body = answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise NotReached(type(error).__name__) from error
        finally:
            connection.close()
        return _understood(status, body)


def _understood(status: int, body: bytes) -> Any:
    """The answer; what may be another one a moment later is as if there were none."""
    try:
        said = json.loads(body)
    except ValueError:
        raise NotReached(f"HTTP {status}, no JSON") from None
    if status == 200:
        return said
    error = said.get("error") if isinstance(said, dict) else None
    code = (error.get("code") or error.get("type")) if isinstance(error, dict) else None
    if status == 409:
        raise UnderWay(str(code or "HTTP 409"))
    if status == 429 or status >= 500:
        raise NotReached(f"HTTP {status} {code or ''}".strip())
    raise RefusedByStripe(str(code or f"HTTP {status}"))


def _session(said: Mapping[str, Any]) -> Session:
    expires_at = said.get("expires_at")
    return Session(
        id=said["id"],
        status=SessionStatus(said["status"]),
        is_paid=said.get("payment_status") == "paid",
        amount=int(said.get("amount_total") or 0),
        currency=str(said.get("currency") or "").upper(),
        url=said.get("url") or "",
        expires_at=datetime.fromtimestamp(expires_at, tz=UTC) if expires_at else None,
        payment_intent=_id_of(said.get("payment_intent")),
        checkout_id=str(said.get("client_reference_id") or ""),
        has_failed=_has_failed(said.get("payment_intent")),
    )


def _has_failed(intent: Any) -> bool:
    """Of a session that was completed with a method that takes days: the bank refused in the end."""
    return isinstance(intent, dict) and intent.get("status") in ("requires_payment_method", "canceled")


def _id_of(given: Any) -> str | None:
    """An id, or the object that stands in its place where Stripe was asked to expand it."""
    found = given["id"] if isinstance(given, dict) else given
    return str(found) if found else None


SESSION_EVENTS = frozenset(
    f"checkout.session.{what}" for what in ("completed", "async_payment_succeeded", "async_payment_failed", "expired")
)


def told_of(event: Mapping[str, Any]) -> Told | None:
    """What an event says, None: it is of no interest here. KeyError when it has not the shape of one."""
    kind, about = event["type"], event["data"]["object"]
    if kind in SESSION_EVENTS:
        return Told(about="session", session_id=about["id"], checkout_id=str(about.get("client_reference_id") or ""))
    if kind == "charge.refunded":
        intent = _id_of(about.get("payment_intent")) or ""
        ours = str((about.get("metadata") or {}).get("checkout_id") or "")
        return Told(about="refund", payment_intent=intent, refunded=int(about["amount_refunded"]), checkout_id=ours)
    if kind == "charge.dispute.created":
        return Told(about="dispute", payment_intent=_id_of(about.get("payment_intent")) or "")
    return None


def is_signed(header: str, body: bytes, secret: str, now: datetime) -> bool:
    """Whether a `Stripe-Signature` header is of this very body, by this secret, and not older than five minutes."""
    if not secret:
        return False
    parts = [part.partition("=") for part in header.split(",")]
    stamps = [value for name, _, value in parts if name.strip() == "t"]
    if len(stamps) != 1 or not stamps[0].isdigit() or len(stamps[0]) > 12:
        return False
    if abs(now.timestamp() - int(stamps[0])) > TOLERANCE:
        return False
    wanted = signature(stamps[0], body, secret)
    given = [value.strip() for name, _, value in parts if name.strip() == "v1"]
    return any(value.isascii() and hmac.compare_digest(value, wanted) for value in given)


def signature(stamp: str, body: bytes, secret: str) -> str:
    """Stripe's scheme v1: HMAC-SHA256 of the time stamp, a dot and the body, in hex."""
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
