"""Threads of which one runs at a time: at each of their writes a throw of the dice says who goes on."""

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

LONGEST_SECONDS = 20


@dataclass
class Turns:
    """`meet` is what the store calls before each write: whoever is about to write waits there to be let in."""

    dice: random.Random
    check: Callable[[], None]
    _doors: dict[int, threading.Semaphore] = field(default_factory=dict)
    _main: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    _errors: list[BaseException] = field(default_factory=list)

    def meet(self, _writes: Sequence[Any] = ()) -> None:
        door = self._doors.get(threading.get_ident())
        if door is None:
            return  # not one of the workers
        self._main.release()
        assert door.acquire(timeout=LONGEST_SECONDS)

    def run(self, acts: Sequence[Callable[[], object]]) -> None:
        """Every act to its end, `check` after each step of any of them."""
        inside = [self._begun(act) for act in acts]
        while inside:
            thread = self.dice.choice(inside)
            self._doors[thread.ident or 0].release()
            assert self._main.acquire(timeout=LONGEST_SECONDS)
            self.check()
            inside = [t for t in inside if t.ident in self._doors]
        if self._errors:
            raise self._errors[0]

    def _begun(self, act: Callable[[], object]) -> threading.Thread:
        """It waits at its door before its first step."""

        def body() -> None:
            self._doors[threading.get_ident()] = threading.Semaphore(0)
            self.meet()
            try:
                act()
            except BaseException as error:  # noqa: BLE001 - raised by `run`
                self._errors.append(error)
            finally:
                del self._doors[threading.get_ident()]
                self._main.release()

        thread = threading.Thread(target=body, daemon=True)
        thread.start()
        assert self._main.acquire(timeout=LONGEST_SECONDS)
        return thread
