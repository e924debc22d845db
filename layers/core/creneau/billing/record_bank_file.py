"""A bank file's credits against the books: what would be recorded first, then what staff confirmed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from creneau.billing.all_of import all_of
from creneau.billing.bank_file import Credit, read_bank_file
from creneau.billing.invoice import Invoice, invoice_ref, invoices_owed
from creneau.billing.match_payments import Matched, matched
from creneau.billing.payment import Method, Paid, Payment, RecordPayment, payment_ref
from creneau.shared.actor import Actor
from creneau.shared.derived_id import derived_id
from creneau.shared.errors import DomainError, Refused, invalid
from creneau.shared.model import Value
from creneau.shared.refusal import Refusal
from creneau.shared.store import Store, require

MOST_OWED = 20_000
MOST_CHOSEN = 500
"""Each takes four calls to the table: more of them would outlast the request."""


class Chosen(Value, frozen=True, kw_only=True):
    """A credit that staff confirmed, and the invoice that it pays."""

    credit_id: str
    invoice_id: str


class NotRecorded(Refusal, frozen=True, kw_only=True):
    credit_id: str


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
    """Writes nothing. Raises Invalid (the file), Refused (more is owed than can be matched)."""

    store: Store
    reference_of: Callable[[Invoice], str]

    def __call__(self, content: bytes) -> list[Matched]:
        return [m for m, _, _ in self.read(content)]

    def read(self, content: bytes) -> list[tuple[Matched, str, Payment | None]]:
        """Each credit with the payment that it is in the books as, or the id that it would have."""
        credits = read_bank_file(content).credits
        first = self.store.get_many([payment_ref(payment_id_of(c)) for c in credits])
        found = {c.id: self._of(c, payment) for c, payment in zip(credits, first, strict=True)}
        remedy = "have invoices that nobody will pay credited; then read the file again"
        owed = all_of(self.store, invoices_owed(), MOST_OWED, "invoices owed", remedy)
        there = {id for id, (_, payment) in found.items() if payment is not None}
        return [(m, *found[m.credit.id]) for m in matched(credits, owed, self.reference_of, lambda c: c.id in there)]

    def _of(self, credit: Credit, first: Payment | None) -> tuple[str, Payment | None]:
        if first is None or first.cancelled_at is None:
            return payment_id_of(credit), first
        return payment_of(self.store, credit)


@dataclass(frozen=True)
class RecordBankFile:
    """Records what was chosen, one by one; what no longer fits says why. Reading the same file again changes nothing.

    Raises Invalid (the file; more than 500 chosen), Refused.
    """

    plan: PlanBankFile
    record: RecordPayment

    def __call__(self, content: bytes, chosen: Sequence[Chosen], by: Actor) -> Recorded:
        if len(chosen) > MOST_CHOSEN:
            raise invalid("chosen", f"more than {MOST_CHOSEN}", "record them in parts, each with the whole file")
        by_id = {m.credit.id: (m.credit, id, payment) for m, id, payment in self.plan.read(content)}
        done, wrong = list[Payment](), list[NotRecorded]()
        for choice in chosen:
            found = by_id.get(choice.credit_id)
            if found is None:
                wrong.append(
                    NotRecorded(
                        credit_id=choice.credit_id,
                        code="unknown",
                        problem="not in this file",
                        remedy="use an id of its plan",
                    )
                )
                continue
            credit, id, payment = found
            try:
                done.append(self._one(credit, id, payment, choice.invoice_id, by))
            except DomainError as error:
                wrong.append(NotRecorded.of(error, credit_id=choice.credit_id))
        return Recorded(payments=tuple(done), not_recorded=tuple(wrong))

    def _one(self, credit: Credit, id: str, payment: Payment | None, invoice_id: str, by: Actor) -> Payment:
        """What the chosen invoice still owes, at most; what is too much was told in the plan."""
        if payment is None:
            owed = require(self.plan.store, invoice_ref(invoice_id)).balance
            amount = min(credit.amount, owed) if owed > 0 else credit.amount
            paid = Paid(
                amount=amount,
                currency=credit.currency,
                method=Method.TRANSFER,
                paid_on=credit.on,
                reference=credit.reference or credit.text[:60],
            )
            payment = self.record(id, invoice_id, paid, by)
        if payment.invoice_id != invoice_id:  # in the books before, or by somebody else meanwhile
            raise Refused(
                "the credit is recorded on another invoice", code="recorded_already", remedy="cancel that payment first"
            )
        return payment
