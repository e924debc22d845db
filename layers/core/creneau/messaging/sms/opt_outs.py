"""Numbers that opted out at the provider are not written to by us either: read daily, marked wherever they stand (M-14)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from creneau.agenda.blocked_address import BlockedAddress, address_key, blocked_ref
from creneau.messaging.message import SLACK
from creneau.messaging.ports import OptOuts
from creneau.shared.model import Value
from creneau.shared.store import Conflict, Put, Store
from creneau.shared.time import Clock

AT_ONCE = 100


class OptOutsRead(Value, frozen=True, kw_only=True):
    """How many numbers the provider lists, and how many of them were news."""

    listed: int
    blocked: int


@dataclass(frozen=True)
class ReadOptOuts:
    """Harmless to repeat. A number that staff cleared while the provider still refuses it is blocked again: nothing would
    reach it. One that is no longer listed stays blocked until staff clear it."""

    store: Store
    opt_outs: OptOuts
    clock: Clock

    def __call__(self) -> OptOutsRead:
        now, listed, blocked = self.clock(), 0, 0
        numbers = iter(self.opt_outs.numbers())
        while some := list(islice(numbers, AT_ONCE)):
            listed += len(some)
            blocked += sum(self._block(key, known, now) for key, known in self._known(some))
        return OptOutsRead(listed=listed, blocked=blocked)

    def _known(self, numbers: list[str]) -> Iterable[tuple[str, BlockedAddress | None]]:
        keys = list(dict.fromkeys(map(address_key, numbers)))
        return zip(keys, self.store.get_many([blocked_ref(key) for key in keys]), strict=True)

    def _block(self, key: str, known: BlockedAddress | None, now: datetime) -> bool:
        if known is not None and known.is_blocked:
            return False
        version = known.version if known else 0
        new = BlockedAddress(id=key, because="opted_out", blocked_at=now, look_at=now + SLACK, version=version)
        try:
            self.store.commit([Put(new)])
        except Conflict:
            return False  # somebody spoke of it this very moment; tomorrow it is read again
        return True
