"""What use cases ask of the table: consistent reads, and changes that all happen or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar, cast

from creneau.shared.errors import NotFound
from creneau.shared.model import Stored

M = TypeVar("M", bound=Stored)


class Conflict(Exception):
    """A condition of a change no longer held, or another change was under way: read and decide anew."""


@dataclass(frozen=True)
class Ref(Generic[M]):
    """Names one stored value: its type and the parts of its key."""

    model: type[M]
    key: tuple[str, ...]


class Snapshot:
    """Values read together at one instant."""

    def __init__(self, found: Mapping[Ref[Any], Stored | None]) -> None:
        self._found = found

    def get(self, ref: Ref[M]) -> M | None:
        return cast(M | None, self._found[ref])

    def __getitem__(self, ref: Ref[M]) -> M:
        value = self.get(ref)
        if value is None:
            name = ref.model.__name__
            raise NotFound(f"there is no {name} {'/'.join(ref.key)}", code="not_found", remedy=f"check the {name}'s id")
        return value


@dataclass(frozen=True)
class Put:
    """Write `item`: it must not exist when its version is 0, else be stored with that version; stored as version + 1."""

    item: Stored


@dataclass(frozen=True)
class Delete:
    """Remove `item`, stored with that version."""

    item: Stored


@dataclass(frozen=True)
class Unchanged:
    """The change happens only if `item` is still stored with that version."""

    item: Stored


@dataclass(frozen=True)
class Absent:
    """The change happens only if nothing is stored there."""

    ref: Ref[Any]


@dataclass(frozen=True)
class DecideOffer:
    """Set one offer of a round, only if it is still `sent`; the other offers and the round's version do not matter."""

    round: Ref[Any]
    appointment_id: str
    state: str
    decided_at: datetime
    new_appointment_id: str | None = None


Write = Put | Delete | Unchanged | Absent | DecideOffer


@dataclass(frozen=True)
class Collection(Generic[M]):
    """Names an ordered set of stored values, as `name(key)`; `low` and `high` bound their order, both included."""

    name: str
    model: type[M]
    key: tuple[str, ...] = ()
    low: str = ""
    high: str = ""
    newest_first: bool = False


@dataclass(frozen=True)
class Page(Generic[M]):
    """Some values of a collection; `cursor` asks for the next page, None: there is none."""

    items: list[M]
    cursor: str | None = None


class Store(Protocol):
    """The table: the only truth. Reads are strongly consistent."""

    def get(self, ref: Ref[M]) -> M | None: ...

    def snapshot(self, refs: Sequence[Ref[Any]]) -> Snapshot:
        """Up to 100 values as they were at one instant."""
        ...

    def get_many(self, refs: Sequence[Ref[M]]) -> list[M | None]:
        """Any number of values, each as it was at some instant of the call, in the order asked."""
        ...

    def commit(self, writes: Sequence[Write]) -> None:
        """All of the writes or none; raises Conflict when one of the conditions does not hold."""
        ...

    def page(self, of: Collection[M], limit: int = 50, cursor: str | None = None) -> Page[M]:
        """Values of a collection in its order, at most `limit`. Invalid when the cursor is not one of ours."""
        ...

    def snooze(self, ref: Ref[Any], until: datetime) -> None:
        """Look at this value again at `until`, without changing it."""
        ...

    def looked(self, ref: Ref[Any], version: int) -> None:
        """It need not be looked at any more, unless it changed since that version."""
        ...

    def look_at(self, kind: type[M], due_by: datetime | None) -> list[Ref[M]]:
        """Values of a kind that must be looked at by then (None: whenever), the most urgent first, at most 1,000."""
        ...


def everything(store: Store, of: Collection[M], limit: int = 1000) -> list[M]:
    """All values of a collection that is known to stay small; stops after `limit`."""
    items: list[M] = []
    cursor: str | None = None
    while len(items) < limit:
        page = store.page(of, min(100, limit - len(items)), cursor)
        items += page.items
        cursor = page.cursor
        if cursor is None:
            break
    return items


def require(store: Store, ref: Ref[M]) -> M:
    """The value, or NotFound."""
    return Snapshot({ref: store.get(ref)})[ref]
