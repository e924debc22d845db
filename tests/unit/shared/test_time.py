# ruff: noqa: DTZ001 - what a clock on the wall shows has no zone
"""Local time in both directions across clock changes, and delays in days and months (promise 38)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creneau.shared.time import after_days, after_months, day_bounds, from_local, local_date, utc

ZURICH, TORONTO, CAIRO = ZoneInfo("Europe/Zurich"), ZoneInfo("America/Toronto"), ZoneInfo("Africa/Cairo")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # moves its clocks by half an hour
ZONES = st.sampled_from([ZURICH, TORONTO, CAIRO, LORD_HOWE, ZoneInfo("UTC")])
WALLS = st.datetimes(datetime(2000, 1, 1), datetime(2037, 12, 30))
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2037, 12, 30), timezones=st.just(UTC))


def wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("zone", "local", "instant"),
    [
        (ZURICH, "2026-01-15 09:00", "2026-01-15T08:00Z"),
        (ZURICH, "2026-07-15 09:00", "2026-07-15T07:00Z"),
        (ZURICH, "2026-03-29 01:59", "2026-03-29T00:59Z"),
        (ZURICH, "2026-03-29 02:00", "2026-03-29T01:00Z"),  # does not exist: the first instant after it
        (ZURICH, "2026-03-29 02:59:59", "2026-03-29T01:00Z"),
        (ZURICH, "2026-03-29 03:00", "2026-03-29T01:00Z"),
        (ZURICH, "2026-10-25 02:30", "2026-10-25T00:30Z"),  # exists twice: the first
        (ZURICH, "2026-10-25 03:00", "2026-10-25T02:00Z"),
        (TORONTO, "2026-03-08 02:30", "2026-03-08T07:00Z"),
        (TORONTO, "2026-11-01 01:30", "2026-11-01T05:30Z"),
        (LORD_HOWE, "2026-10-04 02:15", "2026-10-03T15:30Z"),
    ],
)
def test_the_instant_of_a_wall_clock_time(zone, local, instant):
    assert from_local(datetime.fromisoformat(local), zone) == datetime.fromisoformat(instant)


@given(WALLS, ZONES)
def test_a_time_that_exists_is_shown_as_meant(local, zone):
    instant = from_local(local, zone)
    shown = wall(instant, zone)
    assert instant.tzinfo is UTC
    if shown == local:
        # No earlier instant shows the same time.
        assert all(wall(instant - timedelta(minutes=m), zone) != local for m in (30, 60))
    else:
        # Shown later, never earlier; and just before it the clock still stood before the gap.
        assert shown > local
        assert wall(instant - timedelta(seconds=1), zone) < local


@given(st.dates(date(2000, 1, 1), date(2037, 12, 30)), ZONES)
def test_a_day_begins_where_the_one_before_ends(on, zone):
    start, end = day_bounds(on, zone)
    assert timedelta(hours=22) < end - start < timedelta(hours=26)
    assert local_date(start, zone) == on
    assert local_date(end - timedelta(microseconds=1), zone) == on
    assert day_bounds(on + timedelta(days=1), zone)[0] == end


def test_days_of_23_24_and_25_hours():
    lengths = [day_bounds(date(2026, *day), ZURICH) for day in ((3, 29), (3, 30), (10, 25))]
    assert [(end - start) / timedelta(hours=1) for start, end in lengths] == [23, 24, 25]


def test_a_day_that_begins_without_midnight():
    start, _ = day_bounds(date(2026, 4, 24), CAIRO)
    assert wall(start, CAIRO) == datetime(2026, 4, 24, 1)


@pytest.mark.promise(38)
@pytest.mark.parametrize("on", ["2026-03-28", "2026-10-24"])
def test_days_keep_the_clock_time(on):
    nine = from_local(datetime.fromisoformat(f"{on} 09:00"), ZURICH)
    for days in (1, 2, 15, -1):
        assert wall(after_days(nine, days, ZURICH), ZURICH).strftime("%H:%M") == "09:00"


def test_fifteen_days_over_the_october_change_are_an_hour_longer():
    opened = from_local(datetime(2026, 10, 20, 9), ZURICH)
    assert after_days(opened, 15, ZURICH) - opened == timedelta(days=15, hours=1)


def test_a_day_later_in_the_gap():
    half_past_two = from_local(datetime(2026, 3, 28, 2, 30), ZURICH)
    assert wall(after_days(half_past_two, 1, ZURICH), ZURICH) == datetime(2026, 3, 29, 3)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31 09:00", 1, "2026-02-28 09:00"),
        ("2028-01-31 09:00", 1, "2028-02-29 09:00"),
        ("2026-01-31 09:00", 2, "2026-03-31 09:00"),
        ("2026-12-15 09:00", 1, "2027-01-15 09:00"),
        ("2026-03-31 09:00", -1, "2026-02-28 09:00"),
        ("2026-01-15 09:00", -13, "2024-12-15 09:00"),
        ("2026-02-28 02:30", 13, "2027-03-28 03:00"),  # into the gap
    ],
)
def test_months_keep_the_clock_time_and_end_with_the_month(start, months, end):
    later = after_months(from_local(datetime.fromisoformat(start), ZURICH), months, ZURICH)
    assert wall(later, ZURICH) == datetime.fromisoformat(end)


@given(INSTANTS, st.integers(-400, 400), ZONES)
def test_more_days_are_never_earlier(instant, days, zone):
    assert after_days(instant, days, zone) <= after_days(instant, days + 1, zone)


def test_an_instant_without_a_zone_is_not_guessed():
    with pytest.raises(ValueError, match="no time zone"):
        utc(datetime(2026, 3, 2, 9))
