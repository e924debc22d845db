"""Which visits would lose their SMS reminder to quiet hours that staff think of: those of early mornings (M-16)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from creneau.agenda.appointment import Appointment
from creneau.agenda.catalogue import Agenda
from creneau.agenda.collections import appointments_between, catalogue
from creneau.messaging.message import Channel
from creneau.messaging.quiet import morning_after, too_late_then
from creneau.messaging.reminders import Reminder, reminders_of
from creneau.messaging.template import TEMPLATE_BOOK, TemplateBook
from creneau.shared.model import Value
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Store, everything
from creneau.shared.time import Clock

AHEAD = timedelta(days=60)
MOST_LOOKED_AT = 3000
MOST_SHOWN = 100


class Loses(Value, frozen=True, kw_only=True):
    """A visit, and the reminder that would be due in the night and of no use in the morning."""

    appointment: Appointment
    reminder: Reminder


class LosingVisits(Value, frozen=True, kw_only=True):
    """By agenda, then by start. `complete`: there are no others within the sixty days looked at."""

    visits: tuple[Loses, ...] = ()
    complete: bool = True


@dataclass(frozen=True)
class ShowLosingVisits:
    """Looks sixty days ahead, at 3,000 visits at most, and shows a hundred reminders at most. Changes nothing."""

    store: Store
    clinic: Clinic
    clock: Clock

    def __call__(self, quiet_from: str, quiet_until: str) -> LosingVisits:
        """Local times of day, `21:00`; alike: no SMS ever waits."""
        now, read = self.clock(), self.store.snapshot([SETTINGS, TEMPLATE_BOOK])
        settings, book = read.get(SETTINGS) or Settings(), read.get(TEMPLATE_BOOK) or TemplateBook()
        messaging = settings.messaging.with_(quiet_from=quiet_from, quiet_until=quiet_until)
        settings = settings.with_(messaging=messaging)
        found: list[Loses] = []
        for looked_at, appointment in enumerate(self._ahead(now)):
            found += _lost(appointment, settings, book, self.clinic.zone, now)
            if len(found) > MOST_SHOWN or looked_at == MOST_LOOKED_AT:
                return LosingVisits(visits=tuple(found[:MOST_SHOWN]), complete=False)
        return LosingVisits(visits=tuple(found))

    def _ahead(self, now: datetime) -> Iterator[Appointment]:
        for agenda in everything(self.store, catalogue(Agenda)):
            cursor: str | None = None
            while True:
                page = self.store.page(appointments_between(agenda.id, now, now + AHEAD), 100, cursor)
                yield from page.items
                cursor = page.cursor
                if cursor is None:
                    break


def _lost(
    appointment: Appointment, settings: Settings, book: TemplateBook, zone: ZoneInfo, now: datetime
) -> Iterator[Loses]:
    for reminder in reminders_of(appointment, settings, book, zone):
        morning = morning_after(reminder.due_at, settings.messaging, zone)
        by_sms = reminder.channel is Channel.SMS and reminder.due_at > now
        if by_sms and morning is not None and too_late_then(morning, appointment.start):
            yield Loses(appointment=appointment, reminder=reminder)
