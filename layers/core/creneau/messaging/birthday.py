"""Who is wished a happy birthday on a day, once a year (M-15)."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from creneau.agenda.catalogue import Consent, Patient
from creneau.agenda.collections import patients_by_birthday
from creneau.messaging.message import Channel, Kind, Message, message_id, message_ref
from creneau.messaging.plan import commit_planned
from creneau.messaging.template import TEMPLATE_BOOK, Line, TemplateBook
from creneau.messaging.verdict import Facts
from creneau.shared.again import Again
from creneau.shared.model import Value
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Store
from creneau.shared.time import Clock, from_local, local_date

AT = time(9)
"""Local; the schedule in `template.yaml` says the same."""

DAYS_BACK = 2
"""Days before today are looked at once more: a run that did not happen is made up for while the wish still is one."""

PAGE = 50


class BirthdaysPlanned(Value, frozen=True, kw_only=True):
    """How many messages were planned that did not exist."""

    planned: int


def month_days(on: date) -> tuple[str, ...]:
    """Whose birthday it is, as month and day: 28 February is also that of 29 February in a common year."""
    leapt = (on.month, on.day) == (2, 28) and not calendar.isleap(on.year)
    return (f"{on:%m-%d}", "02-29") if leapt else (f"{on:%m-%d}",)


def is_wished(patient: Patient, due_at: datetime) -> bool:
    """Only who had agreed by then; of nobody else does a record say that nothing came."""
    agreed_at = patient.consents.get(Consent.BIRTHDAY)
    return agreed_at is not None and agreed_at <= due_at and not (patient.deceased or patient.erased)


@dataclass(frozen=True)
class PlanBirthdays:
    """Plans those of today, and of the days before that no run planned. Repeating it plans nothing twice."""

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self) -> BirthdaysPlanned:
        now = self.clock()
        read = self.store.snapshot([SETTINGS, TEMPLATE_BOOK])
        settings, book = read.get(SETTINGS) or Settings(), read.get(TEMPLATE_BOOK) or TemplateBook()
        line = book.by_itself(settings.messaging, Kind.BIRTHDAY, Channel.SMS)
        if line is None or not (settings.sms.enabled and settings.sms.custom_module):
            return BirthdaysPlanned(planned=0)
        today = local_date(now, self.clinic.zone)
        facts = Facts(clinic=self.clinic, settings=settings, book=book, patient=None, appointment=None)
        days = (today - timedelta(days=n) for n in range(DAYS_BACK + 1))
        return BirthdaysPlanned(planned=sum(self._day(day, line, facts, now) for day in days))

    def _day(self, on: date, line: Line, facts: Facts, now: datetime) -> int:
        due_at = from_local(datetime.combine(on, AT), self.clinic.zone)
        if not line.tells(due_at):
            return 0
        planned = 0
        for month_day in month_days(on):
            cursor: str | None = None
            while True:
                page = self.store.page(patients_by_birthday(month_day), PAGE, cursor)
                wished = [p for p in page.items if is_wished(p, due_at)]
                planned += self.again(lambda w=wished: self._plan(w, line, due_at, facts, now))  # type: ignore[misc]
                cursor = page.cursor
                if cursor is None:
                    break
        return planned

    def _plan(self, patients: list[Patient], line: Line, due_at: datetime, facts: Facts, now: datetime) -> int:
        year = str(local_date(due_at, self.clinic.zone).year)
        new = [(_message(patient.id, year, line, due_at, now), facts.with_(patient=patient)) for patient in patients]
        known = self.store.get_many([message_ref(message.id) for message, _ in new]) if new else []
        fresh = [each for each, present in zip(new, known, strict=True) if present is None]
        return len(commit_planned(self.store, fresh, now).message_ids)


def _message(patient_id: str, year: str, line: Line, due_at: datetime, now: datetime) -> Message:
    return Message(
        id=message_id(Kind.BIRTHDAY, Channel.SMS, patient_id, year),
        channel=Channel.SMS,
        kind=Kind.BIRTHDAY,
        patient_id=patient_id,
        template_id=None if line.is_system else line.id,
        occurrence=year,
        due_at=due_at,
        not_before=now if due_at < now else None,  # made up for, not late
        created_at=now,
    )
