"""The days on which no group or birthday SMS leaves, against lists written down by hand and another reckoning (M-14)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.easter import easter as reckoned  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from creneau.messaging.holidays import easter, holidays, out_of_rest, rests
from creneau.shared.time import from_local

pytestmark = pytest.mark.rule("M-14")

PARIS = ZoneInfo("Europe/Paris")

FRANCE = """
2026: 01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25
2027: 01-01 03-29 05-01 05-06 05-08 05-17 07-14 08-15 11-01 11-11 12-25
2028: 01-01 04-17 05-01 05-08 05-25 06-05 07-14 08-15 11-01 11-11 12-25
2029: 01-01 04-02 05-01 05-08 05-10 05-21 07-14 08-15 11-01 11-11 12-25
2030: 01-01 04-22 05-01 05-08 05-30 06-10 07-14 08-15 11-01 11-11 12-25
"""
ALSACE = ["2026-04-03", "2027-03-26", "2028-04-14", "2029-03-30", "2030-04-19"]
"""Good Fridays; and every 26 December."""


def listed(text: str) -> set[date]:
    rows = (line.split(": ") for line in text.strip().splitlines())
    return {date.fromisoformat(f"{year}-{day}") for year, days in rows for day in days.split()}


def test_france_from_2026_to_2030_is_the_list():
    known = listed(FRANCE) | {date.fromisoformat(d) for d in ALSACE} | {date(y, 12, 26) for y in range(2026, 2031)}
    assert {d for year in range(2026, 2031) for d in holidays(year, "FR")} == known
    on = date(2026, 1, 1)
    while on.year <= 2030:
        assert rests(on, "FR") == (on.isoweekday() == 7 or on in known)
        on += timedelta(days=1)


def test_easter_agrees_with_another_reckoning():
    assert [easter(year) for year in range(1900, 2201)] == [reckoned(year) for year in range(1900, 2201)]


def test_switzerland():
    wanted = "01-01 01-02 03-26 03-29 05-06 05-17 08-01 12-25 12-26"
    assert holidays(2027, "CH") == listed(f"2027: {wanted}")


@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2026, "01-01 04-03 04-06 05-18 06-24 07-01 09-07 10-12 12-25"),
        (2029, "01-01 03-30 04-02 05-21 06-24 07-02 09-03 10-08 12-25"),  # 1 July is a Sunday
        (2027, "01-01 03-26 03-29 05-24 06-24 07-01 09-06 10-11 12-25"),
    ],
)
def test_quebec(year, days):
    assert holidays(year, "CA") == listed(f"{year}: {days}")


def test_of_another_country_only_sundays_are_known():
    assert holidays(2027, "BE") == frozenset()
    assert rests(date(2027, 3, 28), "BE")
    assert not rests(date(2027, 3, 29), "BE")


class TestOutOfRest:
    def moved(self, text: str) -> str:
        instant = from_local(datetime.fromisoformat(text), PARIS)
        found = out_of_rest(instant, PARIS, "FR")
        return f"{found.astimezone(PARIS):%Y-%m-%d %H:%M}"

    def test_a_working_day_stays(self):
        assert self.moved("2026-05-07 10:00") == "2026-05-07 10:00"

    def test_easter_goes_to_the_tuesday_after(self):
        assert self.moved("2026-04-05 10:00") == "2026-04-07 10:00"

    def test_the_day_is_the_clinics(self):
        assert self.moved("2026-05-08 00:30") == "2026-05-09 00:30"
        assert out_of_rest(datetime(2026, 5, 7, 22, 30, tzinfo=UTC), PARIS, "FR").astimezone(PARIS).day == 9

    def test_the_local_time_is_kept_when_the_clocks_change_on_the_sunday(self):
        assert self.moved("2026-03-29 09:00") == "2026-03-30 09:00"
        assert self.moved("2026-03-29 02:30") == "2026-03-30 03:00"  # the first instant there is on that Sunday

    @given(st.integers(0, 5 * 365 * 24 * 60), st.sampled_from(["FR", "CH", "CA", "BE"]))
    def test_always_the_next_day_that_does_not_rest(self, minutes, country):
        instant = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
        after = out_of_rest(instant, PARIS, country)
        first, last = instant.astimezone(PARIS).date(), after.astimezone(PARIS).date()
        assert not rests(last, country)
        assert last - first <= timedelta(days=5)
        assert all(rests(first + timedelta(days=n), country) for n in range((last - first).days))
        if first == last:
            assert after == instant
