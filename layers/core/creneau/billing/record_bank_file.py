"""A bank file's credits against the books: what would be recorded first, then what staff confirmed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from creneau.billing.bank_file import Credit, read_bank_file
from creneau.billing.invoice import Invoice, invoice_ref, invoices_owed
from creneau.billing.match_payments import Matched, matched
from creneau.billing.payment import Method, Payment, RecordPayment, payment_ref
from creneau.shared.actor import Actor
from creneau.shared.derived_id import derived_id
from creneau.shared.errors import DomainError, Refused
from creneau.shared.model import Value
from creneau.shared.store import Store, everything, require

MOST_OWED = 20_000


class Chosen(Value, frozen=True, kw_only=True):
    """A credit that staff confirmed, and the invoice that it pays."""

    credit_id: str
    invoice_id: str


class NotRecorded(Value, frozen=True, kw_only=True):
    credit_id: str
    code: str
    problem: str
    remedy: str


class Recorded(Value, frozen=True, kw_only=True):
    payments: tuple[Payment, ...]
    not_recorded: tuple[NotRecorded, ...] = ()


def payment_id_of(credit: Credit, cancelled: int = 0) -> str:
    """The same booking is the same payment, whatever file it comes in; after so many that were cancelled, the next."""
    return derived_id("pay", "bank", credit.id, *([str(cancelled)] if cancelled else []))


def payment_of(store: Store, credit: Credit) -> tuple[str, Payment | None]:
    """The payment that the credit is in the books as, or the id that it would have: a cancelled one counts no more."""
    cancelled = 0
    while True:
        id = payment_id_of(credit, cancelled)
        present = store.get(payment_ref(id))
        if present is None or present.cancelled_at is None:
            return id, present
        cancelled += 1


@dataclass(frozen=True)
class PlanBankFile:
    """Writes nothing. Raises Invalid (the file)."""

    store: Store
    reference_of: Callable[[Invoice], str]

    def __call__(self, content: bytes) -> list[Matched]:
        credits = read_bank_file(content).credits
        known = self.store.get_many([payment_ref(payment_id_of(c)) for c in credits])
        there = {
            c.id for c, payment in zip(credits, known, strict=True) if payment is not None and self._stands(c, payment)
        }
        owed = everything(self.store, invoices_owed(), MOST_OWED)
        return matched(credits, owed, self.reference_of, lambda c: c.id in there)

    def _stands(self, credit: Credit, first: Payment) -> bool:
        return first.cancelled_at is None or payment_of(self.store, credit)[1] is not None


@dataclass(frozen=True)
class RecordBankFile:
    """Records what was chosen, one by one; what no longer fits says why. Reading the same file again changes nothing."""

    plan: PlanBankFile
    record: RecordPayment

    def __call__(self, content: bytes, chosen: Iterable[Chosen], by: Actor) -> Recorded:
        by_id = {m.credit.id: m for m in self.plan(content)}
        done, wrong = list[Payment](), list[NotRecorded]()
        for choice in chosen:
            found = by_id.get(choice.credit_id)
            if found is None:
                wrong.append(
                    NotRecorded(credit_id=choice.credit_id, code="unknown", problem="not in this file", remedy="")
                )
                continue
            try:
                done.append(self._one(found.credit, choice.invoice_id, by))
            except DomainError as error:
                told = {"code": error.code, "problem": error.detail, "remedy": error.remedy}
                wrong.append(NotRecorded(credit_id=choice.credit_id, **told))
        return Recorded(payments=tuple(done), not_recorded=tuple(wrong))

    def _one(self, credit: Credit, invoice_id: str, by: Actor) -> Payment:
        """What the chosen invoice still owes, at most; what is too much was told in the plan."""
        id, present = payment_of(self.plan.store, credit)
        if present is not None:
            if present.invoice_id == invoice_id:
                return present
            raise Refused(
                "the credit is recorded on another invoice", code="recorded_already", remedy="cancel that payment first"
            )
        owed = require(self.plan.store, invoice_ref(invoice_id)).balance
        amount = min(credit.amount, owed) if owed > 0 else credit.amount
        reference = credit.reference or credit.text[:60]
        return self.record(id, invoice_id, amount, credit.currency, Method.TRANSFER, credit.on, by, reference)
