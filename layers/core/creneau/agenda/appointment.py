"""Who holds a place: one appointment, its interval for ever the same, its attendance changing by the table."""

from datetime import datetime

from creneau.agenda.attendance import ACTIVE, Attendance
from creneau.shared.interval import Interval
from creneau.shared.model import Stored
from creneau.shared.store import Ref


class Appointment(Stored, frozen=True, kw_only=True):
    """A move makes a new appointment of the same visit (A-12): `moved_from` and `moved_to` link them.

    `waiting_since` is the instant at which the earlier-slot box was ticked, None when it is not: the patient's place
    in line. `online`: the patient booked it; `awaited`: it was given up before staff had confirmed it. `changes` counts the
    changes of attendance, so that each can be told once; `attendance_at` is the last one's instant. `sequence` is the
    visit's calendar sequence (RFC 5546).
    """

    id: str
    visit_id: str
    agenda_id: str
    practitioner_id: str
    location_id: str
    patient_id: str
    service_id: str
    start: datetime
    end: datetime
    attendance: Attendance = Attendance.BOOKED
    resource_ids: tuple[str, ...] = ()
    group: bool = False
    waiting_since: datetime | None = None
    sms_template_id: str | None = None
    online: bool = False
    awaited: bool = False
    changes: int = 0
    sequence: int = 0
    moved_from: str | None = None
    moved_to: str | None = None
    offer_round_id: str | None = None
    note: str = ""
    created_at: datetime
    created_by: str = ""
    attendance_at: datetime
    changed_at: datetime
    changed_by: str = ""
    deleted_at: datetime | None = None

    @property
    def interval(self) -> Interval:
        return Interval(start=self.start, end=self.end)

    @property
    def is_active(self) -> bool:
        return self.attendance in ACTIVE and self.deleted_at is None

    @property
    def is_booked(self) -> bool:
        return self.attendance is Attendance.BOOKED and self.deleted_at is None


def appointment_ref(id: str) -> Ref[Appointment]:
    return Ref(Appointment, (id,))
