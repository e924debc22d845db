"""Decide anew when a change met another one: with jitter, a bounded number of times, and never answering meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from creneau.shared.errors import Busy
from creneau.shared.store import Conflict
from creneau.shared.time import Pause

T = TypeVar("T")


@dataclass(frozen=True)
class Again:
    """Runs a step until it no longer conflicts; Busy after `tries`. `dice` answers a float in [0, 1)."""

    pause: Pause
    dice: Callable[[], float]
    tries: int = 14
    longest: float = 0.4

    def __call__(self, step: Callable[[], T]) -> T:
        for n in range(self.tries):
            try:
                return step()
            except Conflict:
                self.pause(self.dice() * min(self.longest, 0.01 * 2**n))
        raise Busy("too many changes to the same day at once", code="busy", remedy="repeat the request in a moment")
