"""Payers are reminded of what they owe: the list first, then that very list (D-05 to D-07)."""

from collections import Counter
from datetime import date
from typing import Annotated

from pydantic import Field

from api.staff.faults import DIGEST, PAYER_KEY
from api.staff.given import Given, Line, TemplateId
from api.staff.routing import BOOKS, Call, Routes
from api.staff.shown import View, view
from creneau.messaging.payments.choose import Options, PayerPlan, Row
from creneau.messaging.payments.remind import AT_ONCE, Chosen, NotReminded
from creneau.shared.money import Money

routes = Routes()
PayerKey = Annotated[str, Field(pattern=PAYER_KEY)]


class ReminderRowView(View, frozen=True, kw_only=True):
    """`because` says why it is left out; empty: it is reminded of."""

    invoice_id: str
    number: str
    due_on: date | None
    balance: Money
    last_reminded_on: date | None
    because: str


class PayerPlanView(View, frozen=True, kw_only=True):
    """One email to one payer, none where `invoices` is empty; `digest` confirms it."""

    payer_key: str
    name: str
    email: str
    invoices: list[ReminderRowView]
    left_out: list[ReminderRowView]
    digest: str


class ReminderListView(View, frozen=True, kw_only=True):
    """What would go out: `emails` to as many payers, about `reminded` invoices; `left_out` counts the others by reason."""

    payers: list[PayerPlanView]
    emails: int
    reminded: int
    left_out: dict[str, int]


class NotRemindedView(View, frozen=True, kw_only=True):
    payer_key: str
    code: str
    remedy: str


class RemindedView(View, frozen=True, kw_only=True):
    """The messages that are on their way, and who is not reminded since the list was made."""

    message_ids: list[str]
    not_reminded: list[NotRemindedView]


class ReminderOptions(Given):
    """Whom to remind of what."""

    within_days: int = Field(
        default=7, ge=0, le=365, description="Leaves out what was reminded of in the last so many days; 0: nothing."
    )
    without_due_date: bool = Field(default=False, description="Takes in invoices that have no due date.")
    never_sent: bool = Field(default=False, description="Takes in invoices that their payer was never sent.")


class OneReminderOptions(ReminderOptions):
    """Those of one payer."""

    although: Line = Field(
        default="",
        description="Why a payer is reminded who gets no reminders, or promised to pay; kept with the message.",
    )


class ChosenGiven(Given):
    payer_key: PayerKey
    digest: Annotated[str, Field(pattern=DIGEST)]


class RemindersAsked(ReminderOptions):
    """`payers` of the list that was made with the same options. `template_id`: by whose words, left out: the system's."""

    payers: Annotated[tuple[ChosenGiven, ...], Field(min_length=1, max_length=AT_ONCE)]
    template_id: TemplateId | None = None


class OneReminderAsked(OneReminderOptions):
    digest: Annotated[str, Field(pattern=DIGEST)]
    template_id: TemplateId | None = None


def _options(given: ReminderOptions) -> Options:
    return Options(
        within_days=given.within_days,
        without_due_date=given.without_due_date,
        never_sent=given.never_sent,
        although=given.although if isinstance(given, OneReminderOptions) else "",
    )


def _row(row: Row) -> ReminderRowView:
    return view(ReminderRowView, row)


def _plan(plan: PayerPlan) -> PayerPlanView:
    return view(
        PayerPlanView, plan, invoices=[_row(r) for r in plan.invoices], left_out=[_row(r) for r in plan.left_out]
    )


def _not_reminded(one: NotReminded) -> NotRemindedView:
    return view(NotRemindedView, one)


@routes("POST", "/v1/payment-reminders/list", BOOKS, takes=ReminderOptions, answers=ReminderListView)
def list_payment_reminders(call: Call, given: ReminderOptions) -> ReminderListView:
    """Who would be reminded of what, and what is left out and why; writes nothing. A practitioner's list holds their own."""
    plans = call.app.list_reminders(_options(given), call.actor)
    left = Counter(row.because for plan in plans for row in plan.left_out)
    wanted = [plan for plan in plans if plan.invoices]
    return ReminderListView(
        payers=[_plan(plan) for plan in plans],
        emails=len(wanted),
        reminded=sum(len(plan.invoices) for plan in wanted),
        left_out=dict(left),
    )


@routes("POST", "/v1/payment-reminders", BOOKS, takes=RemindersAsked, answers=RemindedView, status=201)
def remind_payers(call: Call, given: RemindersAsked) -> RemindedView:
    """One email a payer of the list. Of whom it is no longer true, or on whose way a reminder is, are told and left out."""
    chosen = [Chosen(payer_key=p.payer_key, digest=p.digest) for p in given.payers]
    return _remind(call, chosen, _options(given), given.template_id)


@routes("POST", "/v1/payers/{payer_key}/reminders/list", BOOKS, takes=OneReminderOptions, answers=PayerPlanView)
def list_reminders_of_payer(call: Call, given: OneReminderOptions) -> PayerPlanView:
    """Of one payer: number, due date, balance and last reminder of each open invoice, and what would be reminded of."""
    key = call.id("payer_key")
    plan = call.app.list_reminders.of_payer(key, _options(given), call.actor)
    return _plan(plan or PayerPlan(payer_key=key, name="", email="", invoices=()))


@routes("POST", "/v1/payers/{payer_key}/reminders", BOOKS, takes=OneReminderAsked, answers=RemindedView, status=201)
def remind_payer(call: Call, given: OneReminderAsked) -> RemindedView:
    """One email of what the list said."""
    chosen = Chosen(payer_key=call.id("payer_key"), digest=given.digest)
    return _remind(call, [chosen], _options(given), given.template_id)


def _remind(call: Call, chosen: list[Chosen], options: Options, template_id: str | None) -> RemindedView:
    done = call.app.remind_payers(chosen, options, template_id, call.actor)
    return RemindedView(
        message_ids=[message.id for message in done.messages],
        not_reminded=[_not_reminded(one) for one in done.not_reminded],
    )
