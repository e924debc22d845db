"""A context and a kind in, the words that a patient reads out: subject, plain text and HTML."""

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context as TemplateContext

from creneau.messaging.context import Context
from creneau.messaging.locale import Speech
from creneau.messaging.message import Kind
from creneau.messaging.words import one_line
from creneau.shared.model import Value
from creneau.shared.money import Money

TEMPLATES = Path(__file__).parent / "templates"


class Rendered(Value, frozen=True, kw_only=True):
    language: str
    subject: str
    text: str
    html: str


def render(kind: Kind, context: Context) -> Rendered:
    """Raises on a field that the context does not have."""
    fields = {name: getattr(context, name) for name in context.__struct_fields__}
    folder = f"{context.language}/{kind}"
    return Rendered(
        language=context.language,
        subject=one_line(_rendered(f"{folder}/subject.txt", fields)),
        text=re.sub(r"\n{3,}", "\n\n", _rendered(f"{folder}/body.txt", fields)).strip() + "\n",
        html=re.sub(r"\n\s*\n+", "\n", _rendered(f"{folder}/body.html", fields)).strip() + "\n",
    )


def _rendered(name: str, fields: dict[str, Any]) -> str:
    return environment().get_template(name).render(fields)


@lru_cache(maxsize=1)
def environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=lambda name: name is not None and name.endswith(".html"),  # noqa: S701 - a function decides: pages escape, texts do not
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.filters |= {
        "in_words": _said(lambda speech, value: speech.in_words(value)),
        "deadline": _said(lambda speech, value: speech.deadline(value)),
        "money": _said(lambda speech, value: speech.money(value)),
        "minutes": _said(lambda speech, value: speech.minutes(value)),
    }
    return env


def _said(say: Callable[[Speech, Any], str]) -> Callable[[TemplateContext, datetime | Money | int], str]:
    @pass_context
    def told(context: TemplateContext, value: datetime | Money | int) -> str:
        return say(context["speech"], value)

    return told
