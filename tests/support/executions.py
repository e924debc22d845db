"""Executions of `waitlist_round` on a clock held in the hand: the states of the machine, without the machine."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from creneau.agenda.slot import parse_slot
from creneau.waitlist.ports import RoundInput, Started
from creneau.waitlist.round import round_ref
from creneau.wiring import App


@dataclass
class Execution:
    name: str
    given: RoundInput
    until: datetime
    waits_for_answers: bool = False
    running: bool = True
    aborted: bool = False

    @property
    def round(self) -> tuple[str, int, int]:
        return self.given.slot_id, self.given.n, self.given.q

    def step(self, app: App) -> None:
        """LetTheDustSettle or a wait is over: ask the domain, go where its answer points."""
        if self.waits_for_answers:
            outcome, until = self._close(app)
        else:
            opening = app.open_round(self.given)
            outcome, until = opening.outcome, opening.until
            self.waits_for_answers = outcome == "opened"
        if outcome in {"opened", "wait", "not_yet"}:
            self.until = datetime.fromisoformat(until)
        else:
            self.running = False

    def _close(self, app: App) -> tuple[str, str]:
        closing = app.settle(round_ref(parse_slot(self.given.slot_id), self.given.n, self.given.q))
        return closing.outcome, closing.until


class FakeRounds:
    """Implements `waitlist.ports.Rounds`: one execution per name, for ever."""

    def __init__(self) -> None:
        self.by_name: dict[str, Execution] = {}
        self.on_start: list[Callable[[Execution], None]] = []

    def start(self, name: str, given: RoundInput) -> Started:
        given = msgspec.json.decode(msgspec.json.encode(given), type=RoundInput)
        known = self.by_name.get(name)
        if known is not None:
            return Started.RUNNING if known.running and known.given == given else Started.NAME_USED_UP
        if len(name) > 80 or not name.replace("-", "").replace("_", "").isalnum():
            raise AssertionError(f"{name} is not a name of an execution")
        execution = Execution(name, given, datetime.fromisoformat(given.not_before))
        self.by_name[name] = execution
        for hook in self.on_start:
            hook(execution)
        return Started.RUNNING

    @property
    def running(self) -> list[Execution]:
        return [e for e in self.by_name.values() if e.running]

    def due(self, now: datetime) -> list[Execution]:
        return sorted((e for e in self.running if e.until <= now), key=lambda e: (e.until, e.name))

    def abort(self, execution: Execution) -> None:
        execution.running, execution.aborted = False, True
