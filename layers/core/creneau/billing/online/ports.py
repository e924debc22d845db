"""What billing asks of Stripe. Every call may be lost on its way there or back: it can be repeated (idempotency keys)."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from creneau.billing.online.checkout import Checkout
from creneau.shared.model import Value


class SessionStatus(StrEnum):
    """As Stripe names them."""

    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"


class Session(Value, frozen=True, kw_only=True):
    """A Checkout Session as Stripe sees it now. `is_paid` with an amount of `amount` in minor units: only then money came.
    A `complete` one that is not paid waits for a bank (an asynchronous method of payment), unless that `has_failed`."""

    id: str
    status: SessionStatus
    is_paid: bool = False
    amount: int = 0
    currency: str = ""
    url: str = ""
    expires_at: datetime | None = None
    payment_intent: str | None = None
    checkout_id: str = ""
    has_failed: bool = False

    @property
    def is_over(self) -> bool:
        """Nobody can pay it any more, and nobody did."""
        failed = self.status is SessionStatus.COMPLETE and self.has_failed  # one that is open can be tried again
        return not self.is_paid and (failed or self.status is SessionStatus.EXPIRED)


class NotReached(Exception):
    """Nobody knows whether Stripe did it: a connection that broke, a time-out, an error of Stripe's own."""


class UnderWay(NotReached):
    """The same was asked a moment ago, and is being done."""


class RefusedByStripe(Exception):
    """Stripe says no, and will again: `args[0]` is its code, or its kind of error."""


class Payments(Protocol):
    """Stripe, with the clinic's keys."""

    def create(self, checkout: Checkout) -> Session:
        """The session of that checkout, payable until its `expires_at`; the same one when it is asked for again.

        Raises NotReached, UnderWay, RefusedByStripe."""
        ...

    def retrieve(self, session_id: str) -> Session:
        """Raises NotReached, RefusedByStripe."""
        ...

    def expire(self, session_id: str) -> Session:
        """Not payable any more, from its answer on. RefusedByStripe when it is not open: paid, or expired."""
        ...
