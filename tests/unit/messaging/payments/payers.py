"""A clinic whose payers owe: invoices by the real use cases, and what plans and sends their reminders."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from creneau.adapters.invoices import BilledInvoices
from creneau.adapters.owed_invoices import BilledOwed
from creneau.billing.invoice import Invoice
from creneau.billing.issuer import Term
from creneau.billing.payer_record import PayerRecord, payer_record_ref
from creneau.messaging.delay import parse_delay
from creneau.messaging.message import Channel, Kind, Message, MessageState
from creneau.messaging.payments.forecast import ForecastReminders
from creneau.messaging.payments.plan_payer_reminders import PlanPayerReminders
from creneau.messaging.payments.remind import ListReminders, RemindPayers
from creneau.messaging.payments.replan_payers import ContinuePayersReplan, StartPayersReplan
from creneau.messaging.payments.take_along import TakeAlong
from creneau.messaging.template import TEMPLATE_BOOK, Line, TemplateBook
from creneau.shared.again import Again
from creneau.shared.store import Put
from creneau.shared.time import from_local
from tests.support.books import CLINIC, Books

ZONE = ZoneInfo("Europe/Zurich")
PAYER = "patient.pat_1"


def at(text: str) -> datetime:
    return from_local(datetime.fromisoformat(text), ZONE)


class Payers(Books):
    """It is 15 March 2027, 18:00; invoices are due within 30 days, and templates of reminders are put by the test."""

    def __init__(self, store: Any = None) -> None:
        super().__init__(store)
        self.open()
        again = Again(pause=lambda _: None, dice=lambda: 0.0)
        clock = lambda: self.now  # noqa: E731
        self.owed = BilledOwed(self.store, BilledInvoices())
        self.plan_payer = PlanPayerReminders(self.store, self.owed, CLINIC, clock, again)
        self.list = ListReminders(self.store, self.owed, CLINIC, clock)
        self.remind = RemindPayers(self.store, self.owed, self.list, CLINIC, clock, again)
        self.forecast = ForecastReminders(self.store, self.owed, CLINIC, clock)
        self.take_along = TakeAlong(self.store, self.forecast, clock, again)
        self.start_walk = StartPayersReplan(self.store, clock, again)
        self.walk = ContinuePayersReplan(self.store, self.owed, self.plan_payer, clock, self.trouble)

    def trouble(self, where: str, error: Exception) -> None:
        raise error

    def owes(self, n: int = 1, patient: str = "pat_1", term: int | None = 30, sent: bool = True) -> Invoice:
        """A final invoice of 120.50, issued now."""
        id = self.consultation(n, patient, date(2027, 3, 1))
        given = {"term": Term(days=term)}
        invoice = self.invoiced(f"bat_{patient}_{n}", consultation_ids=(id,), **given)
        if sent:
            self.put(invoice.with_(sendings=1))
        return self.invoice(invoice.id)

    def template(self, *delays: str, id: str = "tpl_1", since: datetime | None = None, **more: object) -> Line:
        line = Line(
            id=id,
            kind=Kind.PAYMENT_REMINDER,
            channel=Channel.EMAIL,
            delays=tuple(map(parse_delay, delays)),
            since=since,
            wording=1,
        ).with_(**more)
        self.put((self.store.get(TEMPLATE_BOOK) or TemplateBook()).with_line(line))
        return line

    def keep(self, **kept: object) -> None:
        """On the record of the first payer."""
        before = self.store.get(payer_record_ref(PAYER)) or PayerRecord(id=PAYER)
        self.put(before.with_(**kept))

    def messages(self, *states: MessageState) -> list[Message]:
        wanted = set(states or MessageState)
        found = [m for m in self.store.items.values() if isinstance(m, Message) and m.state in wanted]
        return sorted(found, key=lambda m: (m.due_at, m.id))

    def scheduled(self) -> list[tuple[str, tuple[str, ...]]]:
        """Local day and hour, and the invoices, of what is scheduled."""
        return [
            (f"{m.due_at.astimezone(ZONE):%Y-%m-%d %H:%M}", m.invoice_ids)
            for m in self.messages(MessageState.SCHEDULED)
        ]

    def settle(self, message: Message, state: MessageState = MessageState.SENT) -> None:
        self.store.commit([Put(message.ended(state))])
