"""Plans the reminders of all visits anew after their templates changed: page by page, resumed where it stopped (M-09)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.agenda.catalogue import Agenda
from creneau.agenda.collections import appointments_from, catalogue
from creneau.messaging.replan_job import REPLAN_JOB, ReplanJob, asked_for, asked_since
from creneau.messaging.template import TEMPLATE_BOOK, TemplateBook
from creneau.shared.again import Again
from creneau.shared.settings import SETTINGS, Settings
from creneau.shared.store import Conflict, Put, Ref, Store, everything
from creneau.shared.time import Clock

STEP = 50
"""Visits planned at a time: whoever runs a step reads the table's changes, which wait meanwhile."""

AT_MOST_LEFT = 500
"""So many visits that failed are tried again; the record of the walk is one item."""

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
        settings, book = read.get(SETTINGS) or Settings(), read.get(TEMPLATE_BOOK) or TemplateBook()
        asked = asked_for(settings, book)
        before = read.get(REPLAN_JOB)
        if asked == (before.asked if before else asked_for(Settings(), TemplateBook())):
            return
        version = before.version if before else 0
        since = asked_since(settings, book, before.since if before else None, now)
        self.store.commit([Put(ReplanJob(version=version, since=since, asked=asked, look_at=now + STALLED))])


@dataclass(frozen=True)
class ContinueReplan:
    """One step, and where it came to; its record in the stream asks for the next. `version`: the step that was recorded,
    so that a record which is read twice does not make two walks; None: whatever is next.

    A visit that can't be planned never stops the walk: it is tried again at the end, and `trouble` is told."""

    store: Store
    plan: Callable[[str], object]
    clock: Clock
    trouble: Callable[[Ref[Appointment], Exception], None]

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
            return self._finished(job, now)
        cursor = job.cursor if ahead[0] == job.agenda_id else None
        page = self.store.page(appointments_from(ahead[0], job.since), STEP, cursor)
        failed = self._failing(a.id for a in page.items)
        after = job.with_(
            done=job.done + len(page.items),
            left=(*job.left, *failed)[:AT_MOST_LEFT],
            agenda_id=ahead[0],
            cursor=page.cursor,
            look_at=now + STALLED,
        )
        if page.cursor is not None:
            return after
        if len(ahead) == 1:
            return self._finished(after, now)
        return after.with_(agenda_id=ahead[1])

    def _finished(self, job: ReplanJob, now: datetime) -> ReplanJob:
        return job.with_(left=tuple(self._failing(job.left)), finished_at=now, look_at=None)

    def _failing(self, ids: Iterable[str]) -> list[str]:
        failed = []
        for id in ids:
            try:
                self.plan(id)
            except Exception as error:  # noqa: BLE001 - told, and tried again at the end of the walk
                self.trouble(appointment_ref(id), error)
                failed.append(id)
        return failed


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
