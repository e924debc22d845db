"""Numbers that opted out at the provider are not written to by us either: read daily, marked wherever they stand (M-14)."""

from dataclasses import dataclass
from itertools import islice

from creneau.agenda.blocked_address import BlockedAddress, address_key, blocked_ref
from creneau.messaging.message import SLACK
from creneau.messaging.ports import OptOuts
from creneau.shared.again import Again
from creneau.shared.model import Value
from creneau.shared.store import Put, Store
from creneau.shared.time import Clock

AT_ONCE = 100


class OptOutsRead(Value, frozen=True, kw_only=True):
    """How many numbers the provider lists, and how many of them were news."""

    listed: int
    blocked: int


@dataclass(frozen=True)
class ReadOptOuts:
    """Harmless to repeat. A number that staff cleared while the provider still refuses it is blocked again: nothing would
    reach it. One that is no longer listed stays blocked until staff clear it. Raises Busy."""

    store: Store
    opt_outs: OptOuts
    clock: Clock
    again: Again

    def __call__(self) -> OptOutsRead:
        listed, blocked = 0, 0
        numbers = iter(self.opt_outs.numbers())
        while some := list(islice(numbers, AT_ONCE)):
            listed += len(some)
            blocked += sum(self.again(lambda key=key: self._block(key)) for key in self._news(some))  # type: ignore[misc]
        return OptOutsRead(listed=listed, blocked=blocked)

    def _news(self, numbers: list[str]) -> list[str]:
        keys = list(dict.fromkeys(map(address_key, numbers)))
        known = self.store.get_many([blocked_ref(key) for key in keys])
        return [key for key, address in zip(keys, known, strict=True) if address is None or not address.is_blocked]

    def _block(self, key: str) -> bool:
        now, known = self.clock(), self.store.get(blocked_ref(key))
        if known is not None and known.is_blocked:
            return False
        version = known.version if known else 0
        new = BlockedAddress(id=key, because="opted_out", blocked_at=now, look_at=now + SLACK, version=version)
        self.store.commit([Put(new)])
        return True
