"""What calls to the table cost: reads, writes, and their units by the sizes of what they touch.

Write units: one per kilobyte begun of the larger of the item before and after, two in a transaction, a condition as a
write of what it looks at; on top one for each entry of an index that is written or removed. Read units: half a unit
per four kilobytes begun when eventually consistent (indexes), one when consistent, two in a transaction.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from creneau.adapters.dynamodb import keys

Item = dict[str, Any]
INDEXES = {**keys.INDEXES, keys.LOOK_INDEX: (keys.LOOK_PK, keys.LOOK_SK)}
_plain = TypeDeserializer().deserialize


def size(item: Item) -> int:
    """In bytes, as DynamoDB counts them."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Any) -> int:
    ((kind, inner),) = value.items()
    match kind:
        case "S":
            return len(inner.encode())
        case "N":
            return len(inner.strip("-").replace(".", "")) // 2 + 2
        case "BOOL" | "NULL":
            return 1
        case "L":
            return 3 + sum(1 + _size(v) for v in inner)
        case "M":
            return 3 + sum(1 + len(k.encode()) + _size(v) for k, v in inner.items())
    raise AssertionError(kind)


def begun(number: int, each: int) -> int:
    return max(1, -(-number // each))


@dataclass
class Bill:
    """`by_kind` counts the writes of each kind of value; conditions that only look are not among them."""

    reads: int = 0
    items_read: int = 0
    read_units: float = 0
    writes: int = 0
    write_units: int = 0
    by_kind: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: "Bill") -> "Bill":
        return Bill(
            self.reads + other.reads,
            self.items_read + other.items_read,
            self.read_units + other.read_units,
            self.writes + other.writes,
            self.write_units + other.write_units,
            self.by_kind + other.by_kind,
        )

    def __str__(self) -> str:
        return (
            f"{self.reads} read calls of {self.items_read} items ({self.read_units:g} units), "
            f"{self.writes} items written ({self.write_units} units)"
        )


class Meter:
    """Hangs on a client; `stored` tells what lies under a key now."""

    def __init__(self, client: Any, stored: Callable[[Item], Item | None]) -> None:
        self._stored = stored
        self.bill = Bill()
        client.meta.events.register("before-parameter-build.dynamodb", self._asked)
        client.meta.events.register("after-call.dynamodb", self._answered)
        self._before: list[tuple[str, dict[str, Any], Item | None]] = []

    def take(self) -> Bill:
        """The bill so far; a new one begins."""
        bill, self.bill = self.bill, Bill()
        return bill

    def _asked(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        match model.name:
            case "TransactWriteItems":
                actions = [next(iter(a.items())) for a in params["TransactItems"]]
            case "PutItem" | "DeleteItem" | "UpdateItem":
                actions = [(model.name.removesuffix("Item"), params)]
            case _:
                actions = []
        self._before = [(verb, action, self._stored(_key(action))) for verb, action in actions]

    def _answered(self, http_response: Any, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        if self._before:
            each = 2 if model.name.startswith("Transact") else 1
            for verb, action, before in self._before:
                self._write(verb, action, before, each)
            self._before = []
            return
        self.bill.reads += 1
        match model.name:
            case "GetItem":
                self._read([parsed["Item"]] if "Item" in parsed else [], 1)
            case "TransactGetItems":
                self._read([r["Item"] for r in parsed["Responses"] if "Item" in r], 2)
            case "BatchGetItem":
                self._read([item for items in parsed["Responses"].values() for item in items], 1)
            case "Query":
                self.bill.items_read += len(parsed["Items"])
                self.bill.read_units += begun(sum(size(i) for i in parsed["Items"]), 4096) / 2

    def _read(self, items: list[Item], each: int) -> None:
        self.bill.items_read += len(items)
        self.bill.read_units += sum(each * begun(size(i), 4096) for i in items)

    def _write(self, verb: str, action: dict[str, Any], before: Item | None, each: int) -> None:
        after = self._stored(_key(action))
        largest = max(size(i) for i in (before or {}, after or {}))
        self.bill.write_units += each * begun(largest, 1024)
        if verb == "ConditionCheck":
            return
        self.bill.writes += 1
        self.bill.by_kind[_plain((after or before or {"model": {"S": "?"}})["model"])] += 1
        for names in INDEXES.values():
            old, new = (tuple(_plain(i[n]) for n in names) if i and names[0] in i else None for i in (before, after))
            if old != new:
                self.bill.write_units += (old is not None) + (new is not None)


def _key(action: dict[str, Any]) -> Item:
    found: Item = action.get("Key") or action["Item"]
    return {"pk": found["pk"], "sk": found["sk"]}
