"""Decides who has which appointment in the sample clinic's month, from the day it begins: the same every time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from local.sample_clinic.catalogue import FRIDAY, MONDAY, THURSDAY, TUESDAY, WEDNESDAY

MONTH = 31
# The box exists for appointments more than ten days ahead; these are later than an unanswered offer's fifteen, too.
WAITING_FROM = 17


@dataclass(frozen=True)
class Planned:
    """`patient` is a number of the list of patients; `place` is the place in line, None: not waiting."""

    agenda: str
    service: str
    patient: int
    start: datetime
    place: int | None = None

    @property
    def key(self) -> str:
        return f"{self.agenda}.{self.start:%Y%m%dT%H%M}.{self.patient}"


def days_of_month(first: date) -> list[date]:
    return [first + timedelta(days=n) for n in range(1, MONTH + 1)]


def planned(first: date, zone: ZoneInfo) -> list[Planned]:
    return [*_medicine(first, zone), *_physiotherapy(first, zone), *_psychology(first, zone)]


def _open(first: date, weekdays: tuple[int, ...], earliest: int = 1) -> Iterator[date]:
    return (day for day in days_of_month(first)[earliest - 1 :] if day.weekday() in weekdays)


def _at(day: date, hour: int, minute: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour, minute), zone)


ALL_WEEK = (MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY)


def _medicine(first: date, zone: ZoneInfo) -> Iterator[Planned]:
    """Full for ten days; then one patient after another who would like to come earlier."""
    turn = count(30)
    for day in _open(first, ALL_WEEK):
        if (day - first).days <= 10:
            for hour, minute in ((8, 30), (9, 0), (10, 0), (11, 0), (14, 0), (15, 30)):
                service = "ultrasound" if (hour, minute) == (11, 0) else "consultation"
                yield Planned("rochat", service, next(turn) % 22 + 30, _at(day, hour, minute, zone))
        if day.weekday() == WEDNESDAY:
            yield Planned("rochat", "home-visit", next(turn) % 22 + 30, _at(day, 16, 30, zone))
    waiting = ((day, hour) for day in _open(first, ALL_WEEK, WAITING_FROM) for hour in (9, 10, 14))
    for place, (day, hour) in zip(range(24), waiting, strict=False):
        yield Planned("rochat", "consultation", place, _at(day, hour, 0, zone), place)


def _physiotherapy(first: date, zone: ZoneInfo) -> Iterator[Planned]:
    turn, places = count(), {"bernasconi": count(), "bernasconi-vevey": count()}
    for day in _open(first, ALL_WEEK):
        agenda = "bernasconi" if day.weekday() in (MONDAY, WEDNESDAY, FRIDAY) else "bernasconi-vevey"
        for hour in (9, 15):
            place = next(places[agenda]) if hour == 15 and (day - first).days >= WAITING_FROM else None
            yield Planned(agenda, "physio", next(turn) % 10 + 50, _at(day, hour, 0, zone), place)
        if agenda == "bernasconi":
            yield Planned(agenda, "rehabilitation", next(turn) % 10 + 50, _at(day, 16, 0, zone))


def _psychology(first: date, zone: ZoneInfo) -> Iterator[Planned]:
    turn, place = count(), count()
    for day in _open(first, (MONDAY, TUESDAY, WEDNESDAY)):
        waits = (day - first).days >= WAITING_FROM
        yield Planned(
            "keller", "psychology", next(turn) % 6 + 24, _at(day, 10, 0, zone), next(place) if waits else None
        )
        yield Planned("keller", "video", next(turn) % 6 + 24, _at(day, 13, 30, zone))
    for day in _open(first, (THURSDAY,)):
        for patient in range(24, 29):
            yield Planned("keller", "stress", patient, _at(day, 17, 0, zone))
