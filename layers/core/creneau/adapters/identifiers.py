"""Identifiers sortable by time (ULID's layout), and random bytes."""

import secrets
import time

from creneau.shared.derived_id import base32


def new_id(prefix: str) -> str:
    """`prefix_` and 26 characters of Crockford's base 32: 48 bits of milliseconds, 80 random ones."""
    return f"{prefix}_{base32(time.time_ns() // 1_000_000, 10)}{base32(secrets.randbits(80), 16)}"


def random_bytes(count: int) -> bytes:
    return secrets.token_bytes(count)
