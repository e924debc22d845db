"""How the story looks: numbered steps with the clinic's time; colours only in a terminal that has them."""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TextIO
from zoneinfo import ZoneInfo

BOLD, DIM, GREEN, RED, CYAN = "1", "2", "32", "31", "36"


class Teller:
    def __init__(self, zone: ZoneInfo, out: TextIO | None = None) -> None:
        self._zone, self._out = zone, out or sys.stdout
        self.is_terminal = self._out.isatty()
        self._colours = self.is_terminal and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
        self._step = 0

    def style(self, text: str, *codes: str) -> str:
        return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if self._colours else text

    def say(self, text: str = "", *codes: str) -> None:
        print(self.style(text, *codes) if codes else text, file=self._out, flush=True)

    def step(self, now: datetime, title: str) -> None:
        self._step += 1
        at = self.style(self.moment(now), CYAN)
        self.say(f"\n{self._step:>3}  {at}   {self.style(title, BOLD)}")

    def line(self, text: str, note: str = "") -> None:
        self.say(f"     {text}" + (f"  {self.style(note, DIM)}" if note else ""))

    def quote(self, text: str) -> None:
        """Something that a patient reads."""
        self.say(f"     {self.style('│', CYAN)} {text}")

    def table(self, rows: Sequence[tuple[str, ...]]) -> None:
        if not rows:
            return
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        for row in rows:
            self.line("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())

    def moment(self, instant: datetime) -> str:
        return f"{instant.astimezone(self._zone):%a %d %b, %H:%M}"

    @contextmanager
    def doing(self, what: str) -> Iterator[None]:
        """Says how long it took; in a terminal, what is being done is seen meanwhile."""
        begun = time.monotonic()
        if self.is_terminal:
            print(f"     {what} ...", end="", file=self._out, flush=True)
        try:
            yield
        except BaseException:
            self.say("" if self.is_terminal else f"     {what} ... failed")
            raise
        took = self.style(f"{time.monotonic() - begun:.1f} s", DIM)
        self.say(f" {took}" if self.is_terminal else f"     {what} ... {took}")
