"""Consultations by hand: added, named, marked not invoiceable (B-01, B-04)."""

from dataclasses import dataclass
from datetime import date

from creneau.agenda.catalogue import patient_ref, practitioner_ref, service_ref
from creneau.billing.billable import Billable, billable_ref
from creneau.shared.actor import Actor
from creneau.shared.edit import editable, stale
from creneau.shared.errors import Refused, invalid
from creneau.shared.settings import Clinic
from creneau.shared.store import Conflict, Put, Store, require
from creneau.shared.time import Clock, local_date


@dataclass(frozen=True)
class EditConsultations:
    """Raises NotFound, Forbidden, Invalid, Stale, Refused (it is on an invoice)."""

    store: Store
    clinic: Clinic
    clock: Clock

    def add(
        self, id: str, patient_id: str, practitioner_id: str, on: date, title: str, service_id: str | None, by: Actor
    ) -> Billable:
        """Adding the same id again answers what is there."""
        by.require_books_of(practitioner_id)
        require(self.store, patient_ref(patient_id))
        require(self.store, practitioner_ref(practitioner_id))
        if service_id is not None:
            require(self.store, service_ref(service_id))
        now = self.clock()
        if on > local_date(now, self.clinic.zone):
            raise invalid("on", "in the future", "enter it once it took place")
        new = Billable(
            id=id,
            patient_id=patient_id,
            practitioner_id=practitioner_id,
            on=on,
            title=title,
            consultation=True,
            service_id=service_id,
            created_at=now,
            created_by=by.id,
        )
        try:
            self.store.commit([Put(new)])
        except Conflict:
            return require(self.store, billable_ref(id))
        return new.with_(version=1)

    def change(
        self, id: str, expected_version: int, title: str | None, service_id: str | None, wanted: bool | None, by: Actor
    ) -> Billable:
        """What is None stays."""
        before = editable(self.store.get(billable_ref(id)), expected_version, f"consultation {id}")
        by.require_books_of(before.practitioner_id)
        if service_id is not None:
            require(self.store, service_ref(service_id))
        if before.taken_by is not None:
            raise Refused("it is on an invoice", code="invoiced_already", remedy="take it out of the draft first")
        after = before.with_(
            title=before.title if title is None else title,
            service_id=before.service_id if service_id is None else service_id,
            wanted=before.wanted if wanted is None else wanted,
        )
        try:
            self.store.commit([Put(after)])
        except Conflict:
            raise stale(require(self.store, billable_ref(id)).version, expected_version) from None
        return after.with_(version=after.version + 1)
