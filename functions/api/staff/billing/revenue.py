"""What was invoiced and came in over a period: by month, and as files for accountants."""

from api.staff.billing.period import Period
from api.staff.routing import BILLING_SETTINGS, Call, Routes
from api.staff.shown import Listed, View, view
from creneau.billing.account import revenue
from creneau.billing.all_of import all_of
from creneau.billing.billable import Billable, billable_ref
from creneau.billing.invoice import Invoice, documents_issued, invoice_ref
from creneau.billing.journal import documents_csv, payments_csv
from creneau.billing.payment import Payment, payments_between

routes = Routes()
MOST = 20_000
SHORTER = "ask for a shorter period"


class MonthView(View, frozen=True, kw_only=True):
    """In minor units: `invoiced` less credit notes, `paid_in` what came in; `practitioner_id` null: lines that name none."""

    month: str
    practitioner_id: str | None
    currency: str
    invoiced: int
    paid_in: int


class FileView(View, frozen=True, kw_only=True):
    """A file to save: UTF-8 with CRLF line ends (RFC 4180)."""

    filename: str
    content: str


@routes("GET", "/v1/revenue", BILLING_SETTINGS, takes=Period, answers=Listed[MonthView])
def read_revenue(call: Call, given: Period) -> Listed[MonthView]:
    """By month, practitioner and currency."""
    found = revenue(_documents(call, given), _payments(call, given))
    return Listed(items=[view(MonthView, r) for r in found])


@routes("GET", "/v1/exports/documents", BILLING_SETTINGS, takes=Period, answers=FileView)
def export_documents(call: Call, given: Period) -> FileView:
    """Final invoices and credit notes as CSV, the oldest first, those of a day in the order of their numbers."""
    content = documents_csv(_documents(call, given))
    return FileView(filename=f"documents-{given.first}-{given.last}.csv", content=content)


@routes("GET", "/v1/exports/payments", BILLING_SETTINGS, takes=Period, answers=FileView)
def export_payments(call: Call, given: Period) -> FileView:
    content = payments_csv(reversed(_payments(call, given)))
    return FileView(filename=f"payments-{given.first}-{given.last}.csv", content=content)


def _documents(call: Call, period: Period) -> list[Invoice]:
    return all_of(call.app.store, documents_issued(period.first, period.last), MOST, "documents", SHORTER)


def _payments(call: Call, period: Period) -> list[tuple[Payment, Invoice | Billable]]:
    found = all_of(call.app.store, payments_between(period.first, period.last), MOST, "payments", SHORTER)
    invoiced = list(dict.fromkeys(p.invoice_id for p in found if p.invoice_id))
    due = list(dict.fromkeys(p.billable_id for p in found if p.billable_id and not p.invoice_id))
    store = call.app.store
    read: list[Invoice | Billable | None] = [
        *store.get_many([invoice_ref(id) for id in invoiced]),
        *store.get_many([billable_ref(id) for id in due]),
    ]
    paid = {of.id: of for of in read if of is not None}
    return [(p, paid[of]) for p in found if (of := p.invoice_id or p.billable_id or "") in paid]
