"""Billing runs: how far each is, what became of each payer; by hand with the plan first; drafts confirmed (C-02 to C-04)."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from api.staff.billing.finalise import NotFinalView
from api.staff.billing.invoice_view import InvoiceView, shown_all
from api.staff.billing.invoices import require_mine
from api.staff.faults import DIGEST
from api.staff.given import Given, Id, Nothing, Paged
from api.staff.routing import BILLING_SETTINGS, BOOKS, Call, Routes
from api.staff.shown import Listed, View, view
from creneau.billing.invoice import invoice_ref
from creneau.billing.issue import MOST_AT_ONCE
from creneau.billing.run import (
    BillingRun,
    Outcome,
    RunMode,
    payers_by_outcome,
    payers_of_run,
    run_ref,
    runs_by_age,
)
from creneau.billing.show_run import Seen
from creneau.shared.store import require

routes = Routes()


class RunView(View, frozen=True, kw_only=True):
    """`cycle` null: by hand, and `planned` until it is started with the plan's `digest`. `at`: what was due by then.

    `payers` are those of the plan so far, `done` those that have their outcome, `counts` how many of each.
    """

    id: str
    mode: str
    channel: str
    cycle: str | None
    on: date
    at: datetime
    state: str
    payers: int
    done: int
    counts: dict[str, int]
    digest: str
    created_at: datetime
    created_by: str
    started_by: str
    closed_at: datetime | None
    version: int


class RunPayerView(View, frozen=True, kw_only=True):
    """`total` in minor units, as planned. `outcome` null: nothing yet, and `would` is what it would be as things stand now,
    with its `reason`."""

    payer_key: str
    name: str
    currency: str
    issuer_id: str | None
    billable_ids: tuple[str, ...]
    total: int
    outcome: str | None
    would: str
    reason: str
    document_id: str | None
    message_ids: tuple[str, ...]


class ConfirmedView(View, frozen=True, kw_only=True):
    """`unreached` are ids of those that are final and of which no message leaves."""

    items: list[InvoiceView]
    unreached: list[str]
    not_final: list[NotFinalView]


class RunGiven(Given):
    mode: Literal["draft", "send_invoice", "send_payment_link"]
    channel: Literal["email", "sms", "both"] = "email"


class StartGiven(Given):
    digest: Annotated[str, Field(pattern=DIGEST)]


class PayersAsked(Paged):
    outcome: (
        Literal["drafted", "invoiced", "asked", "unreached", "not_final", "nothing", "changed", "failed"] | None
    ) = Field(default=None, description="Only those; left out: all.")


class ConfirmGiven(Given):
    invoice_ids: tuple[Id, ...] = Field(min_length=1, max_length=MOST_AT_ONCE)


def _shown(run: BillingRun) -> RunView:
    return view(RunView, run)


def _seen(seen: Seen) -> RunPayerView:
    return view(
        RunPayerView,
        seen.payer,
        name=seen.name,
        issuer_id=seen.payer.issuer_id or None,
        would=seen.would,
        reason=seen.reason,
    )


@routes("GET", "/v1/billing-runs", BILLING_SETTINGS, takes=Paged, answers=Listed[RunView])
def list_billing_runs(call: Call, given: Paged) -> Listed[RunView]:
    """The latest first."""
    page = call.app.store.page(runs_by_age(), given.limit, given.cursor)
    return Listed(items=[_shown(run) for run in page.items], next_cursor=page.cursor)


@routes("POST", "/v1/billing-runs", BILLING_SETTINGS, takes=RunGiven, answers=RunView, creates=True)
def plan_billing_run(call: Call, given: RunGiven) -> RunView:
    """A run by hand of everything that is due now. It is planned meanwhile, and makes nothing before it is started."""
    run_id = call.new_id("run_hand")
    return _shown(call.app.prepare_run(run_id, RunMode(given.mode), given.channel, call.actor))


@routes("GET", "/v1/billing-runs/{run_id}", BILLING_SETTINGS, answers=RunView)
def read_billing_run(call: Call, _: Nothing) -> RunView:
    return _shown(require(call.app.store, run_ref(call.id("run_id"))))


@routes("GET", "/v1/billing-runs/{run_id}/payers", BILLING_SETTINGS, takes=PayersAsked, answers=Listed[RunPayerView])
def list_payers_of_billing_run(call: Call, given: PayersAsked) -> Listed[RunPayerView]:
    """Who got what, or would get what, and why the others nothing; in no order."""
    run = require(call.app.store, run_ref(call.id("run_id")))
    of = payers_by_outcome(run.id, Outcome(given.outcome)) if given.outcome else payers_of_run(run.id)
    page = call.app.store.page(of, given.limit, given.cursor)
    return Listed(items=[_seen(s) for s in call.app.show_run(run, page.items)], next_cursor=page.cursor)


@routes("POST", "/v1/billing-runs/{run_id}/start", BILLING_SETTINGS, takes=StartGiven, answers=RunView)
def start_billing_run(call: Call, given: StartGiven) -> RunView:
    """One by hand whose plan was looked at. Payers of whom something changed since are left out and listed. Harmless to
    repeat."""
    return _shown(call.app.confirm_run(call.id("run_id"), given.digest, call.actor))


@routes("POST", "/v1/invoices/confirm", BOOKS, takes=ConfirmGiven, answers=ConfirmedView)
def confirm_drafts_of_runs(call: Call, given: ConfirmGiven) -> ConfirmedView:
    """Drafts that runs made become final, and their payers are told as the settings say. Harmless to repeat."""
    require_mine(call, given.invoice_ids)
    done = call.app.confirm_drafts(given.invoice_ids, call.actor)
    found = call.app.store.get_many([invoice_ref(i.invoice.id) for i in done.issued])
    return ConfirmedView(
        items=shown_all(call, [i for i in found if i is not None]),
        unreached=[i.invoice.id for i in done.issued if i.told and all(t.reason for t in i.told)],
        not_final=[view(NotFinalView, n) for n in done.not_final],
    )
