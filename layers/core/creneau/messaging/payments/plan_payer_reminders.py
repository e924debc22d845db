"""Makes a payer's reminders those that their open invoices ask for: plans, changes, cancels (D-02, D-04)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from creneau.messaging.message import Channel, Decision, Kind, Message, MessageState, Recipient, message_id, message_ref
from creneau.messaging.message_lists import messages_of_payer
from creneau.messaging.payments.wanted import Left, Wanted, wanted_reminders
from creneau.messaging.plan import Planned
from creneau.messaging.ports import InvoiceSeen, OwedInvoices
from creneau.messaging.template import TEMPLATE_BOOK, Line, TemplateBook
from creneau.messaging.verdict import Reason
from creneau.shared.again import Again
from creneau.shared.settings import SETTINGS, Clinic, MessagingSettings, Settings
from creneau.shared.store import Put, Store, everything
from creneau.shared.time import Clock, local_date

AT_ONCE = 90
"""Messages written in one transaction."""

MOST_OF_A_PAYER = 300
"""Messages of one payer that are read, the latest first."""


@dataclass(frozen=True)
class PlanPayerReminders:
    """Reads everything anew, so that it comes to the same whatever happened, in whichever order it is told of it.

    Never touches what left, is leaving, was cancelled by staff, or was sent by them. Whether a reminder may leave is judged
    anew when it is handed over.
    """

    store: Store
    owed: OwedInvoices
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, payer_key: str, invoice_id: str | None = None) -> Planned:
        """`invoice_id`: the one that changed, which the index may not show yet."""
        return self.again(lambda: self._step(payer_key, invoice_id))

    def _step(self, payer_key: str, invoice_id: str | None) -> Planned:
        now, payer_ref = self.clock(), self.owed.payer_ref(payer_key)
        read = self.store.snapshot([SETTINGS, TEMPLATE_BOOK, payer_ref])
        settings, book = read.get(SETTINGS) or Settings(), read.get(TEMPLATE_BOOK) or TemplateBook()
        lines = automatic_lines(book, settings.messaging)
        present = {m.id: m for m in everything(self.store, messages_of_payer(payer_key), MOST_OF_A_PAYER)}
        reminders = {id: m for id, m in present.items() if m.kind is Kind.PAYMENT_REMINDER}
        if not lines and not any(m.is_scheduled for m in reminders.values()):
            return Planned()
        invoices = self.owed.of_payer(payer_key, invoice_id)
        paused, send_at = self.owed.payer_seen(payer_key, read.get(payer_ref)).paused_until, send_at_of(settings)

        def wanted() -> dict[str, tuple[date, Wanted]]:
            left = left_of(reminders.values(), self.clinic.zone)
            found = wanted_reminders(invoices, lines, left, paused, send_at, self.clinic.zone, now)
            return {reminder_id(payer_key, day): (day, reminder) for day, reminder in found.items()}

        unseen = [id for id in wanted() if id not in reminders]
        for message in self.store.get_many([message_ref(id) for id in unseen]):
            if message is not None:  # the index did not show it yet
                reminders[message.id] = message
        of = {i.id: i for i in invoices}
        changed = list(_changes(payer_key, wanted(), reminders, of, now))
        for first in range(0, len(changed), AT_ONCE):
            self.store.commit([Put(m) for m in changed[first : first + AT_ONCE]])
        return Planned(message_ids=tuple(m.id for m in changed if m.version == 0))


def automatic_lines(book: TemplateBook, settings: MessagingSettings) -> list[Line]:
    """The clinic's own templates of reminders that are on; the system's goes by hand only."""
    return [line for line in book.lines(settings) if line.active and is_automatic(line)]


def is_automatic(line: Line) -> bool:
    """Whether it is a template that reminds of payments by itself."""
    return line.kind is Kind.PAYMENT_REMINDER and not line.is_system


def send_at_of(settings: Settings) -> time:
    return time.fromisoformat(settings.billing.send_at)


def reminder_id(payer_key: str, day: date) -> str:
    """One email of reminders a payer and local day, whoever asks for it."""
    return message_id(Kind.PAYMENT_REMINDER, Channel.EMAIL, payer_key, day.isoformat())


def left_of(reminders: Iterable[Message], zone: ZoneInfo) -> Left:
    """What is settled of a payer's reminders; what staff send counts as settled before it left."""
    reminded: dict[str, date] = {}
    days: set[date] = set()
    for message in reminders:
        if _is_open(message):
            continue
        day = day_of(message, zone)
        days.add(day)
        for id in message.invoice_ids:
            reminded[id] = max(day, reminded.get(id, day))
    return Left(reminded, frozenset(days))


def day_of(message: Message, zone: ZoneInfo) -> date:
    """The local day that it is the reminder of."""
    try:
        return date.fromisoformat(message.occasion)
    except ValueError:
        return local_date(message.due_at, zone)


def _is_open(message: Message) -> bool:
    """Whether planning may change it: scheduled by itself, taken back by an earlier plan, or found too late for its day."""
    by_itself = "by" not in message.given and message.occasion == message.occurrence
    return by_itself and (message.is_scheduled or _taken_back(message) or was_missed(message))


def was_missed(message: Message) -> bool:
    """Whether it came to its hand-over on another day than its own: what it was about is planned anew."""
    last = message.why[-1] if message.why else None
    return message.state is MessageState.SUPPRESSED and last is not None and last.facts.get("reason") == Reason.MISSED


def _taken_back(message: Message) -> bool:
    return message.state is MessageState.CANCELLED and bool(message.why) and message.why[-1].step == "plan"


def _changes(
    payer_key: str,
    wanted: Mapping[str, tuple[date, Wanted]],
    present: Mapping[str, Message],
    invoices: Mapping[str, InvoiceSeen],
    now: datetime,
) -> Iterator[Message]:
    for message in present.values():
        if message.is_scheduled and _is_open(message) and message.id not in wanted:
            yield message.because(_decision("cancel", (), invoices, now)).given_up(MessageState.CANCELLED)
    for id, (day, reminder) in wanted.items():
        known, why = present.get(id), _decision("schedule", reminder.invoice_ids, invoices, now)
        if known is None:
            yield _message(payer_key, day, reminder, invoices, now).because(why).waiting()
        elif _is_open(known):
            asked = known.with_(
                invoice_ids=reminder.invoice_ids, template_id=reminder.template_id, due_at=reminder.at, not_before=None
            )
            if not known.is_scheduled or asked != known.with_(not_before=None):
                yield asked.because(why).waiting()


def _message(
    payer_key: str, day: date, reminder: Wanted, invoices: Mapping[str, InvoiceSeen], now: datetime
) -> Message:
    first = invoices[reminder.invoice_ids[0]]
    return Message(
        id=reminder_id(payer_key, day),
        channel=Channel.EMAIL,
        kind=Kind.PAYMENT_REMINDER,
        payer_key=payer_key,
        patient_id=first.patient_id,
        practitioner_id=one_practitioner(invoices[id] for id in reminder.invoice_ids),
        recipient=Recipient.PAYER,
        template_id=reminder.template_id,
        invoice_ids=reminder.invoice_ids,
        occurrence=day.isoformat(),
        due_at=reminder.at,
        created_at=now,
    )


def one_practitioner(invoices: Iterable[InvoiceSeen]) -> str | None:
    """Whose work they all are; None: several practitioners'."""
    whose = {i.practitioner_id for i in invoices}
    return next(iter(whose)) if len(whose) == 1 else None


def _decision(verdict: str, ids: Iterable[str], invoices: Mapping[str, InvoiceSeen], now: datetime) -> Decision:
    versions = {id: str(invoices[id].version) for id in ids if id in invoices}
    return Decision(at=now, step="plan", verdict=verdict, rule="D-02", facts=versions)
