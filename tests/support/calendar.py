"""A calendar file as an independent reader understands it."""

from typing import Any

from icalendar import Calendar


def method_of(content: bytes) -> str:
    return str(Calendar.from_ical(content)["METHOD"])


def event_of(content: bytes) -> Any:
    """Its one event."""
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert not event.errors
    return event
