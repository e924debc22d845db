"""Whether a message that did not leave in time is of use still: late ones go one at a time, stale ones never (M-17)."""

from datetime import datetime, timedelta

from creneau.agenda.appointment import Appointment
from creneau.messaging.consent import is_to_many
from creneau.messaging.holidays import out_of_rest
from creneau.messaging.message import Channel, Kind, Message, Recipient
from creneau.messaging.quiet import morning_after
from creneau.messaging.reminders import reminders_of
from creneau.messaging.template import TemplateBook
from creneau.shared.model import Stored
from creneau.shared.settings import Clinic, Settings
from creneau.shared.store import Ref
from creneau.shared.time import local_date

LATE = timedelta(minutes=30)
"""What leaves later than so long after it was due was held up: it catches up."""

BETWEEN = timedelta(hours=1)
"""A patient gets at most one message that catches up in so long."""

REVIEW_UNTIL = timedelta(days=7)
"""A review that is asked for later than so long after it was due is not asked for any more."""

_OF_A_DAY = frozenset({Kind.CUSTOM, Kind.BIRTHDAY})


class CatchUp(Stored, frozen=True, kw_only=True):
    """The last message by which a patient (`id`) caught up, and when; forgotten when nobody asks any more (`ttl`)."""

    id: str
    message_id: str
    at: datetime
    ttl: int

    @property
    def until(self) -> datetime:
        """When the next one may leave."""
        return self.at + BETWEEN


def catch_up_ref(patient_id: str) -> Ref[CatchUp]:
    return Ref(CatchUp, (patient_id,))


def caught_up(message: Message, before: CatchUp | None, now: datetime) -> CatchUp:
    """To be written in the claim of a late message."""
    ttl = int((now + timedelta(days=1)).timestamp())
    version = before.version if before else 0
    return CatchUp(id=message.patient_id or "", message_id=message.id, at=now, ttl=ttl, version=version)


def is_late(message: Message, settings: Settings, clinic: Clinic, now: datetime) -> bool:
    """Whether a patient gets it later than they should; a morning that it waits for, or a working day, is no delay."""
    if message.recipient is not Recipient.PATIENT or message.patient_id is None:
        return False
    return now > would_leave(message.due_at, message, settings, clinic) + LATE


def is_stale(
    message: Message,
    appointment: Appointment | None,
    settings: Settings,
    book: TemplateBook,
    clinic: Clinic,
    now: datetime,
) -> bool:
    """A reminder that a later one of its channel makes superfluous; a greeting, or an SMS for a day, on another day; a
    review asked for a week later; a reminder of payments on another day than its own, which the next plan makes anew."""
    if message.kind is Kind.REMINDER and appointment is not None:
        others = reminders_of(appointment, settings, book, clinic.zone)
        return any(message.due_at < o.due_at <= now for o in others if o.channel is message.channel)
    if message.kind is Kind.PAYMENT_REMINDER:
        today = local_date(now, clinic.zone)
        return "by" not in message.given and today > local_date(message.due_at, clinic.zone)
    if message.kind in _OF_A_DAY:
        from_when = message.goes_at if message.kind is Kind.BIRTHDAY else message.due_at
        leaves = would_leave(from_when, message, settings, clinic)
        return local_date(now, clinic.zone) > local_date(leaves, clinic.zone)
    asked = asked_at(message, appointment, settings, book, clinic)
    return asked is not None and now > max(message.due_at, asked) + REVIEW_UNTIL


def asked_at(
    message: Message, visit: Appointment | None, settings: Settings, book: TemplateBook, clinic: Clinic
) -> datetime | None:
    """When a review is due by its template's present delay, whatever it was when it was planned (M-09).

    One that staff send again goes at once. None for other kinds.
    """
    if message.kind is not Kind.REVIEW:
        return None
    line = book.line(message.written_by, settings.messaging)
    if visit is None or line is None or not line.delays or message.occasion != message.occurrence:
        return message.due_at
    return line.delays[0].after(visit.end, clinic.zone)


def would_leave(at: datetime, message: Message, settings: Settings, clinic: Clinic) -> datetime:
    """When it leaves if nothing holds it up."""
    many = is_to_many(message)
    at = out_of_rest(at, clinic.zone, clinic.country) if many else at
    morning = morning_after(at, settings.messaging, clinic.zone) if message.channel is Channel.SMS else None
    return out_of_rest(morning, clinic.zone, clinic.country) if morning and many else morning or at
