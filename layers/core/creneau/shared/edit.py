"""An edit by somebody who decided on a version: it happens on that version or not at all."""

from typing import TypeVar

from creneau.shared.errors import NotFound, Stale
from creneau.shared.model import Stored

M = TypeVar("M", bound=Stored)


def stale(stored: int, expected: int) -> Stale:
    return Stale(
        f"it changed meanwhile (version {stored}, you have {expected})",
        code="stale",
        remedy="read it again and repeat the change",
    )


def check_version(stored: Stored, expected: int | None) -> None:
    """Stale when the caller decided on another version than the stored one; None: on none."""
    if expected is not None and stored.version != expected:
        raise stale(stored.version, expected)


def editable(stored: M | None, expected: int, what: str) -> M:
    """The stored value, if it is the one that the caller decided on. Raises NotFound and Stale."""
    if stored is None:
        raise NotFound(f"there is no {what}", code="not_found", remedy="use an id as listed")
    check_version(stored, expected)
    return stored
