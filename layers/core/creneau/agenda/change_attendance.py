"""Attendance changes, in one transaction each: cancel, mark absent or attended, set back (A-05, A-10, A-13)."""

from dataclasses import dataclass
from datetime import datetime

from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.agenda.attendance import ALLOWED, HOLDING, Attendance, frees_the_place, is_allowed, releases
from creneau.agenda.places import Places, refs_of
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.edit import check_version
from creneau.shared.errors import Refused
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Put, Store, require
from creneau.shared.time import Clock

_AWAITING = Attendance.PENDING_CONFIRMATION


@dataclass(frozen=True)
class ChangeAttendance:
    """Sets an appointment's attendance; repeating the same change answers the same and changes nothing.

    Raises NotFound, Forbidden, Stale, and Refused: a change the table does not allow, a place that is taken, or a visit
    that is still ahead.
    """

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(
        self,
        appointment_id: str,
        to: Attendance,
        by: Actor,
        *,
        expected_version: int | None = None,
        release: bool = True,
    ) -> Appointment:
        return self.again(lambda: self._step(appointment_id, to, by, expected_version, release))

    def _step(
        self, appointment_id: str, to: Attendance, by: Actor, expected_version: int | None, release: bool
    ) -> Appointment:
        now = self.clock()
        before = require(self.store, appointment_ref(appointment_id))
        by.require_agenda_of(before.practitioner_id)
        if before.attendance is to and before.deleted_at is None:
            return before
        check_version(before, expected_version)
        _check_allowed(before, to, now)
        snapshot = self.store.snapshot([*refs_of([before], self.clinic.zone), SETTINGS])
        settings = snapshot.get(SETTINGS) or Settings()
        places = Places(snapshot, self.clinic.zone, now)
        after = before.with_(
            attendance=to,
            awaited=to is not Attendance.BOOKED and (before.awaited or before.attendance is _AWAITING),
            changes=before.changes + 1,
            sequence=before.sequence + 1,
            attendance_at=now,
            changed_at=now,
            changed_by=by.id,
        )
        if frees_the_place(before.attendance, to):
            places.leave(before)
            if release and settings.waitlist.enabled and releases(before.attendance, to):
                places.release(before)
        elif before.attendance not in HOLDING and to in HOLDING:
            try:
                places.take(after, outside_availability=True)
            except Refused as error:
                raise Refused(
                    f"it cannot be set back: {error.detail}", code=error.code, remedy="book a new appointment instead"
                ) from error
        elif before.is_booked:
            places.leave_line(before)
        elif after.is_booked:
            places.join_line(after)
        self.store.commit([Put(after), *places.writes()])
        return after.with_(version=after.version + 1)


def _check_allowed(before: Appointment, to: Attendance, now: datetime) -> None:
    if before.deleted_at is not None:
        raise Refused("the appointment was deleted", code="deleted", remedy="book a new one")
    if to is Attendance.MOVED or not is_allowed(before.attendance, to):
        remedy = _instead(before.attendance, to)
        raise Refused(f"{before.attendance} cannot become {to}", code="attendance_not_allowed", remedy=remedy)
    if to is Attendance.ATTENDED and now < before.start:
        raise Refused(
            "nobody can have attended it yet: it has not started",
            code="not_started",
            remedy="set it to attended from its start on",
        )


def _instead(before: Attendance, to: Attendance) -> str:
    if before is Attendance.MOVED:
        return "change the appointment that it was moved to"
    if to is Attendance.MOVED and is_allowed(before, to):
        return "move it: that sets it to moved"
    allowed = ", ".join(sorted(ALLOWED[before] - {Attendance.MOVED}))
    return f"from {before} it can become {allowed}"
