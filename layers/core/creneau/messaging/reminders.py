"""Which reminders a visit has: one per template that is on and delay, as long before it by the local clock (M-03)."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from creneau.agenda.appointment import Appointment
from creneau.messaging.delay import Delay
from creneau.messaging.message import Channel, Kind, message_id
from creneau.messaging.quiet import morning_after, too_late_then
from creneau.messaging.template import Line, TemplateBook
from creneau.shared.model import Value
from creneau.shared.settings import Settings

SYSTEM = "system"
"""Stands for the system template in the ids of reminders."""


class Reminder(Value, frozen=True, kw_only=True):
    """`due_at` keeps the visit's local time for delays in days and months, `leaves_at` is later for an SMS of the night.
    `template_id` None: the system one. `since`: when its template, or SMS, were last turned on.
    """

    appointment_id: str
    channel: Channel
    template_id: str | None
    delay: Delay
    due_at: datetime
    leaves_at: datetime
    since: datetime | None = None

    @property
    def occurrence(self) -> str:
        return f"{self.template_id or SYSTEM}-{self.delay.code}"

    @property
    def id(self) -> str:
        return message_id(Kind.REMINDER, self.channel, self.appointment_id, self.occurrence)


def reminders_of(appointment: Appointment, settings: Settings, book: TemplateBook, zone: ZoneInfo) -> list[Reminder]:
    """What the templates that are on now ask for, as long as the visit is booked; what lies behind is among them.

    One that would have left before the visit was booked, or set back, was never due (M-03).
    """
    if not appointment.is_booked:
        return []
    asked = (_reminder(appointment, line, delay, settings, zone) for line, delay in _on(settings, book))
    return [r for r in asked if appointment.attendance_at < r.leaves_at and r.due_at < appointment.start]


def _on(settings: Settings, book: TemplateBook) -> Iterator[tuple[Line, Delay]]:
    for line in book.lines(settings.messaging, Kind.REMINDER):
        if line.active and (line.channel is not Channel.SMS or settings.sms.enabled):
            yield from ((line, delay) for delay in line.delays)


def _reminder(appointment: Appointment, line: Line, delay: Delay, settings: Settings, zone: ZoneInfo) -> Reminder:
    due_at, is_sms = delay.before(appointment.start, zone), line.channel is Channel.SMS
    morning = morning_after(due_at, settings.messaging, zone) if is_sms else None
    waits = morning is not None and not too_late_then(morning, appointment.start)
    turned_on = [at for at in (line.since, settings.sms.since if is_sms else None) if at is not None]
    return Reminder(
        appointment_id=appointment.id,
        channel=line.channel,
        template_id=None if line.is_system else line.id,
        delay=delay,
        due_at=due_at,
        leaves_at=morning if morning and waits else due_at,
        since=max(turned_on, default=None),
    )
