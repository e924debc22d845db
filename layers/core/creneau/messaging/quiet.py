"""When no SMS leaves: the quiet hours by the clinic's clock, and the morning that ends them (M-16)."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from creneau.shared.settings import MessagingSettings
from creneau.shared.time import from_local, local_date

OF_NO_USE = timedelta(hours=1)
"""An SMS about a visit that starts within so long of the morning does not wait for it: it would come too late."""


def morning_after(instant: datetime, settings: MessagingSettings, zone: ZoneInfo) -> datetime | None:
    """When the quiet hours end in which `instant` lies, None outside of them.

    They run from an instant to an instant: on the night on which the clock is set back, the hour that exists twice lies
    in them twice, or not at all.
    """
    begin, end = time.fromisoformat(settings.quiet_from), time.fromisoformat(settings.quiet_until)
    if begin == end:
        return None
    today = local_date(instant, zone)
    for evening in (today - timedelta(days=1), today):
        morning = evening if begin < end else evening + timedelta(days=1)
        ends = from_local(datetime.combine(morning, end), zone)
        if from_local(datetime.combine(evening, begin), zone) <= instant < ends:
            return ends
    return None


def too_late_then(morning: datetime, start: datetime) -> bool:
    """Whether an SMS of that morning is of no use for a visit that starts at `start`."""
    return start <= morning + OF_NO_USE
