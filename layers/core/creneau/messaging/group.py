"""An SMS to a group: whom its filter means, and how far it got (M-14)."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from creneau.agenda.appointment import Appointment
from creneau.agenda.attendance import HOLDING
from creneau.agenda.catalogue import Patient
from creneau.messaging.reader import reader_of_patient
from creneau.shared.errors import Fault
from creneau.shared.model import Stored, Value
from creneau.shared.settings import Clinic, language_of
from creneau.shared.store import Collection, Ref
from creneau.shared.time import local_date


class GroupFilter(Value, frozen=True, kw_only=True):
    """All that is given must hold; nothing given: every patient.

    `agenda_id`, `practitioner_id` and `service_id` say which appointments count. `last_from` and `last_to` (local dates,
    both included) bound the latest of them that is over, `next_from` and `next_to` the first one ahead; without any date
    one appointment of either sort is enough. `language` is the reader's.
    """

    agenda_id: str | None = None
    practitioner_id: str | None = None
    service_id: str | None = None
    last_from: date | None = None
    last_to: date | None = None
    next_from: date | None = None
    next_to: date | None = None
    language: str | None = None

    @property
    def is_of_appointments(self) -> bool:
        return self != GroupFilter(language=self.language)

    @property
    def bounds_last(self) -> bool:
        return self.last_from is not None or self.last_to is not None

    @property
    def bounds_next(self) -> bool:
        return self.next_from is not None or self.next_to is not None


def faults_of_filter(wanted: GroupFilter) -> list[Fault]:
    """Bounds the wrong way round mean nobody."""
    pairs = (("last_to", wanted.last_from, wanted.last_to), ("next_to", wanted.next_from, wanted.next_to))
    return [
        Fault(f"filter.{name}", "this date is before the first one", "exchange the two")
        for name, first, last in pairs
        if first is not None and last is not None and last < first
    ]


def means(wanted: GroupFilter, patient: Patient, its: Iterable[Appointment], clinic: Clinic, now: datetime) -> bool:
    """Whether the filter means this patient; `its` are the patient's appointments, in any order."""
    if wanted.language not in (None, language_of(reader_of_patient(patient).language, clinic.language)):
        return False
    if not wanted.is_of_appointments:
        return True
    counted = [a for a in its if _counts(wanted, a)]
    over = max((a.start for a in counted if a.start <= now), default=None)
    ahead = min((a.start for a in counted if a.start > now), default=None)
    if not (wanted.bounds_last or wanted.bounds_next):
        return bool(counted)
    last_fits = not wanted.bounds_last or _within(over, wanted.last_from, wanted.last_to, clinic.zone)
    return last_fits and (not wanted.bounds_next or _within(ahead, wanted.next_from, wanted.next_to, clinic.zone))


def _counts(wanted: GroupFilter, appointment: Appointment) -> bool:
    """One that was kept, or is to be; given up, moved or deleted ones say nothing."""
    kept = appointment.attendance in HOLDING and appointment.deleted_at is None
    return (
        kept
        and wanted.agenda_id in (None, appointment.agenda_id)
        and wanted.practitioner_id in (None, appointment.practitioner_id)
        and wanted.service_id in (None, appointment.service_id)
    )


def _within(start: datetime | None, first: date | None, last: date | None, zone: ZoneInfo) -> bool:
    on = local_date(start, zone) if start else None
    return on is not None and (first is None or first <= on) and (last is None or on <= last)


class GroupState(StrEnum):
    PLANNING = "planning"
    PLANNED = "planned"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"


UNDER_WAY = frozenset({GroupState.PLANNING, GroupState.CANCELLING})


class SmsGroup(Stored, frozen=True, kw_only=True):
    """One SMS to a group, walked page by page: all patients while it is planned, its messages while it is cancelled.

    `text` as staff wrote it, or empty: by the template `template_id`. `cursor` is where the walk goes on. `looked_at`
    counts patients, `planned` messages; `left_out` counts, by reason, patients whom the filter means and who get nothing;
    `cancelled` the messages taken back. `look_at`: when the sweeper must see that the walk goes on, None once it is over.
    """

    id: str
    filter: GroupFilter
    text: str = ""
    template_id: str | None = None
    due_at: datetime
    state: GroupState = GroupState.PLANNING
    cursor: str | None = None
    looked_at: int = 0
    planned: int = 0
    left_out: dict[str, int] = {}
    cancelled: int = 0
    created_at: datetime
    created_by: str = ""
    practitioner_id: str | None = None
    cancelled_by: str = ""
    look_at: datetime | None = None

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY


def group_ref(id: str) -> Ref[SmsGroup]:
    return Ref(SmsGroup, (id,))


def groups_by_age() -> Collection[SmsGroup]:
    """Of the clinic, the latest first."""
    return Collection("groups_by_age", SmsGroup, newest_first=True)
