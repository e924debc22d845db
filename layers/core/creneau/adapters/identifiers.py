"""Identifiers: sortable by time (ULID's layout), or derived from what makes a request the same request."""

import hashlib
import secrets
import time

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def _base32(number: int, length: int) -> str:
    return "".join(_ALPHABET[(number >> (5 * i)) & 31] for i in reversed(range(length)))


def new_id(prefix: str) -> str:
    """`prefix_` and 26 characters of Crockford's base 32: 48 bits of milliseconds, 80 random ones."""
    return f"{prefix}_{_base32(time.time_ns() // 1_000_000, 10)}{_base32(secrets.randbits(80), 16)}"


def derived_id(prefix: str, *parts: str) -> str:
    """Always the same for the same parts; 130 bits of their SHA-256."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return f"{prefix}_{_base32(int.from_bytes(digest[:17], 'big') >> 6, 26)}"


def random_bytes(count: int) -> bytes:
    return secrets.token_bytes(count)
