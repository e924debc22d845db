"""A payer as their reminders go: whether they get any, until when not, and when the last one left (D-03, D-07, D-08)."""

from datetime import date

from pydantic import Field

from api.staff.given import Given, Nothing
from api.staff.routing import BOOKS, OFFICE, Call, Routes
from api.staff.shown import View
from creneau.billing.payer_record import PayerRecord

routes = Routes()


class PayerRecordView(View, frozen=True, kw_only=True):
    """`paused_because`: `pays_on`, `already_paid` or `not_mine` as the payer said, `staff`, or empty."""

    payer_key: str
    receives_reminders: bool
    paused_until: date | None
    paused_because: str
    last_reminded_on: date | None


class PayerRecordGiven(Given):
    receives_reminders: bool = Field(description="Off: no payment reminders; invoices themselves still go.")
    paused_until: date | None = Field(default=None, description="The last local day without reminders; null: none.")


def _shown(record: PayerRecord) -> PayerRecordView:
    return PayerRecordView(
        payer_key=record.id,
        receives_reminders=record.receives_reminders,
        paused_until=record.paused_until,
        paused_because=record.paused_because,
        last_reminded_on=record.last_reminded_on,
    )


@routes("GET", "/v1/payers/{payer_key}", BOOKS, answers=PayerRecordView)
def read_payer(call: Call, _: Nothing) -> PayerRecordView:
    return _shown(call.app.edit_payer.read(call.id("payer_key")))


@routes("PUT", "/v1/payers/{payer_key}", OFFICE, takes=PayerRecordGiven, answers=PayerRecordView)
def change_payer(call: Call, given: PayerRecordGiven) -> PayerRecordView:
    """Reminders that are planned for days on which none may leave move behind them."""
    return _shown(call.app.edit_payer(call.id("payer_key"), given.receives_reminders, given.paused_until))
