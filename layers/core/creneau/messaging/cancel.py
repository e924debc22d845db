"""Staff cancel a message that has not left yet (M-02)."""

from dataclasses import dataclass

from creneau.messaging.message import Decision, Message, MessageState, message_ref
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.errors import Refused
from creneau.shared.store import Put, Store, require
from creneau.shared.time import Clock


@dataclass(frozen=True)
class CancelMessage:
    """Repeating it changes nothing. Raises NotFound, Forbidden, and Refused when it left or was settled already."""

    store: Store
    clock: Clock
    again: Again

    def __call__(self, message_id: str, by: Actor) -> Message:
        return self.again(lambda: self._step(message_id, by))

    def _step(self, message_id: str, by: Actor) -> Message:
        before = require(self.store, message_ref(message_id))
        by.require_agenda_of(before.practitioner_id or "")
        if before.state is MessageState.CANCELLED:
            return before
        if not before.is_scheduled:
            raise Refused(
                f"the message is {before.state}", code="not_scheduled", remedy="only a scheduled one can be cancelled"
            )
        why = Decision(at=self.clock(), step="cancel", verdict="cancel", rule="M-02", facts={"by": by.id})
        after = before.because(why).given_up(MessageState.CANCELLED)
        self.store.commit([Put(after)])
        return after.with_(version=after.version + 1)
