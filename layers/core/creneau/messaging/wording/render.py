"""A wording and its values in, what a reader reads out: subject, plain text and HTML, or the one text of an SMS."""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from creneau.messaging.render import Rendered
from creneau.messaging.sms.fit import fit_for_sms
from creneau.messaging.wording.blocks import Block, Box, Button, Values
from creneau.messaging.wording.fields import Field, Part
from creneau.messaging.wording.parse import Line, Paragraph, Parsed, parse
from creneau.messaging.wording.wording import Wording
from creneau.messaging.words import one_line, with_marks_bound
from creneau.shared.model import Value

LAYOUT = Path(__file__).parent / "layout"
NBSP = "\u00a0"


class Frame(Value, frozen=True, kw_only=True):
    """What every email of a clinic shows around its words: one accent colour with the ink that reads well on it, and the
    lines of the signature that ends it."""

    clinic_name: str
    colour: str
    ink: str
    signature: tuple[str, ...]


def render_email(wording: Wording, values: Values, frame: Frame) -> Rendered:
    """What is empty is left out; see `fields.Field.optional`."""
    body = parse(wording.body, Part.BODY)
    heading = _said(body.heading, values)
    parts = _parts(body, values)
    return Rendered(
        language=values.language,
        subject=one_line(_in_words(parse(wording.subject, Part.SUBJECT).paragraphs[0][0], values)),
        text=_as_text(heading, parts, values, frame),
        html=_as_html(heading, parts, values, frame),
    )


def render_sms(wording: Wording, values: Values) -> str:
    """Its lines, in characters of an SMS: no typographic blank or quote makes it cost twice."""
    body = parse(wording.body, Part.SMS)
    kept = [paragraph[0] for paragraph in body.paragraphs if _is_kept(paragraph, values)]
    lines = [_in_words(line, values) for line in kept or [p[0] for p in body.paragraphs]]
    lines += _manner(body, values, {"appointment.place", "appointment.how"})
    return fit_for_sms("\n".join(lines))


Shown = Paragraph | Block


def _parts(body: Parsed, values: Values) -> list[Shown]:
    """Paragraphs and blocks that have something to say, and what a wording may not leave unsaid."""
    parts: list[Shown] = []
    for paragraph in body.paragraphs:
        block = _block_in(paragraph)
        if block is not None:
            parts += [values.blocks[block.name]] if block.name in values.blocks else []
        elif _is_kept(paragraph, values):
            parts.append(paragraph)
    unsaid = _manner(body, values, {"appointment.place", "appointment.details", "offer.details"})
    parts += [((line,),) for line in unsaid if "://" not in line]
    join = values.blocks.get("appointment.video_button")
    if join is not None and not body.fields & _JOINING:
        parts.append(join)
    return parts + [values.blocks[name] for name in values.must if not body.fields & _TOLD_BY.get(name, {name})]


_TOLD_BY = {"pay.button": {"pay.button", "pay.link"}}

_JOINING = {"appointment.video_button", "appointment.video_link", "appointment.how"}


def _manner(body: Parsed, values: Values, told_by: set[str]) -> list[str]:
    """A-02, A-03: that a visit is not at the clinic, and the address to join it at, where the wording leaves it out."""
    lines = [] if body.fields & told_by else [line for line in values.manner if "://" not in line]
    return lines + [line for line in values.manner if "://" in line and not body.fields & _JOINING]


def _block_in(paragraph: Paragraph) -> Field | None:
    (first, *more) = (piece for line in paragraph for piece in line)
    return first if isinstance(first, Field) and first.block and not more else None


def _is_kept(paragraph: Paragraph, values: Values) -> bool:
    return all(values.texts.get(piece.name) for line in paragraph for piece in line if isinstance(piece, Field))


def _said(line: Line, values: Values) -> str:
    return _in_words(line, values) if line and _is_kept((line,), values) else ""


def _in_words(line: Line, values: Values) -> str:
    return "".join(
        with_marks_bound(piece, values.language) if isinstance(piece, str) else values.texts.get(piece.name, "")
        for piece in line
    )


# -- the text part
def _as_text(heading: str, parts: Iterable[Shown], values: Values, frame: Frame) -> str:
    colon = f"{NBSP}:" if values.language == "fr" else ":"
    shown: list[str] = []
    for part in parts:
        introduced = bool(shown) and shown[-1].endswith(":")  # by a sentence, which makes a box's label one too many
        shown.append(_text_of(part, values, colon, introduced))
    signature = "\n".join(frame.signature)
    return "\n\n".join([*([heading] if heading else []), *shown, f"\n{signature}"]).strip() + "\n"


def _text_of(part: Shown, values: Values, colon: str, introduced: bool) -> str:
    match part:
        case Button():
            return f"{part.label}{colon}\n{part.href}"
        case Box():
            label = [f"{part.label}{colon}"] if part.label and not introduced else []
            rows = [f"  {row.label}{colon} {', '.join(row.lines)}" for row in part.rows]
            return "\n".join([*label, f"  {part.when}", *rows])
        case _:
            return "\n".join(_in_words(line, values) for line in part)


# -- the HTML part
def _as_html(heading: str, parts: Iterable[Shown], values: Values, frame: Frame) -> str:
    html = _layout().render(
        language=values.language,
        preheader=values.preheader,
        heading=heading,
        parts=[part if isinstance(part, Box | Button) else _html_of(part, values) for part in parts],
        frame=frame,
    )
    return re.sub(r"\n\s*\n+", "\n", html).strip() + "\n"


def _html_of(paragraph: Paragraph, values: Values) -> Markup:
    return Markup("<br>").join(Markup().join(_piece(p, values) for p in line) for line in paragraph)


def _piece(piece: str | Field, values: Values) -> Markup:
    if isinstance(piece, str):
        return escape(with_marks_bound(piece, values.language))
    text = values.texts.get(piece.name, "")
    if piece.address and text.startswith("https://"):
        return Markup('<a href="{0}" style="color:inherit;">{0}</a>').format(text)
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


@lru_cache(maxsize=1)
def _layout() -> Template:
    """The one page that all emails stand in; it is ours, no clinic writes in it."""
    env = Environment(
        loader=FileSystemLoader(LAYOUT),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    return env.get_template("email.html")
