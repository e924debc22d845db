"""A patient's page: one request, no script, its style named to the browser by its hash."""

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from api.gateway import Response
from api.pages.words import say, words
from creneau.messaging.locale import Speech
from creneau.messaging.words import one_line
from creneau.shared.colour import ink_on, is_colour
from creneau.shared.settings import LANGUAGES, Look
from creneau.waitlist.offer_page import ClinicFacts

TEMPLATES = Path(__file__).parent / "templates"


def page(
    template: str,
    status: int,
    language: str,
    clinic: ClinicFacts,
    values: Mapping[str, Any],
    leads_to: tuple[str, ...] = (),
) -> Response:
    """`leads_to`: origins that its forms are sent on to. Raises on a value that the template asks for and is not given."""
    style = style_of(clinic.colour)
    body = (
        _environment()
        .get_template(template)
        .render(
            values,
            language=language,
            languages=[(code, words(code)["name"]) for code in LANGUAGES],
            clinic=clinic,
            phone=Speech(language, clinic.country, clinic.zone_name).phone(clinic.phone),
            dial=re.sub(r"[^0-9+]", "", clinic.phone),
            style=Markup(style),  # noqa: S704 - our own file, and a colour that was checked
            say=lambda key, **more: say(language, key, **more),
        )
    )
    return Response(status, body, headers_of(style, language, leads_to))


def headers_of(style: str, language: str, leads_to: tuple[str, ...] = ()) -> dict[str, str]:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    targets = " ".join(("'self'", *leads_to))
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        f"form-action {targets}; base-uri 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Language": language,
        "Content-Security-Policy": policy,
        "X-Robots-Tag": "noindex",
    }


@lru_cache(maxsize=8)
def style_of(colour: str) -> str:
    """The style sheet on the clinic's colour, or on ours where theirs is none."""
    colour = colour if is_colour(colour) else Look().colour
    text = (TEMPLATES / "style.css").read_text("utf-8")
    text = re.sub(r"\s*([{};:,>])\s*", r"\1", re.sub(r"\s+", " ", text)).replace(";}", "}").strip()
    return text.replace("COLOUR", colour).replace("INK", ink_on(colour))


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        finalize=_readable,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def _readable(value: object) -> object:
    """Stored names without marks that turn the direction of what follows."""
    return one_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value
