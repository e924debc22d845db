"""How many credits a text costs as an SMS, and where each begins: one per segment of 3GPP TS 23.038 and 23.040 (S-01)."""

from enum import StrEnum

from creneau.shared.model import Value

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The default alphabet, one septet each; its escape is no character of its own."""

EXTENSION = frozenset("\f^{}\\[~]|€")
"""Reached through the escape: two septets each."""


class Encoding(StrEnum):
    GSM7 = "gsm7"
    UCS2 = "ucs2"


WHOLE = {Encoding.GSM7: 160, Encoding.UCS2: 70}
"""Units of a text that fits one segment: septets, or UTF-16 code units."""

PART = {Encoding.GSM7: 153, Encoding.UCS2: 67}
"""Units left of a segment that says which part of a longer text it is."""

LONGEST = {Encoding.GSM7: 1530, Encoding.UCS2: 630}
"""Units of the longest text that the provider takes."""


class Outside(Value, frozen=True, kw_only=True):
    """A character that the default alphabet has not, and its places in the text, counted in characters from 0."""

    character: str
    at: tuple[int, ...]


class Segments(Value, frozen=True, kw_only=True):
    """A text as SMS: `count` credits, `units` in all, of which `left` are free in the last segment.

    `begins` is where each segment begins, in characters from 0; `outside` what keeps the text from being GSM-7.
    An empty text has no segment.
    """

    encoding: Encoding
    count: int
    units: int
    left: int
    begins: tuple[int, ...]
    outside: tuple[Outside, ...] = ()

    @property
    def too_long(self) -> bool:
        return self.units > LONGEST[self.encoding]


def credits_of(text: str) -> Segments:
    """GSM-7 where every character is in it, else UCS-2; no escape and no surrogate is parted from what it belongs to."""
    outside = _outside(text)
    encoding = Encoding.UCS2 if outside else Encoding.GSM7
    double = EXTENSION if encoding is Encoding.GSM7 else {c for c in set(text) if c > "\uffff"}
    sizes = [2 if character in double else 1 for character in text]
    units = sum(sizes)
    room = (WHOLE if units <= WHOLE[encoding] else PART)[encoding]
    begins, left = list[int](), 0
    for place, size in enumerate(sizes):
        if size > left:
            begins.append(place)
            left = room
        left -= size
    return Segments(
        encoding=encoding, count=len(begins), units=units, left=left, begins=tuple(begins), outside=tuple(outside)
    )


def _outside(text: str) -> list[Outside]:
    """In the order in which they first occur."""
    strange = set(text) - BASIC - EXTENSION
    places: dict[str, list[int]] = {}
    for place, character in enumerate(text if strange else ""):
        if character in strange:
            places.setdefault(character, []).append(place)
    return [Outside(character=c, at=tuple(at)) for c, at in places.items()]
