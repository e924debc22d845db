"""When runs begin: by the clinic's clock, each period once, the latest one made up after an outage (C-02, C-03)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from creneau.billing.periods import latest_period, periods_ahead
from creneau.shared.settings import BillingSettings

ZONE = ZoneInfo("Europe/Zurich")
pytestmark = pytest.mark.rule("C-02")


def settings(cycle: str = "daily", **more: object) -> BillingSettings:
    given = {"automatic": True, "mode": "draft", "since": datetime(2026, 1, 1, tzinfo=UTC)} | more
    return BillingSettings(cycle=cycle, **given)  # type: ignore[arg-type]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cycle", "now", "on", "begins"),
    [
        ("daily", "2027-03-16 07:00", "2027-03-16", "2027-03-16 07:00"),
        ("daily", "2027-03-16 06:59", "2027-03-15", "2027-03-15 07:00"),
        # the spring change, in the night to 28 March: 08:00 is 06:00 in UTC from then on
        ("daily", "2027-03-27 12:00", "2027-03-27", "2027-03-27 07:00"),
        ("daily", "2027-03-28 06:00", "2027-03-28", "2027-03-28 06:00"),
        ("daily", "2027-03-28 05:59", "2027-03-27", "2027-03-27 07:00"),
        # the autumn change, in the night to 31 October
        ("daily", "2027-10-31 06:59", "2027-10-30", "2027-10-30 06:00"),
        ("daily", "2027-10-31 07:00", "2027-10-31", "2027-10-31 07:00"),
        ("weekly", "2027-03-15 07:00", "2027-03-15", "2027-03-15 07:00"),
        ("weekly", "2027-03-15 06:59", "2027-03-08", "2027-03-08 07:00"),
        ("weekly", "2027-03-21 23:59", "2027-03-15", "2027-03-15 07:00"),
        ("monthly", "2027-03-31 23:00", "2027-03-01", "2027-03-01 07:00"),
        ("monthly", "2027-03-01 06:59", "2027-02-01", "2027-02-01 07:00"),
        ("monthly", "2028-03-01 06:00", "2028-02-01", "2028-02-01 07:00"),
        ("monthly", "2027-01-01 06:30", "2026-12-01", "2026-12-01 07:00"),
    ],
)
def test_the_latest_period_begins_at_eight_by_the_clinics_clock(cycle: str, now: str, on: str, begins: str) -> None:
    found = latest_period(settings(cycle), at(now), ZONE)
    assert found is not None
    assert (found.on, found.at) == (date.fromisoformat(on), at(begins))
    assert found.run_id == f"run_{cycle}_{on}"


def test_a_run_on_the_28th_is_in_every_month() -> None:
    billing = settings("monthly", day=28)
    found = {p.on for p in periods_ahead(billing, at("2027-01-01 00:00"), 365, ZONE)}
    assert found == {date(2027, month, 28) for month in range(1, 13)}


def test_a_weekly_one_on_its_weekday() -> None:
    found = [p.on for p in periods_ahead(settings("weekly", weekday=4), at("2027-03-15 12:00"), 14, ZONE)]
    assert found == [date(2027, 3, 19), date(2027, 3, 26)]


@pytest.mark.parametrize(
    ("wall", "on", "begins"),
    [
        ("02:30", "2027-03-28", "2027-03-28 01:00"),  # does not exist: the first instant after it
        ("02:30", "2027-10-31", "2027-10-31 00:30"),  # exists twice: the first
    ],
)
def test_at_a_local_time_that_the_night_skips_or_has_twice_there_is_one_run(wall: str, on: str, begins: str) -> None:
    billing = settings(at=wall)
    begin = at(begins)
    found = latest_period(billing, begin, ZONE)
    assert found is not None
    assert (found.on.isoformat(), found.at) == (on, begin)
    later = {latest_period(billing, begin + timedelta(minutes=5 * n), ZONE) for n in range(280)}
    assert {p.run_id for p in later if p is not None} == {found.run_id}


@pytest.mark.rule("C-03")
def test_every_half_hour_of_a_year_asks_for_one_run_a_day() -> None:
    billing = settings()
    now, seen = at("2027-01-01 12:00"), list[str]()
    while now < at("2028-01-01 12:00"):
        found = latest_period(billing, now, ZONE)
        assert found is not None
        if found.run_id not in seen:
            assert found.at <= now < found.at + timedelta(minutes=30) or not seen
            seen.append(found.run_id)
        now += timedelta(minutes=30)
    assert len(seen) == 366
    assert seen == sorted(seen)


@pytest.mark.rule("C-03")
def test_of_the_periods_that_an_outage_swallowed_only_the_latest_is_made_up() -> None:
    """Down from Friday to Monday afternoon."""
    found = latest_period(settings(), at("2027-03-15 14:00"), ZONE)
    assert found is not None
    assert found.on == date(2027, 3, 15)


def test_what_had_begun_before_it_was_turned_on_is_nobodys_period() -> None:
    since = at("2027-03-15 07:00")
    assert latest_period(settings(since=since), at("2027-03-16 06:59"), ZONE) is None
    assert latest_period(settings(since=since - timedelta(seconds=1)), at("2027-03-15 08:00"), ZONE) is not None
    assert latest_period(settings("monthly", since=since), at("2027-03-31 23:00"), ZONE) is None


@pytest.mark.parametrize("off", [{"automatic": False}, {"cycle": ""}])
def test_off_means_no_run(off: dict[str, object]) -> None:
    given = {"cycle": "daily"} | off
    assert latest_period(settings(**given), at("2027-03-15 14:00"), ZONE) is None  # type: ignore[arg-type]
