"""Planning: a message that is due comes to exist once per occurrence, with the first decision about it (M-01, M-10)."""

from collections.abc import Iterable
from datetime import datetime

from creneau.messaging.may_send import may_send
from creneau.messaging.message import Message
from creneau.messaging.verdict import Facts, decided, with_verdict
from creneau.shared.model import Value
from creneau.shared.store import Put, Store


class Planned(Value, frozen=True, kw_only=True):
    """Ids of the messages that were planned now; those that existed are not among them."""

    message_ids: tuple[str, ...] = ()


def commit_planned(store: Store, planned: Iterable[tuple[Message, Facts]], now: datetime) -> Planned:
    """Each message with its first decision, put if absent, all in one write."""
    judged = []
    for message, facts in planned:
        verdict = may_send(message, facts, now)
        judged.append(with_verdict(message, verdict, decided(verdict, "plan", facts, now)))
    if judged:
        store.commit([Put(m) for m in judged])
    return Planned(message_ids=tuple(m.id for m in judged))
