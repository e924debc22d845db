"""Plans the reminders of all who owe anew after their templates changed: page by page, resumed where it stopped (D-02)."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from creneau.messaging.payments.plan_payer_reminders import automatic_lines
from creneau.messaging.ports import OwedInvoices
from creneau.messaging.template import TEMPLATE_BOOK, TemplateBook
from creneau.messaging.walk import AT_MOST_LEFT, STALLED, Walk, take_step, those_failing
from creneau.shared.again import Again
from creneau.shared.settings import SETTINGS, Settings
from creneau.shared.store import Put, Ref, Store
from creneau.shared.time import Clock


class PayersJob(Walk, frozen=True, kw_only=True):
    """Over the invoices owed, by due date; `done` counts payers."""

    began_at: datetime


PAYERS_JOB = Ref(PayersJob, ("payers_job",))


def asked_of_payers(settings: Settings, book: TemplateBook) -> str:
    """A digest of all that reminders depend on but the payers and their invoices."""
    lines = sorted(
        (line.id, str(line.since), str(line.existing_since), [delay.code for delay in line.delays])
        for line in automatic_lines(book, settings.messaging)
    )
    return hashlib.sha256(repr((settings.billing.send_at, lines)).encode()).hexdigest()[:32]


def asks_payers_anew(before: Settings | TemplateBook | None, after: Settings | TemplateBook) -> bool:
    """Whether a change of the settings, or of the templates, asks for other reminders of payments."""
    if isinstance(after, Settings):
        earlier = before if isinstance(before, Settings) else Settings()
        return earlier.billing.send_at != after.billing.send_at
    was, settings = before if isinstance(before, TemplateBook) else TemplateBook(), Settings()
    return asked_of_payers(settings, was) != asked_of_payers(settings, after)


@dataclass(frozen=True)
class StartPayersReplan:
    """Begins the walk when other reminders are asked for than the last one was begun for; else does nothing."""

    store: Store
    clock: Clock
    again: Again

    def __call__(self) -> None:
        self.again(self._step)

    def _step(self) -> None:
        now, read = self.clock(), self.store.snapshot([SETTINGS, TEMPLATE_BOOK, PAYERS_JOB])
        asked = asked_of_payers(read.get(SETTINGS) or Settings(), read.get(TEMPLATE_BOOK) or TemplateBook())
        before = read.get(PAYERS_JOB)
        if asked == (before.asked if before else asked_of_payers(Settings(), TemplateBook())):
            return
        version = before.version if before else 0
        self.store.commit([Put(PayersJob(version=version, asked=asked, began_at=now, look_at=now + STALLED))])


@dataclass(frozen=True)
class ContinuePayersReplan:
    """One step (`take_step`). A payer who can't be planned is tried again at the end, and `trouble` is told."""

    store: Store
    owed: OwedInvoices
    plan: Callable[[str], object]
    clock: Clock
    trouble: Callable[[str, Exception], None]

    def __call__(self, version: int | None = None) -> None:
        take_step(self.store, PAYERS_JOB, version, lambda job: self._walked(job, self.clock()))

    def _walked(self, job: PayersJob, now: datetime) -> PayersJob:
        invoices, cursor = self.owed.page(job.cursor)
        payers = dict.fromkeys(invoice.payer_key for invoice in invoices)
        left = (*job.left, *self._failing(payers))[:AT_MOST_LEFT]
        after = job.with_(cursor=cursor, done=job.done + len(payers), left=left, look_at=now + STALLED)
        if cursor is not None:
            return after
        return after.with_(left=tuple(self._failing(left)), finished_at=now, look_at=None)

    def _failing(self, payer_keys: Iterable[str]) -> list[str]:
        return those_failing(payer_keys, self.plan, self.trouble)
