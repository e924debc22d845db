"""Deleting an appointment made by mistake: its place is free again, nothing is released, its history stays (A-05, W-03)."""

from dataclasses import dataclass

from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.agenda.places import Places, refs_of
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.edit import check_version
from creneau.shared.settings import Clinic
from creneau.shared.store import Put, Store, require
from creneau.shared.time import Clock


@dataclass(frozen=True)
class DeleteAppointment:
    """Marks it as deleted, for ever; repeating it changes nothing. Raises NotFound, Forbidden, Stale."""

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, appointment_id: str, by: Actor, *, expected_version: int | None = None) -> Appointment:
        return self.again(lambda: self._step(appointment_id, by, expected_version))

    def _step(self, appointment_id: str, by: Actor, expected_version: int | None) -> Appointment:
        now = self.clock()
        before = require(self.store, appointment_ref(appointment_id))
        by.require_agenda_of(before.practitioner_id)
        if before.deleted_at is not None:
            return before
        check_version(before, expected_version)
        places = Places(self.store.snapshot(refs_of([before], self.clinic.zone)), self.clinic.zone, now)
        places.leave(before)
        after = before.with_(deleted_at=now, changed_at=now, changed_by=by.id)
        self.store.commit([Put(after), *places.writes()])
        return after.with_(version=after.version + 1)
