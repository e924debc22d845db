"""A key that a caller gives to a creating request: the same key means the same request, with the same content."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from creneau.shared.errors import invalid
from creneau.shared.model import Stored
from creneau.shared.store import Conflict, Put, Ref, Store
from creneau.shared.time import Clock

REMEMBERED_FOR = timedelta(days=90)


class RequestKey(Stored, frozen=True, kw_only=True):
    """`id` is derived from caller, route and key, `digest` from what was asked."""

    id: str
    digest: str
    created_at: datetime
    ttl: int


@dataclass(frozen=True)
class UseRequestKey:
    """Recorded before anything is created, so that a repetition after a crash goes on where the first one stopped.

    Raises Invalid when the key came with other content before.
    """

    store: Store
    clock: Clock

    def __call__(self, id: str, digest: str) -> None:
        now = self.clock()
        new = RequestKey(id=id, digest=digest, created_at=now, ttl=int((now + REMEMBERED_FOR).timestamp()))
        try:
            self.store.commit([Put(new)])
        except Conflict:
            before = self.store.get(Ref(RequestKey, (id,)))
            if before is not None and before.digest != digest:
                raise invalid(
                    "Idempotency-Key",
                    "this key was used for a request with other content",
                    "use a new key for a new request",
                ) from None
