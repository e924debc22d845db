"""A provider's report is recorded: on the message, on the address that it speaks against, on its patient (M-12)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from creneau.agenda.blocked_address import BlockedAddress, address_key, blocked_ref, marked
from creneau.agenda.catalogue import patient_ref
from creneau.agenda.diary import diary_ref
from creneau.agenda.reach import record_writes
from creneau.messaging.feedback import BLOCKS, Report, told
from creneau.messaging.message import SLACK, Message, message_ref
from creneau.messaging.message_lists import messages_by_provider_id
from creneau.shared.again import Again
from creneau.shared.model import Value
from creneau.shared.store import Put, Store, Write
from creneau.shared.time import Clock

RECORDED_WITHIN = timedelta(minutes=2)
"""So soon after a hand-over its provider's id may not be on the message yet, or not in the index that finds it."""


class TooEarly(Exception):
    """A report that overtook our own record: it must come again."""


class Recorded(Value, frozen=True, kw_only=True):
    """`recorded`, `known` (it said nothing new) or `no_message` (of that id)."""

    outcome: str
    message_id: str = ""


@dataclass(frozen=True)
class RecordFeedback:
    """In any order, any number of times. The message, the address and its own patient change together, so that whoever
    acts on the message finds the patient marked; others with that address are marked by the reaction.

    Raises TooEarly, Busy.
    """

    store: Store
    clock: Clock
    again: Again

    def __call__(self, report: Report) -> Recorded:
        return self.again(lambda: self._step(report))

    def _step(self, report: Report) -> Recorded:
        message = self._find(report)
        if message is None:
            if not report.message_id and self.clock() - report.handed_over_at < RECORDED_WITHIN:
                raise TooEarly(report.provider_id)
            return Recorded(outcome="no_message")
        after = told(message, report)
        writes: list[Write] = [] if after == message else [Put(after)]
        if message.hand_overs and report.news in BLOCKS:
            writes += self._blocked(message, report, self.clock())
        if writes:
            self.store.commit(writes)
        return Recorded(outcome="recorded" if writes else "known", message_id=message.id)

    def _find(self, report: Report) -> Message | None:
        if report.message_id:
            return self.store.get(message_ref(report.message_id))
        found = self.store.page(messages_by_provider_id(report.provider_id), 1).items
        return found[0] if found else None

    def _blocked(self, message: Message, report: Report, now: datetime) -> list[Write]:
        """Nothing where it is blocked already, nor where staff cleared it after what is reported happened."""
        key = address_key(report.address or message.address)
        present = self.store.get(blocked_ref(key))
        if present is not None and (present.cleared_at is None or report.at <= present.cleared_at):
            return []
        version = present.version if present else 0
        because = BLOCKS[report.news]
        block = BlockedAddress(id=key, because=because, blocked_at=report.at, look_at=now + SLACK, version=version)
        return [Put(block), *self._marked(message.patient_id, key, now)]

    def _marked(self, patient_id: str | None, key: str, now: datetime) -> list[Write]:
        if patient_id is None:
            return []
        read = self.store.snapshot([patient_ref(patient_id), diary_ref(patient_id)])
        before = read.get(patient_ref(patient_id))
        if before is None or (after := marked(before, {key: True})) == before:
            return []
        return record_writes(before, after, read.get(diary_ref(patient_id)), now)
