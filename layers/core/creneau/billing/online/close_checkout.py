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

WAITED_FOR = timedelta(minutes=2)
"""How long one that Stripe did not say it had made is asked for. Its address was told to nobody, so it can be given up."""

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
            if checkout.stripe_id is None:
                return self._closed_unheard_of(checkout)
            return self._ended(checkout, checkout.stripe_id)
        except NotReached:
            raise Busy("Stripe could not be reached", code="stripe_not_reached", remedy="try again") from None

    def after(self, checkout_id: str, session: Session) -> Checkout:
        """What follows from how Stripe sees it: booked, expired, or nothing yet."""
        if session.is_paid:
            return self.book(checkout_id, session)
        if session.is_over:
            return self.given_up(checkout_id)
        return require(self.store, checkout_ref(checkout_id))

    def look(self, checkout_id: str) -> None:
        """The sweeper's: what no webhook told of. One that is still open is left alone until it has ended."""
        checkout = require(self.store, checkout_ref(checkout_id))
        if checkout.is_settled and checkout.look_at is None:
            return
        if checkout.stripe_id is None or checkout.paid_on is not None:
            closed = self._booked(checkout) if checkout.paid_on is not None else self(checkout_id)
        else:
            try:
                closed = self.after(checkout_id, self._retrieved(checkout, checkout.stripe_id))
            except (NotReached, RefusedByStripe):
                closed = require(self.store, checkout_ref(checkout_id))
        if not closed.is_settled:
            self.again(lambda: self._look_again(checkout_id))

    def given_up(self, checkout_id: str, unless_made: bool = False) -> Checkout:
        """Nobody can pay it. Should Stripe say that somebody did all the same, it is booked. `unless_made`: as it is where
        somebody else has its session by now."""

        def step() -> Checkout:
            checkout = require(self.store, checkout_ref(checkout_id))
            if checkout.is_settled or checkout.paid_on is not None:
                return checkout
            if unless_made and checkout.stripe_id is not None:
                return checkout
            gone = checkout.with_(state=CheckoutState.EXPIRED, look_at=None)
            self.store.commit([Put(gone), *freed(self.store, gone)])
            return gone.with_(version=gone.version + 1)

        return self.again(step)

    def _closed_unheard_of(self, checkout: Checkout) -> Checkout:
        """Asked for again under the same key, Stripe says which one it made, if it did."""
        try:
            made = self.payments.create(checkout)
        except RefusedByStripe:
            return self._never_made(checkout)
        except NotReached:
            if self.clock() - checkout.created_at < WAITED_FOR:
                raise
            return self._never_made(checkout)
        return self._ended(checkout, made.id)

    def _never_made(self, checkout: Checkout) -> Checkout:
        found = self.given_up(checkout.id, unless_made=True)
        return found if found.is_settled or found.stripe_id is None else self._ended(found, found.stripe_id)

    def _ended(self, checkout: Checkout, session_id: str) -> Checkout:
        try:
            session = self.payments.expire(session_id)
        except RefusedByStripe:  # it is not open: it was paid, or had expired
            try:
                session = self._retrieved(checkout, session_id)
            except RefusedByStripe as error:
                raise NotReached(str(error)) from error  # other keys, or none of ours: until its end nobody knows
        return self.after(checkout.id, session)

    def _retrieved(self, checkout: Checkout, session_id: str) -> Session:
        """One that Stripe does not know when its time is over has expired."""
        try:
            return self.payments.retrieve(session_id)
        except RefusedByStripe:
            if self.clock() < checkout.expires_at + AGAIN_IN:
                raise
            return Session(id=session_id, status=SessionStatus.EXPIRED)

    def _booked(self, checkout: Checkout) -> Checkout:
        """Goes on with what was noted."""
        seen = Session(id=checkout.stripe_id or "", status=SessionStatus.COMPLETE, is_paid=True)
        return self.book(checkout.id, seen)

    def _look_again(self, checkout_id: str) -> None:
        checkout = require(self.store, checkout_ref(checkout_id))
        if not checkout.is_settled:
            self.store.commit([Put(checkout.with_(look_at=self.clock() + AGAIN_IN))])
