"""Communications: messages of several states in one list, by due time, whatever page is asked for (M-02)."""

import base64
import binascii
from collections.abc import Collection as Some
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from creneau.messaging.message import Channel, Kind, Message, MessageState
from creneau.messaging.message_lists import messages_by_state
from creneau.shared.errors import invalid
from creneau.shared.store import Collection, Page, Store

FOLDERS = {
    "scheduled": (MessageState.SCHEDULED, MessageState.CLAIMED),
    "sent": (
        MessageState.SENT,
        MessageState.DELIVERED,
        MessageState.BOUNCED,
        MessageState.COMPLAINED,
        MessageState.UNCONFIRMED,
    ),
    "not_sent": (MessageState.CANCELLED, MessageState.SUPPRESSED, MessageState.FAILED),
}
"""What staff look for, and the states that are it."""


@dataclass(frozen=True)
class Wanted:
    """`due_from` is included, `due_before` is not; None: all."""

    states: Some[MessageState]
    channel: Channel | None = None
    kind: Kind | None = None
    due_from: datetime | None = None
    due_before: datetime | None = None
    soonest_first: bool = False

    def fits(self, message: Message) -> bool:
        """The index may lag behind the state."""
        return (
            message.state in self.states
            and self.channel in (None, message.channel)
            and self.kind in (None, message.kind)
        )


@dataclass(frozen=True)
class ListMessages:
    """At most `limit`, fewer where others lay between; the cursor asks for the next. Raises Invalid (cursor)."""

    store: Store

    def __call__(self, wanted: Wanted, limit: int, cursor: str | None) -> Page[Message]:
        after = _opened(cursor)
        pages = [self.store.page(_of(state, wanted, after), limit + 1) for state in wanted.states]
        # Beyond the nearest end of what was read, a list that was cut off may have something in between.
        ends = [_order(page.items[-1]) for page in pages if page.cursor and page.items]
        end = (min(ends) if wanted.soonest_first else max(ends)) if ends else None
        read = {_order(m): m for page in pages for m in page.items}
        orders = sorted((o for o in read if o != after), reverse=not wanted.soonest_first)
        known = [o for o in orders if end is None or (o <= end if wanted.soonest_first else o >= end)]
        found = [o for o in known if wanted.fits(read[o])]
        last = found[limit - 1] if len(found) > limit else end
        return Page([read[o] for o in found[:limit]], _sealed(last) if last else None)


def _of(state: MessageState, wanted: Wanted, after: str | None) -> Collection[Message]:
    low = _instant(wanted.due_from) if wanted.due_from else ""
    high = _instant(wanted.due_before - timedelta(milliseconds=1)) if wanted.due_before else ""
    if after and wanted.soonest_first:
        low = max(low, after)
    elif after:
        high = min(high, after) if high else after
    return messages_by_state(state, low, high, newest_first=not wanted.soonest_first)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _order(message: Message) -> str:
    return f"{_instant(message.due_at)}#{message.id}"


def _sealed(order: str) -> str:
    return base64.urlsafe_b64encode(order.encode()).decode().rstrip("=")


def _opened(cursor: str | None) -> str | None:
    try:
        order = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode() if cursor else None
        if order is not None:
            datetime.fromisoformat(order.split("#", 1)[0])
    except (ValueError, binascii.Error) as error:
        raise invalid("cursor", "the cursor is not of this list", "leave it out to begin at the first page") from error
    return order
