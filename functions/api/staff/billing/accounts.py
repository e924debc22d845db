"""What a payer owes, paid and was credited, by currency."""

from api.staff.billing.invoices import is_mine
from api.staff.given import Nothing
from api.staff.routing import BOOKS, Call, Routes
from api.staff.shown import Listed, View, view
from creneau.agenda.catalogue import patient_ref
from creneau.billing.account import accounts
from creneau.billing.all_of import all_of
from creneau.billing.invoice import invoices_of_payer
from creneau.billing.payer import payer_of_patient
from creneau.shared.store import require
from creneau.shared.time import local_date

routes = Routes()
MOST = 20_000


class BalanceView(View, frozen=True, kw_only=True):
    """Sums in minor units of one currency; `overdue` is the part of `owed` that is past due, `drafts` counts drafts."""

    currency: str
    invoiced: int
    paid: int
    credited: int
    owed: int
    overdue: int
    drafts: int


@routes("GET", "/v1/payers/{payer_key}/account", BOOKS, answers=Listed[BalanceView])
def read_account(call: Call, _: Nothing) -> Listed[BalanceView]:
    """What somebody owes, paid and was credited, one entry a currency; `payer_key` as on their invoices. To a practitioner:
    of their own invoices."""
    return _account(call, call.id("payer_key"))


@routes("GET", "/v1/patients/{patient_id}/account", BOOKS, answers=Listed[BalanceView])
def read_account_of_patient(call: Call, _: Nothing) -> Listed[BalanceView]:
    """Of what the patient pays themselves, one entry a currency. To a practitioner: of their own invoices."""
    return _account(call, payer_of_patient(require(call.app.store, patient_ref(call.id("patient_id")))).key)


def _account(call: Call, payer_key: str) -> Listed[BalanceView]:
    remedy = "see them page by page, as the payer's invoices"
    documents = all_of(call.app.store, invoices_of_payer(payer_key), MOST, "invoices", remedy)
    own = [invoice for invoice in documents if is_mine(call, invoice)]
    found = accounts(own, local_date(call.app.clock(), call.app.clinic.zone))
    return Listed(items=[view(BalanceView, a) for a in found])
