"""Offers whose message will never be read, as far as anybody knows: they must not bind their patients (M-12, W-10)."""

from dataclasses import dataclass

from creneau.messaging.message import Channel, Kind, MessageState, message_id, message_ref
from creneau.messaging.ports import Offers
from creneau.shared.store import Store

UNREAD = frozenset({MessageState.BOUNCED, MessageState.FAILED, MessageState.SUPPRESSED, MessageState.CANCELLED})
"""What is put off is still to come; an unconfirmed one may have arrived; a complaint was read before it was made."""


@dataclass(frozen=True)
class UnreadOffers:
    store: Store
    offers: Offers

    def __call__(self, round_id: str) -> list[str]:
        """The appointments to which a round's unanswered offers were made that nobody will read."""
        round = self.store.get(self.offers.ref(round_id))
        waiting = [o.appointment_id for o in self.offers.sent(round)] if round else []
        refs = [message_ref(message_id(Kind.OFFER, Channel.EMAIL, round_id, id)) for id in waiting]
        messages = self.store.get_many(refs) if refs else []
        return [id for id, m in zip(waiting, messages, strict=True) if m is not None and m.state in UNREAD]
