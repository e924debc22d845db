"""Plans the reminders of all visits anew after their templates changed: page by page, resumed where it stopped (M-09)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from creneau.agenda.catalogue import Agenda
from creneau.agenda.collections import appointments_from, catalogue
from creneau.messaging.replan_job import REPLAN_JOB, ReplanJob, asked_for
from creneau.messaging.template import TEMPLATE_BOOK, TemplateBook
from creneau.shared.again import Again
from creneau.shared.settings import SETTINGS, Settings
from creneau.shared.store import Conflict, Put, Store, everything
from creneau.shared.time import Clock

STEP = 50
"""Visits planned at a time: whoever runs a step reads the table's changes, which wait meanwhile."""

STALLED = timedelta(minutes=3)
"""Without a step for so long, the sweeper takes the next one."""


@dataclass(frozen=True)
class StartReplan:
    """Begins the walk when other reminders are asked for than the last one was begun for; else does nothing."""

    store: Store
    clock: Clock
    again: Again

    def __call__(self) -> None:
        self.again(self._step)

    def _step(self) -> None:
        now, read = self.clock(), self.store.snapshot([SETTINGS, TEMPLATE_BOOK, REPLAN_JOB])
        asked = asked_for(read.get(SETTINGS) or Settings(), read.get(TEMPLATE_BOOK) or TemplateBook())
        before = read.get(REPLAN_JOB)
        if asked == (before.asked if before else asked_for(Settings(), TemplateBook())):
            return
        version = before.version if before else 0
        self.store.commit([Put(ReplanJob(version=version, since=now, asked=asked, look_at=now + STALLED))])


@dataclass(frozen=True)
class ContinueReplan:
    """One step, and where it came to; its record in the stream asks for the next. `version`: the step that was recorded,
    so that a record which is read twice does not make two walks; None: whatever is next."""

    store: Store
    plan: Callable[[str], object]
    clock: Clock

    def __call__(self, version: int | None = None) -> None:
        job = self.store.get(REPLAN_JOB)
        if job is None or job.finished_at is not None or version not in (None, job.version):
            return
        try:
            self.store.commit([Put(self._walked(job, self.clock()))])
        except Conflict:
            return  # another change began it anew, or another took this step

    def _walked(self, job: ReplanJob, now: datetime) -> ReplanJob:
        ahead = [a.id for a in everything(self.store, catalogue(Agenda)) if a.id >= job.agenda_id]
        if not ahead:
            return job.with_(finished_at=now, look_at=None)
        cursor = job.cursor if ahead[0] == job.agenda_id else None
        page = self.store.page(appointments_from(ahead[0], job.since), STEP, cursor)
        for appointment in page.items:
            self.plan(appointment.id)
        after = job.with_(
            done=job.done + len(page.items), agenda_id=ahead[0], cursor=page.cursor, look_at=now + STALLED
        )
        if page.cursor is not None:
            return after
        if len(ahead) == 1:
            return after.with_(finished_at=now, look_at=None)
        return after.with_(agenda_id=ahead[1])


@dataclass(frozen=True)
class SweepReplan:
    """What the stream lost: a change that nobody walked for, or a step that nobody took. 1 when there was one to take."""

    store: Store
    start: Callable[[], object]
    go_on: Callable[[], object]
    clock: Clock

    def __call__(self) -> int:
        self.start()
        job = self.store.get(REPLAN_JOB)
        if job is None or job.look_at is None or job.look_at > self.clock():
            return 0
        self.go_on()
        return 1
