"""What billing runs ask of messages: an invoice delivered to its payer, a link to pay."""

from collections.abc import Sequence
from dataclasses import dataclass

from creneau.billing.ports import Told
from creneau.messaging.message import Message
from creneau.messaging.send_invoice import NEVER_LEFT, SendInvoice
from creneau.shared.actor import SYSTEM
from creneau.shared.errors import Refused


@dataclass(frozen=True)
class PayerNotices:
    """Implements `billing.ports.Notices`."""

    send_invoice: SendInvoice

    def invoice(self, invoice_id: str, channels: Sequence[str]) -> list[Told]:
        return [self._invoice(invoice_id, channel) for channel in channels]

    def _invoice(self, invoice_id: str, channel: str) -> Told:
        if channel != "email":
            return Told(reason="no_such_notice")
        try:
            return _told(self.send_invoice(invoice_id, SYSTEM))
        except Refused as error:
            return Told() if error.code == "already_sent" else Told(reason=error.code)

    def payment_link(
        self, payer_key: str, run_id: str, total: int, currency: str, channels: Sequence[str]
    ) -> list[Told]:
        return [Told(reason="no_such_notice") for _ in channels]


def _told(message: Message) -> Told:
    if message.state in NEVER_LEFT:
        return Told(message_id=message.id, reason=message.state.value)
    return Told(message_id=message.id)
