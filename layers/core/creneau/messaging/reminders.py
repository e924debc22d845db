"""Which reminders a visit has: one per template that is on and delay, as long before it by the local clock (M-03)."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from creneau.agenda.appointment import Appointment
from creneau.messaging.delay import Delay
from creneau.messaging.message import Channel, Kind, message_id
from creneau.messaging.template import Line, TemplateBook
from creneau.shared.model import Value
from creneau.shared.settings import Settings

SYSTEM = "system"
"""Stands for the system template in the ids of reminders."""


class Reminder(Value, frozen=True, kw_only=True):
    """`due_at` keeps the visit's local time for delays in days and months. `template_id` None: the system one."""

    appointment_id: str
    channel: Channel
    template_id: str | None
    delay: Delay
    due_at: datetime

    @property
    def occurrence(self) -> str:
        return f"{self.template_id or SYSTEM}-{self.delay.code}"

    @property
    def id(self) -> str:
        return message_id(Kind.REMINDER, self.channel, self.appointment_id, self.occurrence)


def reminders_of(appointment: Appointment, settings: Settings, book: TemplateBook, zone: ZoneInfo) -> list[Reminder]:
    """What the templates that are on now ask for, as long as the visit is booked; what lies behind is among them.

    One that was due before the visit was booked, or set back, was never due (M-03).
    """
    if not appointment.is_booked:
        return []
    asked = (_reminder(appointment, line, delay, zone) for line, delay in _on(settings, book))
    return [r for r in asked if appointment.attendance_at < r.due_at < appointment.start]


def _on(settings: Settings, book: TemplateBook) -> Iterator[tuple[Line, Delay]]:
    for line in book.lines(settings.messaging, Kind.REMINDER):
        if line.active and (line.channel is not Channel.SMS or settings.sms.enabled):
            yield from ((line, delay) for delay in line.delays)


def _reminder(appointment: Appointment, line: Line, delay: Delay, zone: ZoneInfo) -> Reminder:
    return Reminder(
        appointment_id=appointment.id,
        channel=line.channel,
        template_id=None if line.is_system else line.id,
        delay=delay,
        due_at=delay.before(appointment.start, zone),
    )
