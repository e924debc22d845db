"""Stored words made fit to be read: no control characters, no marks that turn the direction of what follows."""

import re

# C0 and C1 controls, bidirectional overrides and isolates, line and paragraph separators, byte order marks.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]")
_BREAKS = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_BLANKS = re.compile(r"[ \t\n]+")
_BEFORE_MARK = re.compile(" (?=[?!;])")
_LONE = re.compile("[\ud800-\udfff]")


def fit(text: str) -> str:
    """Line breaks are kept, as `\\n`."""
    return _LONE.sub("", _UNFIT.sub("", _BREAKS.sub("\n", text))).strip()


def with_marks_bound(text: str, language: str) -> str:
    """French sets a blank before some marks: one at which no line breaks."""
    if language != "fr":
        return text
    text = _BEFORE_MARK.sub("\u202f", text).replace(" :", "\u00a0:")
    return text.replace("« ", "«\u00a0").replace(" »", "\u00a0»")


def one_line(text: str) -> str:
    """On one line, for headers and names."""
    return _BLANKS.sub(" ", fit(text)).strip()
