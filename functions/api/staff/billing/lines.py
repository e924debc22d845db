"""An invoice's lines as they are sent and shown."""

from datetime import date
from typing import Annotated

import msgspec
from pydantic import Field

from api.staff.given import Given, Id, Line, Name
from api.staff.shown import View
from creneau.billing.line import Line as InvoiceLine


class InvoiceLineView(View, frozen=True, kw_only=True):
    """`price` in minor units, null: it must be given before the invoice is final. `quantity` in hundredths."""

    text: str
    price: int | None
    quantity: int
    amount: int
    on: date | None
    billable_id: str | None
    patient_id: str | None
    patient_name: str
    practitioner_id: str | None
    service_id: str | None
    vat_rate: int | None
    vat_note: str
    taxable: bool


class LineGiven(Given):
    text: Name
    price: int | None = Field(default=None, description="In minor units; null: still to be given.")
    quantity: int = Field(default=100, ge=1, le=1_000_000, description="In hundredths.")
    on: date | None = None
    billable_id: Id | None = None
    patient_id: Id | None = None
    patient_name: Line = ""
    practitioner_id: Id | None = None
    service_id: Id | None = None
    vat_rate: Annotated[int, Field(ge=0, le=5000)] | None = None
    vat_note: Line = ""
    taxable: bool = False


def given_lines(given: tuple[LineGiven, ...]) -> tuple[InvoiceLine, ...]:
    return tuple(msgspec.convert(line.model_dump(mode="json"), InvoiceLine) for line in given)
