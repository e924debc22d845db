"""What was paid of an invoice, and in which instalments it is to be."""

from datetime import date, datetime
from typing import Literal

import msgspec
from pydantic import Field

from api.staff.billing.invoice_view import InvoiceView, shown
from api.staff.billing.invoices import mine
from api.staff.given import Currency, Given, Line, Nothing
from api.staff.routing import BOOKS, Call, Routes
from api.staff.shown import Listed, View, view
from creneau.billing.invoice import Instalment
from creneau.billing.payment import Method, Paid, Payment, payment_ref, payments_of_invoice
from creneau.shared.errors import NotFound
from creneau.shared.store import everything, require

routes = Routes()


class PaymentView(View, frozen=True, kw_only=True):
    """`due_id`: it was made on that payment due; `invoice_id` null: no invoice was made of that yet."""

    id: str
    invoice_id: str | None
    due_id: str | None
    amount: int
    currency: str
    method: Method
    paid_on: date
    reference: str
    recorded_at: datetime
    recorded_by: str
    cancelled_at: datetime | None
    version: int


class PaymentGiven(Given):
    amount: int = Field(ge=1, description="In minor units.")
    currency: Currency
    method: Literal["cash", "card", "cheque", "transfer", "direct_debit", "online"]
    paid_on: date
    reference: Line = ""


class InstalmentGiven(Given):
    on: date
    amount: int = Field(ge=1, description="In minor units.")
    preauthorised: bool = False


class InstalmentsGiven(Given):
    items: tuple[InstalmentGiven, ...] = Field(max_length=60)


def paid(given: PaymentGiven) -> Paid:
    return msgspec.convert(given.model_dump(mode="json"), Paid)


def payment_shown(payment: Payment) -> PaymentView:
    return view(PaymentView, payment, due_id=payment.billable_id)


@routes("POST", "/v1/invoices/{invoice_id}/payments", BOOKS, takes=PaymentGiven, answers=PaymentView, creates=True)
def record_payment(call: Call, given: PaymentGiven) -> PaymentView:
    """In part or in full, never more than is owed."""
    invoice = mine(call)
    return payment_shown(call.app.record_payment(call.new_id("pay"), invoice.id, paid(given), call.actor))


@routes("GET", "/v1/invoices/{invoice_id}/payments", BOOKS, answers=Listed[PaymentView])
def list_payments(call: Call, _: Nothing) -> Listed[PaymentView]:
    found: list[Payment] = everything(call.app.store, payments_of_invoice(mine(call).id))
    return Listed(items=[payment_shown(p) for p in found])


@routes("POST", "/v1/invoices/{invoice_id}/payments/{payment_id}/cancel", BOOKS, answers=PaymentView)
def cancel_payment(call: Call, _: Nothing) -> PaymentView:
    """One that was entered by mistake. Harmless to repeat."""
    invoice, payment_id = mine(call), call.id("payment_id")
    if require(call.app.store, payment_ref(payment_id)).invoice_id != invoice.id:
        raise NotFound("the invoice has no such payment", code="not_found", remedy="use a payment as listed")
    return payment_shown(call.app.cancel_payment(payment_id))


@routes(
    "PUT",
    "/v1/invoices/{invoice_id}/instalments",
    BOOKS,
    takes=InstalmentsGiven,
    answers=InvoiceView,
    version="optional",
)
def set_instalments(call: Call, given: InstalmentsGiven) -> InvoiceView:
    """A plan that adds up to the total, or none."""
    plan = tuple(msgspec.convert(i.model_dump(mode="json"), Instalment) for i in given.items)
    return shown(call, call.app.set_instalments(mine(call).id, plan, call.expected_version))
