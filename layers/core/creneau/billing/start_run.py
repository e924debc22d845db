"""Runs are made: one per period by the clock, others by hand, which staff look at before they go on (C-02, C-03)."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from creneau.billing.periods import Period, latest_period
from creneau.billing.ports import RunInput, Runs
from creneau.billing.run import STALLED, BillingRun, RunMode, RunState, run_ref
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.errors import Refused, Stale
from creneau.shared.model import Value
from creneau.shared.settings import SETTINGS, BillingSettings, Clinic, Settings
from creneau.shared.store import Conflict, Put, Store, require
from creneau.shared.time import Clock, local_date

MOST_ATTEMPTS = 5


class Begun(Value, frozen=True, kw_only=True):
    """What the clock found: the id of the latest period's run, empty: none is due."""

    run_id: str = ""


@dataclass(frozen=True)
class StartDueRun:
    """Puts the run of the latest period that has begun, if there is none yet. Not while sending is paused (M-20)."""

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self) -> Begun:
        now = self.clock()
        settings = self.store.get(SETTINGS) or Settings()
        period = latest_period(settings.billing, now, self.clinic.zone)
        if period is None or settings.messaging.paused:
            return Begun()
        self.again(lambda: self._put(period, settings.billing, now))
        return Begun(run_id=period.run_id)

    def _put(self, period: Period, billing: BillingSettings, now: datetime) -> None:
        if self.store.get(run_ref(period.run_id)) is not None:
            return
        run = BillingRun(
            id=period.run_id,
            mode=RunMode(billing.mode),
            channel=billing.channel,
            cycle=period.cycle,
            on=period.on,
            at=period.at,
            issuer_id=billing.issuer_id,
            notice_gap_days=billing.notice_gap_days,
            created_at=now,
            created_by="system",
            look_at=now + STALLED,
        )
        self.store.commit([Put(run)])


@dataclass(frozen=True)
class PrepareRun:
    """A run by hand: it is planned, and nothing is made before staff have seen the plan. The same id again is the same."""

    store: Store
    clinic: Clinic
    clock: Clock

    def __call__(self, run_id: str, mode: RunMode, channel: str, by: Actor) -> BillingRun:
        now = self.clock()
        billing = (self.store.get(SETTINGS) or Settings()).billing
        run = BillingRun(
            id=run_id,
            mode=mode,
            channel=channel,
            on=local_date(now, self.clinic.zone),
            at=now,
            issuer_id=billing.issuer_id,
            notice_gap_days=billing.notice_gap_days,
            created_at=now,
            created_by=by.id,
            look_at=now + STALLED,
        )
        try:
            self.store.commit([Put(run)])
        except Conflict:
            return require(self.store, run_ref(run_id))
        return run.with_(version=1)


@dataclass(frozen=True)
class ConfirmRun:
    """Staff have seen the plan with that digest: it goes on. Harmless to repeat. Raises NotFound, Refused, Stale."""

    store: Store
    clock: Clock
    again: Again

    def __call__(self, run_id: str, digest: str, by: Actor) -> BillingRun:
        return self.again(lambda: self._step(run_id, digest, by))

    def _step(self, run_id: str, digest: str, by: Actor) -> BillingRun:
        run = require(self.store, run_ref(run_id))
        if run.state is RunState.PLANNING:
            raise Refused("it is being planned still", code="not_planned", remedy="wait until it is `planned`")
        if run.digest != digest:
            raise Stale("this is not its plan", code="plan_changed", remedy="look at the plan again")
        if run.state is not RunState.PLANNED:
            return run
        goes_on = run.with_(
            state=RunState.RUNNING, attempt=run.attempt + 1, started_by=by.id, look_at=self.clock() + STALLED
        )
        self.store.commit([Put(goes_on)])
        return goes_on.with_(version=goes_on.version + 1)


@dataclass(frozen=True)
class FollowRun:
    """Starts a run's execution; harmless to repeat, as each attempt's name starts one only."""

    store: Store
    runs: Runs

    def __call__(self, run_id: str) -> None:
        run = self.store.get(run_ref(run_id))
        if run is not None and run.state in (RunState.PLANNING, RunState.RUNNING):
            self.runs.start(execution_name(run), RunInput(run_id=run.id))


@dataclass(frozen=True)
class SweepRun:
    """A run without progress gets another execution, up to `MOST_ATTEMPTS`; then it is closed as it stands.

    What nobody got is due still, and the next run's.
    """

    store: Store
    clock: Clock
    follow: FollowRun

    def __call__(self, run_id: str) -> None:
        now, run = self.clock(), require(self.store, run_ref(run_id))
        if run.look_at is None or run.look_at > now:
            return
        if (self.store.get(SETTINGS) or Settings()).messaging.paused:
            self.store.snooze(run_ref(run_id), now + STALLED)
            return
        if run.attempt >= MOST_ATTEMPTS:
            after = run.with_(state=RunState.CLOSED, closed_at=now, look_at=None)
        else:
            after = run.with_(attempt=run.attempt + 1, look_at=now + STALLED)
        with suppress(Conflict):  # it goes on after all
            self.store.commit([Put(after)])
            self.follow(run_id)


def execution_name(run: BillingRun) -> str:
    """One execution per run and attempt."""
    return f"{run.id}-{run.attempt}"
