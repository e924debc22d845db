"""The month's count and an SMS's entry in it, written with the message: at its claim, and with its outcome (S-03)."""

from dataclasses import dataclass

from creneau.messaging.message import Message
from creneau.messaging.sms.month import (
    SmsMonth,
    SmsUse,
    UseState,
    reserve,
    settle,
    sms_month_ref,
    sms_use_ref,
)
from creneau.shared.store import Put, Store, Write


@dataclass(frozen=True)
class Entry:
    """A month and a use in it, as they are stored."""

    month: SmsMonth
    use: SmsUse

    def reserved(self) -> "tuple[list[Write], Entry]":
        """What to write with the claim, and the entry as it is stored then."""
        return _written(reserve(self.month, self.use), self.use)

    def settled(self, state: UseState) -> list[Write]:
        """What to write with the record of its outcome; nothing where that was known."""
        month, use = settle(self.month, self.use, state)
        return [] if use == self.use else _written(month, use)[0]


def _written(month: SmsMonth, use: SmsUse) -> tuple[list[Write], Entry]:
    stored = Entry(month.with_(version=month.version + 1), use.with_(version=use.version + 1))
    return [Put(month), Put(use)], stored


def entry_of(store: Store, message: Message) -> Entry | None:
    """The entry of a message's last hand-over; None for one that never was claimed as an SMS."""
    if not message.month or message.claimed_at is None:
        return None
    month, use = sms_month_ref(message.month), sms_use_ref(message.month, message.claimed_at, message.id)
    read = store.snapshot([month, use])
    found, its = read.get(month), read.get(use)
    return Entry(found, its) if found is not None and its is not None else None
