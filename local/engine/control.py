"""The addresses under /_engine/: the clock, whether anything is under way, and what patients received."""

import asyncio
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from local.engine import clock, idle
from local.engine.gaps import mail, texts


class BadRequest(Exception):
    """What the caller asked for cannot be done; the message says why."""


def _clock() -> dict[str, Any]:
    now = time.time()
    return {"now": now, "iso": datetime.fromtimestamp(now, UTC).isoformat().replace("+00:00", "Z")}


def _seconds_asked(body: bytes) -> float:
    try:
        asked = json.loads(body)
        if "to" in asked:
            moment = datetime.fromisoformat(asked["to"])
            if moment.tzinfo is None:
                raise BadRequest("`to` needs a time zone, such as 2027-03-01T09:00:00+01:00")
            seconds = moment.timestamp() - time.time()
        else:
            seconds = float(asked["seconds"])
    except (ValueError, KeyError, TypeError) as error:
        raise BadRequest('send {"seconds": number} or {"to": "moment in ISO 8601 with its time zone"}') from error
    if not 0 <= seconds < 100 * 365 * 86400:
        raise BadRequest(f"the clock only moves forward, and not by a century: {seconds:.3f} s asked")
    return seconds


def _jump(body: bytes) -> dict[str, Any]:
    clock.jump(_seconds_asked(body))
    return _clock()


def _idle() -> dict[str, Any]:
    why = idle.why_busy()
    return {"idle": not why, "why": why}


def _mails() -> list[dict[str, Any]]:
    return [
        {"id": m["MessageId"].split("@")[0], "to": m["Recipients"], "subject": m["Subject"], "at": m["Timestamp"]}
        for m in mail.all_kept()
    ]


_READ: dict[str, Callable[[], Any]] = {"clock": _clock, "idle": _idle, "mail": _mails, "sms": texts.all_kept}


def answer(method: str, path: str, body: bytes) -> tuple[int, Any]:
    name = path.removeprefix("/_engine/").rstrip("/")
    if name == "jump" and method == "POST":
        try:
            return 200, _jump(body)
        except BadRequest as error:
            return 400, {"message": str(error)}
    if method == "GET" and name in _READ:
        return 200, _READ[name]()
    if method == "GET" and name.startswith("mail/"):
        opened = mail.opened(name.removeprefix("mail/"))
        if opened is not None:
            return 200, opened
    return 404, {"message": "Not Found"}


def addresses_before(app: Any) -> Any:
    """The ASGI application that answers our own addresses and leaves the rest to MiniStack."""

    async def with_addresses(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/_engine/"):
            await app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        status, result = await asyncio.to_thread(answer, scope["method"], scope["path"], body)
        headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(result).encode()})

    return with_addresses
