"""What messages ask of the world beside the table: a mailer, a queue, stores, the waitlist's and billing's word."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from creneau.shared.model import Stored, Value
from creneau.shared.money import Money
from creneau.shared.store import Ref, Snapshot


@dataclass(frozen=True)
class Mail:
    """One email as it leaves; `mime` is whole (RFC 5322), `message_id` our own."""

    message_id: str
    sender: str
    to: str
    mime: bytes


@dataclass(frozen=True)
class Text:
    """One SMS as it leaves: `to` and a numeric `sender` in E.164; an empty sender is the country's default."""

    message_id: str
    sender: str
    to: str
    body: str


class NotHandedOver(Exception):
    """The message did not leave, that much is certain. `args[0]` is the provider's code, never an address."""


class Throttled(NotHandedOver):
    """Too many at once: in a moment it will do."""


class QuotaReached(NotHandedOver):
    """The account may send no more for hours."""


class Rejected(NotHandedOver):
    """This message will never be taken."""


class NotSent(NotHandedOver):
    """The provider could not be asked."""


class Unknown(Exception):
    """The provider was asked, and no answer came: it may have left."""


class Mailer(Protocol):
    def send(self, mail: Mail) -> str:
        """Hands the mail over, once, without retries; the provider's id. Raises NotHandedOver's kinds, and Unknown."""
        ...


class Texter(Protocol):
    def send(self, text: Text) -> str:
        """Hands the SMS over, once, without retries; the provider's id. Raises NotHandedOver's kinds, and Unknown."""
        ...


class OptOuts(Protocol):
    def numbers(self) -> Iterable[str]:
        """Numbers in E.164 that the provider writes to no more, because their owners said so."""
        ...


class OutboxEntry(Value, frozen=True, kw_only=True):
    """What the outbox queue and `message_delay` carry: which message, and at which version it was dispatched."""

    message_id: str
    version: int


class Outbox(Protocol):
    def put(self, entry: OutboxEntry, delay_seconds: int) -> None:
        """Delivered after so many seconds, 900 at most, at least once."""
        ...


class Delays(Protocol):
    def start(self, name: str, entry: OutboxEntry, until: datetime) -> None:
        """Hands the entry to the outbox then. A name that was used before starts nothing."""
        ...


class Contents(Protocol):
    def keep(self, key: str, content: bytes) -> None: ...


class KeptContents(Protocol):
    def read(self, key: str) -> bytes: ...

    def has(self, key: str) -> bool: ...


class OfferSeen(Value, frozen=True, kw_only=True):
    """An offer as the waitlist sees it now: `state` is `sent` while it can still win, else what became of it."""

    round_id: str
    appointment_id: str
    patient_id: str
    start: datetime
    end: datetime
    sent_at: datetime
    expires_at: datetime
    state: str


class Offers(Protocol):
    """The waitlist, asked by messages."""

    def ref(self, round_id: str) -> Ref[Any]: ...

    def sent(self, round: Stored) -> list[OfferSeen]:
        """Those that nobody has answered."""
        ...

    def judged_by(self, round: Stored, appointment_id: str) -> Sequence[Ref[Any]]:
        """What else must be read to say what became of an offer."""
        ...

    def seen(self, round: Stored, appointment_id: str, read: Snapshot, now: datetime) -> OfferSeen | None: ...


class InvoiceSeen(Value, frozen=True, kw_only=True):
    """An invoice or credit note as billing sees it now; a draft has no number, no date and no sums.

    `payer_email` is as written on it; `patient_id` and `contact_id` are the records that the payer is on, None: typed in.
    `is_credited`: credit notes took all of it back. `sendings` counts its emails. `document_key` is where its PDF lies.

    `reminded_from` is the first local day on which a reminder of it may leave, None: any (D-04); `patient_ids` are those
    whose care is on it. `finalised_at` is the instant from which reminders' delays count.
    """

    id: str
    is_final: bool
    is_credit_note: bool = False
    is_credited: bool = False
    number: str = ""
    issued_on: date | None = None
    due_on: date | None = None
    total: Money
    balance: Money
    issuer_name: str = ""
    payer_name: str
    payer_email: str | None = None
    patient_id: str | None = None
    contact_id: str | None = None
    practitioner_id: str | None = None
    language: str | None = None
    sendings: int = 0
    version: int = 0
    document_key: str = ""
    document_name: str = ""
    finalised_at: datetime | None = None
    reminded_from: date | None = None
    last_reminded_on: date | None = None
    patient_ids: tuple[str, ...] = ()
    payer_key: str = ""


class Invoices(Protocol):
    """Billing, asked by messages."""

    def ref(self, invoice_id: str) -> Ref[Any]: ...

    def seen(self, invoice: Stored) -> InvoiceSeen: ...

    def sent_once_more(self, invoice: Stored) -> Stored:
        """The invoice with one more sending counted, to be written with its message."""
        ...

    def reminded(self, invoice: Stored, on: date) -> Stored:
        """The invoice with the local day of its last reminder, never an earlier one than it has (D-07)."""
        ...

    def payer_ref(self, payer_key: str) -> Ref[Any]: ...

    def payer_seen(self, payer_key: str, record: Stored | None) -> "PayerSeen":
        """`record`: what is kept of the payer, None: nothing yet."""
        ...

    def payer_reminded(self, payer_key: str, record: Stored | None, on: date) -> Stored:
        """What is kept of the payer, with the local day of their last reminder."""
        ...


class PayerSeen(Value, frozen=True, kw_only=True):
    """What billing keeps of a payer. `receives_reminders` is that of somebody typed in, on no patient's record (D-03);
    reminders are paused up to the local day `paused_until`, that day included (D-08). `patient_id` and `contact_id` are the
    records that the payer is on, as their key says; somebody typed in is on none."""

    key: str
    patient_id: str | None = None
    contact_id: str | None = None
    receives_reminders: bool = True
    paused_until: date | None = None
    last_reminded_on: date | None = None
    version: int = 0


class OwedInvoices(Protocol):
    """What payers owe, asked by reminders: final invoices with a balance above zero."""

    def of_payer(self, payer_key: str, also: str | None = None) -> list[InvoiceSeen]:
        """All of one payer. `also` is one that the index may not show yet."""
        ...

    def page(self, cursor: str | None, limit: int = 100) -> tuple[list[InvoiceSeen], str | None]:
        """Some of all, by due date, `limit` at most, and what asks for the next ones; None: there are none."""
        ...

    def payer_ref(self, payer_key: str) -> Ref[Any]: ...

    def payer_seen(self, payer_key: str, record: Stored | None) -> PayerSeen: ...


class Owing(Protocol):
    """Billing, asked what a payment link is about."""

    def total(self, payer_key: str, currency: str) -> int:
        """What the payer owes now in that currency, invoiced or not, in minor units."""
        ...


class NotDrawn(Exception):
    """There is no PDF to attach. `args[0]` says why, in a word."""


class Documents(Protocol):
    def read(self, invoice_id: str, key: str) -> bytes:
        """The PDF, drawn now where it was not yet. Raises NotDrawn."""
        ...
