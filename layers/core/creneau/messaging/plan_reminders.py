"""Makes a visit's reminders those that are wanted: plans, cancels, and takes up again what a plan cancelled (M-03, M-09)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.messaging.message import Channel, Decision, Kind, Message, MessageState, message_ref
from creneau.messaging.message_lists import messages_of_appointment
from creneau.messaging.plan import Planned
from creneau.messaging.quiet import morning_after, too_late_then
from creneau.messaging.reminders import Reminder, reminders_of
from creneau.messaging.replan_job import REPLAN_JOB, asked_for
from creneau.messaging.template import TEMPLATE_BOOK, TemplateBook
from creneau.shared.again import Again
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Conflict, Put, Store, Unchanged, everything
from creneau.shared.time import Clock

AT_ONCE = 90
"""Messages written in one transaction."""

SETTLED = timedelta(minutes=5)
"""Templates that changed so long before a visit was booked are all that was ever planned by, whosever clock is ahead."""


@dataclass(frozen=True)
class PlanReminders:
    """Reads everything anew, so that it comes to the same whatever happened, in whichever order it is told of it.

    Never touches what left, is leaving, was cancelled by staff, or was sent again by them. What was due before the
    templates last changed is not made up for. Whether its reader can be written to is judged when it is handed over only:
    who gives a number, or agrees, after the booking is reminded all the same.
    """

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, appointment_id: str) -> Planned:
        return self.again(lambda: self._step(appointment_id))

    def _step(self, appointment_id: str) -> Planned:
        now, ref = self.clock(), appointment_ref(appointment_id)
        read = self.store.snapshot([ref, SETTINGS, TEMPLATE_BOOK, REPLAN_JOB])
        appointment, settings = read.get(ref), read.get(SETTINGS) or Settings()
        if appointment is None or appointment.start <= now:
            return Planned()
        job, book = read.get(REPLAN_JOB), read.get(TEMPLATE_BOOK) or TemplateBook()
        since = job.since if job else appointment.created_at
        wanted = {r.id: r for r in reminders_of(appointment, settings, book, self.clinic.zone)}
        untouched = job is None or since + SETTLED < appointment.created_at
        present = self._present(appointment, wanted, untouched=untouched)
        changes = list(_changes(appointment, wanted, present, since, now))
        planned = [self._out_of_quiet_hours(m, appointment, settings) for m in changes]
        for first in range(0, len(planned), AT_ONCE):
            some = planned[first : first + AT_ONCE]
            self.store.commit([*map(Put, some), Unchanged(appointment)])
        if now - appointment.created_at < SETTLED:
            self._still_asked(asked_for(settings, book))
        return Planned(message_ids=tuple(m.id for m in planned if m.id not in present))

    def _still_asked(self, asked: str) -> None:
        """A walk that a change began meanwhile may have gone past a visit that its index did not show yet."""
        read = self.store.snapshot([SETTINGS, TEMPLATE_BOOK])
        if asked_for(read.get(SETTINGS) or Settings(), read.get(TEMPLATE_BOOK) or TemplateBook()) != asked:
            raise Conflict

    def _present(
        self, appointment: Appointment, wanted: Mapping[str, Reminder], *, untouched: bool
    ) -> dict[str, Message]:
        """Its reminders. Nothing but what is wanted can be there of an appointment, and templates, as they were made."""
        refs = [message_ref(id) for id in wanted]
        found: Iterable[Message | None] = self.store.get_many(refs) if refs else ()
        as_made = untouched and appointment.attendance_at == appointment.created_at and appointment.deleted_at is None
        listed = [] if as_made else everything(self.store, messages_of_appointment(appointment.id))
        both = {m.id: m for m in (*listed, *found) if m is not None}
        return {id: m for id, m in both.items() if _is_ours(m)}

    def _out_of_quiet_hours(self, message: Message, appointment: Appointment, settings: Settings) -> Message:
        """An SMS of the night waits for the morning; one that is of no use then is judged when it is due (M-16)."""
        if message.channel is not Channel.SMS or not message.is_scheduled:
            return message
        morning = morning_after(message.due_at, settings.messaging, self.clinic.zone)
        if morning is None or too_late_then(morning, appointment.start):
            return message
        return message.with_(not_before=morning).waiting()


def _is_ours(message: Message) -> bool:
    planned = message.in_place_of is None and message.occasion == message.occurrence
    return message.kind is Kind.REMINDER and planned


def _changes(
    appointment: Appointment,
    wanted: Mapping[str, Reminder],
    present: Mapping[str, Message],
    since: datetime,
    now: datetime,
) -> Iterator[Message]:
    for message in present.values():
        if message.is_scheduled and message.id not in wanted:
            yield message.because(_decision("cancel", "M-09", appointment, now)).given_up(MessageState.CANCELLED)
    for reminder in wanted.values():
        known, last = present.get(reminder.id), max(since, reminder.since or since, appointment.attendance_at)
        why = _decision("schedule", "M-03", appointment, now)
        if known is None and reminder.due_at > last:
            yield _message(reminder, appointment, now).because(why).waiting()
        elif known is not None and _taken_back(known) and reminder.leaves_at > last:
            yield known.because(why).with_(not_before=None).waiting()


def _taken_back(message: Message) -> bool:
    return message.state is MessageState.CANCELLED and bool(message.why) and message.why[-1].step == "plan"


def _message(reminder: Reminder, appointment: Appointment, now: datetime) -> Message:
    return Message(
        id=reminder.id,
        channel=reminder.channel,
        kind=Kind.REMINDER,
        patient_id=appointment.patient_id,
        practitioner_id=appointment.practitioner_id,
        template_id=reminder.template_id,
        appointment_id=appointment.id,
        occurrence=reminder.occurrence,
        due_at=reminder.due_at,
        created_at=now,
    )


def _decision(verdict: str, rule: str, appointment: Appointment, now: datetime) -> Decision:
    facts = {
        "attendance": appointment.attendance.value,
        "changes": str(appointment.changes),
        "appointment_version": str(appointment.version),
    }
    return Decision(at=now, step="plan", verdict=verdict, rule=rule, facts=facts)
