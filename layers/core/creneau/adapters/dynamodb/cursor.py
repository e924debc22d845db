"""Where a list goes on, as its callers carry it: a start key of DynamoDB, for that one list."""

import base64
import binascii
import json
from typing import Any

from creneau.shared.errors import invalid


def sealed(key: dict[str, Any]) -> str:
    plain = {name: value["S"] for name, value in key.items()}
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def opened(cursor: str, partition: str, order: tuple[str, str]) -> dict[str, Any]:
    """The start key of a cursor; Invalid unless it is one of this very list."""
    try:
        plain = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if plain.keys() != {"pk", "sk", *order} or plain[order[0]] != partition:
            raise ValueError(cursor)
        if not all(isinstance(v, str) and v for v in plain.values()):
            raise ValueError(cursor)
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise invalid("cursor", "the cursor is not of this list", "leave it out to begin at the first page") from error
    return {name: {"S": value} for name, value in plain.items()}
