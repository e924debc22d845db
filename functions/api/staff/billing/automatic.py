"""Settings of automatic invoicing, and what they would make and send before they are saved (C-02)."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from api.staff.given import Edits, Id, Nothing, TimeOfDay
from api.staff.routing import BILLING_SETTINGS, Call, Routes
from api.staff.shown import View, view
from creneau.billing.forecast_runs import RunsForecast
from creneau.billing.issuer import issuer_ref
from creneau.messaging.message import Channel, Kind
from creneau.messaging.wording.shipped import shipped
from creneau.shared.billing_rules import check_billing
from creneau.shared.errors import invalid
from creneau.shared.settings import SETTINGS, BillingSettings, Settings

routes = Routes()


class AutomaticView(View, frozen=True, kw_only=True):
    """Local times and days; `weekday` 0 is Monday. `since`: when it was last turned on, or told another time."""

    automatic: bool
    since: datetime | None
    mode: str
    cycle: str
    channel: str
    at: str
    weekday: int
    day: int
    issuer_id: str | None
    notice_gap_days: int
    send_at: str
    confirming_sends: bool
    version: int


class RunForecastView(View, frozen=True, kw_only=True):
    """`total` in minor units of the clinic's currency. `unreached`: neither an email nor an SMS would leave for them."""

    on: date
    at: datetime
    documents: int
    links: int
    emails: int
    texts: int
    unreached: int
    total: int


class RunsForecastView(View, frozen=True, kw_only=True):
    """The runs of the next 30 days, and what their SMS would cost at most, in minor units. `complete` false: more is due
    than was looked at."""

    items: list[RunForecastView]
    documents: int
    links: int
    emails: int
    texts: int
    sms_credits: int
    sms_cost: int
    currency: str
    complete: bool


class AutomaticGiven(Edits):
    """What is left out stays as it is."""

    automatic: bool = Field(default=False, description="Whether what is due is invoiced, or asked for, by itself.")
    mode: Literal["", "draft", "send_invoice", "send_payment_link"] = ""
    cycle: Literal["", "daily", "weekly", "monthly"] = ""
    channel: Literal["email", "sms", "both"] = "email"
    at: TimeOfDay = Field(default="08:00", description="The local time at which a run begins.")
    weekday: int = Field(default=0, ge=0, le=6, description="Of a weekly run; 0 is Monday.")
    day: int = Field(default=1, ge=1, le=28, description="Of the month, of a monthly run.")
    issuer_id: Id | None = Field(default=None, description="Issues what no practitioner has an issuer preset for.")
    notice_gap_days: int = Field(
        default=7, ge=0, le=365, description="So long an unpaid link of the same total is not sent again."
    )
    send_at: TimeOfDay = Field(
        default="09:00", description="The local time at which reminders leave that count in days or months."
    )
    confirming_sends: bool = Field(
        default=True, description="Whether a run's draft that staff confirm goes to its payer by itself."
    )


def _shown(settings: Settings) -> AutomaticView:
    return view(AutomaticView, settings.billing, version=settings.version)


def _edited(call: Call, given: AutomaticGiven) -> Settings:
    """Invalid with everything that is wrong with them."""
    before = call.app.store.get(SETTINGS) or Settings()
    changes: dict[str, Any] = given.model_dump(mode="python", exclude_unset=True)
    billing = before.billing.with_(**changes)
    check_billing(billing, before.sms)
    if billing.issuer_id is not None:
        issuer = call.app.store.get(issuer_ref(billing.issuer_id))
        if issuer is None or not issuer.active:
            raise invalid("issuer_id", "there is no such issuer that invoices", "use an id as listed, or null")
    return before.with_(billing=billing)


@routes("GET", "/v1/settings/billing", BILLING_SETTINGS, answers=AutomaticView)
def read_automatic_invoicing(call: Call, _: Nothing) -> AutomaticView:
    """`version` is that of all settings."""
    return _shown(call.app.store.get(SETTINGS) or Settings())


@routes(
    "PATCH",
    "/v1/settings/billing",
    BILLING_SETTINGS,
    takes=AutomaticGiven,
    answers=AutomaticView,
    version="required",
)
def change_automatic_invoicing(call: Call, given: AutomaticGiven) -> AutomaticView:
    """Changes what is given. Turned on, it is for all payers, from the next day, week or month that begins."""
    version = call.required_version
    return _shown(call.app.change_settings(_edited(call, given), version))


@routes("POST", "/v1/settings/billing/forecast", BILLING_SETTINGS, takes=AutomaticGiven, answers=RunsForecastView)
def forecast_automatic_invoicing(call: Call, given: AutomaticGiven) -> RunsForecastView:
    """What these settings would make and send by themselves; saves nothing."""
    settings = _edited(call, given)
    found = call.app.forecast_runs(settings.billing)
    credits = found.texts * _credits_each(call, settings.billing) if found.texts else 0
    return _forecast(found, credits, settings.sms.price, call.app.clinic.currency)


def _credits_each(call: Call, billing: BillingSettings) -> int:
    """At most, in the wording that Créneau ships."""
    kind = Kind.PAYMENT_LINK if billing.mode == "send_payment_link" else Kind.INVOICE
    language = call.app.clinic.language
    body = shipped(kind, Channel.SMS, language).body
    return call.app.estimate_credits(kind, language, body).most.segments.count


def _forecast(found: RunsForecast, credits: int, price: int, currency: str) -> RunsForecastView:
    return RunsForecastView(
        items=[view(RunForecastView, run) for run in found.runs],
        documents=sum(run.documents for run in found.runs),
        links=sum(run.links for run in found.runs),
        emails=sum(run.emails for run in found.runs),
        texts=found.texts,
        sms_credits=credits,
        sms_cost=credits * price,
        currency=currency,
        complete=found.complete,
    )
