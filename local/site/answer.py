"""What the site sends back: a status, headers, a body; pages are drawn from templates."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

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


def see(address: str) -> Answer:
    """Sends the browser on after a POST."""
    return Answer(303, b"", (("Location", address), ("Cache-Control", "no-store")))
