"""What the site sends back: a status, headers, a body; pages are drawn from templates."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def inline(text: str) -> Markup:
    """Text whose `code` and **strong** words are marked as in Markdown."""
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text)))
    return Markup(re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", marked))  # noqa: S704 - escaped above


def prose(text: str) -> Markup:
    """Its paragraphs, which blank lines part."""
    parts = (part for part in re.split(r"\n\s*\n", text.strip()) if part)
    return Markup("\n").join(Markup("<p>{}</p>").format(inline(part)) for part in parts)


def breakable(name: str) -> Markup:
    """A long name breaks where its words do: after `/`, `_` and `.`, and before a capital."""
    return Markup(re.sub(r"([/_.]|[a-z](?=[A-Z]))", r"\1<wbr>", str(escape(name))))  # noqa: S704 - escaped above


_TEMPLATES.filters |= {"inline": inline, "prose": prose, "breakable": breakable}

Headers = Sequence[tuple[str, str]]
OURS: Headers = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "same-origin"),  # with none at all, a browser would say that our own forms come from "null"
    ("X-Content-Type-Options", "nosniff"),
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'",
    ),
)
PLAIN: Headers = (("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store"))


class NotYet(Exception):
    """What is asked for is not there yet; the message says what is awaited."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""
    headers: Headers = field(default=PLAIN)
    reason: str = ""


def page(template: str, status: int = 200, **facts: Any) -> Answer:
    return Answer(status, _TEMPLATES.get_template(template).render(**facts).encode(), OURS)


def problem(status: int, detail: str, *more: tuple[str, str]) -> Answer:
    """For programs: RFC 9457, and what other headers there are."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    headers = (("Content-Type", "application/problem+json"), ("Cache-Control", "no-store"), *more)
    return Answer(status, json.dumps(body).encode() + b"\n", headers)


def see(address: str) -> Answer:
    """Sends the browser on after a POST."""
    return Answer(303, b"", (("Location", address), ("Cache-Control", "no-store")))
