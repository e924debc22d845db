"""The recap: what would be invoiced, and made into drafts once it is confirmed (B-01 to B-03, B-05)."""

from typing import Annotated, Literal

import msgspec
from pydantic import Field, model_validator

from api.staff.billing.finalise import NotFinalView
from api.staff.billing.issuers import TermGiven
from api.staff.billing.lines import InvoiceLineView
from api.staff.billing.payers import PayerGiven, given_payer
from api.staff.faults import DIGEST
from api.staff.given import Given, Id, Language, Text
from api.staff.routing import BOOKS, Call, Routes
from api.staff.shown import View, view
from creneau.agenda.catalogue import patient_ref
from creneau.billing.asked import MOST_CONSULTATIONS, Asked
from creneau.billing.consultations import SeenMoreOften
from creneau.billing.line import Totals
from creneau.billing.payer import Payer, payer_of_patient
from creneau.billing.recap import LeftOut, Planned, Recap
from creneau.shared.derived_id import derived_id
from creneau.shared.store import require

routes = Routes()


class PlannedView(View, frozen=True, kw_only=True):
    """`asks`: the places of lines without a price. `consultation_ids` of those not made yet are theirs once they are."""

    payer: Payer
    lines: list[InvoiceLineView]
    totals: Totals
    asks: tuple[int, ...]
    consultation_ids: list[str]


class RecapView(View, frozen=True, kw_only=True):
    """What would be made; `digest` confirms it. `seen_more_often`: days with more visits than consultations."""

    digest: str
    issuer_id: str
    template_id: str | None
    invoices: list[PlannedView]
    left_out: tuple[LeftOut, ...]
    seen_more_often: tuple[SeenMoreOften, ...]


class MadeView(View, frozen=True, kw_only=True):
    """The drafts that were made, in the recap's order; `not_final` of those that should be final at once, and why."""

    invoice_ids: list[str]
    left_out: tuple[LeftOut, ...]
    not_final: list[NotFinalView]


class RecapAsked(Given):
    """Either a patient's visits, or a batch: consultations, and appointments that made none yet, as `GET /v1/not-invoiced`
    lists both. `also`: appointments of a day that has its consultation already."""

    patient_id: Id | None = None
    also: tuple[Id, ...] = Field(default=(), max_length=50)
    consultation_ids: tuple[Id, ...] = Field(default=(), max_length=MOST_CONSULTATIONS)
    appointment_ids: tuple[Id, ...] = Field(default=(), max_length=MOST_CONSULTATIONS)
    grouping: Literal["per_consultation", "per_payer", "one_for_all"] = "per_consultation"
    issuer_id: Id | None = Field(default=None, description="Left out: the one preset for the practitioner.")
    template_id: Id | None = None
    payer: PayerGiven | None = Field(default=None, description="Who pays in place of each patient.")
    payer_patient_id: Id | None = Field(
        default=None, description="A patient who pays. With none of the three: who pays by each patient's record."
    )
    contact_id: Id | None = Field(default=None, description="The patient's contact who pays.")
    term: TermGiven | None = Field(default=None, description="Left out: the issuer's.")
    language: Language | None = None
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


def _asked(call: Call, given: RecapAsked) -> Asked:
    other = given.payer_patient_id
    payer = payer_of_patient(require(call.app.store, patient_ref(other))) if other else None
    plain = given.model_dump(mode="json", exclude={"payer", "payer_patient_id", "digest"})
    asked = msgspec.convert(plain, Asked)
    return asked.with_(payer=payer or (given_payer(given.payer) if given.payer else None))


def _planned(planned: Planned) -> PlannedView:
    lines = [view(InvoiceLineView, line) for line in planned.lines]
    return view(PlannedView, planned, lines=lines, consultation_ids=[b.id for b in planned.billables])


def _recap(recap: Recap) -> RecapView:
    return view(RecapView, recap, invoices=[_planned(p) for p in recap.invoices])


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
