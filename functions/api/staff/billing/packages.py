"""Packages: what the clinic sells, what a patient was sold; products sold to a patient (C-01, C-06)."""

from datetime import date
from typing import Annotated

import msgspec
from pydantic import Field

from api.staff.billing.dues import DueView, due_shown
from api.staff.given import Given, Id, Line, MoneyGiven, Name, Nothing, Paged
from api.staff.routing import BILLING_SETTINGS, BOOKS, STAFF, Call, Routes
from api.staff.shown import Listed, View, view
from creneau.agenda.catalogue import patient_ref
from creneau.agenda.collections import catalogue
from creneau.billing.package import Package, SoldPackage, package_ref, packages_of_patient
from creneau.billing.sell import Product
from creneau.shared.money import Money
from creneau.shared.store import require

routes = Routes()
VatRate = Annotated[int, Field(ge=0, le=5000, description="In basis points.")]


class PackageView(View, frozen=True, kw_only=True):
    """`visits` of `service_ids` for `price`, within `valid_days` local days of the sale, that day counted."""

    id: str
    name: str
    service_ids: tuple[str, ...]
    visits: int
    price: Money
    valid_days: int
    vat_rate: int | None
    vat_note: str
    active: bool
    version: int


class SoldPackageView(View, frozen=True, kw_only=True):
    """`left` visits are still to be had, on the local days from `sold_on` to `valid_until`; `due_id` is its payment due."""

    id: str
    package_id: str
    name: str
    service_ids: tuple[str, ...]
    visits: int
    left: int
    sold_on: date
    valid_until: date
    due_id: str
    void: bool


class PackageGiven(Given):
    name: Name
    service_ids: tuple[Id, ...] = Field(max_length=100)
    visits: int = Field(ge=1, le=500)
    price: MoneyGiven
    valid_days: int = Field(ge=1, le=3660)
    vat_rate: VatRate | None = None
    vat_note: Line = ""
    active: bool = True


class PackageSale(Given):
    """`covers`: dues of visits booked before, which it pays for from now on."""

    package_id: Id
    practitioner_id: Id = Field(description="In whose books the sale is.")
    covers: tuple[Id, ...] = Field(default=(), max_length=50)


class ProductSale(Given):
    """`price` of one piece."""

    text: Name
    price: MoneyGiven
    quantity: int = Field(default=1, ge=1, le=1000)
    practitioner_id: Id = Field(description="In whose books the sale is.")
    vat_rate: VatRate | None = None
    vat_note: Line = ""


def _package(id: str, given: PackageGiven) -> Package:
    return msgspec.convert({"id": id, **given.model_dump(mode="json")}, Package)


def _sold(sold: SoldPackage) -> SoldPackageView:
    return view(SoldPackageView, sold, due_id=sold.billable_id)


@routes("GET", "/v1/packages", STAFF, takes=Paged, answers=Listed[PackageView])
def list_packages(call: Call, given: Paged) -> Listed[PackageView]:
    page = call.app.store.page(catalogue(Package), given.limit, given.cursor)
    return Listed(items=[view(PackageView, p) for p in page.items], next_cursor=page.cursor)


@routes("POST", "/v1/packages", BILLING_SETTINGS, takes=PackageGiven, answers=PackageView, creates=True)
def add_package(call: Call, given: PackageGiven) -> PackageView:
    return view(PackageView, call.app.edit_packages.add(_package(call.new_id("pkg"), given)))


@routes("GET", "/v1/packages/{package_id}", STAFF, answers=PackageView)
def read_package(call: Call, _: Nothing) -> PackageView:
    return view(PackageView, require(call.app.store, package_ref(call.id("package_id"))))


@routes(
    "PUT", "/v1/packages/{package_id}", BILLING_SETTINGS, takes=PackageGiven, answers=PackageView, version="required"
)
def change_package(call: Call, given: PackageGiven) -> PackageView:
    """As a whole. What was sold stays as it was sold."""
    changed = _package(call.id("package_id"), given)
    return view(PackageView, call.app.edit_packages.change(changed, call.required_version))


@routes("GET", "/v1/patients/{patient_id}/packages", STAFF, takes=Paged, answers=Listed[SoldPackageView])
def list_packages_of_patient(call: Call, given: Paged) -> Listed[SoldPackageView]:
    id = call.id("patient_id")
    require(call.app.store, patient_ref(id))
    page = call.app.store.page(packages_of_patient(id), given.limit, given.cursor)
    return Listed(items=[_sold(p) for p in page.items], next_cursor=page.cursor)


@routes("POST", "/v1/patients/{patient_id}/packages", BOOKS, takes=PackageSale, answers=SoldPackageView, creates=True)
def sell_package(call: Call, given: PackageSale) -> SoldPackageView:
    """Due at once. Visits that it covers, booked from now on, owe nothing and count one down."""
    id, patient_id = call.new_id("sld"), call.id("patient_id")
    sold = call.app.sell_package(id, patient_id, given.package_id, given.practitioner_id, given.covers, call.actor)
    return _sold(sold)


@routes("POST", "/v1/patients/{patient_id}/products", BOOKS, takes=ProductSale, answers=DueView, creates=True)
def sell_product(call: Call, given: ProductSale) -> DueView:
    """Due at once."""
    product = msgspec.convert(given.model_dump(mode="json", exclude={"practitioner_id"}), Product)
    sold = call.app.sell_product(call.new_id("bil"), call.id("patient_id"), given.practitioner_id, product, call.actor)
    return due_shown(call, sold)
