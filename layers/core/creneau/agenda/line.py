"""The line of those who asked for an earlier slot: one entry per waiting appointment, in the order of ticking (W-04)."""

from datetime import datetime
from typing import ClassVar

from creneau.agenda.appointment import Appointment
from creneau.shared.model import Stored
from creneau.shared.store import Ref

FORGOTTEN_AFTER = 86_400
"""Seconds after the appointment's end."""


class WaitEntry(Stored, frozen=True, kw_only=True):
    """Exists exactly while the box is ticked and the appointment is booked; the patient's diary guards it.

    `ttl` (epoch seconds) lets the table forget it once the appointment is over, whether or not anybody marked it attended.
    """

    guarded: ClassVar[bool] = False

    agenda_id: str
    lasts_minutes: int
    waiting_since: datetime
    appointment_id: str
    patient_id: str
    service_id: str
    start: datetime
    end: datetime
    resource_ids: tuple[str, ...] = ()
    ttl: int = 0


def entry_of(appointment: Appointment) -> WaitEntry | None:
    """The entry that an appointment must have in the line, None when it must have none."""
    if appointment.waiting_since is None or not appointment.is_booked:
        return None
    return WaitEntry(
        agenda_id=appointment.agenda_id,
        lasts_minutes=minutes(appointment),
        waiting_since=appointment.waiting_since,
        appointment_id=appointment.id,
        patient_id=appointment.patient_id,
        service_id=appointment.service_id,
        start=appointment.start,
        end=appointment.end,
        resource_ids=appointment.resource_ids,
        ttl=int(appointment.end.timestamp()) + FORGOTTEN_AFTER,
    )


def minutes(appointment: Appointment) -> int:
    return int(appointment.interval.lasts_for.total_seconds() // 60)


def entry_ref(entry: WaitEntry) -> Ref[WaitEntry]:
    return Ref(
        WaitEntry,
        (entry.agenda_id, str(entry.lasts_minutes), entry.waiting_since.isoformat(), entry.appointment_id),
    )
