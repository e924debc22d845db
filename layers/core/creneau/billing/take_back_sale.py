"""A sale made by mistake is taken back while nothing has come of it: not invoiced, not paid, no visit used (C-01, C-06)."""

from dataclasses import dataclass

from creneau.billing.billable import Billable, billable_ref
from creneau.billing.package import sold_package_ref
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.errors import Refused
from creneau.shared.store import Put, Store, require


@dataclass(frozen=True)
class TakeBackSale:
    """Makes void what was sold by mistake; repeating it changes nothing.

    Raises NotFound, Forbidden, and Refused (not a sale; invoiced; paid; a visit of the package was used).
    """

    store: Store
    again: Again

    def __call__(self, billable_id: str, by: Actor) -> Billable:
        return self.again(lambda: self._step(billable_id, by))

    def _step(self, billable_id: str, by: Actor) -> Billable:
        billable = require(self.store, billable_ref(billable_id))
        by.require_books_of(billable.practitioner_id)
        if billable.due is None or not billable.is_sale:
            raise Refused("it is a visit's", code="not_a_sale", remedy="cancel the appointment")
        if billable.due.void:
            return billable
        if billable.taken_by is not None:
            remedy = "take it out of the draft, or credit the invoice, first"
            raise Refused("it is on an invoice", code="invoiced_already", remedy=remedy)
        if billable.paid:
            raise Refused("it is paid", code="paid_already", remedy="cancel the payment first")
        void = billable.with_(due=billable.due.with_(void=True))
        self.store.commit([Put(void), *self._package(billable)])
        return void.with_(version=void.version + 1)

    def _package(self, billable: Billable) -> list[Put]:
        if billable.package_id is None:
            return []
        sold = require(self.store, sold_package_ref(billable.patient_id, billable.package_id))
        if sold.left < sold.visits:
            raise Refused(
                f"{sold.visits - sold.left} of its visits are used",
                code="package_used",
                remedy="cancel these visits first, or credit what was paid",
            )
        return [Put(sold.with_(void=True))]
