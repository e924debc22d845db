"""Packages: so many visits of some services for one price, within a time; which of them covers a visit (C-06)."""

from collections.abc import Iterable
from datetime import date, datetime

from creneau.shared.model import Stored
from creneau.shared.money import Money
from creneau.shared.store import Collection, Ref


class Package(Stored, frozen=True, kw_only=True):
    """What is sold: `visits` of `service_ids`, to be had within `valid_days` local days of the sale, that day counted."""

    id: str
    name: str
    service_ids: tuple[str, ...]
    visits: int
    price: Money
    valid_days: int
    vat_rate: int | None = None
    vat_note: str = ""
    active: bool = True


class SoldPackage(Stored, frozen=True, kw_only=True):
    """A patient's: `left` visits are still to be had, on the local days from `sold_on` to `valid_until`, both included.

    `billable_id` is its payment due. `void`: taken back, it covers nothing more.
    """

    id: str
    patient_id: str
    package_id: str
    name: str
    service_ids: tuple[str, ...]
    visits: int
    left: int
    sold_on: date
    valid_until: date
    billable_id: str
    created_at: datetime
    created_by: str = ""
    void: bool = False

    def may_cover(self, service_id: str, on: date) -> bool:
        """Whether a visit of that service on that day is one of its, as long as it has one left."""
        return not self.void and service_id in self.service_ids and self.sold_on <= on <= self.valid_until


def covering(packages: Iterable[SoldPackage], service_id: str, on: date) -> SoldPackage | None:
    """The one that a visit is taken from: of those with a visit left, the one that ends first."""
    fit = [p for p in packages if p.left > 0 and p.may_cover(service_id, on)]
    return min(fit, key=lambda p: (p.valid_until, p.sold_on, p.id), default=None)


def package_ref(id: str) -> Ref[Package]:
    return Ref(Package, (id,))


def sold_package_ref(patient_id: str, id: str) -> Ref[SoldPackage]:
    return Ref(SoldPackage, (patient_id, id))


def packages_of_patient(patient_id: str) -> Collection[SoldPackage]:
    """In the order of the sales; read from the table itself, so that what was just sold covers what is booked next."""
    return Collection("packages_of_patient", SoldPackage, (patient_id,))
