"""When an EventBridge schedule fires, in its own time zone: pure, over cron fields as MiniStack parses them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ministack.services import eventbridge

from local.engine.patching import lean_on

lean_on(eventbridge, "_parse_rate_seconds", "_parse_cron_fields", "_cron_next_fire")

_next_fire: Callable[[Any, datetime], datetime | None] = eventbridge._cron_next_fire


def next_cron(fields: Any, after: float, zone: ZoneInfo) -> float | None:
    """The first occurrence after a moment; a local time that the spring change skips is skipped, as on AWS."""
    local = datetime.fromtimestamp(after, zone)
    while found := _next_fire(fields, local):
        local = found.replace(fold=0)
        round_trip = local.astimezone(UTC).astimezone(zone)
        if round_trip.replace(tzinfo=None) == local.replace(tzinfo=None) and local.timestamp() > after:
            return local.timestamp()
    return None


def last_due(expression: str, zone_name: str, last: float, now: float) -> float | None:
    """The latest occurrence in (last, now]: after a jump over many, a schedule fires for that one only."""
    zone = ZoneInfo(zone_name)
    if expression.startswith("at("):
        moment = datetime.fromisoformat(expression[3:-1].strip()).replace(tzinfo=zone).timestamp()
        return moment if moment <= now else None
    if rate := eventbridge._parse_rate_seconds(expression):
        passed = int((now - last) // rate)
        return last + rate * passed if passed else None
    fields = eventbridge._parse_cron_fields(expression)
    if not fields:
        return None
    # Look back from now over widening windows, instead of stepping through every occurrence of a long jump.
    window = 86400.0
    while True:
        start = max(last, now - window)
        found = _last_cron(fields, start, now, zone)
        if found is not None or start == last:
            return found
        window *= 8


def _last_cron(fields: Any, start: float, end: float, zone: ZoneInfo) -> float | None:
    found, moment = None, next_cron(fields, start, zone)
    while moment is not None and moment <= end:
        found, moment = moment, next_cron(fields, moment, zone)
    return found
