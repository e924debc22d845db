"""What a text looks like on paper: one line, no character that is unseen, reorders others, or that a standard refuses."""

import unicodedata

_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_SWISS_EXTRA = set("ȘșȚț€")
_PLAIN = {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "œ": "oe", "Œ": "OE"}


def one_line(text: str) -> str:
    """Line breaks and runs of blanks become one blank; controls and marks that turn the direction of writing go."""
    return " ".join(seen("".join(" " if c.isspace() else c for c in text)).split())


def lines(text: str) -> list[str]:
    """A text of several lines, each as `one_line` says; empty ones part paragraphs."""
    return [one_line(line) for line in text.strip().splitlines()]


def seen(text: str) -> str:
    return "".join(c for c in text if unicodedata.category(c) not in _UNSEEN)


def swiss(text: str, limit: int) -> str:
    """Of the characters that a Swiss QR code may hold (Latin, Annex C), no longer than `limit`; others in plain letters."""
    kept = "".join(_swiss_character(c) for c in one_line(text))
    return one_line(kept)[:limit].strip()


def _swiss_character(character: str) -> str:
    if _is_swiss(character):
        return character
    plain = _PLAIN.get(character) or "".join(c for c in unicodedata.normalize("NFKD", character) if _is_swiss(c))
    return plain or "."


def _is_swiss(character: str) -> bool:
    point = ord(character)
    return 0x20 <= point <= 0x7E or 0xA0 <= point <= 0xFF or 0x100 <= point <= 0x17F or character in _SWISS_EXTRA
