"""SMS as staff see them: what they cost, what a text would cost, and whom they may be from (S-02 to S-06)."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.staff.faults import LANGUAGE, MONTH
from api.staff.given import Given, Paged
from api.staff.routing import STAFF, Call, Routes
from api.staff.shown import Listed, View, view
from creneau.messaging.message import Kind
from creneau.messaging.sms.estimate import Case
from creneau.messaging.sms.month import UseState
from creneau.messaging.sms.segments import Encoding
from creneau.messaging.sms.senders import check_sender
from creneau.shared.errors import Invalid
from creneau.shared.settings import SETTINGS, Settings

routes = Routes()

Month = Annotated[str, Field(pattern=MONTH)]


class LineView(View, frozen=True, kw_only=True):
    """One kind of SMS in a month; kind null: all of them. `credits` are `included` and `billable` ones. `reserved` and
    `uncertain` ones (nobody learnt whether the SMS left) are beside them, and cost nothing. `amount` in minor units."""

    kind: Kind | None
    messages: int
    credits: int
    included: int
    billable: int
    reserved: int
    uncertain: int
    amount: int


class ConsumptionView(View, frozen=True, kw_only=True):
    """A calendar month of the clinic's, with the figures that it is reckoned by: credits included, and the price of one in
    minor units. `limit` is the spending limit as set now, null: none; at 100 % of it no SMS that costs leaves."""

    month: str
    currency: str
    included: int
    price: int
    custom_price: int
    limit: int | None
    spent_percent: int
    lines: list[LineView]
    total: LineView


class UseView(View, frozen=True, kw_only=True):
    """One SMS handed over. `state`: `used`, `reserved` while it is under way, `uncertain` when nobody learnt of it."""

    message_id: str
    at: datetime
    kind: Kind
    state: UseState
    credits: int
    included: int
    billable: int
    amount: int


class SenderView(View, frozen=True, kw_only=True):
    """A sender in the form in which it is kept, with what it means for patients."""

    sender: str
    notices: list[str]


class CaseView(View, frozen=True, kw_only=True):
    """A text as it would leave. `units` are septets of GSM-7, or of UCS-2 UTF-16 units; `left`: free in the last segment.
    The provider takes none that is `too_long`."""

    text: str
    credits: int
    encoding: Encoding
    units: int
    left: int
    too_long: bool


class CostlyView(View, frozen=True, kw_only=True):
    """A character that makes the dearest text dearer: its place there, in characters from 0, the word that it stands in, and
    whether the wording itself has it, or a field brought it."""

    character: str
    at: int
    word: str
    in_wording: bool


class EstimateView(View, frozen=True, kw_only=True):
    """The cheapest and the dearest that a wording gets. `without`: credits of the dearest without its costly characters;
    `second_at`: the place where its second credit begins, null: there is none."""

    least: CaseView
    most: CaseView
    costly: list[CostlyView]
    without: int
    second_at: int | None


class WordingToCount(Given):
    """Words and fields as they are being written; faults in them are not told here."""

    kind: Kind
    language: Annotated[str, Field(pattern=LANGUAGE)]
    body: Annotated[str, Field(max_length=2000)]


class MonthAsked(Given):
    """The present month when it is left out."""

    month: Month | None = None


class UsesAsked(Paged):
    """In order of hand-over; of one kind, or of all."""

    month: Month | None = None
    kind: Kind | None = None


class SenderGiven(Given):
    """A number, or 3 to 11 letters and digits."""

    sender: Annotated[str, Field(max_length=40)]


@routes("GET", "/v1/sms/consumption", STAFF, takes=MonthAsked, answers=ConsumptionView)
def read_sms_consumption(call: Call, given: MonthAsked) -> ConsumptionView:
    """What a month's SMS used up and cost, by kind and in all."""
    found = call.app.show_consumption(given.month)
    tariff = found.month.tariff
    return ConsumptionView(
        month=found.month.id,
        currency=tariff.currency,
        included=tariff.included,
        price=tariff.price,
        custom_price=tariff.custom_price,
        limit=found.limit,
        spent_percent=found.spent_percent,
        lines=[view(LineView, line) for line in found.statement.lines],
        total=view(LineView, found.statement.total),
    )


@routes("GET", "/v1/sms/consumption/messages", STAFF, takes=UsesAsked, answers=Listed[UseView])
def list_sms_of_month(call: Call, given: UsesAsked) -> Listed[UseView]:
    """The messages behind a month's figures."""
    page = call.app.show_consumption.messages(given.month, given.kind, given.limit, given.cursor)
    items = [
        view(
            UseView,
            entry.use,
            included=entry.included,
            billable=entry.billable,
            amount=entry.amount,
        )
        for entry in page.items
    ]
    return Listed(items=items, next_cursor=page.cursor)


@routes("POST", "/v1/sms/check-sender", STAFF, takes=SenderGiven, answers=SenderView)
def check_sms_sender(call: Call, given: SenderGiven) -> SenderView:
    """Whether SMS can be from it, before it is saved with the settings or a template."""
    settings = call.app.store.get(SETTINGS) or Settings()
    checked = check_sender(given.sender, call.app.clinic.country, settings.sms.countries)
    if checked.faults:
        raise Invalid("no SMS can be from it", code="invalid", remedy="see errors", faults=checked.faults)
    return SenderView(sender=checked.sender, notices=list(checked.notices))


@routes("POST", "/v1/sms/credits", STAFF, takes=WordingToCount, answers=EstimateView)
def estimate_sms_credits(call: Call, given: WordingToCount) -> EstimateView:
    """What a text will cost, over a year of dates and with the clinic's own practitioners, places, services and patients."""
    found = call.app.estimate_credits(given.kind, given.language, given.body)
    return EstimateView(
        least=_case(found.least),
        most=_case(found.most),
        costly=[view(CostlyView, each) for each in found.costly],
        without=found.without,
        second_at=found.second_at,
    )


def _case(case: Case) -> CaseView:
    return view(CaseView, case.segments, text=case.text, credits=case.segments.count)
