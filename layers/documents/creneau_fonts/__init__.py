"""The type that documents are set in: Liberation Sans, one of the four that a QR-bill may have. Shipped with the layer."""

import struct
import unicodedata
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent
_LAST_LATIN_MARK = 0x36F


@lru_cache(maxsize=1)
def covered() -> frozenset[int]:
    """The code points that both its weights have a shape for; no Hebrew points, which it can't set on their letters."""
    regular, bold = (_covered_by(FOLDER / f"LiberationSans-{weight}.ttf") for weight in ("Regular", "Bold"))
    return frozenset(p for p in regular & bold if p <= _LAST_LATIN_MARK or unicodedata.category(chr(p))[0] != "M")


def _covered_by(file: Path) -> frozenset[int]:
    """Of the font's `cmap`, its table of the Basic Multilingual Plane (format 4)."""
    font = file.read_bytes()
    tables = {font[at : at + 4]: at for at in range(12, 12 + 16 * struct.unpack_from(">H", font, 4)[0], 16)}
    cmap = struct.unpack_from(">I", font, tables[b"cmap"] + 8)[0]
    for n in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        at = cmap + struct.unpack_from(">I", font, cmap + 8 + 8 * n)[0]
        if struct.unpack_from(">H", font, at)[0] == 4:
            return frozenset(_points(font, at))
    raise ValueError(f"{file.name} has no map of format 4")


def _points(font: bytes, at: int) -> list[int]:
    twice = struct.unpack_from(">H", font, at + 6)[0]

    def array(place: int, code: str = "H") -> tuple[int, ...]:
        return struct.unpack_from(f">{twice // 2}{code}", font, place)

    ends, starts = array(at + 14), array(at + 16 + twice)
    deltas, offsets = array(at + 16 + 2 * twice, "h"), array(at + 16 + 3 * twice)
    found = []
    for n, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for point in range(first, last + 1):
            glyph = point
            if offset:
                place = at + 16 + 3 * twice + 2 * n + offset + 2 * (point - first)
                glyph = struct.unpack_from(">H", font, place)[0]
            if (glyph + delta) % 65_536 and (glyph or not offset) and point != 65_535:
                found.append(point)
    return found
