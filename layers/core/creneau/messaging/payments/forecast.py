"""What a template of reminders would send, before it is saved: today, and on each of the next thirty days (D-02)."""

from dataclasses import dataclass
from datetime import date, timedelta

from creneau.messaging.delay import Delay
from creneau.messaging.message import Channel, Kind
from creneau.messaging.payments.plan_payer_reminders import automatic_lines, is_automatic, send_at_of
from creneau.messaging.payments.wanted import Left, wanted_reminders
from creneau.messaging.payments.who_owes import open_by_payer
from creneau.messaging.ports import InvoiceSeen, OwedInvoices, PayerSeen
from creneau.messaging.template import TEMPLATE_BOOK, Line, TemplateBook
from creneau.shared.errors import invalid
from creneau.shared.model import Value
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Store
from creneau.shared.time import Clock, local_date

DAYS = 30


class ForecastDay(Value, frozen=True, kw_only=True):
    """Emails of reminders on one local day, and how many invoices they would be about."""

    on: date
    emails: int
    invoices: int


class Forecast(Value, frozen=True, kw_only=True):
    """`more` is how many emails that is beyond what the templates as they stand would send; below zero: fewer."""

    days: tuple[ForecastDay, ...]
    today: int
    in_all: int
    more: int


@dataclass(frozen=True)
class ForecastReminders:
    """The planner itself on the invoices as they stand, nothing being paid meanwhile; writes nothing."""

    store: Store
    owed: OwedInvoices
    clinic: Clinic
    clock: Clock

    def of_template(self, template_id: str | None, delays: tuple[Delay, ...], *, active: bool) -> Forecast:
        """As it would be saved; None: a new one, which acts on what is issued from now on.

        Raises Invalid (`template_id`)."""
        new = Line(id="tpl_new", kind=Kind.PAYMENT_REMINDER, channel=Channel.EMAIL, since=self.clock())
        line = new if template_id is None else self._own(template_id)
        return self(line.with_(delays=delays, active=active))

    def _own(self, template_id: str) -> Line:
        read = self.store.snapshot([SETTINGS, TEMPLATE_BOOK])
        settings, book = read.get(SETTINGS) or Settings(), read.get(TEMPLATE_BOOK) or TemplateBook()
        line = book.line(template_id, settings.messaging)
        if line is None or not is_automatic(line):
            raise invalid("template_id", "no template of your own for reminders", "use one listed, or leave it out")
        return line

    def __call__(self, changed: Line) -> Forecast:
        """`changed`: the template as it would be saved; its `id` may be one that is not there yet."""
        read = self.store.snapshot([SETTINGS, TEMPLATE_BOOK])
        settings, book = read.get(SETTINGS) or Settings(), read.get(TEMPLATE_BOOK) or TemplateBook()
        now = automatic_lines(book, settings.messaging)
        then = automatic_lines(book.with_line(changed), settings.messaging)
        as_is, would_be = dict[date, list[int]](), dict[date, list[int]]()
        owed = open_by_payer(self.owed)
        records = self.store.get_many([self.owed.payer_ref(key) for key in owed])
        for (key, invoices), record in zip(owed.items(), records, strict=True):
            payer = self.owed.payer_seen(key, record)
            for lines, into in ((now, as_is), (then, would_be)):
                for day, size in self._of_payer(payer, invoices, lines, settings):
                    into.setdefault(day, []).append(size)
        days = [ForecastDay(on=day, emails=len(s), invoices=sum(s)) for day, s in sorted(would_be.items())]
        today = local_date(self.clock(), self.clinic.zone)
        in_all = sum(day.emails for day in days)
        return Forecast(
            days=tuple(days),
            today=sum(day.emails for day in days if day.on == today),
            in_all=in_all,
            more=in_all - sum(len(sizes) for sizes in as_is.values()),
        )

    def _of_payer(
        self, payer: PayerSeen, invoices: list[InvoiceSeen], lines: list[Line], settings: Settings
    ) -> list[tuple[date, int]]:
        """Its days up to the horizon, each with how many invoices. What should have left before leaves today."""
        now, zone = self.clock(), self.clinic.zone
        reminded = {i.id: i.last_reminded_on for i in invoices if i.last_reminded_on is not None}
        left = Left(reminded, frozenset(reminded.values()))
        wanted = wanted_reminders(invoices, lines, left, payer.paused_until, send_at_of(settings), zone, now)
        today = local_date(now, zone)
        last = today + timedelta(days=DAYS)
        return [(max(day, today), len(w.invoice_ids)) for day, w in wanted.items() if day <= last]
