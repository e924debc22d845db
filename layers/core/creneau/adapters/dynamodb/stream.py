"""Records of the table's stream, decoded by the same mappers as the table's items."""

from typing import Any

from creneau.adapters.dynamodb.codec import decode
from creneau.adapters.dynamodb.keys import MODELS
from creneau.shared.model import Stored


def images(record: dict[str, Any]) -> tuple[Stored | None, Stored | None]:
    """The value before and after; None where there was or is none, or where the kind is unknown to this version."""
    change = record["dynamodb"]
    return _value(change.get("OldImage")), _value(change.get("NewImage"))


def _value(image: dict[str, Any] | None) -> Stored | None:
    if not image:
        return None
    model = MODELS.get(image.get("model", {}).get("S", ""))
    return decode(model, image) if model else None
