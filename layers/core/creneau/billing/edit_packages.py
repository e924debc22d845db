"""The packages that a clinic sells: added, changed, sold no more; what was sold stays as it was sold (C-06)."""

from dataclasses import dataclass

from creneau.agenda.catalogue import service_ref
from creneau.agenda.catalogue_rules import not_as_needed
from creneau.billing.package import Package, package_ref
from creneau.shared.edit import editable, stale
from creneau.shared.errors import Fault
from creneau.shared.settings import Clinic
from creneau.shared.store import Conflict, Put, Store, require


@dataclass(frozen=True)
class EditPackages:
    """Raises Invalid, NotFound, Stale."""

    store: Store
    clinic: Clinic

    def add(self, package: Package) -> Package:
        """Adding the same id again answers what is there."""
        self._check(package)
        try:
            self.store.commit([Put(package)])
        except Conflict:
            return require(self.store, package_ref(package.id))
        return package.with_(version=1)

    def change(self, package: Package, expected_version: int) -> Package:
        """As a whole, on the version that the caller read."""
        before = editable(self.store.get(package_ref(package.id)), expected_version, f"Package {package.id}")
        self._check(package)
        try:
            self.store.commit([Put(package.with_(version=before.version))])
        except Conflict:
            raise stale(require(self.store, package_ref(package.id)).version, expected_version) from None
        return package.with_(version=before.version + 1)

    def _check(self, package: Package) -> None:
        faults = list[Fault]()
        if package.price.currency != self.clinic.currency:
            problem = f"the clinic's currency is {self.clinic.currency}"
            faults.append(Fault("price.currency", problem, f"use {self.clinic.currency}"))
        if package.price.amount <= 0:
            faults.append(Fault("price.amount", "not above zero", "give what the whole package costs"))
        if not package.service_ids:
            faults.append(Fault("service_ids", "it covers nothing", "name the services that it covers"))
        known = self.store.get_many([service_ref(id) for id in package.service_ids]) if package.service_ids else []
        faults += [
            Fault(f"service_ids[{n}]", "there is no such service", "use a service's id as listed")
            for n, service in enumerate(known)
            if service is None
        ]
        if faults:
            raise not_as_needed(faults)
