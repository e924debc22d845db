"""A payable session at Stripe: what it was made for, and what came of it (C-05)."""

from datetime import date, datetime
from enum import StrEnum

from creneau.billing.owed import OwedItem, OwedKind
from creneau.shared.model import Stored, Value
from creneau.shared.store import Collection, Ref


class CheckoutState(StrEnum):
    """`creating`: Stripe was, or is about to be, asked to make it. `paid` and `expired` are the two ends."""

    CREATING = "creating"
    OPEN = "open"
    PAID = "paid"
    EXPIRED = "expired"


class CheckoutItem(Value, frozen=True, kw_only=True):
    """One of the things that are paid by it: `amount`, in minor units, as it was owed then."""

    kind: OwedKind
    id: str
    amount: int
    text: str = ""


class Checkout(Stored, frozen=True, kw_only=True):
    """`id` is also what makes asking Stripe twice harmless. `total` and `received` in minor units of `currency`; `received`
    is what Stripe says came in, `excess` the part of it that nothing was owed for any more. `paid_on` is the local day.
    `title` is what Stripe's page says it is for, `back` the address whose `/done` and `/left` the payer comes back to: no
    secret link, as it is kept. `received_in`: the currency that came in. `refunded`, of what was received, and `disputed`
    are marks.
    """

    id: str
    payer_key: str
    currency: str
    total: int
    items: tuple[CheckoutItem, ...]
    title: str
    back: str
    language: str
    state: CheckoutState = CheckoutState.CREATING
    stripe_id: str | None = None
    url: str = ""
    expires_at: datetime
    created_at: datetime
    paid_on: date | None = None
    received: int = 0
    received_in: str = ""
    excess: int = 0
    payment_intent: str | None = None
    refunded: int = 0
    disputed: bool = False
    look_at: datetime | None = None

    @property
    def is_settled(self) -> bool:
        return self.state in (CheckoutState.PAID, CheckoutState.EXPIRED)

    @property
    def to_book(self) -> int:
        """What of it can be booked: nothing of another currency than it asked for."""
        return self.received if self.received_in == self.currency else 0

    def is_for(self, items: tuple[CheckoutItem, ...]) -> bool:
        """Whether it asks for just those amounts."""
        return [(i.kind, i.id, i.amount) for i in self.items] == [(i.kind, i.id, i.amount) for i in items]


def items_of(owed: tuple[OwedItem, ...], currency: str) -> tuple[CheckoutItem, ...]:
    """All that is owed in that currency."""
    return tuple(
        CheckoutItem(kind=item.kind, id=item.id, amount=item.amount, text=item.text)
        for item in owed
        if item.currency == currency
    )


def checkout_ref(id: str) -> Ref[Checkout]:
    return Ref(Checkout, (id,))


def checkouts_of_payer(payer_key: str) -> Collection[Checkout]:
    return Collection("checkouts_of_payer", Checkout, (payer_key,), newest_first=True)


def checkouts_of_intent(payment_intent: str) -> Collection[Checkout]:
    """The one that Stripe's payment intent belongs to; what Stripe tells of refunds and disputes names that."""
    return Collection("checkouts_of_intent", Checkout, (payment_intent,))
