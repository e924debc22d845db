"""When runs begin: every day, week or month at a local time of the clinic, through clock changes too (C-02). Pure."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from creneau.billing.run import Cycle
from creneau.shared.model import Value
from creneau.shared.settings import BillingSettings
from creneau.shared.time import from_local, local_date


class Period(Value, frozen=True, kw_only=True):
    """`on` is the local day that it begins on, `at` its instant; there is one run of it."""

    cycle: Cycle
    on: date
    at: datetime

    @property
    def run_id(self) -> str:
        return f"run_{self.cycle}_{self.on}"


def latest_period(billing: BillingSettings, now: datetime, zone: ZoneInfo) -> Period | None:
    """The last one that has begun since it was turned on; earlier ones that an outage swallowed are not made up for."""
    if not billing.automatic or billing.cycle not in list(Cycle):
        return None
    day = local_date(now, zone)
    for _ in range(32):
        period = _begins(billing, day, zone)
        if period is not None and period.at <= now:
            return period if billing.since is None or period.at > billing.since else None
        day -= timedelta(days=1)
    return None


def periods_ahead(billing: BillingSettings, now: datetime, days: int, zone: ZoneInfo) -> Iterator[Period]:
    """Those that begin after now, within so many local days."""
    today = local_date(now, zone)
    for n in range(days + 1):
        period = _begins(billing, today + timedelta(days=n), zone)
        if period is not None and period.at > now:
            yield period


def _begins(billing: BillingSettings, on: date, zone: ZoneInfo) -> Period | None:
    """The period that begins on that day, if one does."""
    cycle = Cycle(billing.cycle)
    begins = {
        Cycle.DAILY: True,
        Cycle.WEEKLY: on.weekday() == billing.weekday,
        Cycle.MONTHLY: on.day == billing.day,
    }[cycle]
    if not begins:
        return None
    at = from_local(datetime.combine(on, time.fromisoformat(billing.at)), zone)
    return Period(cycle=cycle, on=on, at=at)
