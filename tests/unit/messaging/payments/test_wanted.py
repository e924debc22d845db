"""D-02 and D-04: when a payer's open invoices are reminded of by themselves."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from creneau.messaging.delay import parse_delay
from creneau.messaging.message import Channel, Kind
from creneau.messaging.payments.wanted import Left, Wanted, next_at, wanted_reminders
from creneau.messaging.ports import InvoiceSeen
from creneau.messaging.template import Line
from creneau.shared.money import Money
from creneau.shared.time import from_local

ZONE = ZoneInfo("Europe/Zurich")
NINE = time(9)


def at(text: str) -> datetime:
    return from_local(datetime.fromisoformat(text), ZONE)


def invoice(id: str = "inv_1", issued: str = "2027-03-01 14:20", balance: int = 9_000, **more: Any) -> InvoiceSeen:
    money = Money(amount=balance, currency="CHF")
    given: dict[str, Any] = {"issued_on": at(issued).astimezone(ZONE).date()} | more
    return InvoiceSeen(
        id=id, is_final=True, number=id, total=money, balance=money, payer_name="P", finalised_at=at(issued), **given
    )


def template(*delays: str, id: str = "tpl_1", **more: Any) -> Line:
    return Line(
        id=id,
        kind=Kind.CUSTOM,
        channel=Channel.EMAIL,
        delays=tuple(map(parse_delay, delays)),
        **more,
    )


def wanted(
    *invoices: InvoiceSeen,
    lines: tuple[Line, ...] = (template("14d"),),
    left: Left = Left(),  # noqa: B008 - a value
    paused: date | None = None,
    now: str = "2027-03-01 15:00",
) -> dict[str, Wanted]:
    found = wanted_reminders(invoices, lines, left, paused, NINE, ZONE, at(now))
    return {day.isoformat(): reminder for day, reminder in found.items()}


@pytest.mark.rule("D-02")
@pytest.mark.parametrize(
    ("delay", "leaves"),
    [
        ("48h", "2027-03-03 14:20"),
        ("14d", "2027-03-15 09:00"),
        ("1mo", "2027-04-01 09:00"),
        ("28d", "2027-03-29 09:00"),  # the clock went forward the day before
        ("648h", "2027-03-28 15:20"),  # elapsed time, across it
    ],
)
def test_hours_elapse_and_days_and_months_leave_at_the_hour_set(delay: str, leaves: str) -> None:
    (only,) = wanted(invoice(), lines=(template(delay),)).values()
    assert only.at == at(leaves)


@pytest.mark.rule("D-02")
def test_months_end_with_the_month() -> None:
    (only,) = wanted(invoice(issued="2028-01-31 10:00"), lines=(template("1mo"),), now="2028-01-31 11:00").values()
    assert only.at == at("2028-02-29 09:00")


@pytest.mark.rule("D-04")
@pytest.mark.parametrize("delay", ["48h", "14d"])
def test_what_falls_before_the_due_date_moves_to_it(delay: str) -> None:
    (only,) = wanted(invoice(reminded_from=date(2027, 3, 31)), lines=(template(delay),)).values()
    assert only.at == at("2027-03-31 09:00")


@pytest.mark.rule("D-04")
def test_on_the_due_date_it_stays_where_it_is() -> None:
    (only,) = wanted(invoice(reminded_from=date(2027, 3, 3)), lines=(template("48h"),)).values()
    assert only.at == at("2027-03-03 14:20")


@pytest.mark.rule("D-04")
def test_nothing_when_nothing_is_owed() -> None:
    assert wanted(invoice(balance=0)) == {}


@pytest.mark.rule("D-02")
def test_two_that_meet_are_one_with_the_words_of_the_longer_delay() -> None:
    lines = (template("7d", id="tpl_kind"), template("14d", id="tpl_firm"))
    found = wanted(invoice(reminded_from=date(2027, 3, 31)), lines=lines)
    assert list(found) == ["2027-03-31"]
    assert found["2027-03-31"].template_id == "tpl_firm"


@pytest.mark.rule("D-02")
def test_two_invoices_of_a_payer_that_meet_are_one_email_at_the_later_instant() -> None:
    first, second = invoice("inv_1"), invoice("inv_2", issued="2027-03-08 10:00")
    found = wanted(first, second, lines=(template("14d"), template("168h", id="tpl_2")), now="2027-03-08 09:30")
    assert found["2027-03-15"] == Wanted(at=at("2027-03-15 10:00"), template_id="tpl_1", invoice_ids=("inv_1", "inv_2"))
    assert found["2027-03-22"].invoice_ids == ("inv_2",)


@pytest.mark.rule("D-02")
def test_what_was_reminded_of_later_needs_no_earlier_reminder() -> None:
    left = Left({"inv_1": date(2027, 3, 10)}, frozenset({date(2027, 3, 10)}))
    found = wanted(invoice(), lines=(template("7d", "14d"),), left=left, now="2027-03-10 10:00")
    assert list(found) == ["2027-03-15"]


@pytest.mark.rule("D-02")
def test_a_day_whose_email_left_without_it_gives_it_to_the_next() -> None:
    left = Left({"inv_2": date(2027, 3, 15)}, frozenset({date(2027, 3, 15), date(2027, 3, 16)}))
    found = wanted(invoice(), left=left, now="2027-03-15 10:00")
    assert found == {
        "2027-03-17": Wanted(at=at("2027-03-17 09:00"), template_id="tpl_1", invoice_ids=("inv_1",)),
    }


@pytest.mark.rule("D-08")
def test_none_while_the_payer_promised_and_then_the_day_after() -> None:
    found = wanted(invoice(), paused=date(2027, 3, 20))
    assert list(found) == ["2027-03-21"]
    assert list(wanted(invoice(), paused=date(2027, 3, 15))) == ["2027-03-16"]
    assert list(wanted(invoice(), paused=date(2027, 3, 14))) == ["2027-03-15"]
    assert list(wanted(invoice(), paused=date(2027, 4, 20), now="2027-04-10 12:00")) == ["2027-04-21"]


@pytest.mark.rule("D-02")
def test_a_template_acts_on_invoices_issued_since_it_is_on() -> None:
    on_since = template("14d", since=at("2027-03-05 12:00"))
    assert wanted(invoice(), lines=(on_since,), now="2027-03-05 12:00") == {}
    later = invoice(issued="2027-03-05 12:00")
    assert list(wanted(later, lines=(on_since,), now="2027-03-05 12:00")) == ["2027-03-19"]


@pytest.mark.rule("D-02")
def test_existing_invoices_are_taken_along_from_then_on_and_what_is_overdue_once() -> None:
    line = template("7d", "14d", "2mo", since=at("2027-03-20 12:00"), existing_since=at("2027-03-20 12:05"))
    found = wanted(invoice(), lines=(line,), now="2027-03-20 12:05")
    assert list(found) == ["2027-03-21", "2027-05-01"]
    again_on = line.with_(since=at("2027-03-25 08:00"))
    assert wanted(invoice(), lines=(again_on,), now="2027-03-25 08:00") == {}


@pytest.mark.rule("D-02")
def test_what_an_outage_held_up_is_made_up_for_and_what_is_long_past_is_not() -> None:
    held_up = wanted(invoice(), invoice("inv_2", issued="2027-03-03 10:00"), now="2027-03-18 12:00")
    assert list(held_up) == ["2027-03-18"]
    assert held_up["2027-03-18"].invoice_ids == ("inv_1", "inv_2")
    assert wanted(invoice(), now="2027-03-23 12:00") == {}


def test_templates_that_are_off_ask_for_nothing() -> None:
    assert wanted(invoice(), lines=(template("14d", active=False),)) == {}


def test_the_next_time_of_day() -> None:
    assert next_at(at("2027-03-01 08:59"), NINE, ZONE) == at("2027-03-01 09:00")
    assert next_at(at("2027-03-01 09:01"), NINE, ZONE) == at("2027-03-02 09:00")
