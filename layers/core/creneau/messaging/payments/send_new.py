"""An invoice that was just finalised goes to its payer by itself, where a template of the clinic's own says so (D-02)."""

from dataclasses import dataclass

from creneau.messaging.message import Channel, Kind, Message
from creneau.messaging.ports import Invoices
from creneau.messaging.send_invoice import SendInvoice
from creneau.messaging.template import TEMPLATE_BOOK, Line, TemplateBook
from creneau.shared.settings import SETTINGS, MessagingSettings, Settings
from creneau.shared.store import Store


@dataclass(frozen=True)
class SendNewInvoice:
    """Only those issued since the template is on. Repeating it is harmless: the first delivery is one (`by_itself`)."""

    store: Store
    invoices: Invoices
    send: SendInvoice

    def __call__(self, invoice_id: str) -> tuple[Message, ...]:
        read = self.store.snapshot([SETTINGS, TEMPLATE_BOOK, self.invoices.ref(invoice_id)])
        settings, book = read.get(SETTINGS) or Settings(), read.get(TEMPLATE_BOOK) or TemplateBook()
        item = read.get(self.invoices.ref(invoice_id))
        invoice = self.invoices.seen(item) if item is not None else None
        if invoice is None or invoice.finalised_at is None or invoice.is_credit_note:
            return ()
        own = [line for line in at_once(book, settings.messaging) if line.tells(invoice.finalised_at)]
        if not own:
            return ()
        return self.send.by_itself(invoice_id, (Channel.EMAIL,), own[0].id, own[0].id)


def at_once(book: TemplateBook, settings: MessagingSettings) -> list[Line]:
    """The templates that are on by which every invoice sends itself; the first one's words are taken."""
    lines = book.lines(settings, Kind.INVOICE, Channel.EMAIL)
    return [line for line in lines if line.active and not line.is_system and line.delays]
