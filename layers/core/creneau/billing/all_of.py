"""All of a collection, or a refusal: sums, recaps and matches are never made of a part of it."""

from typing import TypeVar

from creneau.shared.errors import Refused
from creneau.shared.model import Stored
from creneau.shared.store import Collection, Store, everything

M = TypeVar("M", bound=Stored)


def all_of(store: Store, of: Collection[M], most: int, what: str, remedy: str) -> list[M]:
    """Refused (`too_many`) when there are more than `most`; `what` names them in the plural."""
    found = everything(store, of, most + 1)
    if len(found) > most:
        raise Refused(f"there are more than {most} {what}", code="too_many", remedy=remedy)
    return found
