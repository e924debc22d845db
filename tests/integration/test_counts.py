"""What operations cost, in calls, items and units: the bars of docs/performance.md."""

import pytest

from creneau.waitlist.eligible import Reason
from tests.integration.jobs import main_job, one_message, one_reminder
from tests.integration.lines import UNFIT, all_fit, find_five, fit_last, one_in_ten


@pytest.fixture(scope="module")
def bills():
    return main_job()


def units(bills, *names: str) -> int:
    return sum(bills[name].write_units for name in names)


def test_booking(bills):
    assert units(bills, "book") <= 9
    assert bills["book"].reads == 2


def test_a_place_given_up_and_filled_again(bills):
    """55 was the aim; a round of five offers is larger than a kilobyte, which costs two units more."""
    assert units(bills, "cancel", "open the round", "accept", "close the round") <= 57


def test_a_round_of_a_cascade(bills):
    """25 was the aim, for rounds within a kilobyte."""
    assert units(bills, "open the cascade's round", "close the cascade's round") <= 27


def test_a_message_is_written_three_times_and_read_twice_at_its_hand_over():
    bills = one_message()
    assert bills["hand over"].reads <= 2
    assert sum(bill.by_kind["Message"] for bill in bills.values()) <= 3


def test_a_reminder_is_written_three_times_and_read_twice_at_its_hand_over():
    bills = one_reminder()
    assert bills["plan"].by_kind == {"Message": 1}
    assert bills["plan"].reads <= 3  # the third for a visit just made only: its templates may have changed meanwhile
    assert bills["hand over"].reads <= 2
    assert bills["hand over"].by_kind == {"Message": 2}


def test_five_offers_are_five_messages(bills):
    offers = bills["five offers planned, dispatched and delivered"]
    assert offers.by_kind == {"Message": 15, "Link": 5}


@pytest.mark.rule("W-04")
@pytest.mark.parametrize("length", [1_000, 10_000])
def test_the_first_five_are_found_with_ten_items_however_long_the_line(length):
    found, line = find_five(all_fit(length))
    assert [entry.appointment_id for entry, _ in found.picks] == [f"apt_{n:07}" for n in range(5)]
    assert line.read <= 10


@pytest.mark.rule("W-05")
@pytest.mark.parametrize("reason", UNFIT)
@pytest.mark.parametrize("length", [1_000, 10_000])
def test_those_who_cannot_be_asked_cost_at_most_two_reads_each(length, reason: Reason):
    found, line = find_five(one_in_ten(length, reason))
    assert len(found.picks) == 5
    assert {passed.reason for passed in found.passed_over} == {reason}
    rooms = int(reason is Reason.RESOURCE_IN_USE)
    assert line.read <= 2 * found.skipped + 10 + rooms


@pytest.mark.parametrize("reason", UNFIT)
def test_a_long_way_in_vain_costs_at_most_a_few_pages_more(reason: Reason):
    found, line = find_five(fit_last(10_000, reason))
    assert (len(found.picks), found.skipped) == (5, 9_000)
    assert line.read <= 2 * found.skipped + 160
    assert line.calls <= found.skipped // 10


def test_every_reason_is_among_them():
    assert set(UNFIT) == set(Reason)
