"""What fields stand for in one message: words, and the boxes and buttons that an email shows."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from creneau.shared.model import Value

LANGUAGES_AT = Path(__file__).parent / "languages"


class Row(Value, frozen=True, kw_only=True):
    """A label and what it is about, on one or more lines."""

    label: str
    lines: tuple[str, ...]


class Box(Value, frozen=True, kw_only=True):
    """A date in a frame: `struck` out, or `quiet` beside one that matters more."""

    when: str
    label: str = ""
    rows: tuple[Row, ...] = ()
    struck: bool = False
    quiet: bool = False


class Button(Value, frozen=True, kw_only=True):
    """The one thing to press."""

    href: str
    label: str


Block = Box | Button


class Values(Value, frozen=True, kw_only=True):
    """What the fields of one message stand for, in its language; a block, or a text, that is empty is not there.

    `manner` says that a visit is not at the clinic, with how to join it where it is remote: a wording that leaves that
    out is told it (A-02, A-03). `must` names blocks that are shown even where a wording leaves them out. `preheader` is what
    a list of emails shows beside the subject.
    """

    language: str
    texts: dict[str, str]
    blocks: dict[str, Block] = {}
    manner: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    preheader: str = ""


@lru_cache
def labels(language: str) -> Mapping[str, str]:
    """What boxes and buttons say in a language."""
    return tomllib.loads((LANGUAGES_AT / f"{language}.toml").read_text("utf-8"))
