"""What is found without the stream: messages whose wake-up was lost, and hand-overs of which nobody learnt the outcome."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from creneau.messaging.dispatch import Dispatch
from creneau.messaging.message import (
    SLACK,
    Decision,
    Message,
    MessageState,
    look_again,
    message_ref,
)
from creneau.messaging.sms.ledger import entry_of
from creneau.messaging.sms.month import UseState
from creneau.shared.settings import SETTINGS, Settings
from creneau.shared.store import Conflict, Put, Ref, Store, Write
from creneau.shared.time import Clock

AT_ONCE = 200
HAND_OVERS_LOST = 1
"""How many hand-overs without an answer are followed by another one."""


@dataclass(frozen=True)
class SweepMessages:
    """At most 200 messages a run, the most urgent first. While sending is paused only claims are looked at (M-20).

    `trouble` is told of what raised; one message never keeps the others from being looked at.
    """

    store: Store
    dispatch: Dispatch
    clock: Clock
    trouble: Callable[[Ref[Message], Exception], None]

    def __call__(self) -> int:
        """How many were dispatched again, tried once more, or given up as unconfirmed."""
        now = self.clock()
        refs = self.store.look_at(Message, now)[:AT_ONCE]
        paused = (self.store.get(SETTINGS) or Settings()).messaging.paused
        return sum(self._try(m, now, paused) for m in self.store.get_many(refs) if m is not None)

    def _try(self, message: Message, now: datetime, paused: bool) -> bool:
        try:
            return self._look(message, now, paused)
        except Exception as error:  # noqa: BLE001 - told, and looked at again by the next sweep
            self.trouble(message_ref(message.id), error)
            return False

    def _look(self, message: Message, now: datetime, paused: bool) -> bool:
        if message.state is MessageState.CLAIMED and message.look_at is not None and message.look_at <= now:
            return self._lost(message, now, paused)
        if not message.is_scheduled:
            return False
        self.store.snooze(message_ref(message.id), look_again(message, now) if not paused else now + SLACK)
        if paused:
            return False
        self.dispatch.on_its_way(message)
        return True

    def _lost(self, message: Message, now: datetime, paused: bool) -> bool:
        """Once more where a second copy is harmless, and at once as the record says so; else staff decide."""
        harmless = message.twice_is_harmless and message.lost_hand_overs < HAND_OVERS_LOST
        verdict = "once_more" if harmless else "unconfirmed"
        facts = {"hand_over": str(message.hand_overs), "lost": str(message.lost_hand_overs + 1)}
        told = message.because(Decision(at=now, step="sweep", verdict=verdict, rule="M-10", facts=facts))
        told = told.with_(lost_hand_overs=message.lost_hand_overs + 1)
        after = told.with_(not_before=now).waiting() if harmless else told.ended(MessageState.UNCONFIRMED)
        try:
            self.store.commit([Put(after), *self._uncertain(message)])
        except Conflict:
            return False  # resolved meanwhile, or another SMS of the month was counted: the next sweep looks again
        if harmless and not paused:
            self.dispatch.on_its_way(after.with_(version=after.version + 1))
        return True

    def _uncertain(self, message: Message) -> list[Write]:
        entry = entry_of(self.store, message)
        return entry.settled(UseState.UNCERTAIN) if entry else []
