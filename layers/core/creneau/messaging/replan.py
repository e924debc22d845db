"""Plans the reminders of all visits anew after their templates changed: page by page, resumed where it stopped (M-09)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.agenda.catalogue import Agenda
from creneau.agenda.collections import appointments_from, catalogue
from creneau.messaging.replan_job import REPLAN_JOB, ReplanJob, asked_for, asked_since
from creneau.messaging.template import TEMPLATE_BOOK, TemplateBook
from creneau.messaging.walk import AT_MOST_LEFT, STALLED, take_step, those_failing
from creneau.shared.again import Again
from creneau.shared.settings import SETTINGS, Settings
from creneau.shared.store import Put, Ref, Store, everything
from creneau.shared.time import Clock

STEP = 50
"""Visits planned at a time: whoever runs a step reads the table's changes, which wait meanwhile."""


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
    """One step (`take_step`). A visit that can't be planned is tried again at the end, and `trouble` is told."""

    store: Store
    plan: Callable[[str], object]
    clock: Clock
    trouble: Callable[[Ref[Appointment], Exception], None]

    def __call__(self, version: int | None = None) -> None:
        take_step(self.store, REPLAN_JOB, version, lambda job: self._walked(job, self.clock()))

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
        return those_failing(ids, self.plan, lambda id, error: self.trouble(appointment_ref(id), error))
