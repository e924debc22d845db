"""A clinic whose payers owe, with everything that a message to a payer passes through in hand."""

from email.message import EmailMessage
from typing import Any

from creneau.adapters.invoices import BilledInvoices
from creneau.adapters.offers import WaitlistOffers
from creneau.adapters.owed_invoices import BilledOwing
from creneau.agenda.catalogue import patient_ref
from creneau.billing.invoice import Invoice
from creneau.messaging.attach import Attach
from creneau.messaging.compose import Compose
from creneau.messaging.deliver import Deliver
from creneau.messaging.dispatch import Dispatch
from creneau.messaging.message import Channel, Kind, Message, MessageState, Recipient, message_ref
from creneau.messaging.payments.mark_reminded import MarkReminded
from creneau.messaging.payments.send_link import SendPaymentLink
from creneau.messaging.payments.send_new import SendNewInvoice
from creneau.messaging.read_known import ReadKnown
from creneau.messaging.send_invoice import SendInvoice
from creneau.messaging.sweep import SweepMessages
from creneau.shared.again import Again
from creneau.shared.link import Link
from creneau.shared.settings import SETTINGS, Settings
from creneau.shared.store import require
from tests.support.books import CLINIC
from tests.support.post import (
    CountingStore,
    FakeContents,
    FakeDelays,
    FakeDocuments,
    FakeMailer,
    FakeOutbox,
    FakeTexter,
    read_mail,
)
from tests.unit.messaging.payments.payers import PAYER, Payers

URL = "https://rdv.cabinet.example"


class Collector(Payers):
    store: CountingStore

    def __init__(self) -> None:
        super().__init__(CountingStore())
        self.mailer, self.texter = FakeMailer(), FakeTexter()
        self.documents, self.contents = FakeDocuments(), FakeContents()
        self.randoms = self.reminders = 0
        clock, again = lambda: self.now, Again(pause=lambda _: None, dice=lambda: 0.5)
        invoices = BilledInvoices()
        dispatch = Dispatch(self.store, FakeOutbox(), FakeDelays(), clock)
        self.deliver = Deliver(
            store=self.store,
            read=ReadKnown(self.store, WaitlistOffers(CLINIC.zone), invoices, BilledOwing(self.owed_by), CLINIC),
            attach=Attach(self.documents),
            compose=Compose(CLINIC, URL, self._random),
            contents=self.contents,
            mailer=self.mailer,
            texter=self.texter,
            dispatch=dispatch,
            clock=clock,
            again=again,
        )
        self.sweep = SweepMessages(self.store, dispatch, clock, lambda _, error: self.trouble("sweep", error))
        self.send_invoice = SendInvoice(self.store, invoices, CLINIC, clock, again)
        self.send_new = SendNewInvoice(self.store, invoices, self.send_invoice)
        self.send_link = SendPaymentLink(self.store, invoices, CLINIC, clock, again)
        self.mark = MarkReminded(self.store, invoices, CLINIC, again)

    def _random(self, count: int) -> bytes:
        self.randoms += 1
        return bytes([self.randoms % 256]) * count

    # -- what was there before
    def patient_is(self, patient_id: str = "pat_1", **changes: Any) -> None:
        self.edit_item(patient_ref(patient_id), **changes)

    def edit_item(self, ref: Any, **changes: Any) -> None:
        self.put(require(self.store, ref).with_(**changes))

    def settings(self, **parts: dict[str, Any]) -> None:
        present = self.store.get(SETTINGS) or Settings()
        self.put(present.with_(**{part: getattr(present, part).with_(**given) for part, given in parts.items()}))

    def texting(self, **sms: Any) -> None:
        self.settings(sms={"enabled": True, **sms})

    def ask(self, *invoices: Invoice, payer_key: str = PAYER, **given: str) -> Message:
        """A reminder of those, due now, as staff ask for it."""
        self.reminders += 1
        first = invoices[0]
        occurrence = f"r{self.reminders}-2027-04-20"
        message = Message(
            id=f"payment_reminder.email.{payer_key}.{occurrence}",
            channel=Channel.EMAIL,
            kind=Kind.PAYMENT_REMINDER,
            payer_key=payer_key,
            patient_id=first.payer.patient_id,
            recipient=Recipient.PAYER,
            invoice_ids=tuple(i.id for i in invoices),
            given={"by": "usr_1", **given},
            occurrence=occurrence,
            due_at=self.now,
            created_at=self.now,
        )
        self.put(message.waiting())
        return self.message(message.id)

    # -- what comes of it
    def message(self, id: str) -> Message:
        return require(self.store, message_ref(id))

    def left(self, message: Message) -> Message:
        """After its hand-over."""
        present = self.message(message.id)
        self.deliver(present.id, present.version)
        return self.message(message.id)

    def left_at(self, message: Message) -> Message:
        """The same, counting only the calls of the hand-over itself."""
        self.deliver(message.id, message.version)
        return self.message(message.id)

    def mails(self) -> list[EmailMessage]:
        return [read_mail(mail.mime) for mail in self.mailer.sent]

    def links(self) -> list[Link]:
        return [link for link in self.store.items.values() if isinstance(link, Link)]

    def reason(self, message: Message) -> str:
        assert message.state is MessageState.SUPPRESSED, message.state
        return message.why[-1].facts["reason"]
