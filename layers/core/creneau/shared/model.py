"""What every stored or passed value is built on: frozen, compared by content, small when written."""

from typing import Any, ClassVar, Self, TypeVar

import msgspec
from msgspec.structs import replace

__all__ = ["Stored", "Value", "replace"]


class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An immutable value; defaults are left out when it is stored."""

    def with_(self, **changes: Any) -> Self:
        return replace(self, **changes)


class Stored(Value, frozen=True, kw_only=True, omit_defaults=True):
    """A value with an identity in the table.

    `version` is the one read, 0 for a value never stored. Writes are conditional on it (see `shared.store`),
    unless `guarded` is false: such items are written only together with one whose version guards them.
    """

    guarded: ClassVar[bool] = True
    version: int = 0


M = TypeVar("M", bound=Stored)
