"""How a scheduled message gets to its hand-over: through the queue when it is due soon, through an execution when later."""

import hashlib
import math
from dataclasses import dataclass
from datetime import timedelta

from creneau.messaging.message import FAR, Message, message_ref
from creneau.messaging.ports import Delays, Outbox, OutboxEntry
from creneau.shared.model import Value
from creneau.shared.settings import SETTINGS, Settings
from creneau.shared.store import Store
from creneau.shared.time import Clock

QUEUE_DELAYS = timedelta(minutes=15)
"""The longest delay that the queue knows."""


class HandOverOutcome(Value, frozen=True, kw_only=True):
    """`handed_over`, or `over`: there is nothing to hand over any more."""

    outcome: str


@dataclass(frozen=True)
class Dispatch:
    """On its way from here on; repeating it puts it on its way twice, which the claim makes harmless.

    Nothing is dispatched while sending is paused: the sweeper takes it up afterwards (M-20).
    """

    store: Store
    outbox: Outbox
    delays: Delays
    clock: Clock

    def __call__(self, message_id: str) -> str:
        """`queued`, `delayed`, `later` (the sweeper's), `paused` or `nothing`."""
        read = self.store.snapshot([message_ref(message_id), SETTINGS])
        message = read.get(message_ref(message_id))
        if message is None or not message.is_scheduled:
            return "nothing"
        if (read.get(SETTINGS) or Settings()).messaging.paused:
            return "paused"
        return self.on_its_way(message)

    def on_its_way(self, message: Message) -> str:
        entry = OutboxEntry(message_id=message.id, version=message.version)
        wait = message.goes_at - self.clock()
        if wait <= QUEUE_DELAYS:
            self.outbox.put(entry, max(0, math.ceil(wait.total_seconds())))
            return "queued"
        if wait <= FAR:
            self.delays.start(execution_name(message), entry, message.goes_at)
            return "delayed"
        return "later"


@dataclass(frozen=True)
class HandOver:
    """Asked by `message_delay` when the wait is over: the wait ends in a question, not in a send.

    Woken a little early, by a clock that is ahead, the queue keeps the entry for the rest; further than the queue can
    delay, whoever delivers it finds that it is not due.
    """

    store: Store
    outbox: Outbox
    clock: Clock

    def __call__(self, entry: OutboxEntry) -> HandOverOutcome:
        message = self.store.get(message_ref(entry.message_id))
        if message is None or not message.is_scheduled or message.version != entry.version:
            return HandOverOutcome(outcome="over")  # a later version was dispatched by itself
        early = max(timedelta(), message.goes_at - self.clock())
        self.outbox.put(entry, math.ceil(min(early, QUEUE_DELAYS).total_seconds()))
        return HandOverOutcome(outcome="handed_over")


def execution_name(message: Message) -> str:
    """One execution per message and version, in at most 80 letters, digits and dashes."""
    return f"msg-{hashlib.sha256(message.id.encode()).hexdigest()[:40]}-{message.version}"
