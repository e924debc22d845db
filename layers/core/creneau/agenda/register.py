"""Practitioners, locations, agendas, resources, categories and services: added, changed, and taken out of use (A-01)."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from creneau.agenda.catalogue import Category, Predefined, Resource, Service, service_ref
from creneau.agenda.catalogue_rules import checked
from creneau.agenda.collections import catalogue
from creneau.shared.edit import editable, stale
from creneau.shared.errors import NotFound, Refused
from creneau.shared.model import Stored
from creneau.shared.settings import Clinic
from creneau.shared.store import Conflict, Delete, Put, Ref, Store, everything, require
from creneau.shared.time import Clock

M = TypeVar("M", bound=Stored)


@dataclass(frozen=True)
class Register:
    """Adds, or changes on the version that the caller read. Raises Invalid, NotFound, Refused, Stale."""

    store: Store
    clinic: Clinic
    clock: Clock

    def add(self, ref: Ref[M], item: M) -> M:
        """Adding the same id again answers what is there."""
        item = _aged(checked(item, self.store, self.clinic), self.clock())
        try:
            self.store.commit([Put(item)])
        except Conflict:
            return require(self.store, ref)
        return item.with_(version=1)

    def change(self, ref: Ref[M], item: M, expected_version: int) -> M:
        refuse_predefined(ref)
        before = editable(self.store.get(ref), expected_version, f"{ref.model.__name__} {ref.key[0]}")
        item = checked(item.with_(version=before.version), self.store, self.clinic, before)
        item = _aged(item, before.created_at) if isinstance(before, Service) else item
        try:
            self.store.commit([Put(item)])
        except Conflict:
            raise stale(require(self.store, ref).version, expected_version) from None
        return item.with_(version=item.version + 1)

    def remove(self, ref: Ref[M]) -> None:
        """A category or a resource; Refused while a service names it."""
        refuse_predefined(ref)
        item = require(self.store, ref)
        for service in everything(self.store, catalogue(Service)):
            if (ref.model is Category and service.category == ref.key[0]) or (
                ref.model is Resource and ref.key[0] in service.resource_ids
            ):
                raise Refused(f"the service {service.name} uses it", code="in_use", remedy="change that service first")
        try:
            self.store.commit([Delete(item)])
        except Conflict:
            raise NotFound("it was removed meanwhile", code="not_found", remedy="read the list again") from None

    def deactivate(self, service_id: str) -> Service:
        """Appointments name a service for ever: removing one only ends that it is offered."""
        service = require(self.store, service_ref(service_id))
        if not service.active:
            return service
        return self.change(service_ref(service_id), service.with_(active=False), service.version)


def _aged(item: M, created_at: datetime | None) -> M:
    return item.with_(created_at=created_at) if isinstance(item, Service) else item


def refuse_predefined(ref: Ref[M]) -> None:
    """A-01: nobody edits or deletes the four predefined categories."""
    if ref.model is Category and ref.key[0] in set(Predefined):
        raise Refused(
            "a predefined category can't be changed", code="predefined_category", remedy="add a category of your own"
        )
