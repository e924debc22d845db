"""Sold to a patient, and due at once: products, and what every sale has in common (C-01)."""

from dataclasses import dataclass
from datetime import date, datetime

from creneau.agenda.catalogue import patient_ref, practitioner_ref
from creneau.billing.billable import Billable, Due, DueKind, billable_ref
from creneau.billing.check_lines import MOST_OF_A_LINE
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.errors import Refused, invalid
from creneau.shared.model import Value
from creneau.shared.money import Money
from creneau.shared.settings import Clinic
from creneau.shared.store import Put, Store, require
from creneau.shared.time import Clock, local_date


class Product(Value, frozen=True, kw_only=True):
    """`price` of one, `vat_rate` in basis points."""

    text: str
    price: Money
    quantity: int = 1
    vat_rate: int | None = None
    vat_note: str = ""


@dataclass(frozen=True)
class SellProduct:
    """Its payment due, under the given id; selling the same id again answers what is there.

    `practitioner_id` is in whose books it is. Raises NotFound, Forbidden, Invalid, Refused.
    """

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, id: str, patient_id: str, practitioner_id: str, product: Product, by: Actor) -> Billable:
        check_buyer(self.store, patient_id, practitioner_id, by)
        if product.price.currency != self.clinic.currency:
            raise invalid(
                "price.currency", f"the clinic's currency is {self.clinic.currency}", f"use {self.clinic.currency}"
            )
        if product.quantity < 1:
            raise invalid("quantity", "not above zero", "say how many were sold")
        if not 0 < product.price.amount * product.quantity <= MOST_OF_A_LINE:
            raise invalid("price.amount", "not above zero, or over 999,999,999.99 in all", "check price and quantity")
        return self.again(lambda: self._step(id, patient_id, practitioner_id, product, by))

    def _step(self, id: str, patient_id: str, practitioner_id: str, product: Product, by: Actor) -> Billable:
        present = self.store.get(billable_ref(id))
        if present is not None:
            return present
        now = self.clock()
        due = Due(
            kind=DueKind.PRODUCT,
            text=product.text,
            price=product.price.amount * product.quantity,
            quantity=product.quantity,
            currency=product.price.currency,
            at=now,
            vat_rate=product.vat_rate,
            vat_note=product.vat_note,
        )
        sold = sale(id, patient_id, practitioner_id, due, local_date(now, self.clinic.zone), now, by)
        self.store.commit([Put(sold)])
        return sold.with_(version=1)


def check_buyer(store: Store, patient_id: str, practitioner_id: str, by: Actor) -> None:
    """Whose books it is in must be the caller's to keep, and both must be there."""
    by.require_books_of(practitioner_id)
    require(store, practitioner_ref(practitioner_id))
    if require(store, patient_ref(patient_id)).erased:
        raise Refused("this patient's record was erased", code="patient_erased", remedy="register the patient anew")


def sale(
    id: str,
    patient_id: str,
    practitioner_id: str,
    due: Due,
    on: date,
    now: datetime,
    by: Actor,
    package_id: str | None = None,
) -> Billable:
    return Billable(
        id=id,
        patient_id=patient_id,
        practitioner_id=practitioner_id,
        on=on,
        title=due.text,
        due=due,
        package_id=package_id,
        created_at=now,
        created_by=by.id,
    )
