"""An invoice or credit note: a draft that can be edited, then a numbered document that never changes (B-06)."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from creneau.billing.issuer import InvoiceTemplate, Issuer, Term
from creneau.billing.line import Line, Totals
from creneau.billing.payer import Payer
from creneau.shared.errors import Refused
from creneau.shared.model import Stored, Value
from creneau.shared.store import Collection, Ref


class DocumentKind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class InvoiceState(StrEnum):
    """`assembling` and `freeing` are drafts that take, or give back, more than one write can hold."""

    ASSEMBLING = "assembling"
    DRAFT = "draft"
    FREEING = "freeing"
    FINALISED = "finalised"


class Standing(StrEnum):
    """How a document stands, for people: computed, never stored."""

    DRAFT = "draft"
    OPEN = "open"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    OVERDUE = "overdue"
    CREDITED = "credited"


class Instalment(Value, frozen=True, kw_only=True):
    """A part of the total due on a day; `preauthorised`: it is collected by itself (D-04)."""

    on: date
    amount: int
    preauthorised: bool = False


class Frozen(Value, frozen=True, kw_only=True):
    """What finalising fixes for ever: all that is printed. `corrects` is an invoice's number, `corrects_on` its date."""

    number: str
    issued_on: date
    due_on: date | None = None
    issuer: Issuer
    template: InvoiceTemplate | None = None
    payer: Payer
    lines: tuple[Line, ...]
    totals: Totals
    currency: str
    language: str
    note: str = ""
    corrects: str = ""
    corrects_on: date | None = None


class Invoice(Stored, frozen=True, kw_only=True):
    """Amounts in minor units of `currency`. `taken` are the billables that it has so far, while it is assembled.

    `paid` and `credited` are sums of its payments and credit notes. `frozen` and its `digest` (SHA-256) are there once it
    is final. `corrects` is the invoice that a credit note takes back from. `sendings` counts its emails (B-08).
    """

    id: str
    kind: DocumentKind = DocumentKind.INVOICE
    state: InvoiceState = InvoiceState.DRAFT
    issuer_id: str
    template_id: str | None = None
    payer: Payer
    currency: str
    language: str
    term: Term = Term()
    lines: tuple[Line, ...] = ()
    note: str = ""
    corrects: str | None = None
    created_at: datetime
    created_by: str = ""
    finalised_at: datetime | None = None
    frozen: Frozen | None = None
    digest: str = ""
    due_on: date | None = None
    paid: int = 0
    credited: int = 0
    instalments: tuple[Instalment, ...] = ()
    sendings: int = 0
    last_reminded_on: date | None = None
    batch_id: str | None = None
    look_at: datetime | None = None

    @property
    def is_final(self) -> bool:
        return self.frozen is not None

    @property
    def of_run(self) -> bool:
        """Whether a billing run made it (C-04)."""
        return self.batch_id is not None and self.batch_id.startswith("run_")

    @property
    def total(self) -> int:
        """Of a final one; a draft's needs its issuer (`totals_of`)."""
        return self.frozen.totals.total if self.frozen else 0

    @property
    def balance(self) -> int:
        """What is still owed; below zero: paid or credited too much. A credit note owes nothing."""
        return self.total - self.paid - self.credited if self.kind is DocumentKind.INVOICE else 0

    @property
    def is_undone(self) -> bool:
        """Credited in full: what it took is free again, and it goes on listing it."""
        return self.is_final and self.kind is DocumentKind.INVOICE and self.credited >= self.total > 0

    @property
    def is_owed(self) -> bool:
        """Whether anything is still to be paid of it: what is owed, never a status, decides (D-04)."""
        return self.is_final and self.kind is DocumentKind.INVOICE and self.balance > 0

    @property
    def billable_ids(self) -> tuple[str, ...]:
        return tuple(line.billable_id for line in self.lines if line.billable_id)

    @property
    def practitioner_ids(self) -> tuple[str, ...]:
        """Whose work is on it."""
        return tuple(dict.fromkeys(line.practitioner_id for line in self.lines if line.practitioner_id))

    @property
    def first_unpaid(self) -> Instalment | None:
        """What was paid and credited covers the instalments in their order."""
        left = self.paid + self.credited
        for instalment in self.instalments:
            left -= instalment.amount
            if left < 0:
                return instalment
        return None

    @property
    def falls_due_on(self) -> date | None:
        """The local day; with instalments, that of the first one which is not covered. None: it has no due date."""
        if not self.instalments:
            return self.due_on
        return (self.first_unpaid or self.instalments[-1]).on

    def overdue(self, today: date) -> int:
        """The part of its balance that is past due on that local day; with instalments, no more than theirs."""
        if not self.instalments:
            return max(0, self.balance) if self.due_on is not None and self.due_on < today else 0
        due = sum(i.amount for i in self.instalments if i.on < today)
        return max(0, due - self.paid - self.credited)

    def standing(self, today: date) -> Standing:
        if not self.is_final:
            return Standing.DRAFT
        if self.balance <= 0:
            return Standing.CREDITED if self.is_undone else Standing.PAID
        if self.overdue(today):
            return Standing.OVERDUE
        return Standing.PARTLY_PAID if self.paid or self.credited else Standing.OPEN


def check_draft(invoice: Invoice) -> None:
    """Refused unless it can still be edited."""
    if invoice.state is not InvoiceState.DRAFT:
        final = invoice.state is InvoiceState.FINALISED
        raise Refused(
            f"the {invoice.kind} is {invoice.state}",
            code="not_a_draft",
            remedy="correct it by a credit note" if final else "wait until it is whole",
        )


def invoice_ref(id: str) -> Ref[Invoice]:
    return Ref(Invoice, (id,))


def invoices_by_state(state: InvoiceState) -> Collection[Invoice]:
    """Of the clinic, the newest first."""
    return Collection("invoices_by_state", Invoice, (state,), newest_first=True)


def documents_issued(first: date, last: date) -> Collection[Invoice]:
    """Final invoices and credit notes of those days, both included, the newest first."""
    bounds = (first.isoformat(), last.isoformat())
    return Collection("invoices_by_state", Invoice, (InvoiceState.FINALISED,), *bounds, newest_first=True)


def drafts_of_runs() -> Collection[Invoice]:
    """Those that billing runs made and nobody has confirmed, the newest first (C-04)."""
    return Collection("drafts_of_runs", Invoice, newest_first=True)


def invoices_of_payer(payer_key: str) -> Collection[Invoice]:
    return Collection("invoices_of_payer", Invoice, (payer_key,), newest_first=True)


def invoices_owed(due_before: date | None = None) -> Collection[Invoice]:
    """Final ones with a balance, by the day on which they fall due; those without one last. `due_before`: only those that
    are overdue then."""
    high = (due_before - timedelta(days=1)).isoformat() if due_before else ""
    return Collection("invoices_owed", Invoice, (), "", high)
