"""A bank's file of what came in: planned against what is owed, then recorded as confirmed."""

from datetime import date
from typing import Annotated

from pydantic import Field

from api.staff.given import Given, Id
from api.staff.routing import BILLING_SETTINGS, Call, Routes
from api.staff.shown import Listed, RefusalView, View, view
from creneau.billing.bank_file import LARGEST
from creneau.billing.match_payments import Match, Matched
from creneau.billing.record_bank_file import MOST_CHOSEN, Chosen

routes = Routes()


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


class NotRecordedView(RefusalView, frozen=True, kw_only=True):
    credit_id: str


class RecordedView(View, frozen=True, kw_only=True):
    payment_ids: list[str]
    not_recorded: list[NotRecordedView]


class BankFileGiven(Given):
    """`content`: the camt.053 or camt.054 file's text, as the bank made it."""

    content: Annotated[str, Field(min_length=1)]


class ChosenGiven(Given):
    credit_id: Id
    invoice_id: Id


class BankFileConfirmed(BankFileGiven):
    chosen: tuple[ChosenGiven, ...] = Field(min_length=1, max_length=MOST_CHOSEN)


@routes(
    "POST", "/v1/bank-files/plan", BILLING_SETTINGS, takes=BankFileGiven, answers=Listed[MatchedView], largest=LARGEST
)
def plan_bank_file(call: Call, given: BankFileGiven) -> Listed[MatchedView]:
    """Which invoice each credit pays, certain by its reference or proposed; writes nothing."""
    return Listed(items=[_matched(m) for m in call.app.plan_bank_file(given.content.encode())])


@routes("POST", "/v1/bank-files", BILLING_SETTINGS, takes=BankFileConfirmed, answers=RecordedView, largest=LARGEST)
def record_bank_file(call: Call, given: BankFileConfirmed) -> RecordedView:
    """Records the credits that were chosen as payments. The same file twice changes nothing."""
    chosen = [Chosen(credit_id=c.credit_id, invoice_id=c.invoice_id) for c in given.chosen]
    done = call.app.record_bank_file(given.content.encode(), chosen, call.actor)
    return RecordedView(
        payment_ids=[p.id for p in done.payments], not_recorded=[view(NotRecordedView, n) for n in done.not_recorded]
    )


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
