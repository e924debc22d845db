"""The HTTP API's envelope (payload format 2.0): what came in, what goes out, and the headers that every answer has."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

SECURITY = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}
"""A page says what it needs besides by a header of its own, which wins."""

LARGEST_BODY = 64 * 1024
"""Bytes; what staff and patients send is a few hundred."""


@dataclass(frozen=True)
class Request:
    """`path` without the stage, its segments decoded; header names in lower case; `body` at most as sent.

    `reached_at` is when the gateway took the request, by its own clock (UTC).
    """

    id: str
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    claims: Mapping[str, Any]
    reached_at: datetime | None = None


@dataclass(frozen=True)
class Response:
    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def request_of(event: Mapping[str, Any]) -> Request:
    context = event["requestContext"]
    path, stage = event["rawPath"], context.get("stage", "$default")
    if stage != "$default":
        path = path.removeprefix(f"/{stage}")
    return Request(
        id=context["requestId"],
        method=context["http"]["method"],
        path="/".join(unquote(part) for part in path.split("/")),
        query=event.get("queryStringParameters") or {},
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        body=_body(event),
        claims=((context.get("authorizer") or {}).get("jwt") or {}).get("claims") or {},
        reached_at=_reached_at(context.get("timeEpoch")),
    )


def _reached_at(milliseconds: object) -> datetime | None:
    if not isinstance(milliseconds, int):
        return None
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)


def _body(event: Mapping[str, Any]) -> bytes:
    text = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(text).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""


def envelope(response: Response) -> dict[str, Any]:
    """The answer as API Gateway wants it."""
    return {
        "statusCode": response.status,
        "headers": {**SECURITY, **response.headers},
        "body": response.body,
        "isBase64Encoded": False,
    }
