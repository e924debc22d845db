"""How long before or after something a message is due: days and months by the local clock, hours and minutes elapsed."""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from creneau.shared.model import Value
from creneau.shared.time import after_days, after_months


class Unit(StrEnum):
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    MONTHS = "months"


_CODES = {Unit.MINUTES: "m", Unit.HOURS: "h", Unit.DAYS: "d", Unit.MONTHS: "mo"}
_UNITS = {code: unit for unit, code in _CODES.items()}
_CODE = re.compile(r"(0(?=h)|[1-9]\d{0,4})(m|h|d|mo)")

LONGEST = {Unit.MINUTES: 1440, Unit.HOURS: 8760, Unit.DAYS: 365, Unit.MONTHS: 12}
"""How many of each are taken: a year at most, and in minutes a day."""


class Delay(Value, frozen=True, kw_only=True):
    """So many of one unit, one at least; 0 hours, of an invoice's own email, is at once (D-02)."""

    number: int
    unit: Unit

    @property
    def code(self) -> str:
        """Short, and part of messages' ids: `1d`, `48h`, `30m`, `2mo`."""
        return f"{self.number}{_CODES[self.unit]}"

    def before(self, start: datetime, zone: ZoneInfo) -> datetime:
        """The instant (UTC) that lies so long before `start`."""
        return self._apart(start, -self.number, zone)

    def after(self, end: datetime, zone: ZoneInfo) -> datetime:
        return self._apart(end, self.number, zone)

    def _apart(self, instant: datetime, number: int, zone: ZoneInfo) -> datetime:
        match self.unit:
            case Unit.MINUTES:
                return instant + timedelta(minutes=number)
            case Unit.HOURS:
                return instant + timedelta(hours=number)
            case Unit.DAYS:
                return after_days(instant, number, zone)
            case Unit.MONTHS:
                return after_months(instant, number, zone)


def parse_delay(code: str) -> Delay:
    """The delay of a code; ValueError when the text is not one."""
    found = _CODE.fullmatch(code)
    if found is None:
        raise ValueError(f"{code!r} is no delay")
    return Delay(number=int(found[1]), unit=_UNITS[found[2]])
