"""The books: what a payer owes, what was invoiced and came in, exports for accountants, and the bank's files."""

from datetime import date, timedelta
from typing import Annotated, TypeVar

from pydantic import Field, model_validator

from api.staff.given import Given, Id, Nothing
from api.staff.routing import BILLING_SETTINGS, BOOKS, Call, Routes
from api.staff.shown import View, view
from creneau.agenda.catalogue import patient_ref
from creneau.billing.account import accounts, revenue
from creneau.billing.bank_file import LARGEST
from creneau.billing.invoice import Invoice, documents_issued, invoice_ref, invoices_of_payer
from creneau.billing.journal import documents_csv, payments_csv
from creneau.billing.match_payments import Match, Matched
from creneau.billing.payment import Payment, payments_between
from creneau.billing.record_bank_file import MOST_CHOSEN, Chosen
from creneau.shared.errors import Invalid, invalid
from creneau.shared.store import everything, require
from creneau.shared.time import local_date

routes = Routes()
T = TypeVar("T")
MOST = 20_000
LONGEST = timedelta(days=400)


class BalanceView(View, frozen=True, kw_only=True):
    """Sums in minor units of one currency; `overdue` is the part of `owed` that is past due, `drafts` counts drafts."""

    currency: str
    invoiced: int
    paid: int
    credited: int
    owed: int
    overdue: int
    drafts: int


class AccountView(View, frozen=True, kw_only=True):
    """One entry per currency."""

    items: list[BalanceView]


class MonthView(View, frozen=True, kw_only=True):
    """In minor units: `invoiced` less credit notes, `paid_in` what came in; `practitioner_id` null: lines that name none."""

    month: str
    practitioner_id: str | None
    currency: str
    invoiced: int
    paid_in: int


class RevenueView(View, frozen=True, kw_only=True):
    """By month, practitioner and currency."""

    items: list[MonthView]


class FileView(View, frozen=True, kw_only=True):
    """A file to save: UTF-8 with CRLF line ends (RFC 4180)."""

    filename: str
    content: str


class MatchedView(View, frozen=True, kw_only=True):
    """One credit of a bank file. `amount` is what would settle the first of `invoice_ids`, `excess` what is too much."""

    credit_id: str
    on: date
    amount_received: int
    currency: str
    reference: str
    text: str
    debtor: str
    match: Match
    invoice_ids: tuple[str, ...]
    amount: int
    excess: int


class BankFileView(View, frozen=True, kw_only=True):
    items: list[MatchedView]


class NotRecordedView(View, frozen=True, kw_only=True):
    credit_id: str
    code: str
    problem: str
    remedy: str


class RecordedView(View, frozen=True, kw_only=True):
    payment_ids: list[str]
    not_recorded: list[NotRecordedView]


class Period(Given):
    """Both days included, 400 at most."""

    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> "Period":
        if not timedelta(0) <= self.last - self.first <= LONGEST:
            raise ValueError("the last day is before the first, or over 400 days after it; give a shorter period")
        return self


class BankFileGiven(Given):
    """`content`: the camt.053 or camt.054 file's text, as the bank made it."""

    content: Annotated[str, Field(min_length=1)]


class ChosenGiven(Given):
    credit_id: Id
    invoice_id: Id


class BankFileConfirmed(BankFileGiven):
    chosen: tuple[ChosenGiven, ...] = Field(min_length=1, max_length=MOST_CHOSEN)


def _documents(call: Call, period: Period) -> list[Invoice]:
    return _all(everything(call.app.store, documents_issued(period.first, period.last), MOST))


def _payments(call: Call, period: Period) -> list[tuple[Payment, Invoice]]:
    found = _all(everything(call.app.store, payments_between(period.first, period.last), MOST))
    ids = list(dict.fromkeys(p.invoice_id for p in found))
    invoices = {i.id: i for i in call.app.store.get_many([invoice_ref(id) for id in ids]) if i is not None}
    return [(p, invoices[p.invoice_id]) for p in found if p.invoice_id in invoices]


def _all(found: list[T]) -> list[T]:
    if len(found) >= MOST:
        raise _too_many()
    return found


def _too_many() -> Invalid:
    return invalid("last", f"more than {MOST} entries", "ask for a shorter period")


@routes("GET", "/v1/payers/{payer_key}/account", BOOKS, answers=AccountView)
def read_account(call: Call, _: Nothing) -> AccountView:
    """What somebody owes, paid and was credited; `payer_key` as on their invoices."""
    return _account(call, call.id("payer_key"))


@routes("GET", "/v1/patients/{patient_id}/account", BOOKS, answers=AccountView)
def read_account_of_patient(call: Call, _: Nothing) -> AccountView:
    """Of what the patient pays themselves."""
    patient = require(call.app.store, patient_ref(call.id("patient_id")))
    return _account(call, f"patient.{patient.id}")


def _account(call: Call, payer_key: str) -> AccountView:
    documents = _all(everything(call.app.store, invoices_of_payer(payer_key), MOST))
    found = accounts(documents, local_date(call.app.clock(), call.app.clinic.zone))
    return AccountView(items=[view(BalanceView, a) for a in found])


@routes("GET", "/v1/revenue", BILLING_SETTINGS, takes=Period, answers=RevenueView)
def read_revenue(call: Call, given: Period) -> RevenueView:
    found = revenue(_documents(call, given), _payments(call, given))
    return RevenueView(items=[view(MonthView, r) for r in found])


@routes("GET", "/v1/exports/documents", BILLING_SETTINGS, takes=Period, answers=FileView)
def export_documents(call: Call, given: Period) -> FileView:
    """Final invoices and credit notes as CSV, the oldest first."""
    content = documents_csv(reversed(_documents(call, given)))
    return FileView(filename=f"documents-{given.first}-{given.last}.csv", content=content)


@routes("GET", "/v1/exports/payments", BILLING_SETTINGS, takes=Period, answers=FileView)
def export_payments(call: Call, given: Period) -> FileView:
    content = payments_csv(reversed(_payments(call, given)))
    return FileView(filename=f"payments-{given.first}-{given.last}.csv", content=content)


def _matched(found: Matched) -> MatchedView:
    credit = found.credit
    return view(
        MatchedView,
        found,
        credit_id=credit.id,
        on=credit.on,
        amount_received=credit.amount,
        currency=credit.currency,
        reference=credit.reference,
        text=credit.text,
        debtor=credit.debtor,
    )


@routes("POST", "/v1/bank-files/plan", BILLING_SETTINGS, takes=BankFileGiven, answers=BankFileView, largest=LARGEST)
def plan_bank_file(call: Call, given: BankFileGiven) -> BankFileView:
    """Which invoice each credit pays, certain by its reference or proposed; writes nothing."""
    return BankFileView(items=[_matched(m) for m in call.app.plan_bank_file(given.content.encode())])


@routes("POST", "/v1/bank-files", BILLING_SETTINGS, takes=BankFileConfirmed, answers=RecordedView, largest=LARGEST)
def record_bank_file(call: Call, given: BankFileConfirmed) -> RecordedView:
    """Records the credits that were chosen as payments. The same file twice changes nothing."""
    chosen = [Chosen(credit_id=c.credit_id, invoice_id=c.invoice_id) for c in given.chosen]
    done = call.app.record_bank_file(given.content.encode(), chosen, call.actor)
    return RecordedView(
        payment_ids=[p.id for p in done.payments], not_recorded=[view(NotRecordedView, n) for n in done.not_recorded]
    )
