"""Every record with an address that was blocked, or cleared, says so; and staff clear the addresses of a record (M-12)."""

from dataclasses import dataclass
from datetime import timedelta

from creneau.agenda.blocked_address import blocked_ref, keys_of, marked, patients_of_address, patients_of_number
from creneau.agenda.catalogue import Patient, patient_ref
from creneau.agenda.diary import diary_ref
from creneau.agenda.reach import record_writes
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.store import Put, Store, everything, require
from creneau.shared.time import Clock

SEEN_TO_WITHIN = timedelta(minutes=4)


@dataclass(frozen=True)
class MarkAddress:
    """The reaction to a blocked or cleared address. Harmless to repeat, and beside anything: it reads what is so now."""

    store: Store
    clock: Clock
    again: Again

    def __call__(self, key: str) -> int:
        """How many records said otherwise."""
        address = require(self.store, blocked_ref(key))
        found = [p for of in (patients_of_address, patients_of_number) for p in everything(self.store, of(key))]
        ids = dict.fromkeys(p.id for p in found)
        changed = sum(self.again(lambda id=id: self._mark(id, key)) for id in ids)  # type: ignore[misc]
        self.store.looked(blocked_ref(key), address.version)
        return changed

    def _mark(self, patient_id: str, key: str) -> bool:
        read = self.store.snapshot([blocked_ref(key), patient_ref(patient_id), diary_ref(patient_id)])
        before, address = read[patient_ref(patient_id)], read[blocked_ref(key)]
        after = marked(before, {key: address.is_blocked})
        if after == before:
            return False
        self.store.commit(record_writes(before, after, read.get(diary_ref(patient_id)), self.clock()))
        return True


@dataclass(frozen=True)
class ClearAddresses:
    """Staff say that a patient's addresses and numbers may be written to again. Repeating it changes nothing.

    Raises NotFound. What bounces again is blocked again; who else has the address is written to as well.
    """

    store: Store
    clock: Clock
    again: Again

    def __call__(self, patient_id: str, by: Actor) -> Patient:
        return self.again(lambda: self._step(patient_id, by))

    def _step(self, patient_id: str, by: Actor) -> Patient:
        now = self.clock()
        before = require(self.store, patient_ref(patient_id))
        keys = keys_of(before)
        read = self.store.snapshot([diary_ref(patient_id), *map(blocked_ref, keys)])
        blocked = [a for key in keys if (a := read.get(blocked_ref(key))) is not None and a.is_blocked]
        after = marked(before, dict.fromkeys(keys, False))
        if not blocked and after == before:
            return before
        look_at = now + SEEN_TO_WITHIN
        cleared = [Put(a.with_(cleared_at=now, cleared_by=by.id, look_at=look_at)) for a in blocked]
        self.store.commit([*cleared, *record_writes(before, after, read.get(diary_ref(patient_id)), now)])
        return after.with_(version=after.version + 1)
