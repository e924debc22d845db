"""The wall clock that the engine and its Lambda workers share: real time plus the seconds in $ENGINE_CLOCK.

Python runs this file when a worker starts. Only wall time moves: time.monotonic stays real, and with it every
Lambda time limit and every measured latency.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def _without(*modules: str) -> Iterator[None]:
    """They can't be imported meanwhile: two thirds of a worker's start went into what it has no use for."""
    hidden = [name for name in modules if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


with _without("pytest"):  # its fixture is nothing to us
    import time_machine

if __name__ == "sitecustomize":  # a worker, and a Lambda environment has neither
    sys.modules.update(dict.fromkeys(("OpenSSL", "awscrt")))  # type: ignore[arg-type]

FILE = os.environ.get("ENGINE_CLOCK")
after_jump: list[Callable[[], object]] = []
jumped_at = float("-inf")  # time.monotonic() of the last jump

_lock = threading.Lock()
_offset = 0.0
_traveller = None


def _written_offset() -> float:
    try:
        with open(str(FILE)) as file:
            return float(file.read())
    except (OSError, ValueError):
        return _offset


def _align() -> None:
    # Starting or moving the traveller takes time itself; without this correction a worker's clock can lag the
    # engine's by 0.1 s, and a function would see a moment before the event that called it.
    if _traveller:
        _traveller.shift(time_machine.escape_hatch.time.time() + _offset - time.time())


def sync() -> None:
    """Applies the offset now in the file; workers call it before each invocation."""
    global _offset, jumped_at
    with _lock:
        offset = _written_offset()
        if offset == _offset:
            return
        jumped_at, _offset = time.monotonic(), offset
        _align()
    for listener in after_jump:
        listener()


def _follow() -> None:
    wait = threading.Event().wait
    while True:
        wait(0.05)
        sync()


if FILE:
    _offset = _written_offset()
    _traveller = time_machine.travel(time.time() + _offset, tick=True).start()
    _align()
    threading.Thread(target=_follow, daemon=True, name="engine-clock").start()
