"""How instants, names and kinds are spelled in a key, so that texts sort as what they stand for does."""

import unicodedata
from datetime import UTC, datetime

from creneau.shared.model import Stored

Place = tuple[str | None, str, str, str]
"""Index (None: the table), partition, lowest and highest sort key."""

HIGHEST = "\uffff"


def instant(at: datetime) -> str:
    """Sorts as time does: fixed width, UTC, milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def folded(text: str) -> str:
    """Without accents and case, for lists of names."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))


def kind(model: type[Stored]) -> str:
    return model.__name__.upper()
