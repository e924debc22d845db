"""Sending begins again; after a restore what may have left since the restore point is set aside first (M-20)."""

from dataclasses import dataclass
from datetime import datetime

from creneau.messaging.list_messages import FOLDERS, ListMessages, Wanted
from creneau.messaging.message import Decision, Message, MessageState, content_key
from creneau.messaging.ports import KeptContents
from creneau.messaging.sms.ledger import entry_of
from creneau.messaging.sms.month import UseState
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.errors import Refused
from creneau.shared.model import Value
from creneau.shared.settings import SETTINGS, Settings
from creneau.shared.store import Conflict, Put, Store
from creneau.shared.time import Clock

AT_ONCE = 100
"""Messages looked at a call: each is looked up in the content bucket."""


class Resumed(Value, frozen=True, kw_only=True):
    """`set_aside`: ids of messages that may have left before. `cursor` asks for the rest; None: sending has begun."""

    set_aside: tuple[str, ...] = ()
    cursor: str | None = None


@dataclass(frozen=True)
class ResumeSending:
    """Repeated until no cursor is left. Raises Refused while nobody compared what was numbered after the restore point.

    A restored table has forgotten what was sent since: the contents as sent are not in it, and tell. A message whose next
    content is there already, or whose last hand-over nobody knows the outcome of, becomes `unconfirmed`; staff send it
    again where it is needed. What was due since and was not written goes as soon as sending has begun.
    """

    store: Store
    list: ListMessages
    contents: KeptContents
    clock: Clock
    again: Again

    def __call__(self, by: Actor, *, numbers_compared: bool, cursor: str | None = None) -> Resumed:
        settings, now = self.store.get(SETTINGS) or Settings(), self.clock()
        restored_at = settings.messaging.restored_at
        if restored_at is None:
            self.again(self._begin)
            return Resumed()
        if not numbers_compared:
            raise Refused(
                f"the table was restored to {restored_at:%Y-%m-%d %H:%M} UTC: later numbers may be given twice",
                code="numbers_not_compared",
                remedy="compare the last invoice numbers with the documents that left, then set numbers_compared",
            )
        page = self.list(Wanted(FOLDERS["scheduled"], due_before=now, soonest_first=True), AT_ONCE, cursor)
        set_aside = tuple(m.id for m in page.items if self._may_have_left(m) and self._set_aside(m, restored_at, by))
        if page.cursor is None:
            self.again(self._begin)
        return Resumed(set_aside=set_aside, cursor=page.cursor)

    def _may_have_left(self, message: Message) -> bool:
        if message.state is MessageState.CLAIMED or message.lost_hand_overs > 0:
            return True
        return self.contents.has(content_key(message, message.hand_overs + 1))

    def _set_aside(self, message: Message, restored_at: datetime, by: Actor) -> bool:
        facts = {"restored_at": restored_at.isoformat(), "by": by.id}
        why = Decision(at=self.clock(), step="restore", verdict="unconfirmed", rule="M-20", facts=facts)
        try:
            entry = entry_of(self.store, message)
            settled = entry.settled(UseState.UNCERTAIN) if entry else []
            self.store.commit([Put(message.because(why).ended(MessageState.UNCONFIRMED)), *settled])
        except Conflict:
            return False  # cancelled, or settled by news from the provider; a claimed one the sweeper ends
        return True

    def _begin(self) -> None:
        present = self.store.get(SETTINGS) or Settings()
        begun = present.messaging.with_(paused=False, restored_at=None)
        if begun != present.messaging:
            self.store.commit([Put(present.with_(messaging=begun))])
