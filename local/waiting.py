"""Waits for a condition, and says what was awaited when it does not come."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class InVain(Exception):
    """It did not happen; the message says what, and what there was instead."""


def until(check: Callable[[], T | None], what: str, seconds: float = 60, instead: Callable[[], object] = str) -> T:
    """The first answer that is true. `instead` describes how things stand when time is over."""
    end = time.monotonic() + seconds
    while not (found := check()):
        if time.monotonic() > end:
            stands = f" Instead: {instead()}" if instead is not str else ""
            raise InVain(f"waited {seconds:.0f} s in vain for {what}.{stands}")
        time.sleep(0.02)
    return found
