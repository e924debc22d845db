"""Consultations by hand: added, named, marked not invoiceable (B-01, B-04)."""

from dataclasses import dataclass
from datetime import date

from creneau.agenda.catalogue import Service, patient_ref, practitioner_ref, service_ref
from creneau.billing.billable import Billable, billable_ref, billables_of_day
from creneau.billing.by_hand import entered_on, named, visit_for
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.edit import editable, stale
from creneau.shared.errors import Refused, invalid
from creneau.shared.settings import Clinic
from creneau.shared.store import Conflict, Put, Store, everything, require
from creneau.shared.time import Clock, local_date


@dataclass(frozen=True)
class EditConsultations:
    """Raises NotFound, Forbidden, Invalid, Stale, Refused (it is on an invoice)."""

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def add(
        self, id: str, patient_id: str, practitioner_id: str, on: date, title: str, service_id: str | None, by: Actor
    ) -> Billable:
        """Adding the same id again answers what is there. What a visit of that day has a payment due for is the visit's own
        billable, under the id that it has."""
        by.require_books_of(practitioner_id)
        require(self.store, patient_ref(patient_id))
        require(self.store, practitioner_ref(practitioner_id))
        service = require(self.store, service_ref(service_id)) if service_id is not None else None
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
        return self.again(lambda: self._add(new, service))

    def _add(self, new: Billable, service: Service | None) -> Billable:
        of_day = everything(self.store, billables_of_day(new.patient_id, new.on))
        there = next((b for b in of_day if b.entered_as == new.id), None) or self.store.get(billable_ref(new.id))
        if there is not None:
            return there
        visit = visit_for(new, of_day)
        entered = new if visit is None else entered_on(visit, new, service)
        self.store.commit([Put(entered)])
        return entered.with_(version=entered.version + 1)

    def change(
        self, id: str, expected_version: int, title: str | None, service_id: str | None, wanted: bool | None, by: Actor
    ) -> Billable:
        """What is None stays."""
        before = editable(self.store.get(billable_ref(id)), expected_version, f"consultation {id}")
        by.require_books_of(before.practitioner_id)
        service = require(self.store, service_ref(service_id)) if service_id is not None else None
        if before.taken_by is not None:
            raise Refused("it is on an invoice", code="invoiced_already", remedy="take it out of the draft first")
        after = (before if service is None else named(before, service)).with_(
            title=before.title if title is None else title,
            wanted=before.wanted if wanted is None else wanted,
        )
        try:
            self.store.commit([Put(after)])
        except Conflict:
            raise stale(require(self.store, billable_ref(id)).version, expected_version) from None
        return after.with_(version=after.version + 1)
