"""A store in memory that keeps the promises of `shared.store`: consistent reads, all or nothing, versions."""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

import msgspec

from creneau.adapters.dynamodb import keys
from creneau.shared.errors import invalid
from creneau.shared.model import Stored
from creneau.shared.store import (
    Absent,
    Collection,
    Conflict,
    DecideOffer,
    Delete,
    Page,
    Put,
    Ref,
    Snapshot,
    Unchanged,
    Write,
)
from creneau.waitlist.round import OfferState, Round

M = TypeVar("M", bound=Stored)
Listener = Callable[[Stored | None, Stored | None], None]


class Items(dict[keys.Key, Stored]):
    """What is stored, by its key, and the rows of each partition of the table and its indexes."""

    _SORTED_BY = (("pk", "sk"), *keys.INDEXES.values())

    def __init__(self, given: Mapping[keys.Key, Stored] | None = None) -> None:
        super().__init__()
        self._rows: dict[tuple[str, str], dict[keys.Key, tuple[str, str, str]]] = {}
        self._of: dict[keys.Key, list[tuple[str, str]]] = {}
        for key, item in (given or {}).items():
            self[key] = item

    def __reduce__(self) -> tuple[type["Items"], tuple[dict[keys.Key, Stored]]]:
        """Kept as a plain dictionary: the rows are made of it."""
        return Items, (dict(self),)

    def rows(self, pk: str, partition: str) -> list[tuple[str, str, str, Stored]]:
        """Sort key and key of each item there, and the item."""
        return [(*row, self[key]) for key, row in self._rows.get((pk, partition), {}).items()]

    def __setitem__(self, key: keys.Key, item: Stored) -> None:
        self._forget(key)
        super().__setitem__(key, item)
        attributes = keys.attributes(item)
        self._of[key] = [(pk, attributes[pk]) for pk, _ in self._SORTED_BY if pk in attributes]
        for pk, sk in self._SORTED_BY:
            if pk in attributes:
                row = (attributes[sk], attributes["pk"], attributes["sk"])
                self._rows.setdefault((pk, attributes[pk]), {})[key] = row

    def __delitem__(self, key: keys.Key) -> None:
        self._forget(key)
        super().__delitem__(key)

    def pop(self, key: keys.Key, default: Any = None) -> Any:
        self._forget(key)
        return super().pop(key, default)

    def _forget(self, key: keys.Key) -> None:
        for place in self._of.pop(key, ()):
            del self._rows[place][key]


class FakeStore:
    """`before_commit` lets a test slip a rival's change between a read and its write; `listeners` see each change."""

    def __init__(self) -> None:
        self._items = Items()
        self.looks: dict[keys.Key, str] = {}
        self.before_commit: list[Callable[[Sequence[Write]], None]] = []
        self.listeners: list[Listener] = []
        self.reads = 0
        self._lock = threading.RLock()

    @property
    def items(self) -> Items:
        return self._items

    @items.setter
    def items(self, given: Mapping[keys.Key, Stored]) -> None:
        self._items = Items(given)

    def slip_in(self, act: Callable[[], object]) -> None:
        """A rival acts, once, between what the next change has read and its write."""

        def first(_writes: Sequence[Write]) -> None:
            self.before_commit.remove(first)
            act()

        self.before_commit.append(first)

    # -- reads
    def get(self, ref: Ref[M]) -> M | None:
        self.reads += 1
        return cast(M | None, self.items.get(keys.key_of(ref)))

    def snapshot(self, refs: Sequence[Ref[Any]]) -> Snapshot:
        with self._lock:
            return Snapshot({ref: self.get(ref) for ref in refs})

    def get_many(self, refs: Sequence[Ref[M]]) -> list[M | None]:
        return [self.get(ref) for ref in refs]

    def page(self, of: Collection[M], limit: int = 50, cursor: str | None = None) -> Page[M]:
        index, partition, low, high = keys.place_of(of)
        pk, _ = keys.INDEXES[index] if index else ("pk", "sk")
        with self._lock:
            found = self.items.rows(pk, partition)
        rows = sorted((r for r in found if low <= r[0] <= high), key=lambda r: r[:3], reverse=of.newest_first)
        if cursor is not None:
            try:
                after = tuple(json.loads(cursor))
                if len(after) != 3 or not all(isinstance(part, str) for part in after):
                    raise ValueError(cursor)
            except (TypeError, ValueError) as error:
                raise invalid("cursor", "the cursor is not of this list") from error
            rows = [r for r in rows if (r[:3] < after if of.newest_first else r[:3] > after)]
        chosen = rows[:limit]
        more = json.dumps(chosen[-1][:3]) if len(rows) > limit else None
        self.reads += len(chosen)
        return Page([cast(M, r[3]) for r in chosen], more)

    def look_at(self, kind: type[M], due_by: datetime | None) -> list[Ref[M]]:
        found = sorted((at, key) for key, at in self.looks.items() if isinstance(self.items.get(key), kind))
        return [keys.ref_to(self.items[k]) for at, k in found if due_by is None or at <= keys.instant(due_by)]

    # -- writes
    def commit(self, writes: Sequence[Write]) -> None:
        for hook in list(self.before_commit):
            hook(writes)
        with self._lock:
            self._check_shape(writes)
            changes = [self._change(write) for write in writes]
            happened = []
            for key, new in changes:
                if key is None:
                    continue
                old = self.items.get(key)
                if new is None:
                    self.items.pop(key, None)
                else:
                    self.items[key] = new
                look = keys.attributes(new).get(keys.LOOK_SK) if new else None
                self.looks.pop(key, None)
                if look:
                    self.looks[key] = look
                happened.append((old, new))
        for old, new in happened:
            for listener in list(self.listeners):
                listener(old, new)

    def snooze(self, ref: Ref[Any], until: datetime) -> None:
        if keys.key_of(ref) in self.looks:
            self.looks[keys.key_of(ref)] = keys.instant(until)

    def looked(self, ref: Ref[Any], version: int) -> None:
        stored = self.items.get(keys.key_of(ref))
        if stored is not None and stored.version == version:
            self.looks.pop(keys.key_of(ref), None)

    def _check_shape(self, writes: Sequence[Write]) -> None:
        touched = [_touched(write) for write in writes]
        if len(set(touched)) != len(touched):
            raise ValueError("a transaction names an item twice")
        if not 1 <= len(touched) <= 100:
            raise ValueError("a transaction has 1 to 100 items")

    def _change(self, write: Write) -> tuple[keys.Key | None, Stored | None]:
        if isinstance(write, DecideOffer):
            return self._decide(write)
        if isinstance(write, Absent):
            if keys.key_of(write.ref) in self.items:
                raise Conflict("it exists")
            return None, None
        key = keys.key_of(keys.ref_to(write.item))
        stored = self.items.get(key)
        if write.item.guarded and (stored.version if stored else 0) != write.item.version:
            raise Conflict(f"{key} is at {stored.version if stored else 0}, not {write.item.version}")
        match write:
            case Put(item):
                # Through the wire form and back: what cannot be stored must not pass here either.
                plain = msgspec.to_builtins(item.with_(version=item.version + 1))
                return key, msgspec.convert(plain, type(item))
            case Delete():
                return key, None
            case Unchanged():
                return None, None
        raise AssertionError(write)

    def _decide(self, write: DecideOffer) -> tuple[keys.Key, Stored]:
        key = keys.key_of(write.round)
        stored = self.items.get(key)
        if not isinstance(stored, Round) or write.appointment_id not in stored.offers:
            raise Conflict("no such offer")
        offer = stored.offers[write.appointment_id]
        if offer.state is not OfferState.SENT:
            raise Conflict("the offer is decided")
        decided = offer.with_(
            state=OfferState(write.state),
            decided_at=write.decided_at,
            new_appointment_id=write.new_appointment_id or offer.new_appointment_id,
        )
        offers = {**stored.offers, write.appointment_id: decided}
        return key, stored.with_(offers=offers, version=stored.version + 1)


def _touched(write: Write) -> keys.Key:
    match write:
        case DecideOffer():
            return keys.key_of(write.round)
        case Absent(ref):
            return keys.key_of(ref)
        case Put(item) | Delete(item) | Unchanged(item):
            return keys.key_of(keys.ref_to(item))
