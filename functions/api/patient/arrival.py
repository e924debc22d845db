"""When an answer arrived: by the gateway's clock, where that can be believed (W-09)."""

from datetime import datetime, timedelta

BELIEVED = timedelta(seconds=60)
"""A request is with us within its function's timeout; a stamp further off is another clock's."""


def arrived_at(reached_at: datetime | None, now: datetime) -> datetime:
    return reached_at if reached_at is not None and abs(now - reached_at) <= BELIEVED else now
