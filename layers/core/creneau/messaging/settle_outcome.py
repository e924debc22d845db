"""Staff say what became of a message whose hand-over nobody learnt of: it left, or it did not (M-10, S-03)."""

from dataclasses import dataclass

from creneau.messaging.message import Decision, Message, MessageState, message_ref
from creneau.messaging.sms.ledger import entry_of
from creneau.messaging.sms.month import UseState
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.errors import Refused
from creneau.shared.store import Put, Store, require
from creneau.shared.time import Clock


@dataclass(frozen=True)
class SettleOutcome:
    """An SMS's credits are used, or given back, with it. Nothing is sent. Repeating it changes nothing.

    Raises NotFound, Forbidden, Busy, and Refused when its outcome is known, or still awaited.
    """

    store: Store
    clock: Clock
    again: Again

    def __call__(self, message_id: str, left: bool, by: Actor) -> Message:
        return self.again(lambda: self._step(message_id, left, by))

    def _step(self, message_id: str, left: bool, by: Actor) -> Message:
        before = require(self.store, message_ref(message_id))
        by.require_agenda_of(before.practitioner_id or "")
        end = MessageState.SENT if left else MessageState.FAILED
        if before.state is end and before.why and before.why[-1].step == "settle":
            return before
        if before.state is not MessageState.UNCONFIRMED:
            raise Refused(
                f"the message is {before.state}",
                code="not_unconfirmed",
                remedy="only of an unconfirmed one staff say what became of it",
            )
        verdict = "left" if left else "did_not_leave"
        why = Decision(at=self.clock(), step="settle", verdict=verdict, rule="M-10", facts={"by": by.id})
        after = before.because(why).ended(end)
        entry = entry_of(self.store, before)
        settled = entry.settled(UseState.USED if left else UseState.RETURNED) if entry else []
        self.store.commit([Put(after), *settled])
        return after.with_(version=after.version + 1)
