"""The staff's note on an appointment."""

from dataclasses import dataclass

from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.edit import check_version
from creneau.shared.errors import Refused
from creneau.shared.store import Put, Store, require
from creneau.shared.time import Clock


@dataclass(frozen=True)
class Annotate:
    """Sets the note. Raises NotFound, Forbidden, Stale, Refused."""

    store: Store
    clock: Clock
    again: Again

    def __call__(self, appointment_id: str, note: str, by: Actor, *, expected_version: int | None) -> Appointment:
        return self.again(lambda: self._step(appointment_id, note, by, expected_version))

    def _step(self, appointment_id: str, note: str, by: Actor, expected_version: int | None) -> Appointment:
        before = require(self.store, appointment_ref(appointment_id))
        by.require_agenda_of(before.practitioner_id)
        if before.note == note:
            return before
        check_version(before, expected_version)
        if before.deleted_at is not None:
            raise Refused("the appointment was deleted", code="deleted", remedy="book a new one")
        after = before.with_(note=note, changed_at=self.clock(), changed_by=by.id)
        self.store.commit([Put(after)])
        return after.with_(version=after.version + 1)
