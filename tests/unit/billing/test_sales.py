"""Packages and products are due when sold; what a package covers; a sale taken back (C-01, C-06)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from creneau.agenda.attendance import Attendance
from creneau.billing.asked import Asked
from creneau.billing.billable import DueKind, DueState
from creneau.billing.package import Package, SoldPackage, sold_package_ref
from creneau.billing.recap import Grouping
from creneau.billing.sell import Product
from creneau.shared.actor import Actor, Role
from creneau.shared.errors import Forbidden, Invalid, Refused
from creneau.shared.money import Money
from creneau.shared.store import require
from tests.support.books import BILLER, Books

FIVE = Package(
    id="pkg_5",
    name="Cinq séances",
    service_ids=("srv_2",),
    visits=5,
    price=Money(amount=50_000, currency="CHF"),
    valid_days=30,
)
BANDAGE = Product(text="Bandage", price=Money(amount=1_250, currency="CHF"), quantity=3, vat_rate=810)


def sold(books: Books, package: Package = FIVE, covers: tuple[str, ...] = (), id: str = "sld_1") -> SoldPackage:
    books.packages.add(package)
    return books.sell_package(id, "pat_1", package.id, "prc_1", covers, BILLER)


def left(books: Books) -> int:
    return require(books.store, sold_package_ref("pat_1", "sld_1")).left


@pytest.mark.rule("C-01", "C-06")
def test_a_package_is_due_once_and_at_once(books: Books) -> None:
    package = sold(books)
    assert package == sold(books)
    billable = books.billable(package.billable_id)
    assert billable.due is not None
    assert (billable.due.kind, billable.due.price, billable.due.at) == (DueKind.PACKAGE, 50_000, books.now)
    assert (package.left, package.sold_on, package.valid_until) == (5, date(2027, 3, 15), date(2027, 4, 13))
    assert books.owed_by("patient.pat_1").totals == {"CHF": 50_000}


@pytest.mark.rule("C-06")
def test_a_day_of_the_clinic_counts_not_one_of_greenwich(books: Books) -> None:
    books.now = datetime(2027, 3, 15, 23, 30, tzinfo=UTC)
    assert sold(books).sold_on == date(2027, 3, 16)


@pytest.mark.rule("C-06")
def test_it_can_pay_for_visits_that_were_booked_before(books: Books) -> None:
    due = books.due_of(books.visit("2027-03-20 09:00", attendance=Attendance.BOOKED))
    sold(books, covers=(due.id,))
    covered = books.billable(due.id)
    assert (covered.covered_by, covered.due, left(books)) == ("sld_1", None, 4)
    assert books.owed_by("patient.pat_1").totals == {"CHF": 50_000}


@pytest.mark.rule("C-06")
@pytest.mark.parametrize("which", ["paid", "taken", "of another", "before the sale", "of another service"])
def test_what_it_can_not_pay_for(books: Books, which: str) -> None:
    at = "2027-03-01 09:00" if which == "before the sale" else "2027-03-15 09:00"
    patient = "pat_2" if which == "of another" else "pat_1"
    due = books.due_of(books.visit(at, patient=patient))
    if which == "paid":
        books.paid_due(due, 1)
    if which == "taken":
        books.drafted()
    package = FIVE.with_(service_ids=("srv_1",)) if which == "of another service" else FIVE
    with pytest.raises(Invalid) as refused:
        sold(books, package, covers=(due.id,))
    assert refused.value.faults[0].field == "covers[0]"
    assert books.store.get(sold_package_ref("pat_1", "sld_1")) is None


@pytest.mark.rule("C-01")
def test_a_product_is_due_at_its_price_times_its_number_and_invoiced_so(books: Books) -> None:
    made = books.sell_product("bil_x", "pat_1", "prc_1", BANDAGE, BILLER)
    assert made == books.sell_product("bil_x", "pat_1", "prc_1", BANDAGE, BILLER)
    assert made.owed == 3_750
    (line,) = books.invoiced().lines
    assert (line.text, line.price, line.quantity, line.amount, line.vat_rate) == ("Bandage", 1_250, 300, 3_750, 810)
    assert books.billable("bil_x").due_state is DueState.TAKEN


@pytest.mark.rule("C-01", "B-03")
def test_recaps_take_what_is_due_without_a_consultation(books: Books) -> None:
    package = sold(books)
    books.sell_product("bil_x", "pat_1", "prc_1", BANDAGE, BILLER)
    recap = books.plan(Asked(patient_id="pat_1", grouping=Grouping.PER_PAYER), BILLER)
    assert {line.text for line in recap.invoices[0].lines} == {"Bandage", "Cinq séances"}
    batch = books.plan(Asked(consultation_ids=(package.billable_id, "bil_x")), BILLER)
    assert sorted(p.totals.total for p in batch.invoices) == [3_750, 50_000]


@pytest.mark.rule("C-01")
def test_a_visits_due_is_not_invoiced_before_it_has_ended(books: Books) -> None:
    due = books.due_of(books.visit("2027-03-20 09:00", attendance=Attendance.BOOKED))
    recap = books.plan(Asked(consultation_ids=(due.id,)), BILLER)
    assert [(out.id, out.reason) for out in recap.left_out] == [(due.id, "not_due_yet")]


@pytest.mark.rule("C-06")
def test_a_sale_is_taken_back_while_nothing_came_of_it(books: Books) -> None:
    package = sold(books)
    books.take_back(package.billable_id, BILLER)
    books.take_back(package.billable_id, BILLER)
    assert books.billable(package.billable_id).due_state is DueState.VOID
    assert books.due_of(books.visit("2027-03-20 09:00", attendance=Attendance.BOOKED)).due_state is DueState.OPEN


@pytest.mark.rule("C-06")
@pytest.mark.parametrize(
    ("which", "code"),
    [("invoiced", "invoiced_already"), ("paid", "paid_already"), ("used", "package_used"), ("visit", "not_a_sale")],
)
def test_what_is_not_taken_back(books: Books, which: str, code: str) -> None:
    package = sold(books)
    id = package.billable_id
    if which == "invoiced":
        books.invoiced()
    if which == "paid":
        books.paid_due(books.billable(id), 1)
    if which == "used":
        books.due_of(books.visit("2027-03-20 09:00", attendance=Attendance.BOOKED))
    if which == "visit":
        id = books.due_of(books.visit("2027-03-01 09:00")).id
    with pytest.raises(Refused) as refused:
        books.take_back(id, BILLER)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"price": Money(amount=1, currency="EUR")}, "price.currency"),
        ({"price": Money(amount=0, currency="CHF")}, "price.amount"),
        ({"service_ids": ()}, "service_ids"),
        ({"service_ids": ("srv_2", "srv_none")}, "service_ids[1]"),
    ],
)
def test_a_package_that_can_not_be_meant(books: Books, change: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        books.packages.add(FIVE.with_(**change))
    assert [fault.field for fault in refused.value.faults] == [field]


def test_what_is_sold_no_more_and_by_whom(books: Books) -> None:
    with pytest.raises(Refused, match="sold no more"):
        sold(books, FIVE.with_(active=False))
    luc = Actor(id="usr_luc", roles=(Role.PRACTITIONER,), practitioner_id="prc_2")
    with pytest.raises(Forbidden):
        books.sell_product("bil_x", "pat_1", "prc_1", BANDAGE, luc)
    assert books.sell_product("bil_y", "pat_1", "prc_2", BANDAGE, luc).owed == 3_750


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"price": Money(amount=1, currency="EUR")}, "price.currency"),
        ({"price": Money(amount=0, currency="CHF")}, "price.amount"),
        ({"quantity": 0}, "quantity"),
    ],
)
def test_a_product_that_can_not_be_meant(books: Books, change: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        books.sell_product("bil_x", "pat_1", "prc_1", BANDAGE.with_(**change), BILLER)
    assert [fault.field for fault in refused.value.faults] == [field]
