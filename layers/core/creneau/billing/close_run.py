"""A run is over once every payer has an outcome; one that is not is begun again by the sweeper."""

from dataclasses import dataclass

from creneau.billing.run import BillingRun, RunState, run_ref
from creneau.shared.again import Again
from creneau.shared.model import Value
from creneau.shared.settings import SETTINGS, Settings
from creneau.shared.store import Put, Store
from creneau.shared.time import Clock


class RunClosing(Value, frozen=True, kw_only=True):
    """The task's answer: `closed`, `unfinished` (some page gave up), or `held` (sending is paused)."""

    outcome: str
    payers: int = 0
    done: int = 0
    counts: dict[str, int] = {}


@dataclass(frozen=True)
class CloseRun:
    """Repeatable."""

    store: Store
    clock: Clock
    again: Again

    def __call__(self, run_id: str) -> RunClosing:
        return self.again(lambda: self._step(run_id))

    def _step(self, run_id: str) -> RunClosing:
        run = self.store.get(run_ref(run_id))
        if run is None or run.state is RunState.CLOSED:
            return _answer("closed", run)
        if run.state is not RunState.RUNNING or run.done < run.payers:
            paused = (self.store.get(SETTINGS) or Settings()).messaging.paused
            return _answer("held" if paused else "unfinished", run)
        self.store.commit([Put(run.with_(state=RunState.CLOSED, closed_at=self.clock(), look_at=None))])
        return _answer("closed", run)


def _answer(outcome: str, run: BillingRun | None) -> RunClosing:
    if run is None:
        return RunClosing(outcome=outcome)
    return RunClosing(outcome=outcome, payers=run.payers, done=run.done, counts=run.counts)
