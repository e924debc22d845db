"""The gateway's stamp counts, unless its clock can't be ours."""

from datetime import UTC, datetime, timedelta

import pytest

from api.patient.arrival import arrived_at

NOW = datetime(2026, 3, 17, 7, 5, tzinfo=UTC)


@pytest.mark.rule("W-09")
@pytest.mark.parametrize("seconds", [-60, -2.5, 0, 60])
def test_a_stamp_of_this_minute_is_believed(seconds):
    stamp = NOW + timedelta(seconds=seconds)
    assert arrived_at(stamp, NOW) == stamp


@pytest.mark.parametrize("seconds", [-60.001, 60.001, -86400, 86400])
def test_a_stamp_further_off_is_another_clock_s(seconds):
    assert arrived_at(NOW + timedelta(seconds=seconds), NOW) == NOW


def test_without_a_stamp_it_is_now():
    assert arrived_at(None, NOW) == NOW
