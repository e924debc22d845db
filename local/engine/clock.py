"""Moves the shared clock, and lets whoever waits for a moment notice that it has come."""

import logging
import os
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path

from local.engine.site import sitecustomize as wall

logger = logging.getLogger("engine.clock")
_waiting: "weakref.WeakSet[VirtualEvent]" = weakref.WeakSet()
_guard = threading.Lock()


class VirtualEvent(threading.Event):
    """An event whose time-out is a moment on the shared clock."""

    deadline: float | None = None

    def wait(self, timeout: float | None = None) -> bool:
        if timeout is None:
            return super().wait()
        deadline = time.time() + timeout
        with _guard:
            self.deadline = deadline
            _waiting.add(self)
        try:
            with self._cond:  # type: ignore[attr-defined]
                while not self.is_set():
                    left = deadline - time.time()
                    if left <= 0:
                        return False
                    self._cond.wait(min(left, 86400))  # type: ignore[attr-defined]
                return True
        finally:
            self.deadline = None


def sleep(seconds: float) -> None:
    if seconds > 0:
        VirtualEvent().wait(seconds)


def overdue() -> int:
    """How many sleepers the last jump has woken that are not up yet."""
    now = time.time()
    with _guard:
        return sum(event.deadline is not None and event.deadline <= now for event in _waiting)


def _wake_sleepers() -> None:
    with _guard:
        events = list(_waiting)
    for event in events:
        with event._cond:  # type: ignore[attr-defined]
            event._cond.notify_all()  # type: ignore[attr-defined]


def jump(seconds: float) -> float:
    """Moves the clock forward and returns the new time."""
    if not seconds >= 0:
        raise ValueError(f"the clock only moves forward, not by {seconds} s")
    file = Path(str(wall.FILE))
    offset = float(file.read_text()) + seconds
    part = file.with_suffix(".part")  # a half-written offset would throw every worker's clock back
    part.write_text(f"{offset!r}\n")
    os.replace(part, file)
    wall.sync()
    return time.time()


class Ticker:
    """Runs a body every few real seconds, and at once after a jump."""

    def __init__(self, name: str, period: float, body: Callable[[], object]) -> None:
        self._period, self._body, self._wake = period, body, threading.Event()
        self._running = False
        wall.after_jump.append(self._wake.set)
        threading.Thread(target=self._loop, daemon=True, name=name).start()

    def behind(self) -> bool:
        return self._running or self._wake.is_set()

    def _loop(self) -> None:
        while True:
            self._wake.wait(self._period)
            self._running = True
            self._wake.clear()
            try:
                self._body()
            except Exception:
                logger.exception("tick")
            self._running = False


wall.after_jump.append(_wake_sleepers)
