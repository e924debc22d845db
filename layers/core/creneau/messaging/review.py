"""A patient is asked how a visit was, by template so many days after it, and once in six months at most (M-19)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.agenda.attendance import Attendance
from creneau.agenda.catalogue import patient_ref
from creneau.messaging.delay import Delay
from creneau.messaging.may_send import may_send
from creneau.messaging.message import Channel, Kind, Message, MessageState, message_id, message_ref
from creneau.messaging.plan import Planned
from creneau.messaging.reminders import SYSTEM
from creneau.messaging.template import TEMPLATE_BOOK, Line, TemplateBook
from creneau.messaging.verdict import Facts, Suppress, decided, with_verdict
from creneau.shared.again import Again
from creneau.shared.model import Stored
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Put, Ref, Store, Write
from creneau.shared.time import Clock, after_months

GAP_MONTHS = 6
LATEST = timedelta(days=7)
"""A visit that is recorded as attended later than so long after the request would have been due is not asked about."""

_NEVER_LEFT = frozenset({MessageState.CANCELLED, MessageState.SUPPRESSED, MessageState.FAILED})


class LastReview(Stored, frozen=True, kw_only=True):
    """The request that was last planned for a patient, whose id it has: two at once meet in this record."""

    id: str
    message_id: str
    due_at: datetime


def last_review_ref(patient_id: str) -> Ref[LastReview]:
    return Ref(LastReview, (patient_id,))


def too_soon(last_due_at: datetime, due_at: datetime, zone: ZoneInfo) -> bool:
    """Whether the two lie less than six months apart, in whatever order their visits were recorded."""
    first, second = sorted((last_due_at, due_at))
    return second < after_months(first, GAP_MONTHS, zone)


@dataclass(frozen=True)
class PlanReview:
    """Plans the request about an attended visit, if one is due; repeating it plans nothing twice."""

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, appointment_id: str) -> Planned:
        return self.again(lambda: self._step(appointment_id))

    def _step(self, appointment_id: str) -> Planned:
        first = self.store.snapshot([appointment_ref(appointment_id), SETTINGS, TEMPLATE_BOOK])
        visit, settings = first.get(appointment_ref(appointment_id)), first.get(SETTINGS) or Settings()
        if visit is None or visit.attendance is not Attendance.ATTENDED or visit.deleted_at is not None:
            return Planned()
        book = first.get(TEMPLATE_BOOK) or TemplateBook()
        line = book.by_itself(settings.messaging, Kind.REVIEW, Channel.EMAIL)
        if line is None or not line.tells(visit.attendance_at) or not settings.look.review_url:
            return Planned()
        return self._plan(
            visit, line, Facts(clinic=self.clinic, settings=settings, book=book, patient=None, appointment=visit)
        )

    def _plan(self, visit: Appointment, line: Line, facts: Facts) -> Planned:
        now, (delay,) = self.clock(), line.delays
        new = _message(visit, line, delay, self.clinic.zone, now)
        if new.due_at + LATEST < now:
            return Planned()
        patient, last = patient_ref(visit.patient_id), last_review_ref(visit.patient_id)
        read = self.store.snapshot([message_ref(new.id), patient, last])
        before = read.get(last)
        if read.get(message_ref(new.id)) is not None or (before and self._counts(before, new.due_at)):
            return Planned()
        known = facts.with_(patient=read.get(patient))
        verdict = may_send(new, known, now)
        writes: list[Write] = [Put(with_verdict(new, verdict, decided(verdict, "plan", known, now)))]
        if not isinstance(verdict, Suppress):
            latest = LastReview(id=visit.patient_id, message_id=new.id, due_at=new.due_at)
            writes.append(Put(latest.with_(version=before.version if before else 0)))
        self.store.commit(writes)
        return Planned(message_ids=(new.id,))

    def _counts(self, last: LastReview, due_at: datetime) -> bool:
        if not too_soon(last.due_at, due_at, self.clinic.zone):
            return False
        message = self.store.get(message_ref(last.message_id))
        return message is not None and message.state not in _NEVER_LEFT


def _message(visit: Appointment, line: Line, delay: Delay, zone: ZoneInfo, now: datetime) -> Message:
    occurrence = f"{SYSTEM if line.is_system else line.id}-{delay.code}"
    return Message(
        id=message_id(Kind.REVIEW, Channel.EMAIL, visit.id, occurrence),
        channel=Channel.EMAIL,
        kind=Kind.REVIEW,
        patient_id=visit.patient_id,
        practitioner_id=visit.practitioner_id,
        template_id=None if line.is_system else line.id,
        appointment_id=visit.id,
        occurrence=occurrence,
        due_at=delay.after(visit.end, zone),
        created_at=now,
    )
