"""How far apart a process's calls of a provider are: with the queue's few consumers a burst keeps inside its rate."""

import time
from collections.abc import Callable


class Pace:
    """Waits, when called, until `interval` seconds after the call before."""

    def __init__(
        self,
        interval: float,
        ticks: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval, self._ticks, self._pause = interval, ticks, pause
        self._next = 0.0

    def __call__(self) -> None:
        now = self._ticks()
        if now < self._next:
            self._pause(self._next - now)
        self._next = max(now, self._next) + self._interval
