"""D-04: from when on an invoice may be reminded of."""

from datetime import date

import pytest

from creneau.billing.collectable import collects_itself_until, reminded_from
from creneau.billing.invoice import DocumentKind, Instalment, Invoice
from tests.support.books import Books

pytestmark = pytest.mark.rule("D-04")


def of(*instalments: tuple[str, int, bool], **more: object) -> Invoice:
    """An invoice of 120.50."""
    books = Books().open()
    books.consultation(1)
    made = books.invoiced(consultation_ids=("bil_1_0001",))
    plan = tuple(Instalment(on=date.fromisoformat(d), amount=a, preauthorised=p) for d, a, p in instalments)
    return made.with_(instalments=plan, **more)


def day(text: str) -> date:
    return date.fromisoformat(text)


def test_not_before_the_due_date_and_on_it() -> None:
    invoice = of(due_on=day("2027-04-14"))
    assert invoice.is_owed
    assert reminded_from(invoice) == day("2027-04-14")


def test_without_a_due_date_on_any_day() -> None:
    assert reminded_from(of(due_on=None)) is None


@pytest.mark.parametrize(
    "invoice",
    [of(paid=12_050), of(credited=12_050), of(kind=DocumentKind.CREDIT_NOTE), of(frozen=None, finalised_at=None)],
    ids=["paid", "credited", "credit note", "draft"],
)
def test_never_when_nothing_is_owed(invoice: Invoice) -> None:
    assert not invoice.is_owed


def test_instalments_are_due_in_their_order_as_far_as_nothing_was_paid() -> None:
    plan = (("2027-04-01", 6_000, False), ("2027-05-01", 6_050, False))
    assert reminded_from(of(*plan, due_on=day("2027-03-20"))) == day("2027-04-01")
    assert reminded_from(of(*plan, paid=5_999)) == day("2027-04-01")
    assert reminded_from(of(*plan, paid=6_000)) == day("2027-05-01")


def test_none_while_something_is_collected_by_itself() -> None:
    plan = (("2027-04-01", 6_000, True), ("2027-05-01", 6_050, True))
    assert reminded_from(of(*plan)) == day("2027-05-02")
    assert collects_itself_until(of(*plan, paid=6_000)) == day("2027-05-01")
    mixed = of(("2027-04-01", 6_000, True), ("2027-05-01", 6_050, False), paid=6_000)
    assert reminded_from(mixed) == day("2027-05-01")
