"""A payer pays online all that they owe now: at most one payable session a payer (C-05)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from creneau.billing.online.checkout import Checkout, CheckoutItem, CheckoutState, checkout_ref, items_of
from creneau.billing.online.close_checkout import CloseCheckout
from creneau.billing.online.ports import NotReached, Payments, RefusedByStripe, Session, UnderWay
from creneau.billing.owed import OwedBy
from creneau.billing.payer_record import PayerRecord, payer_record_ref
from creneau.shared.again import Again
from creneau.shared.errors import Busy, Refused
from creneau.shared.store import Conflict, Put, Store, require
from creneau.shared.time import Clock

LASTS = timedelta(minutes=35)
"""Stripe takes no less than half an hour."""

MAY_BE_MADE = timedelta(minutes=31)
"""While it lasts as long, one that is being made can be asked for again: whoever presses twice gets the same one."""

STILL_USABLE = timedelta(minutes=10)
"""A session that lasts as long at least, and asks for the same, is gone on with."""

LOOKED_AT_AFTER = timedelta(minutes=5)
"""When the sweeper asks what became of a session that Stripe did not say it had made, and of one past its end."""


@dataclass(frozen=True)
class StartCheckout:
    """The old session is expired at Stripe before a new one is made; where that fails because it was paid, the payment is
    booked and what is owed is looked at anew. The address of a session is told once it is stored as the payable one.

    Raises Refused (`nothing_owed`, `not_payable_online`, `payment_under_way`) and Busy (Stripe could not be reached).
    """

    store: Store
    clock: Clock
    again: Again
    owed_by: OwedBy
    payments: Payments
    close: CloseCheckout
    new_id: Callable[[str], str]

    def __call__(self, payer_key: str, currency: str, title: str, back: str, language: str) -> Checkout:
        """The open session; the payer goes on at its `url`. See `Checkout` for `title` and `back`."""
        return self.again(lambda: self._step(payer_key, currency, title, back, language))

    def _step(self, payer_key: str, currency: str, title: str, back: str, language: str) -> Checkout:
        record = self.store.get(payer_record_ref(payer_key)) or PayerRecord(id=payer_key)
        old = self.store.get(checkout_ref(record.checkout_id)) if record.checkout_id else None
        items = items_of(self.owed_by(payer_key).items, currency)
        now = self.clock()
        if old is not None and _may_go_on(old, items, now):
            return old
        if old is not None and _may_be_made(old, items, now):
            return self._opened(old)
        if old is not None and not old.is_settled:
            if not self.close(old.id).is_settled:
                raise Refused(
                    "a payment is on its way already",
                    code="payment_under_way",
                    remedy="wait until the bank has confirmed it",
                )
            raise Conflict("what is owed may be another sum now, and so is the record")
        if not items:
            raise Refused("nothing is owed", code="nothing_owed", remedy="there is nothing to pay")
        checkout = Checkout(
            id=self.new_id("chk"),
            payer_key=payer_key,
            currency=currency,
            total=sum(item.amount for item in items),
            items=items,
            title=title,
            back=back,
            language=language,
            created_at=now,
            expires_at=now + LASTS,
            look_at=now + LOOKED_AT_AFTER,
        )
        self.store.commit([Put(checkout), Put(record.with_(checkout_id=checkout.id))])
        return self._opened(checkout.with_(version=1))

    def _opened(self, checkout: Checkout) -> Checkout:
        try:
            session = self.payments.create(checkout)
        except UnderWay as error:
            raise Conflict("it was asked for a moment ago") from error
        except NotReached:
            raise Busy("the payment page could not be opened", code="stripe_not_reached", remedy="try again") from None
        except RefusedByStripe as error:
            if not self.close.given_up(checkout.id, unless_made=True).is_settled:
                raise Conflict("somebody else has it") from error
            raise Refused(
                f"the payment page can't be opened ({error.args[0]})",
                code="not_payable_online",
                remedy="pay by transfer",
            ) from None
        return self._kept(checkout, session)

    def _kept(self, checkout: Checkout, session: Session) -> Checkout:
        """Where somebody else had to close it meanwhile, it is not payable any more: asked for anew."""
        present = require(self.store, checkout_ref(checkout.id))
        if present.state is CheckoutState.OPEN and present.stripe_id == session.id:
            return present
        if present.state is not CheckoutState.CREATING or present.paid_on is not None:
            raise Conflict("it was closed meanwhile")
        expires_at = session.expires_at or checkout.expires_at
        opened = present.with_(
            state=CheckoutState.OPEN,
            stripe_id=session.id,
            url=session.url,
            expires_at=expires_at,
            look_at=expires_at + LOOKED_AT_AFTER,
        )
        self.store.commit([Put(opened)])
        return opened.with_(version=opened.version + 1)


def _may_go_on(checkout: Checkout, items: tuple[CheckoutItem, ...], now: datetime) -> bool:
    open_for_it = checkout.state is CheckoutState.OPEN and checkout.is_for(items)
    return open_for_it and checkout.expires_at - now >= STILL_USABLE


def _may_be_made(checkout: Checkout, items: tuple[CheckoutItem, ...], now: datetime) -> bool:
    being_made = checkout.state is CheckoutState.CREATING and checkout.stripe_id is None and checkout.is_for(items)
    return being_made and checkout.expires_at - now >= MAY_BE_MADE
