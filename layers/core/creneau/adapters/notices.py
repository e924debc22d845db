"""What billing runs ask of messages: an invoice delivered to its payer, a link to pay."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from creneau.billing.ports import Told
from creneau.messaging.message import Channel, Message
from creneau.messaging.payments.send_link import SendPaymentLink
from creneau.messaging.send_invoice import NEVER_LEFT, SendInvoice


@dataclass(frozen=True)
class PayerNotices:
    """Implements `billing.ports.Notices`."""

    send_invoice: SendInvoice
    send_link: SendPaymentLink

    def invoice(self, invoice_id: str, channels: Sequence[str], cause: str) -> list[Told]:
        return _told(self.send_invoice.by_itself(invoice_id, _channels(channels), cause))

    def payment_link(
        self, payer_key: str, run_id: str, total: int, currency: str, channels: Sequence[str]
    ) -> list[Told]:
        return _told(self.send_link(payer_key, run_id, total, currency, _channels(channels)))


def _channels(names: Sequence[str]) -> list[Channel]:
    return [Channel(name) for name in names]


def _told(messages: Iterable[Message]) -> list[Told]:
    return [Told(message_id=m.id, reason=_against(m)) for m in messages]


def _against(message: Message) -> str:
    """Why it did not leave, and will not."""
    if message.state not in NEVER_LEFT:
        return ""
    reason = message.why[-1].facts.get("reason") if message.why else None
    return reason or message.state.value
