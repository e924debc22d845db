"""Templates of payment reminders: what one would send before it is saved, and existing invoices taken along (D-02)."""

from datetime import date
from typing import Annotated

from pydantic import Field

from api.staff.given import Given, Nothing, TemplateId
from api.staff.routing import BILLING_SETTINGS, Call, Routes
from api.staff.shown import View, view
from api.staff.template_forms import DelayGiven
from creneau.messaging.delay import Delay, Unit
from creneau.messaging.payments.forecast import Forecast, ForecastDay

routes = Routes()


class ForecastDayView(View, frozen=True, kw_only=True):
    on: date
    emails: int
    invoices: int


class ForecastView(View, frozen=True, kw_only=True):
    """Emails of reminders today and in the next thirty days if nothing is paid; `more` than the templates send as they
    stand. Emails take no SMS credits."""

    days: list[ForecastDayView]
    today: int
    in_all: int
    more: int


class ForecastAsked(Given):
    """A template as it would be saved: one of those listed, or, without `template_id`, a new one."""

    template_id: TemplateId | None = None
    delays: Annotated[tuple[DelayGiven, ...], Field(min_length=1, max_length=10)]
    active: bool = True


class TakenAlong(Given):
    """`emails`: the preview's `in_all`, so that nothing else is sent than what was seen."""

    emails: int = Field(ge=0, le=1_000_000)


def _day(day: ForecastDay) -> ForecastDayView:
    return view(ForecastDayView, day)


def _forecast(found: Forecast) -> ForecastView:
    return view(ForecastView, found, days=[_day(d) for d in found.days])


@routes("POST", "/v1/payment-reminders/forecast", BILLING_SETTINGS, takes=ForecastAsked, answers=ForecastView)
def forecast_payment_reminders(call: Call, given: ForecastAsked) -> ForecastView:
    """What a template would send today and in the next thirty days; writes nothing."""
    delays = tuple(Delay(number=d.number, unit=Unit(d.unit)) for d in given.delays)
    return _forecast(call.app.forecast_reminders.of_template(given.template_id, delays, active=given.active))


@routes(
    "POST",
    "/v1/templates/{template_id}/existing-invoices/preview",
    BILLING_SETTINGS,
    takes=Nothing,
    answers=ForecastView,
)
def preview_existing_invoices(call: Call, _: Nothing) -> ForecastView:
    """What the template would send if it acted on invoices issued before it was turned on, too; writes nothing."""
    return _forecast(call.app.take_along.preview(call.id("template_id")))


@routes(
    "POST", "/v1/templates/{template_id}/existing-invoices", BILLING_SETTINGS, takes=TakenAlong, answers=ForecastView
)
def take_existing_invoices_along(call: Call, given: TakenAlong) -> ForecastView:
    """From now on it acts on them; what is overdue by its last delay is reminded of once, at the next hour set."""
    return _forecast(call.app.take_along(call.id("template_id"), given.emails))
