"""What must be true of each thing in the catalogue, and the one form in which its parts are kept."""

from typing import TypeVar, cast

from creneau.agenda.catalogue import (
    Address,
    Agenda,
    Category,
    Location,
    Practitioner,
    Predefined,
    Resource,
    Service,
    category_ref,
    location_ref,
    practitioner_ref,
    resource_ref,
)
from creneau.agenda.collections import catalogue
from creneau.shared.contact import phone_in_form, postcode_in_form
from creneau.shared.errors import Fault, Invalid, Refused
from creneau.shared.model import Stored
from creneau.shared.settings import Clinic
from creneau.shared.store import Ref, Store, everything

M = TypeVar("M", bound=Stored)


def checked(item: M, store: Store, clinic: Clinic, before: M | None = None) -> M:
    """The item in its kept form. Invalid with everything that is wrong; Refused where another item stands against it."""
    faults: list[Fault] = []
    kept: Stored = item
    match item:
        case Practitioner():
            kept = item.with_(phone=phone_in_form(item.phone, clinic.country, "phone", faults))
            _check_user(item, store)
        case Location():
            phone = phone_in_form(item.phone, clinic.country, "phone", faults) or ""
            kept = item.with_(address=address_in_form(item.address, faults), phone=phone)
        case Agenda():
            _check_exists(store, practitioner_ref(item.practitioner_id), "practitioner_id", faults)
            _check_exists(store, location_ref(item.location_id), "location_id", faults)
            _check_agenda(item, store, cast(Agenda | None, before))
        case Resource():
            _check_exists(store, location_ref(item.location_id), "location_id", faults)
        case Category():
            _check_category_name(item, store, faults)
        case Service():
            _check_service(item, store, clinic, faults)
    if faults:
        raise not_as_needed(faults)
    return cast(M, kept)


def not_as_needed(faults: list[Fault]) -> Invalid:
    return Invalid(faults[0].problem, code="invalid", remedy=faults[0].remedy, faults=tuple(faults))


def address_in_form(address: Address, faults: list[Fault]) -> Address:
    country = address.country.upper()
    return address.with_(country=country, postcode=postcode_in_form(address.postcode, country, "address", faults))


def _check_exists(store: Store, ref: Ref[M], field: str, faults: list[Fault]) -> None:
    if store.get(ref) is None:
        faults.append(Fault(field, f"there is no {ref.model.__name__} {ref.key[0]}", "use an id as listed"))


def _check_user(item: Practitioner, store: Store) -> None:
    if item.user is None:
        return
    for other in everything(store, catalogue(Practitioner)):
        if other.id != item.id and other.user == item.user:
            raise Refused(
                "this sign-in belongs to another practitioner", code="user_taken", remedy="take it from the other first"
            )


def _check_agenda(item: Agenda, store: Store, before: Agenda | None) -> None:
    """A-07: one per practitioner and location, and appointments rely on which two those are."""
    where = (item.practitioner_id, item.location_id)
    if before is not None and where != (before.practitioner_id, before.location_id):
        raise Refused(
            "an agenda stays with its practitioner and location", code="agenda_fixed", remedy="add another agenda"
        )
    for other in everything(store, catalogue(Agenda)):
        if other.id != item.id and where == (other.practitioner_id, other.location_id):
            raise Refused(
                "this practitioner has an agenda in this location", code="agenda_exists", remedy=f"use {other.id}"
            )


def _check_category_name(item: Category, store: Store, faults: list[Fault]) -> None:
    taken = {c.name.casefold() for c in everything(store, catalogue(Category)) if c.id != item.id}
    if item.name.casefold() in taken | set(Predefined):
        faults.append(Fault("name", "there is a category of this name", "choose another name"))


def _check_service(item: Service, store: Store, clinic: Clinic, faults: list[Fault]) -> None:
    if item.category not in set(Predefined):
        _check_exists(store, category_ref(item.category), "category", faults)
    for n, resource_id in enumerate(item.resource_ids):
        _check_exists(store, resource_ref(resource_id), f"resource_ids[{n}]", faults)
    if len(set(item.resource_ids)) != len(item.resource_ids):
        faults.append(Fault("resource_ids", "one is named twice", "name each once"))
    if item.category == Predefined.TELECONSULTATION and not item.video_link:
        faults.append(Fault("video_link", "a teleconsultation needs the link to join", "give an https:// address"))
    if item.video_link and not item.video_link.startswith("https://"):
        faults.append(Fault("video_link", "not a secure web address", "give an https:// address"))
    if item.price is not None and item.price.currency != clinic.currency:
        faults.append(Fault("price.currency", f"the clinic's currency is {clinic.currency}", f"use {clinic.currency}"))
    if item.vat_rate is not None and item.vat_note:
        faults.append(Fault("vat_note", "a service is taxed or exempt, not both", "give vat_rate or vat_note"))
