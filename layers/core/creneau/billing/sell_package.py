"""A package sold to a patient, the payment due for it, and the visits booked before that it pays for (C-06)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from creneau.billing.billable import Billable, Due, DueKind, DueState, billable_ref
from creneau.billing.package import SoldPackage, package_ref, sold_package_ref
from creneau.billing.sell import check_buyer, sale
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.derived_id import derived_id
from creneau.shared.errors import Refused, invalid
from creneau.shared.settings import Clinic
from creneau.shared.store import Put, Store, require
from creneau.shared.time import Clock, local_date


@dataclass(frozen=True)
class SellPackage:
    """The package and its payment due. `covers` are payments due of visits booked before, which it pays for from now on.

    Selling the same id again answers what is there. Raises NotFound, Forbidden, Invalid, Refused.
    """

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(
        self, id: str, patient_id: str, package_id: str, practitioner_id: str, covers: Sequence[str], by: Actor
    ) -> SoldPackage:
        check_buyer(self.store, patient_id, practitioner_id, by)
        wanted = tuple(dict.fromkeys(covers))
        return self.again(lambda: self._step(id, patient_id, package_id, practitioner_id, wanted, by))

    def _step(
        self, id: str, patient_id: str, package_id: str, practitioner_id: str, covers: tuple[str, ...], by: Actor
    ) -> SoldPackage:
        present = self.store.get(sold_package_ref(patient_id, id))
        if present is not None:
            return present
        package = require(self.store, package_ref(package_id))
        if not package.active:
            raise Refused("this package is sold no more", code="package_inactive", remedy="choose another one")
        now = self.clock()
        today = local_date(now, self.clinic.zone)
        sold = SoldPackage(
            id=id,
            patient_id=patient_id,
            package_id=package_id,
            name=package.name,
            service_ids=package.service_ids,
            visits=package.visits,
            left=package.visits,
            sold_on=today,
            valid_until=today + timedelta(days=package.valid_days - 1),
            billable_id=derived_id("bil", id),
            created_at=now,
            created_by=by.id,
        )
        covered = self._covered(sold, covers)
        due = Due(
            kind=DueKind.PACKAGE,
            text=package.name,
            price=package.price.amount,
            currency=package.price.currency,
            at=now,
            vat_rate=package.vat_rate,
            vat_note=package.vat_note,
        )
        left = sold.with_(left=sold.visits - len(covered))
        to_pay = sale(sold.billable_id, patient_id, practitioner_id, due, today, now, by, package_id=id)
        self.store.commit([Put(left), Put(to_pay), *(Put(b.with_(covered_by=id, due=None)) for b in covered)])
        return left.with_(version=1)

    def _covered(self, sold: SoldPackage, ids: tuple[str, ...]) -> list[Billable]:
        if len(ids) > sold.visits:
            raise invalid("covers", f"more than the package's {sold.visits} visits", "name fewer")
        found = self.store.get_many([billable_ref(id) for id in ids]) if ids else []
        for n, billable in enumerate(found):
            fits = (
                billable is not None
                and billable.patient_id == sold.patient_id
                and billable.visit_id is not None
                and billable.due_state is DueState.OPEN
                and billable.paid == 0
                and sold.may_cover(billable.service_id or "", billable.on)
            )
            if not fits:
                problem = "not an open, unpaid visit of this patient that the package covers"
                raise invalid(f"covers[{n}]", problem, "leave it out, or take back its payment first")
        return [b for b in found if b is not None]
