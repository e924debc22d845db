"""Stored values to DynamoDB items and back, by the types that the values declare."""

from decimal import Decimal
from typing import Any, TypeVar

import msgspec
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from creneau.shared.model import Stored

M = TypeVar("M", bound=Stored)


class _Integers(TypeDeserializer):
    def _deserialize_n(self, value: str) -> int:
        return int(Decimal(value))


_to_wire, _from_wire = TypeSerializer(), _Integers()


def _without_nothing(value: Any) -> Any:
    """Leaves out None inside maps: an absent attribute means the same and costs nothing."""
    if isinstance(value, dict):
        return {k: _without_nothing(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_without_nothing(v) for v in value]
    return value


def encode(value: Stored) -> dict[str, Any]:
    """The value's attributes in DynamoDB's wire form, without keys."""
    plain: dict[str, Any] = _without_nothing(msgspec.to_builtins(value))
    return {k: _to_wire.serialize(v) for k, v in plain.items()}


def decode(model: type[M], item: dict[str, Any]) -> M:
    """The value of an item; attributes that the model does not know (keys, later versions' fields) are ignored."""
    return msgspec.convert({k: _from_wire.deserialize(v) for k, v in item.items()}, model)
