"""Finds an appointment whose cancellation gives the waitlist something to do."""

from datetime import datetime, timedelta
from typing import Any

from local.staff import Staff

ENOUGH = 12
"""Two rounds of five, and two more who may have no email."""


def to_cancel(staff: Staff, now: datetime) -> dict[str, Any] | None:
    """A booked appointment of the coming week, in an agenda where enough wait for such a one; None when there is none."""
    reach = {"start_from": _text(now + timedelta(days=2)), "start_before": _text(now + timedelta(days=9))}
    for agenda in staff.listed("/agendas"):
        for found in staff.listed("/appointments", agenda_id=agenda["id"], **reach):
            if found["attendance"] == "booked" and len(line(staff, found)) >= ENOUGH:
                return found
    return None


def line(staff: Staff, like: dict[str, Any]) -> list[dict[str, Any]]:
    """Who waits for an appointment such as this one."""
    span = datetime.fromisoformat(like["end"]) - datetime.fromisoformat(like["start"])
    minutes = int(span.total_seconds() // 60)
    return list(staff.listed("/waitlist", agenda_id=like["agenda_id"], duration=minutes))


def _text(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds")
