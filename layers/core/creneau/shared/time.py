"""Instants, local dates and delays: days and months keep the local clock time, hours and minutes are elapsed time."""

import calendar
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Answers the present instant, aware, in UTC."""

Pause = Callable[[float], None]
"""Waits so many seconds."""


def utc(instant: datetime) -> datetime:
    """The same instant in UTC; a value without a zone is refused (ValueError), never guessed."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} has no time zone")
    return instant.astimezone(UTC)


def wait_until(instant: datetime) -> str:
    """For a Wait state: whole seconds, never early."""
    return f"{(instant.astimezone(UTC) + timedelta(microseconds=999_999)):%Y-%m-%dT%H:%M:%SZ}"


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()


def from_local(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant (UTC) of a wall-clock time.

    A time that does not exist becomes the first valid instant after it; one that exists twice, the first.
    """
    wall = wall.replace(tzinfo=None)
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wall:
        return first
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)  # in a gap, fold=1 is read with the offset after it
    old, low, high = before.astimezone(zone).utcoffset(), before, first
    while high - low > timedelta(microseconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == old:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def day_bounds(on: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants at which a local date begins and the next one begins."""
    midnight = datetime.combine(on, time())
    return from_local(midnight, zone), from_local(midnight + timedelta(days=1), zone)


def after_days(instant: datetime, days: int, zone: ZoneInfo) -> datetime:
    """So many local days later (or earlier), at the same local clock time."""
    return from_local(instant.astimezone(zone).replace(tzinfo=None) + timedelta(days=days), zone)


def after_months(instant: datetime, months: int, zone: ZoneInfo) -> datetime:
    """So many months later, at the same local clock time; the day is cut to the month's last."""
    wall = instant.astimezone(zone).replace(tzinfo=None)
    index = wall.year * 12 + wall.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return from_local(wall.replace(year=year, month=month + 1, day=min(wall.day, last)), zone)
