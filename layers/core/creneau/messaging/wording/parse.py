"""A clinic's text as words and fields, with every fault of it and its place: nothing in it is ever evaluated (M-08)."""

import re
from dataclasses import dataclass

from creneau.messaging.message import Channel, Kind
from creneau.messaging.wording.fields import FIELDS, Field, Part, Privacy, fields_of
from creneau.shared.errors import Fault

LIMITS = {Part.SUBJECT: 200, Part.BODY: 10_000, Part.SMS: 1_000}
"""Characters of a text as it is written, fields as their names."""

Piece = str | Field
Line = tuple[Piece, ...]
Paragraph = tuple[Line, ...]

_MARK = re.compile(r"\{\{(?P<inside>[^{}\n]*)\}\}|\{\{|\}\}|\{%|%\}|\{#|#\}|\{ ?(?P<single>[\w.]+) ?\}")
_NAME = re.compile(r"[ \t]*([^\s{}]*)[ \t]*")
_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_BREAKS = re.compile("\r\n?")
_SHOWN = 60


@dataclass(frozen=True)
class Parsed:
    """`heading`: what an email says largest, empty when it has none. `fields` are those used anywhere in the text."""

    paragraphs: tuple[Paragraph, ...]
    heading: Line = ()

    @property
    def fields(self) -> frozenset[str]:
        lines = [self.heading, *(line for paragraph in self.paragraphs for line in paragraph)]
        return frozenset(piece.name for line in lines for piece in line if isinstance(piece, Field))


def parse(text: str, part: Part) -> Parsed:
    """A text that was found without fault. What would be one stands in it as it was written."""
    lines = [_pieces(line) for line in _clean(text).split("\n")]
    if part is not Part.BODY:
        return Parsed(paragraphs=tuple((line,) for line in lines))
    heading: Line = ()
    if lines and lines[0] and isinstance(lines[0][0], str) and lines[0][0].startswith("# "):
        heading = tuple(p for p in (lines[0][0][2:].lstrip(), *lines[0][1:]) if p != "")
        lines = lines[1:]
    paragraphs: list[list[Line]] = [[]]
    for line in lines:
        if line:
            paragraphs[-1].append(line)
        elif paragraphs[-1]:
            paragraphs.append([])
    return Parsed(paragraphs=tuple(tuple(p) for p in paragraphs if p), heading=heading)


def faults_of(text: str, part: Part, kind: Kind, channel: Channel, at: str) -> list[Fault]:
    """All that is wrong with a text, in its order, each with its place; `at` is the path of the text itself."""
    text = _clean(text, strip=False)
    if not text.strip():
        return [Fault(at, "it is empty", "write what the reader is to be told")]
    found: list[tuple[int, str, str]] = []
    if part is Part.SUBJECT and "\n" in text:
        found.append((text.index("\n"), "a subject is one line", "take the line break out"))
    limit = LIMITS[part]
    if len(text) > limit:
        found.append((limit, f"it is too long: {len(text)} characters", f"cut it here: at most {limit} characters"))
    for match in _UNFIT.finditer(text):
        found.append((match.start(), "there is an invisible control character", "delete it, or type the word anew"))
    found += _faults_of_marks(text, part, kind, channel)
    found += _faults_of_blocks(text) if part is Part.BODY else []
    return [Fault(at, f"{_place(text, where)}: {problem}", remedy) for where, problem, remedy in sorted(found)]


def _clean(text: str, *, strip: bool = True) -> str:
    text = _BREAKS.sub("\n", text)
    if not strip:
        return text
    return "\n".join(line.strip() for line in text.strip().replace("\t", " ").split("\n"))


def _pieces(line: str) -> Line:
    pieces: list[Piece] = []
    end = 0
    for match in _MARK.finditer(line):
        field = FIELDS.get(_name_in(match))
        if field is None:
            continue
        pieces += [line[end : match.start()], field]
        end = match.end()
    return tuple(p for p in (*pieces, line[end:]) if p != "")


def _name_in(match: re.Match[str]) -> str:
    name = _NAME.fullmatch(match["inside"] or "")
    return name[1] if name else ""


def _faults_of_marks(text: str, part: Part, kind: Kind, channel: Channel) -> list[tuple[int, str, str]]:
    found = []
    known = [field.name for field in fields_of(kind, channel) if field.may_stand_in(part)]
    for match in _MARK.finditer(text):
        if match["single"] is not None:
            if match["single"] in FIELDS:
                problem = f"a field stands between two braces, not one: {match[0]}"
                found.append((match.start(), problem, f"write {{{{ {match['single']} }}}}"))
        elif match["inside"] is None:
            found.append((match.start(), _BROKEN[match[0]], "write a field as {{ clinic.name }}, and nothing else"))
        else:
            fault = _fault_of_field(_name_in(match), match, part, kind, channel, known)
            if fault:
                found.append((match.start(), *fault))
    return found


_BROKEN = {
    "{{": "a field is opened here and not closed on the same line",
    "}}": "a field is closed here that was not opened",
    "{%": "only fields are understood, no commands",
    "%}": "only fields are understood, no commands",
    "{#": "only fields are understood, no comments",
    "#}": "only fields are understood, no comments",
}


def _fault_of_field(
    name: str, match: re.Match[str], part: Part, kind: Kind, channel: Channel, known: list[str]
) -> tuple[str, str] | None:
    field = FIELDS.get(name)
    if field is None:
        # Imported here: wordings are seldom wrong, and whoever sends messages imports this module.
        from difflib import get_close_matches

        near = get_close_matches(name.lower().replace("-", "_"), known, n=1, cutoff=0.6)
        remedy = f"did you mean {{{{ {near[0]} }}}}?" if near else "GET /v1/template-fields lists the fields"
        shown = match[0] if len(match[0]) <= _SHOWN else match[0][:_SHOWN] + "…"
        return f"there is no field {shown}", remedy
    written = f"{{{{ {name} }}}}"
    if kind not in field.kinds:
        return f"{written} is not known in a {kind} message", _instead(name, known)
    if field.privacy is Privacy.HEALTH and not field.may_stand_in(part):
        where = "an SMS" if part is Part.SMS else "a subject"
        return f"{written} tells about health, which {where} never does", _instead(name, known)
    if field.block and part is not Part.BODY:
        return f"{written} is a box or a button, which only an email's body can show", _instead(name, known)
    return None


def _instead(name: str, known: list[str]) -> str:
    group = name.split(".")[0] + "."
    others = [f"{{{{ {other} }}}}" for other in known if other.startswith(group)]
    return f"take it out; possible here: {', '.join(others)}" if others else "take it out"


def _faults_of_blocks(text: str) -> list[tuple[int, str, str]]:
    """Blocks that share their paragraph with anything else."""
    found, start = [], 0
    for paragraph in re.split(r"(\n[ \t]*(?=\n))", text):
        for match in _MARK.finditer(paragraph):
            field = FIELDS.get(_name_in(match))
            if field and field.block and paragraph.strip() != match[0]:
                problem = f"{{{{ {field.name} }}}} shares its paragraph"
                found.append((start + match.start(), problem, "put it alone, between two blank lines"))
        start += len(paragraph)
    return found


def _place(text: str, where: int) -> str:
    """Both counted from 1."""
    line = text.count("\n", 0, where) + 1
    return f"line {line}, column {where - text.rfind(chr(10), 0, where)}"
