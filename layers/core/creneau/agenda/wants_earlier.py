"""The box "tell me of an earlier slot": ticked and unticked per appointment (W-01, W-02)."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.agenda.diary import diary_ref
from creneau.agenda.places import Places
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.edit import check_version
from creneau.shared.errors import Refused
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Put, Store, require
from creneau.shared.time import Clock, after_days


def box_exists(start: datetime, settings: Settings, now: datetime, zone: ZoneInfo) -> bool:
    """Whether the box may be ticked now: tested at the moment of ticking, and never again."""
    return settings.waitlist.enabled and start > after_days(now, settings.waitlist.minimum_lead_days, zone)


def check_may_wait(start: datetime, settings: Settings, now: datetime, zone: ZoneInfo) -> None:
    if not settings.waitlist.enabled:
        raise Refused(
            "the waitlist is off", code="waitlist_off", remedy="an administrator can turn it on in the settings"
        )
    if not box_exists(start, settings, now, zone):
        days = settings.waitlist.minimum_lead_days
        raise Refused(
            f"only appointments more than {days} days ahead can ask for an earlier slot",
            code="too_soon_to_wait",
            remedy="leave the box unticked",
        )


@dataclass(frozen=True)
class SetWantsEarlier:
    """Ticks or unticks the box; repeating it changes nothing, and the first place in line is kept."""

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(
        self, appointment_id: str, wanted: bool, by: Actor, *, expected_version: int | None = None
    ) -> Appointment:
        return self.again(lambda: self._step(appointment_id, wanted, by, expected_version))

    def _step(self, appointment_id: str, wanted: bool, by: Actor, expected_version: int | None) -> Appointment:
        now = self.clock()
        before = require(self.store, appointment_ref(appointment_id))
        by.require_agenda_of(before.practitioner_id)
        if (before.waiting_since is not None) == wanted:
            return before
        check_version(before, expected_version)
        snapshot = self.store.snapshot([diary_ref(before.patient_id), SETTINGS])
        places = Places(snapshot, self.clinic.zone, now)
        if wanted:
            if not before.is_active:
                raise Refused(
                    "the appointment is not booked", code="not_booked", remedy="tick it on a booked appointment"
                )
            check_may_wait(before.start, snapshot.get(SETTINGS) or Settings(), now, self.clinic.zone)
        after = before.with_(waiting_since=now if wanted else None, changed_at=now, changed_by=by.id)
        if wanted:
            places.join_line(after)
        else:
            places.leave_line(before)
        self.store.commit([Put(after), *places.writes()])
        return after.with_(version=after.version + 1)
