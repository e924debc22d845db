"""A session that shall not be payable any more: expired at Stripe, or found paid and booked (C-05)."""

from dataclasses import dataclass
from datetime import timedelta

from creneau.billing.online.book_checkout import BookCheckout, freed
from creneau.billing.online.checkout import Checkout, CheckoutState, checkout_ref
from creneau.billing.online.ports import NotReached, Payments, RefusedByStripe, Session, SessionStatus
from creneau.shared.again import Again
from creneau.shared.errors import Busy
from creneau.shared.store import Put, Store, require
from creneau.shared.time import Clock

KEYS_LAST = timedelta(hours=23)
"""How long Stripe knows an idempotency key, a day, less a margin: after that no session can come of it, and an open one of
that age has expired."""

AGAIN_IN = timedelta(minutes=15)


@dataclass(frozen=True)
class CloseCheckout:
    """Repeating it is harmless. Raises NotFound, Busy (Stripe could not be reached: it may still be payable)."""

    store: Store
    clock: Clock
    again: Again
    payments: Payments
    book: BookCheckout

    def __call__(self, checkout_id: str) -> Checkout:
        """Settled, or as it is while a bank has still to confirm the payment."""
        checkout = require(self.store, checkout_ref(checkout_id))
        if checkout.is_settled:
            return checkout
        try:
            return self._closed(checkout)
        except NotReached:
            raise Busy("Stripe could not be reached", code="stripe_not_reached", remedy="try again") from None

    def after(self, checkout_id: str, session: Session) -> Checkout:
        """What follows from how Stripe sees it: booked, expired, or nothing yet."""
        if session.is_paid:
            return self.book(checkout_id, session)
        if session.status is SessionStatus.EXPIRED:
            return self._expired(checkout_id)
        return require(self.store, checkout_ref(checkout_id))

    def never_made(self, checkout_id: str) -> Checkout:
        """Stripe refused to make it."""
        return self._expired(checkout_id)

    def look(self, checkout_id: str) -> None:
        """The sweeper's: what no webhook told of. One that is still open is left alone until it has ended."""
        checkout = require(self.store, checkout_ref(checkout_id))
        if checkout.is_settled:
            return
        if checkout.state is CheckoutState.CREATING or checkout.paid_on is not None:
            closed = self(checkout_id)
        else:
            try:
                closed = self.after(checkout_id, self.payments.retrieve(checkout.stripe_id or ""))
            except NotReached:
                raise Busy("Stripe could not be reached", code="stripe_not_reached", remedy="try again") from None
        if not closed.is_settled:
            self.again(lambda: self._look_again(checkout_id))

    def _closed(self, checkout: Checkout) -> Checkout:
        if checkout.stripe_id is None:
            if self.clock() - checkout.created_at >= KEYS_LAST:
                return self._expired(checkout.id)
            try:  # asked for again under the same key, Stripe says which one it made, if it did
                made = self.payments.create(checkout)
            except RefusedByStripe:
                return self._expired(checkout.id)
            return self._ended(checkout, made.id)
        return self._ended(checkout, checkout.stripe_id)

    def _ended(self, checkout: Checkout, session_id: str) -> Checkout:
        try:
            session = self.payments.expire(session_id)
        except RefusedByStripe:  # it is not open: it was paid, or had expired
            session = self.payments.retrieve(session_id)
        return self.after(checkout.id, session)

    def _expired(self, checkout_id: str) -> Checkout:
        def step() -> Checkout:
            checkout = require(self.store, checkout_ref(checkout_id))
            if checkout.is_settled or checkout.paid_on is not None:
                return checkout
            gone = checkout.with_(state=CheckoutState.EXPIRED, look_at=None)
            self.store.commit([Put(gone), *freed(self.store, gone)])
            return gone.with_(version=gone.version + 1)

        return self.again(step)

    def _look_again(self, checkout_id: str) -> None:
        checkout = require(self.store, checkout_ref(checkout_id))
        if not checkout.is_settled:
            self.store.commit([Put(checkout.with_(look_at=self.clock() + AGAIN_IN))])
