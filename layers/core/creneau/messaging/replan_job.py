"""The walk over all visits ahead that follows a change of the reminders' templates: how far it has come (M-08, M-09)."""

from collections.abc import Iterator
from datetime import datetime

from creneau.messaging.message import Channel, Kind
from creneau.messaging.template import Line, TemplateBook
from creneau.shared.model import Stored
from creneau.shared.settings import Settings
from creneau.shared.store import Ref


class ReplanJob(Stored, frozen=True, kw_only=True):
    """There is one; a newer change begins it anew.

    `since` is when the change was noticed, `seen` the versions of what asked for it. Agendas are walked by id, each by
    start of its visits from `since` on: `agenda_id` is the present one, `cursor` its next page. `done` counts visits.
    """

    since: datetime
    seen: dict[str, int] = {}
    agenda_id: str = ""
    cursor: str | None = None
    done: int = 0
    finished_at: datetime | None = None
    look_at: datetime | None = None


REPLAN_JOB = Ref(ReplanJob, ("replan_job",))

_SYSTEM = frozenset(f"{Kind.REMINDER}.{channel}" for channel in Channel)


def asks_anew(before: Settings | TemplateBook, after: Settings | TemplateBook) -> bool:
    """Whether other reminders are wanted after a change of the settings, or of the templates."""
    return _wanted(before) != _wanted(after)


def _wanted(of: Settings | TemplateBook) -> object:
    if isinstance(of, Settings):
        return of.sms.enabled, _SYSTEM & set(of.messaging.off)
    return {line.id: (line.channel, line.delays) for line in _active(of)}


def _active(book: TemplateBook) -> Iterator[Line]:
    return (line for line in book.stored if line.kind is Kind.REMINDER and line.active and not line.is_system)
