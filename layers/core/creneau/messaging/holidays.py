"""The days on which nothing leaves that nobody asked for: Sundays and public holidays, as the country's pack says (M-14).

Computed from the laws, for any year. France: article L3133-1 of the Code du travail, the eleven days of the whole country;
Alsace-Moselle's two more rest too, since its patients may live anywhere. Switzerland: 1 August is the one federal day, the
others are the cantons'; every day that most cantons keep rests, one that few keep (Geneva's Jeûne, Corpus Christi) does
not. Canada: Quebec's Loi sur les normes du travail, section 60, and the Fête nationale; both days of its choice between
Good Friday and Easter Monday rest. Elsewhere, only Sundays do.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from creneau.shared.time import from_local

_MONDAY, _SUNDAY = 0, 6


def rests(on: date, country: str) -> bool:
    """Whether it is a Sunday, or a public holiday of that country (ISO 3166)."""
    return on.weekday() == _SUNDAY or on in holidays(on.year, country)


def out_of_rest(instant: datetime, zone: ZoneInfo, country: str) -> datetime:
    """The same instant on a day on which something may leave; else the same local time on the next such day."""
    wall = instant.astimezone(zone).replace(tzinfo=None)
    if not rests(wall.date(), country):
        return instant
    while rests(wall.date(), country):
        wall += timedelta(days=1)
    return from_local(wall, zone)


@lru_cache(maxsize=16)
def holidays(year: int, country: str) -> frozenset[date]:
    """Of one year; empty for a country that is not known here."""
    pack = _PACKS.get(country)
    return frozenset(pack(year)) if pack else frozenset()


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the rule of its epacts (as Oudin gave it)."""
    century = year // 100
    golden = year % 19
    epact = (century - century // 4 - (century - (century - 17) // 25) // 3 + 19 * golden + 15) % 30
    epact -= (epact // 28) * (1 - (epact // 28) * (29 // (epact + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + epact + 2 - century + century // 4) % 7
    from_21_march = epact - weekday
    month = 3 + (from_21_march + 40) // 44
    return date(year, month, from_21_march + 28 - 31 * (month // 4))


def _around_easter(year: int, *days: int) -> list[date]:
    """So many days after Easter Sunday: -2 Good Friday, 1 Easter Monday, 39 Ascension, 50 Whit Monday."""
    return [easter(year) + timedelta(days=n) for n in days]


def _fixed(year: int, *days: tuple[int, int]) -> list[date]:
    """By month and day."""
    return [date(year, month, day) for month, day in days]


def _monday(year: int, month: int, first: int) -> date:
    """The first Monday from that day on."""
    start = date(year, month, first)
    return start + timedelta(days=(_MONDAY - start.weekday()) % 7)


def _france(year: int) -> list[date]:
    whole = _fixed(year, (1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    return whole + _around_easter(year, 1, 39, 50) + _around_easter(year, -2) + _fixed(year, (12, 26))


def _switzerland(year: int) -> list[date]:
    return _fixed(year, (1, 1), (1, 2), (8, 1), (12, 25), (12, 26)) + _around_easter(year, -2, 1, 39, 50)


def _quebec(year: int) -> list[date]:
    """The Monday before 25 May, the first one of September and the second one of October."""
    confederation = date(year, 7, 1)
    if confederation.weekday() == _SUNDAY:
        confederation = date(year, 7, 2)
    mondays = [_monday(year, 5, 18), _monday(year, 9, 1), _monday(year, 10, 8)]
    return [*_fixed(year, (1, 1), (6, 24), (12, 25)), confederation, *mondays, *_around_easter(year, -2, 1)]


_PACKS: dict[str, Callable[[int], list[date]]] = {"FR": _france, "CH": _switzerland, "CA": _quebec}
