"""A message with everything that it is decided and written on, and what its claim holds on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from creneau.agenda.appointment import Appointment
from creneau.agenda.blocked_address import BlockedAddress
from creneau.agenda.catalogue import (
    Location,
    Patient,
    Practitioner,
    Service,
)
from creneau.messaging.group import SmsGroup
from creneau.messaging.message import (
    Channel,
    Message,
    Recipient,
)
from creneau.messaging.of_use import CatchUp, caught_up
from creneau.messaging.ports import InvoiceSeen, OfferSeen, PayerSeen
from creneau.messaging.reader import Payee
from creneau.messaging.signature import UNSIGNED, Signatures
from creneau.messaging.sms.month import SmsMonth
from creneau.messaging.template import Template, TemplateBook
from creneau.messaging.verdict import Facts
from creneau.shared.model import Stored
from creneau.shared.money import Money
from creneau.shared.settings import Clinic, Settings
from creneau.shared.store import Absent, Put, Unchanged, Write


@dataclass(frozen=True)
class Known:
    """A message with everything that it says; what does not exist is None. `template`: what the clinic wrote of its own.

    Of a payment reminder `invoices` are those that it is meant to remind of, by id with what is stored of each, `patients`
    the records that say whether their payer gets reminders; `owed` is what a payment link is for.
    """

    clinic: Clinic
    message: Message
    settings: Settings
    book: TemplateBook
    template: Template | None
    patient: Patient | None
    appointment: Appointment | None
    previous: Appointment | None
    practitioner: Practitioner | None
    location: Location | None
    service: Service | None
    round: Stored | None
    offer: OfferSeen | None
    invoiced: Stored | None = None
    invoice: InvoiceSeen | None = None
    payer: PayerSeen | None = None
    kept_of_payer: Stored | Absent | None = None
    invoices: tuple[InvoiceSeen, ...] = ()
    reminded_of: Mapping[str, Stored] = field(default_factory=dict)
    patients: Mapping[str, Patient] = field(default_factory=dict)
    owed: Money | None = None
    is_late: bool = False
    caught_up: CatchUp | None = None
    signatures: Signatures = UNSIGNED
    month: SmsMonth | None = None
    group: SmsGroup | None = None
    blocked: BlockedAddress | None = None

    @property
    def facts(self) -> Facts:
        return Facts(
            clinic=self.clinic,
            settings=self.settings,
            book=self.book,
            patient=self.patient,
            appointment=self.appointment,
            practitioner=self.practitioner,
            offer=self.offer,
            invoice=self.invoice,
            payer=self.payer,
            invoices=self.invoices,
            patients=self.patients,
            owed=self.owed,
            caught_up=self.caught_up,
            group=self.group,
            blocked=self.blocked,
        )

    @property
    def payee(self) -> Payee | None:
        """What says who pays."""
        return self.facts.payee

    @property
    def asks_to_pay(self) -> bool:
        """Whether its reader has something to pay, and so the link to do it by, which shows the PDFs too."""
        invoice = self.invoice
        if self.message.recipient is not Recipient.PAYER:
            return False
        return invoice is None or not (invoice.is_credit_note or invoice.balance.amount <= 0)

    @property
    def attaches(self) -> bool:
        """Whether it carries the PDFs of its invoices (D-01)."""
        if self.message.channel is not Channel.EMAIL or not (self.invoice or self.invoices):
            return False
        line = self.book.line(self.message.written_by, self.settings.messaging)
        return line is None or line.attach or not self.asks_to_pay

    def listing(self, invoices: Iterable[InvoiceSeen]) -> "Known":
        """The same reminder of those invoices alone, which is what its record says from then on."""
        listed = tuple(invoices)
        ids = tuple(i.id for i in listed)
        kept = {id: self.reminded_of[id] for id in ids}
        return replace(self, message=self.message.with_(invoice_ids=ids), invoices=listed, reminded_of=kept)

    def catching_up(self, now: datetime) -> list[Write]:
        """What a claim writes beside the message when it is late (M-17)."""
        return [Put(caught_up(self.message, self.caught_up, now))] if self.is_late else []

    def unchanged(self) -> list[Write]:
        """The conditions of a claim: nothing that it was decided on has changed since.

        The released place itself is not among them: the five messages of a round would conflict with one another over
        the practitioner's day. Whoever takes the place in that instant finds the offers told a moment too late (W-08).
        """
        items = (self.patient, self.appointment, self.round, self.invoiced, *self.reminded_of.values())
        others = [p for id, p in self.patients.items() if self.patient is None or id != self.patient.id]
        held: list[Write] = [Unchanged(item) for item in (*items, *others) if item is not None]
        match self.kept_of_payer:
            case Absent():
                return [*held, self.kept_of_payer]
            case Stored():
                return [*held, Unchanged(self.kept_of_payer)]
        return held
