"""What an appointment's last change asks for: an email, an SMS that confirms it, one to its practitioner (M-04, M-05)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.agenda.catalogue import Practitioner, patient_ref, practitioner_ref
from creneau.messaging.message import Channel, Kind, Message, Recipient, message_id, message_ref
from creneau.messaging.plan import Planned, commit_planned
from creneau.messaging.template import TEMPLATE_BOOK, Line, TemplateBook
from creneau.messaging.told import due_kind, is_confirmed_by_sms, is_known, just_moved, mails_before, texts_before
from creneau.messaging.verdict import Facts
from creneau.shared.again import Again
from creneau.shared.model import Value
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Snapshot, Store
from creneau.shared.time import Clock


class Due(Value, frozen=True, kw_only=True):
    """A message that a change asks for, unless its reader knows already. `template`: by what an SMS is written."""

    kind: Kind
    channel: Channel
    occurrence: str
    at: datetime
    template: Line | None = None

    def id(self, appointment: Appointment) -> str:
        return message_id(self.kind, self.channel, appointment.id, self.occurrence)


def due_email(appointment: Appointment, settings: Settings) -> Iterator[Due]:
    """By the present state: what was undone meanwhile is not told (M-18)."""
    kind, at = due_kind(appointment), appointment.attendance_at
    if kind and settings.messaging.tells(f"{kind}.{Channel.EMAIL}", at):
        yield Due(kind=kind, channel=Channel.EMAIL, occurrence=str(appointment.changes), at=at)


def due_texts(
    appointment: Appointment, settings: Settings, book: TemplateBook, practitioner: Practitioner | None
) -> Iterator[Due]:
    """The confirmation, by the template chosen when staff booked, or the practitioner's when the patient did (M-04), or
    accepted an offer and staff had chosen none (W-07); and
    the word to the practitioner of a visit that was booked online, once, whatever becomes of it (M-05)."""
    online, preset = appointment.online, practitioner.sms_template_id if practitioner else None
    at, made = appointment.attendance_at, appointment.created_at
    by_staff = appointment.sms_template_id or (preset if appointment.offer_round_id else None)
    chosen = _line(preset if online else by_staff, Kind.CONFIRMED, settings, book)
    if appointment.is_booked and chosen and chosen.tells(at) and settings.texts(at):
        soon = at + timedelta(minutes=settings.sms.confirmation_minutes)
        yield Due(
            kind=Kind.CONFIRMED, channel=Channel.SMS, occurrence=str(appointment.changes), at=soon, template=chosen
        )
    own = practitioner.booking_sms_template_id if practitioner else None
    notice = _line(own, Kind.ONLINE_BOOKING, settings, book)
    new = online and appointment.is_active and appointment.moved_from is None
    if new and notice and notice.tells(made) and settings.texts(made):
        yield Due(kind=Kind.ONLINE_BOOKING, channel=Channel.SMS, occurrence="0", at=made, template=notice)


def _line(id: str | None, kind: Kind, settings: Settings, book: TemplateBook) -> Line | None:
    line = book.line(id, settings.messaging) if id else None
    return line if line and (line.kind, line.channel) == (kind, Channel.SMS) else None


@dataclass(frozen=True)
class PlanAppointmentMessages:
    """Plans what tells an appointment's last change; nothing for what is past, known, or was off."""

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, appointment_id: str) -> Planned:
        return self.again(lambda: self._step(appointment_id))

    def _step(self, appointment_id: str) -> Planned:
        now = self.clock()
        first = self.store.snapshot([appointment_ref(appointment_id), SETTINGS, TEMPLATE_BOOK])
        appointment, settings = first.get(appointment_ref(appointment_id)), first.get(SETTINGS) or Settings()
        if appointment is None or appointment.deleted_at is not None or appointment.start <= now:
            return Planned()
        book, practitioner = first.get(TEMPLATE_BOOK) or TemplateBook(), None
        if settings.sms.enabled and (appointment.online or appointment.sms_template_id or appointment.offer_round_id):
            practitioner = self.store.get(practitioner_ref(appointment.practitioner_id))
        due = [*due_email(appointment, settings), *due_texts(appointment, settings, book, practitioner)]
        if not due:
            return Planned()
        patient = patient_ref(appointment.patient_id)
        told = [*mails_before(appointment), *texts_before(appointment)]
        read = self.store.snapshot([patient, *(message_ref(d.id(appointment)) for d in due), *told])
        facts = Facts(
            clinic=self.clinic,
            settings=settings,
            book=book,
            patient=read.get(patient),
            appointment=appointment,
            practitioner=practitioner,
        )
        new = [_message(d, appointment, now) for d in due if not _is_told(d, appointment, read)]
        return commit_planned(self.store, [(m, facts) for m in new], now)


def _is_told(due: Due, appointment: Appointment, read: Snapshot) -> bool:
    if read.get(message_ref(due.id(appointment))) is not None:
        return True
    mails, texts = map(read.get, mails_before(appointment)), map(read.get, texts_before(appointment))
    if due.kind is Kind.ONLINE_BOOKING:
        return False
    if due.channel is Channel.SMS:
        return is_confirmed_by_sms(texts, mails)
    return not just_moved(appointment) and is_known(due.kind, mails)


def _message(due: Due, appointment: Appointment, now: datetime) -> Message:
    return Message(
        id=due.id(appointment),
        channel=due.channel,
        kind=due.kind,
        patient_id=appointment.patient_id,
        practitioner_id=appointment.practitioner_id,
        recipient=Recipient.PRACTITIONER if due.kind is Kind.ONLINE_BOOKING else Recipient.PATIENT,
        template_id=due.template.id if due.template and not due.template.is_system else None,
        appointment_id=appointment.id,
        round_id=appointment.offer_round_id if due.kind is Kind.MOVED else None,
        occurrence=due.occurrence,
        due_at=due.at,
        created_at=now,
    )
