"""Identifiers made from what makes a request the same request: the same parts, always the same id."""

import hashlib

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def base32(number: int, length: int) -> str:
    """Crockford's base 32, fixed length, most significant digit first."""
    return "".join(_ALPHABET[(number >> (5 * i)) & 31] for i in reversed(range(length)))


def derived_id(prefix: str, *parts: str) -> str:
    """130 bits of the parts' SHA-256, in the form of every other id."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return f"{prefix}_{base32(int.from_bytes(digest[:17], 'big') >> 6, 26)}"
