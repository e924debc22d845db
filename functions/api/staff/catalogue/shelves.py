"""Practitioners, locations, agendas, resources, categories and services: listed by everyone, changed by administrators."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import NoneType
from typing import Any

import msgspec

from api.staff.catalogue.places import AgendaGiven, AgendaView, LocationGiven, LocationView, ResourceGiven, ResourceView
from api.staff.catalogue.practitioners import PractitionerGiven, PractitionerView
from api.staff.catalogue.services import CategoryGiven, CategoryView, ServiceGiven, ServiceView
from api.staff.given import Given, Nothing, Paged
from api.staff.routing import ADMIN, STAFF, Call, Routes
from api.staff.shown import Listed, View, view
from creneau.agenda.catalogue import Agenda, Category, Location, Practitioner, Predefined, Resource, Service
from creneau.agenda.collections import catalogue
from creneau.messaging.chosen_template import FOR_PRACTITIONERS
from creneau.messaging.message import Kind
from creneau.shared.model import Stored
from creneau.shared.store import Ref, require

routes = Routes()


@dataclass(frozen=True)
class Shelf:
    """One kind of thing: where it is, what an id of it begins with, how it comes in and goes out."""

    path: str
    one: str
    prefix: str
    model: type[Any]
    takes: type[Given]
    answers: type[View]
    templates: Mapping[str, Kind] = field(default_factory=dict)

    def ref(self, id: str) -> Ref[Any]:
        return Ref(self.model, (id,))

    def item(self, id: str, given: Given) -> Stored:
        made: Stored = msgspec.convert({"id": id, **given.model_dump()}, self.model)
        return made

    def show(self, item: Any) -> View:
        if isinstance(item, Category):
            return view(CategoryView, item, predefined=item.id in set(Predefined))
        return view(self.answers, item)


SHELVES = (
    Shelf(
        "/v1/practitioners", "practitioner", "prc", Practitioner, PractitionerGiven, PractitionerView, FOR_PRACTITIONERS
    ),
    Shelf("/v1/locations", "location", "loc", Location, LocationGiven, LocationView),
    Shelf("/v1/agendas", "agenda", "agd", Agenda, AgendaGiven, AgendaView),
    Shelf("/v1/resources", "resource", "res", Resource, ResourceGiven, ResourceView),
    Shelf("/v1/categories", "category", "cat", Category, CategoryGiven, CategoryView),
    Shelf("/v1/services", "service", "srv", Service, ServiceGiven, ServiceView),
)
PREDEFINED = [Category(id=each.value, name=each.value) for each in Predefined]


def _named(name: str, does: Callable[[Call, Any], Any]) -> Callable[[Call, Any], Any]:
    does.__name__ = name
    return does


def _declare(shelf: Shelf) -> None:
    one = f"{shelf.path}/{{{shelf.one}_id}}"

    def list_all(call: Call, given: Paged) -> Listed[Any]:
        page = call.app.store.page(catalogue(shelf.model), given.limit, given.cursor)
        first = PREDEFINED if shelf.model is Category and given.cursor is None else []
        return Listed(items=[shelf.show(item) for item in (*first, *page.items)], next_cursor=page.cursor)

    def add(call: Call, given: Given) -> View:
        call.app.check_templates(shelf.templates, given.model_dump())
        id = call.new_id(shelf.prefix)
        return shelf.show(call.app.register.add(shelf.ref(id), shelf.item(id, given)))

    def read(call: Call, _: Nothing) -> View:
        id = call.id(f"{shelf.one}_id")
        predefined = next((c for c in PREDEFINED if shelf.model is Category and c.id == id), None)
        return shelf.show(predefined or require(call.app.store, shelf.ref(id)))

    def change(call: Call, given: Given) -> View:
        id = call.id(f"{shelf.one}_id")
        call.app.check_templates(shelf.templates, given.model_dump())
        return shelf.show(call.app.register.change(shelf.ref(id), shelf.item(id, given), call.required_version))

    many, answers, takes = shelf.path.rsplit("/", 1)[1], shelf.answers, shelf.takes
    listed: Any = Listed[shelf.answers]  # type: ignore[name-defined]
    routes("GET", shelf.path, STAFF, takes=Paged, answers=listed)(_named(f"list_{many}", list_all))
    routes("POST", shelf.path, ADMIN, takes=takes, answers=answers, creates=True)(_named(f"add_{shelf.one}", add))
    routes("GET", one, STAFF, answers=answers)(_named(f"read_{shelf.one}", read))
    routes("PUT", one, ADMIN, takes=takes, answers=answers, version="required")(_named(f"change_{shelf.one}", change))


for _shelf in SHELVES:
    _declare(_shelf)


@routes("DELETE", "/v1/categories/{category_id}", ADMIN, answers=NoneType)
def remove_category(call: Call, _: Nothing) -> None:
    call.app.register.remove(Ref(Category, (call.id("category_id"),)))


@routes("DELETE", "/v1/resources/{resource_id}", ADMIN, answers=NoneType)
def remove_resource(call: Call, _: Nothing) -> None:
    call.app.register.remove(Ref(Resource, (call.id("resource_id"),)))


@routes("DELETE", "/v1/services/{service_id}", ADMIN, answers=ServiceView)
def remove_service(call: Call, _: Nothing) -> ServiceView:
    """It is not offered any more; appointments keep naming it."""
    return view(ServiceView, call.app.register.deactivate(call.id("service_id")))
