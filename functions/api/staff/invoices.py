"""Invoices step by step: what would be invoiced, drafts, final, paid, credited (B-01 to B-06)."""

from collections.abc import Sequence
from datetime import date, datetime
from types import NoneType
from typing import Annotated, Literal

import msgspec
from pydantic import Field, model_validator

from api.staff.catalogue import AddressGiven
from api.staff.faults import DIGEST
from api.staff.given import Currency, Edits, Email, Given, Id, Line, Name, Nothing, Paged, Text
from api.staff.issuers import TermGiven
from api.staff.routing import BOOKS, Call, Routes
from api.staff.shown import Listed, View, view
from creneau.agenda.catalogue import patient_ref
from creneau.billing.asked import MOST_CONSULTATIONS, Asked
from creneau.billing.consultations import SeenMoreOften
from creneau.billing.documents.reference import reference_of
from creneau.billing.invoice import (
    DocumentKind,
    Instalment,
    Invoice,
    InvoiceState,
    Standing,
    invoice_ref,
    invoices_by_state,
    invoices_of_payer,
    invoices_owed,
)
from creneau.billing.issuer import Term, issuer_ref
from creneau.billing.line import Line as InvoiceLine
from creneau.billing.line import Totals, totals_of
from creneau.billing.payer import Payer, payer_of_patient
from creneau.billing.payment import Method, Payment, payment_ref, payments_of_invoice
from creneau.billing.recap import LeftOut, Planned, Recap
from creneau.messaging.message import Message, MessageState
from creneau.shared.derived_id import derived_id
from creneau.shared.errors import NotFound
from creneau.shared.store import Page, everything, require
from creneau.shared.time import local_date

routes = Routes()


class LineView(View, frozen=True, kw_only=True):
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


class PlannedView(View, frozen=True, kw_only=True):
    """`asks`: the places of lines without a price. `consultation_ids` of those not made yet are theirs once they are."""

    payer: Payer
    lines: list[LineView]
    totals: Totals
    asks: tuple[int, ...]
    consultation_ids: list[str]


class RecapView(View, frozen=True, kw_only=True):
    """What would be made; `digest` confirms it. `seen_more_often`: days with more visits than consultations."""

    digest: str
    issuer_id: str
    invoices: list[PlannedView]
    left_out: tuple[LeftOut, ...]
    seen_more_often: tuple[SeenMoreOften, ...]


class SendingView(View, frozen=True, kw_only=True):
    """One email of it; `sent_at` null: it has not left. `state` says what became of it, `GET /v1/messages/{id}` why."""

    message_id: str
    state: MessageState
    to: str
    created_at: datetime
    sent_at: datetime | None


class NotSentView(View, frozen=True, kw_only=True):
    invoice_id: str
    code: str
    problem: str
    remedy: str


class InvoiceView(View, frozen=True, kw_only=True):
    """Amounts in minor units of `currency`; `number` and what follows from finalising are null in a draft.

    `totals` of a draft are what they would be today. `standing` is how it stands: draft, open, partly paid, paid, overdue,
    credited. `reference` is what the payer's bank carries back (QRR or SCOR), null: there is nothing to transfer.
    `sendings` are its emails, the first one first.
    """

    id: str
    kind: DocumentKind
    state: InvoiceState
    standing: Standing
    number: str | None
    reference: str | None
    issued_on: date | None
    due_on: date | None
    issuer_id: str
    template_id: str | None
    payer: Payer
    currency: str
    language: str
    term: Term
    lines: list[LineView]
    totals: Totals
    note: str
    corrects: str | None
    paid: int
    credited: int
    balance: int
    instalments: tuple[Instalment, ...]
    sendings: list[SendingView]
    last_reminded_on: date | None
    created_at: datetime
    finalised_at: datetime | None
    digest: str
    batch_id: str | None
    version: int


class SentView(View, frozen=True, kw_only=True):
    """`items` are on their way, or were already."""

    items: list[InvoiceView]
    not_sent: list[NotSentView]


class NotFinalView(View, frozen=True, kw_only=True):
    invoice_id: str
    code: str
    problem: str
    remedy: str
    faults: tuple[tuple[str, str], ...]


class MadeView(View, frozen=True, kw_only=True):
    """The drafts that were made, in the recap's order; `not_final` of those that should be final at once, and why."""

    invoice_ids: list[str]
    left_out: tuple[LeftOut, ...]
    not_final: list[NotFinalView]


class FinalisedView(View, frozen=True, kw_only=True):
    items: list[InvoiceView]
    not_final: list[NotFinalView]


class PaymentView(View, frozen=True, kw_only=True):
    id: str
    invoice_id: str
    amount: int
    currency: str
    method: Method
    paid_on: date
    reference: str
    recorded_at: datetime
    recorded_by: str
    cancelled_at: datetime | None
    version: int


class PayerGiven(Given):
    """Somebody typed in. `business`: a legal person, whose register numbers go into `ids` (siret, vat)."""

    name: Name
    address: AddressGiven | None = None
    email: Email | None = None
    language: Literal["fr", "de", "it", "en"] | None = None
    business: bool = False
    ids: dict[str, Line] = {}


class RecapAsked(Given):
    """Either a patient's visits, or consultations. `also`: appointments of a day that has its consultation already."""

    patient_id: Id | None = None
    also: tuple[Id, ...] = Field(default=(), max_length=50)
    consultation_ids: tuple[Id, ...] = Field(default=(), max_length=MOST_CONSULTATIONS)
    grouping: Literal["per_consultation", "per_payer", "one_for_all"] = "per_consultation"
    issuer_id: Id | None = Field(default=None, description="Left out: the one preset for the practitioner.")
    template_id: Id | None = None
    payer: PayerGiven | None = Field(default=None, description="Who pays in place of each patient.")
    payer_patient_id: Id | None = Field(default=None, description="Another patient who pays.")
    contact_id: Id | None = Field(default=None, description="The patient's contact who pays.")
    term: TermGiven | None = Field(default=None, description="Left out: the issuer's.")
    language: Literal["fr", "de", "it", "en"] | None = None
    note: Text = ""
    finalise: bool = False

    @model_validator(mode="after")
    def _one_payer(self) -> "RecapAsked":
        if sum(p is not None for p in (self.payer, self.payer_patient_id, self.contact_id)) > 1:
            raise ValueError("several payers; name one of payer, payer_patient_id and contact_id")
        if self.grouping == "one_for_all" and self.payer is None and self.payer_patient_id is None:
            raise ValueError("one invoice for all needs its recipient; give payer or payer_patient_id")
        return self


class DraftsAsked(RecapAsked):
    digest: Annotated[str, Field(pattern=DIGEST)]


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


class DraftEdits(Edits):
    """What is left out stays; lines are given as a whole."""

    lines: tuple[LineGiven, ...] | None = None
    payer: PayerGiven | None = None
    term: TermGiven | None = None
    note: Text | None = None
    template_id: Id | None = None


class ManyGiven(Given):
    invoice_ids: tuple[Id, ...] = Field(min_length=1, max_length=100)


class SendGiven(Given):
    """`again`: the payer shall get it although they got it before. `signature_id` left out: the one for invoices."""

    again: bool = False
    signature_id: Id | None = None


class SendManyGiven(SendGiven):
    invoice_ids: tuple[Id, ...] = Field(min_length=1, max_length=100)


class CreditGiven(Given):
    """`lines` left out: the whole invoice."""

    lines: tuple[LineGiven, ...] | None = None
    note: Text = ""


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


class InvoicesAsked(Paged):
    """By state, the newest first; `owed` are final ones with a balance, `overdue` those of them past due, by due date."""

    state: Literal["draft", "assembling", "finalised", "owed", "overdue"] = "finalised"


def _asked(call: Call, given: RecapAsked) -> Asked:
    other = given.payer_patient_id
    payer = payer_of_patient(require(call.app.store, patient_ref(other))) if other else None
    plain = given.model_dump(mode="json", exclude={"payer", "payer_patient_id", "digest"})
    asked = msgspec.convert(plain, Asked)
    return asked.with_(payer=payer or (_payer(given.payer) if given.payer else None))


def _payer(given: PayerGiven) -> Payer:
    """The same name and address are the same payer."""
    plain = given.model_dump(mode="json")
    where = "\x1f".join(str(plain["address"]).casefold().split())
    return msgspec.convert({"kind": "free", "key": derived_id("free", given.name.casefold(), where), **plain}, Payer)


def _lines(given: tuple[LineGiven, ...]) -> tuple[InvoiceLine, ...]:
    return tuple(msgspec.convert(line.model_dump(mode="json"), InvoiceLine) for line in given)


def _planned(planned: Planned) -> PlannedView:
    lines = [view(LineView, line) for line in planned.lines]
    return view(PlannedView, planned, lines=lines, consultation_ids=[b.id for b in planned.billables])


def _recap(recap: Recap) -> RecapView:
    return view(RecapView, recap, invoices=[_planned(p) for p in recap.invoices])


def shown(call: Call, invoice: Invoice) -> InvoiceView:
    return shown_all(call, [invoice])[0]


def shown_all(call: Call, invoices: Sequence[Invoice]) -> list[InvoiceView]:
    sendings = call.app.send_invoice.sendings([(i.id, i.sendings) for i in invoices])
    return [_shown(call, i, sendings[i.id]) for i in invoices]


def _shown(call: Call, invoice: Invoice, sendings: Sequence[Message]) -> InvoiceView:
    frozen = invoice.frozen
    return view(
        InvoiceView,
        invoice,
        standing=invoice.standing(local_date(call.app.clock(), call.app.clinic.zone)),
        number=frozen.number if frozen else None,
        reference=reference_of(invoice) or None,
        issued_on=frozen.issued_on if frozen else None,
        lines=[view(LineView, line) for line in invoice.lines],
        totals=frozen.totals if frozen else _totals_today(call, invoice),
        sendings=[view(SendingView, m, message_id=m.id, to=m.address) for m in sendings],
    )


def _totals_today(call: Call, draft: Invoice) -> Totals:
    return totals_of(draft.lines, require(call.app.store, issuer_ref(draft.issuer_id)))


def listed(call: Call, page: Page[Invoice]) -> Listed[InvoiceView]:
    return Listed(items=shown_all(call, page.items), next_cursor=page.cursor)


def mine(call: Call) -> Invoice:
    """The invoice of the address, if the caller may act on it."""
    invoice = require(call.app.store, invoice_ref(call.id("invoice_id")))
    for practitioner_id in invoice.practitioner_ids or (None,):
        call.actor.require_books_of(practitioner_id)
    return invoice


@routes("POST", "/v1/invoices/recap", BOOKS, takes=RecapAsked, answers=RecapView)
def recap_invoices(call: Call, given: RecapAsked) -> RecapView:
    """What would be invoiced, and what not and why; writes nothing."""
    return _recap(call.app.plan_invoices(_asked(call, given), call.actor))


@routes("POST", "/v1/invoices", BOOKS, takes=DraftsAsked, answers=MadeView, status=201)
def make_invoices(call: Call, given: DraftsAsked) -> MadeView:
    """Makes what a recap said, as drafts or, with `finalise`, final. The digest makes repeating it harmless."""
    batch = derived_id("bat", call.actor.id, given.digest, call.idempotency_key or "")
    made = call.app.make_drafts(batch, _asked(call, given), given.digest, call.actor)
    final = call.app.finalise.all(made.invoice_ids) if given.finalise else None
    not_final = [view(NotFinalView, n) for n in final.not_final] if final else []
    return MadeView(invoice_ids=list(made.invoice_ids), left_out=made.left_out, not_final=not_final)


@routes("GET", "/v1/invoices", BOOKS, takes=InvoicesAsked, answers=Listed[InvoiceView])
def list_invoices(call: Call, given: InvoicesAsked) -> Listed[InvoiceView]:
    today = local_date(call.app.clock(), call.app.clinic.zone)
    owed = {"owed": invoices_owed(), "overdue": invoices_owed(due_before=today)}
    of = owed[given.state] if given.state in owed else invoices_by_state(InvoiceState(given.state))
    return listed(call, call.app.store.page(of, given.limit, given.cursor))


@routes("GET", "/v1/payers/{payer_key}/invoices", BOOKS, takes=Paged, answers=Listed[InvoiceView])
def list_invoices_of_payer(call: Call, given: Paged) -> Listed[InvoiceView]:
    """`payer_key` as on their invoices."""
    return listed(call, call.app.store.page(invoices_of_payer(call.id("payer_key")), given.limit, given.cursor))


@routes("GET", "/v1/invoices/{invoice_id}", BOOKS, answers=InvoiceView)
def read_invoice(call: Call, _: Nothing) -> InvoiceView:
    return shown(call, mine(call))


@routes("PATCH", "/v1/invoices/{invoice_id}", BOOKS, takes=DraftEdits, answers=InvoiceView, version="required")
def change_draft(call: Call, given: DraftEdits) -> InvoiceView:
    """A draft only; a final one is corrected by a credit note. A line taken out gives its consultation back."""
    mine(call)
    words = given.model_dump(mode="json", exclude_unset=True, include={"note", "template_id"})
    changed = call.app.edit_draft(
        call.id("invoice_id"),
        call.required_version,
        lines=None if given.lines is None else _lines(given.lines),
        payer=_payer(given.payer) if given.payer else None,
        term=msgspec.convert(given.term.model_dump(mode="json"), Term) if given.term else None,
        **words,
    )
    return shown(call, changed)


@routes("DELETE", "/v1/invoices/{invoice_id}", BOOKS, answers=NoneType)
def delete_draft(call: Call, _: Nothing) -> None:
    """A draft only; frees what it took."""
    call.app.delete_draft(mine(call).id)


@routes("POST", "/v1/invoices/{invoice_id}/finalise", BOOKS, answers=InvoiceView, version="optional")
def finalise_invoice(call: Call, _: Nothing) -> InvoiceView:
    """Gives it the next number and freezes it. Harmless to repeat."""
    return shown(call, call.app.finalise(mine(call).id, call.expected_version))


@routes("POST", "/v1/invoices/finalise", BOOKS, takes=ManyGiven, answers=FinalisedView)
def finalise_invoices(call: Call, given: ManyGiven) -> FinalisedView:
    """Drafts one by one in the order given; those that could not be made final say why."""
    _all_mine(call, given.invoice_ids)
    done = call.app.finalise.all(given.invoice_ids)
    return FinalisedView(
        items=shown_all(call, done.invoices), not_final=[view(NotFinalView, n) for n in done.not_final]
    )


def _all_mine(call: Call, invoice_ids: Sequence[str]) -> None:
    for invoice in call.app.store.get_many([invoice_ref(id) for id in dict.fromkeys(invoice_ids)]):
        for practitioner_id in (invoice.practitioner_ids or (None,)) if invoice else ():
            call.actor.require_books_of(practitioner_id)


@routes("POST", "/v1/invoices/{invoice_id}/send", BOOKS, takes=SendGiven, answers=InvoiceView)
def send_invoice(call: Call, given: SendGiven) -> InvoiceView:
    """By email to its payer, with its PDF. 409 `already_sent` says when it was sent before, unless `again`."""
    call.app.send_invoice(mine(call).id, call.actor, given.again, given.signature_id)
    return shown(call, mine(call))


@routes("POST", "/v1/invoices/send", BOOKS, takes=SendManyGiven, answers=SentView)
def send_invoices(call: Call, given: SendManyGiven) -> SentView:
    """One by one in the order given; those that could not be sent say why."""
    _all_mine(call, given.invoice_ids)
    sent = call.app.send_invoice.many(given.invoice_ids, call.actor, given.again, given.signature_id)
    found = call.app.store.get_many([invoice_ref(m.invoice_id or "") for m in sent.messages])
    items = shown_all(call, [i for i in found if i is not None])
    return SentView(items=items, not_sent=[view(NotSentView, n) for n in sent.not_sent])


@routes("POST", "/v1/invoices/{invoice_id}/credit-notes", BOOKS, takes=CreditGiven, answers=InvoiceView, creates=True)
def draft_credit_note(call: Call, given: CreditGiven) -> InvoiceView:
    """A draft, finalised as every draft; nothing is credited before."""
    invoice = mine(call)
    lines = None if given.lines is None else _lines(given.lines)
    return shown(call, call.app.draft_credit(call.new_id("inv"), invoice.id, lines, given.note, call.actor))


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


@routes("POST", "/v1/invoices/{invoice_id}/payments", BOOKS, takes=PaymentGiven, answers=PaymentView, creates=True)
def record_payment(call: Call, given: PaymentGiven) -> PaymentView:
    """In part or in full, never more than is owed."""
    invoice = mine(call)
    paid = call.app.record_payment(
        call.new_id("pay"),
        invoice.id,
        given.amount,
        given.currency,
        Method(given.method),
        given.paid_on,
        call.actor,
        given.reference,
    )
    return view(PaymentView, paid)


@routes("GET", "/v1/invoices/{invoice_id}/payments", BOOKS, answers=Listed[PaymentView])
def list_payments(call: Call, _: Nothing) -> Listed[PaymentView]:
    found: list[Payment] = everything(call.app.store, payments_of_invoice(mine(call).id))
    return Listed(items=[view(PaymentView, p) for p in found])


@routes("POST", "/v1/invoices/{invoice_id}/payments/{payment_id}/cancel", BOOKS, answers=PaymentView)
def cancel_payment(call: Call, _: Nothing) -> PaymentView:
    """One that was entered by mistake. Harmless to repeat."""
    invoice, payment_id = mine(call), call.id("payment_id")
    if require(call.app.store, payment_ref(payment_id)).invoice_id != invoice.id:
        raise NotFound("the invoice has no such payment", code="not_found", remedy="use a payment as listed")
    return view(PaymentView, call.app.cancel_payment(payment_id))
