"""A stand-in for Stripe: Checkout Sessions made, read, expired and paid on a page, and signed webhooks to the stack.

Names, fields and errors are those of Stripe's published OpenAPI document; no card is asked for, and no money moves.
"""

import hashlib
import hmac
import html
import itertools
import json
import secrets
import socket
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from local import homes
from local.engine.client import Engine

SECRET_KEY, WEBHOOK_SECRET = "sk_test_local", "whsec_local"
SHORTEST, LONGEST = 30 * 60, 24 * 60 * 60
PAGE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Stand-in for Stripe</title><style>body{{font:1rem/1.5 system-ui;max-width:28rem;margin:3rem auto;padding:0 1rem}}
button{{font:inherit;padding:.75rem 1.5rem;margin:.5rem .5rem 0 0}}</style>
<p>Stand-in for Stripe: no money moves.</p><h1>{name}</h1><p><strong>{amount} {currency}</strong></p>{form}</html>"""
FORM = '<form method="post"><button name="do" value="pay">Pay</button><button name="do" value="leave">Leave</button></form>'


class Refusal(Exception):
    def __init__(self, status: int, kind: str, code: str, message: str) -> None:
        self.status = status
        self.body = {"error": {"type": kind, "code": code, "message": message}}


class StripeStandIn(ThreadingHTTPServer):
    """What it knows is gone when it ends. Its clock is the engine's."""

    daemon_threads = True

    def __init__(self, listener: socket.socket, home: Path) -> None:
        super().__init__(listener.getsockname(), Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.server_activate()
        self.home = home
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.sessions: dict[str, dict[str, Any]] = {}
        self.asked: dict[str, tuple[dict[str, str], dict[str, Any]]] = {}
        self.names: dict[str, str] = {}
        self.lock = threading.RLock()
        self.numbers = itertools.count(1)

    def now(self) -> int:
        return int(Engine.attach(self.home).now().timestamp())

    def create(self, given: dict[str, str], key: str) -> dict[str, Any]:
        with self.lock:
            if key in self.asked:
                before, answer = self.asked[key]
                if before != given:
                    raise Refusal(400, "idempotency_error", "", "Keys for idempotent requests can only be used once.")
                return answer
            now, expires_at = self.now(), int(given["expires_at"])
            if not now + SHORTEST <= expires_at <= now + LONGEST:
                raise Refusal(400, "invalid_request_error", "", "`expires_at` must be in 30 minutes to 24 hours.")
            id = f"cs_test_{secrets.token_hex(12)}"
            price = "line_items[0][price_data]"
            session = {
                "id": id,
                "object": "checkout.session",
                "amount_total": int(given[f"{price}[unit_amount]"]) * int(given["line_items[0][quantity]"]),
                "client_reference_id": given.get("client_reference_id"),
                "created": now,
                "currency": given[f"{price}[currency]"],
                "cancel_url": given["cancel_url"],
                "expires_at": expires_at,
                "livemode": False,
                "metadata": {"checkout_id": given.get("metadata[checkout_id]", "")},
                "mode": given["mode"],
                "payment_intent": None,
                "payment_status": "unpaid",
                "status": "open",
                "success_url": given["success_url"],
                "url": f"{self.url}/pay/{id}",
            }
            self.sessions[id] = session
            self.names[id] = given[f"{price}[product_data][name]"]
            if key:
                self.asked[key] = (given, dict(session))
            return dict(session)

    def retrieve(self, id: str) -> dict[str, Any]:
        with self.lock:
            session = self.sessions.get(id)
            if session is None:
                raise Refusal(404, "invalid_request_error", "resource_missing", "No such checkout.session")
            if session["status"] == "open" and session["expires_at"] <= self.now():
                session |= {"status": "expired", "url": None}
            return dict(session)

    def expire(self, id: str) -> dict[str, Any]:
        with self.lock:
            if self.retrieve(id)["status"] != "open":
                raise Refusal(400, "invalid_request_error", "", "Only open Checkout Sessions can be expired.")
            self.sessions[id] |= {"status": "expired", "url": None}
            return dict(self.sessions[id])

    def pay(self, id: str) -> bool:
        with self.lock:
            if self.retrieve(id)["status"] != "open":
                return False
            paid = {"status": "complete", "payment_status": "paid", "url": None}
            self.sessions[id] |= paid | {"payment_intent": f"pi_{secrets.token_hex(12)}"}
        threading.Thread(target=self.tell, args=("checkout.session.completed", id), daemon=True).start()
        return True

    def tell(self, kind: str, id: str) -> int:
        """Posts the signed event to the stack; the status of its answer."""
        stack, now = homes.read(self.home, "stack"), self.now()
        if stack is None:
            return 0
        event = {
            "id": f"evt_{next(self.numbers)}",
            "object": "event",
            "api_version": "2025-09-30.clover",
            "created": now,
            "data": {"object": self.retrieve(id)},
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }
        body = json.dumps(event).encode()
        signed = hmac.new(WEBHOOK_SECRET.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "Stripe-Signature": f"t={now},v1={signed}"}
        request = urllib.request.Request(f"{stack['api']}/webhooks/stripe", body, headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)


class Handler(BaseHTTPRequestHandler):
    server: StripeStandIn

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: addresses of payment pages are secrets."""

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self._answer({name: values[0] for name, values in parse_qs(sent, keep_blank_values=True).items()})

    def _answer(self, given: dict[str, str]) -> None:
        parts = urlsplit(self.path).path.strip("/").split("/")
        try:
            if parts[0] == "pay" and len(parts) == 2:
                self._page(parts[1], given)
            elif parts[:3] == ["v1", "checkout", "sessions"]:
                self._json(200, self._api(parts[3:], given))
            else:
                raise Refusal(404, "invalid_request_error", "", "Unrecognized request URL")
        except Refusal as refusal:
            self._json(refusal.status, refusal.body)

    def _api(self, rest: list[str], given: dict[str, str]) -> dict[str, Any]:
        if self.headers.get("Authorization") != f"Bearer {SECRET_KEY}":
            raise Refusal(401, "invalid_request_error", "", "Invalid API Key provided")
        match self.command, rest:
            case "POST", []:
                return self.server.create(given, self.headers.get("Idempotency-Key", ""))
            case "GET", [id]:
                return self.server.retrieve(id)
            case "POST", [id, "expire"]:
                return self.server.expire(id)
        raise Refusal(404, "invalid_request_error", "", "Unrecognized request URL")

    def _page(self, id: str, given: dict[str, str]) -> None:
        session = self.server.retrieve(id)
        if given.get("do") == "leave":
            self._send(303, b"", ("Location", session["cancel_url"]))
        elif given.get("do") == "pay" and self.server.pay(id):
            self._send(303, b"", ("Location", session["success_url"]))
        else:
            amount = f"{session['amount_total'] / 100:.2f}"
            form = FORM if session["status"] == "open" else "<p>This page is not payable any more.</p>"
            shown = PAGE.format(
                name=html.escape(self.server.names[id]), amount=amount, currency=session["currency"].upper(), form=form
            )
            self._send(200, shown.encode(), ("Content-Type", "text/html; charset=utf-8"))

    def _json(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, json.dumps(body).encode(), ("Content-Type", "application/json"))

    def _send(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
