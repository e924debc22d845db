"""What payers set out to pay online, and what came of it (C-05)."""

from datetime import date, datetime

from api.staff.given import Paged
from api.staff.routing import OFFICE, Call, Routes
from api.staff.shown import Listed, View, view
from creneau.billing.online.checkout import Checkout, CheckoutState, checkouts_of_payer
from creneau.billing.owed import OwedKind

routes = Routes()


class CheckoutItemView(View, frozen=True, kw_only=True):
    """`id` is the invoice's or the due's; `amount`, in minor units, what was owed of it then."""

    kind: OwedKind
    id: str
    amount: int


class CheckoutView(View, frozen=True, kw_only=True):
    """Amounts in minor units. `received` is what came in, `excess` the part of it that nothing was owed for any more,
    `refunded` what went back; `payment_intent` names it at Stripe."""

    id: str
    state: CheckoutState
    currency: str
    total: int
    items: tuple[CheckoutItemView, ...]
    created_at: datetime
    expires_at: datetime
    paid_on: date | None
    received: int
    excess: int
    refunded: int
    disputed: bool
    payment_intent: str | None


@routes("GET", "/v1/payers/{payer_key}/checkouts", OFFICE, takes=Paged, answers=Listed[CheckoutView])
def list_checkouts(call: Call, given: Paged) -> Listed[CheckoutView]:
    """The newest first; `payer_key` as on their invoices."""
    page = call.app.store.page(checkouts_of_payer(call.id("payer_key")), given.limit, given.cursor)
    return Listed(items=[_shown(c) for c in page.items], next_cursor=page.cursor)


def _shown(checkout: Checkout) -> CheckoutView:
    return view(CheckoutView, checkout, items=tuple(view(CheckoutItemView, item) for item in checkout.items))
