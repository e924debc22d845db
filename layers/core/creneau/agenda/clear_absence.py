"""The appointments in an absence, cancelled or moved on the staff's word; nothing is released by it (A-11)."""

from dataclasses import dataclass

from creneau.agenda.absence import AbsenceRecord, absence_ref
from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.agenda.attendance import Attendance
from creneau.agenda.change_attendance import ChangeAttendance
from creneau.agenda.move import Move, NewTime
from creneau.shared.actor import Actor
from creneau.shared.errors import DomainError, Refused
from creneau.shared.interval import Interval
from creneau.shared.store import Store, require


@dataclass(frozen=True)
class Cleared:
    """`refusal` says why an appointment stayed as it was."""

    appointment_id: str
    appointment: Appointment | None = None
    refusal: DomainError | None = None


@dataclass(frozen=True)
class ClearAbsence:
    """Each appointment is a change of its own: one that is refused stays, the others go on. Harmless to repeat."""

    store: Store
    change_attendance: ChangeAttendance
    move: Move

    def cancel(self, absence_id: str, appointment_ids: tuple[str, ...], by: Actor) -> list[Cleared]:
        record = require(self.store, absence_ref(absence_id))
        return [self._cancel(record, id, by) for id in appointment_ids]

    def move_one(self, absence_id: str, appointment_id: str, new_id: str, to: NewTime, by: Actor) -> Appointment:
        self._check_inside(require(self.store, absence_ref(absence_id)), appointment_id)
        return self.move(appointment_id, new_id, to, by, release=False)

    def _cancel(self, record: AbsenceRecord, id: str, by: Actor) -> Cleared:
        try:
            self._check_inside(record, id)
            done = self.change_attendance(id, Attendance.CANCELLED_BY_PRACTITIONER, by, release=False)
        except DomainError as refusal:
            return Cleared(id, refusal=refusal)
        return Cleared(id, appointment=done)

    def _check_inside(self, record: AbsenceRecord, appointment_id: str) -> None:
        appointment = require(self.store, appointment_ref(appointment_id))
        whose = appointment.practitioner_id == record.practitioner_id or appointment.location_id == record.location_id
        if not whose or not appointment.interval.overlaps(Interval(start=record.start, end=record.end)):
            raise Refused(
                "the appointment is not in this absence",
                code="not_in_absence",
                remedy="read the absence's appointments again",
            )
