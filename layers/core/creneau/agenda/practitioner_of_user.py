"""Whose agenda a signed-in practitioner's own is: the practitioner that names their sign-in (P-01)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from creneau.agenda.catalogue import Practitioner
from creneau.agenda.collections import catalogue
from creneau.shared.store import Store, everything
from creneau.shared.time import Clock

BELIEVED_FOR = timedelta(seconds=60)


@dataclass
class PractitionerOfUser:
    """Asked by every request of a practitioner, so an answer is kept for a minute; access tokens carry no such claim."""

    store: Store
    clock: Clock
    _known: dict[str, tuple[datetime, str | None]] = field(default_factory=dict)

    def __call__(self, user: str) -> str | None:
        now = self.clock()
        read_at, known = self._known.get(user, (None, None))
        if read_at is not None and timedelta() <= now - read_at < BELIEVED_FOR:
            return known
        found = next((p.id for p in everything(self.store, catalogue(Practitioner)) if p.user == user), None)
        self._known[user] = (now, found)
        return found
