"""Who invoices, and the words around an invoice's lines (B-10)."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from pydantic import Field, model_validator

from api.staff.faults import PREFIX
from api.staff.given import AddressGiven, Email, Given, Id, Line, Name, Nothing, Paged, Phone, Text
from api.staff.routing import BILLING_SETTINGS, STAFF, Call, Routes
from api.staff.shown import Listed, View, view
from creneau.agenda.catalogue import Address
from creneau.agenda.collections import catalogue
from creneau.billing.issuer import (
    Account,
    InvoiceTemplate,
    Issuer,
    LegalForm,
    Tax,
    TaxStatus,
    Term,
    invoice_template_ref,
    issuer_ref,
)
from creneau.shared.store import require

routes = Routes()


class IssuerView(View, frozen=True, kw_only=True):
    """`taxes` come on top of prices, each `rate` in thousandths of a percent; elsewhere prices hold their VAT."""

    id: str
    name: str
    address: Address
    practitioner_id: str | None
    profession: str
    legal_form: LegalForm
    email: str
    phone: str
    ids: dict[str, str]
    tax_status: TaxStatus
    exemption: str
    taxes: tuple[Tax, ...]
    account: Account
    prefix: str
    term: Term
    active: bool
    version: int


class InvoiceTemplateView(View, frozen=True, kw_only=True):
    id: str
    name: str
    title: str
    introduction: str
    footer: str
    terms: str
    hide: tuple[str, ...]
    version: int


class TaxGiven(Given):
    name: Name
    rate: int = Field(ge=1, le=50_000, description="In thousandths of a percent: 9975 is 9.975 %.")
    number: Line = ""


class AccountGiven(Given):
    """`qr_iban` is the Swiss account that takes QR references."""

    holder: Line = ""
    iban: Annotated[str, Field(max_length=42)] = ""
    bic: Annotated[str, Field(max_length=11)] = ""
    qr_iban: Annotated[str, Field(max_length=42)] = ""


class TermGiven(Given):
    """So many days after the invoice's date, or a date; with neither there is no due date."""

    days: Annotated[int, Field(ge=0, le=365)] | None = None
    on: date | None = None

    @model_validator(mode="after")
    def _one(self) -> "TermGiven":
        if self.days is not None and self.on is not None:
            raise ValueError("both days and a date; give one of them, the other null")
        return self


class IssuerGiven(Given):
    """`ids`: its numbers in public registers: siret, rpps, adeli, vat (France); zsr, gln, uid, vat (Switzerland); neq,
    licence (Quebec)."""

    name: Name
    address: AddressGiven
    practitioner_id: Id | None = None
    profession: Line = ""
    legal_form: Literal["sole_trader", "company", "association"] = "sole_trader"
    email: Email | Literal[""] = ""
    phone: Phone = ""
    ids: dict[str, Line] = {}
    tax_status: Literal["exempt", "not_liable", "registered"] = "exempt"
    exemption: Line = Field(default="", description="Left empty: the country's usual mention.")
    taxes: tuple[TaxGiven, ...] = Field(default=(), max_length=4)
    account: AccountGiven = AccountGiven()
    prefix: Annotated[str, Field(pattern=PREFIX)] = ""
    term: TermGiven = TermGiven(days=30)
    active: bool = True


class InvoiceTemplateGiven(Given):
    name: Name
    title: Line = ""
    introduction: Text = ""
    footer: Text = ""
    terms: Text = ""
    hide: tuple[Literal["logo", "payment_code"], ...] = ()


def _issuer(id: str, given: IssuerGiven) -> Issuer:
    return msgspec.convert({"id": id, **given.model_dump(mode="json")}, Issuer)


def _template(id: str, given: InvoiceTemplateGiven) -> InvoiceTemplate:
    return msgspec.convert({"id": id, **given.model_dump(mode="json")}, InvoiceTemplate)


@routes("GET", "/v1/issuers", STAFF, takes=Paged, answers=Listed[IssuerView])
def list_issuers(call: Call, given: Paged) -> Listed[IssuerView]:
    page = call.app.store.page(catalogue(Issuer), given.limit, given.cursor)
    return Listed(items=[view(IssuerView, i) for i in page.items], next_cursor=page.cursor)


@routes("POST", "/v1/issuers", BILLING_SETTINGS, takes=IssuerGiven, answers=IssuerView, creates=True)
def add_issuer(call: Call, given: IssuerGiven) -> IssuerView:
    return view(IssuerView, call.app.edit_issuers.add(_issuer(call.new_id("iss"), given)))


@routes("GET", "/v1/issuers/{issuer_id}", STAFF, answers=IssuerView)
def read_issuer(call: Call, _: Nothing) -> IssuerView:
    return view(IssuerView, require(call.app.store, issuer_ref(call.id("issuer_id"))))


@routes("PUT", "/v1/issuers/{issuer_id}", BILLING_SETTINGS, takes=IssuerGiven, answers=IssuerView, version="required")
def change_issuer(call: Call, given: IssuerGiven) -> IssuerView:
    """As a whole. What is final keeps the identity that it was finalised with."""
    changed = _issuer(call.id("issuer_id"), given)
    return view(IssuerView, call.app.edit_issuers.change(changed, call.required_version))


@routes("GET", "/v1/invoice-templates", STAFF, takes=Paged, answers=Listed[InvoiceTemplateView])
def list_invoice_templates(call: Call, given: Paged) -> Listed[InvoiceTemplateView]:
    page = call.app.store.page(catalogue(InvoiceTemplate), given.limit, given.cursor)
    return Listed(items=[view(InvoiceTemplateView, t) for t in page.items], next_cursor=page.cursor)


@routes(
    "POST",
    "/v1/invoice-templates",
    BILLING_SETTINGS,
    takes=InvoiceTemplateGiven,
    answers=InvoiceTemplateView,
    creates=True,
)
def add_invoice_template(call: Call, given: InvoiceTemplateGiven) -> InvoiceTemplateView:
    return view(InvoiceTemplateView, call.app.edit_invoice_templates.add(_template(call.new_id("itp"), given)))


@routes("GET", "/v1/invoice-templates/{template_id}", STAFF, answers=InvoiceTemplateView)
def read_invoice_template(call: Call, _: Nothing) -> InvoiceTemplateView:
    return view(InvoiceTemplateView, require(call.app.store, invoice_template_ref(call.id("template_id"))))


@routes(
    "PUT",
    "/v1/invoice-templates/{template_id}",
    BILLING_SETTINGS,
    takes=InvoiceTemplateGiven,
    answers=InvoiceTemplateView,
    version="required",
)
def change_invoice_template(call: Call, given: InvoiceTemplateGiven) -> InvoiceTemplateView:
    changed = _template(call.id("template_id"), given)
    return view(InvoiceTemplateView, call.app.edit_invoice_templates.change(changed, call.required_version))
