"""What callers are shown: instants in UTC beside the clinic's wall clock, and a version on whatever can be edited."""

from datetime import datetime
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

import msgspec

V = TypeVar("V", bound="View")
T = TypeVar("T")


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A JSON answer; unlike stored values, what is empty is said, also in the stored values that are part of it."""


class Listed(View, Generic[T], frozen=True, kw_only=True):
    """A page; `next_cursor` asks for the next one, null: there is none."""

    items: list[T]
    next_cursor: str | None = None


class RefusalView(View, frozen=True, kw_only=True):
    """Why one of many was refused, while the others went on."""

    code: str
    problem: str
    remedy: str


def local(instant: datetime, zone: ZoneInfo) -> str:
    """RFC 3339 with the clinic's offset at that instant."""
    return instant.astimezone(zone).isoformat(timespec="seconds")


def view(shape: type[V], value: Any, **more: Any) -> V:
    """The fields of a view taken from a value's fields of the same names, and `more`."""
    fields = {name: getattr(value, name) for name in shape.__struct_fields__ if name not in more}
    return shape(**fields, **more)


def encoded(answer: View) -> str:
    """As JSON."""
    return msgspec.json.encode(_whole(answer)).decode()


def _whole(value: Any) -> Any:
    """With every field: a stored value that is encoded as it is leaves out those that have their default."""
    if isinstance(value, msgspec.Struct):
        return {name: _whole(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, list | tuple):
        return [_whole(each) for each in value]
    if isinstance(value, dict):
        return {key: _whole(each) for key, each in value.items()}
    return value
