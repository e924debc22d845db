"""The walk over all visits ahead that follows a change of the reminders' templates: how far it has come (M-08, M-09)."""

import hashlib
from datetime import datetime

from creneau.messaging.message import Channel, Kind
from creneau.messaging.template import TemplateBook
from creneau.messaging.walk import Walk
from creneau.shared.settings import Settings
from creneau.shared.store import Ref


class ReplanJob(Walk, frozen=True, kw_only=True):
    """`since` is when the change was made, or noticed where nobody can tell; `asked` is empty in jobs of versions that did
    not keep it. Agendas are walked by id, each by start of its visits from `since` on: `agenda_id` is the present one.
    """

    since: datetime
    agenda_id: str = ""


REPLAN_JOB = Ref(ReplanJob, ("replan_job",))

_SYSTEM = frozenset(f"{Kind.REMINDER}.{channel}" for channel in Channel)


def asked_for(settings: Settings, book: TemplateBook) -> str:
    """A digest of all that reminders depend on but their visits: equal for what asks for the same ones."""
    wanted = (_of_settings(settings), _of_book(book))
    return hashlib.sha256(repr(wanted).encode()).hexdigest()[:32]


def asked_since(settings: Settings, book: TemplateBook, before: datetime | None, now: datetime) -> datetime:
    """When the first reminders that are new since `before` were turned on; now, where no record says when.

    Without it what came due until the change was noticed would be taken for what nobody had asked for.
    """
    lines = [line for line in book.lines(settings.messaging, Kind.REMINDER) if line.active]
    turned_on = [line.since for line in lines] + [settings.sms.since if settings.sms.enabled else None]
    new = [at for at in turned_on if at is not None and at <= now and (before is None or at > before)]
    return min(new, default=now)


def asks_anew(before: Settings | TemplateBook | None, after: Settings | TemplateBook) -> bool:
    """Whether a change of the settings, or of the templates, asks for other reminders."""
    if isinstance(after, Settings):
        return _of_settings(before if isinstance(before, Settings) else Settings()) != _of_settings(after)
    return _of_book(before if isinstance(before, TemplateBook) else TemplateBook()) != _of_book(after)


def _of_settings(settings: Settings) -> object:
    return settings.sms.enabled, sorted(_SYSTEM & set(settings.messaging.off))


def _of_book(book: TemplateBook) -> object:
    lines = (line for line in book.stored if line.kind is Kind.REMINDER and line.active and not line.is_system)
    return sorted((line.id, line.channel.value, [delay.code for delay in line.delays]) for line in lines)
