"""A clinic that is paid online, in memory: Stripe as its document describes it, and a fault at whichever step."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from creneau.billing.online.book_checkout import BookCheckout
from creneau.billing.online.checkout import Checkout, checkout_ref
from creneau.billing.online.close_checkout import CloseCheckout
from creneau.billing.online.ports import NotReached, RefusedByStripe, Session, SessionStatus, UnderWay
from creneau.billing.online.start_checkout import StartCheckout
from creneau.billing.online.told_by_stripe import Heard, HearStripe, Told
from creneau.billing.payer_record import payer_record_ref
from creneau.billing.payment import Payment
from creneau.shared.again import Again
from creneau.shared.store import require
from tests.support.books import CLINIC, Books

PAYER = "patient.pat_1"
SHORTEST = timedelta(minutes=30)


class Crash(BaseException):
    """The process ends here."""


class FakeStripe:
    """Implements `billing.online.ports.Payments`. `step` is told of each call before and after its effect, and may raise."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.sessions: dict[str, Session] = {}
        self.keys: dict[str, str] = {}
        self.under_way: set[str] = set()
        self.intents = count(1)
        self.step: Callable[[str], None] = lambda _: None

    # -- what the product calls
    def create(self, checkout: Checkout) -> Session:
        self.step("create, before")
        if checkout.id in self.under_way:
            raise UnderWay("idempotency_key_in_use")
        if checkout.id not in self.keys:
            if checkout.expires_at - self.clock() < SHORTEST:
                raise RefusedByStripe("invalid_request_error")
            id = f"cs_{len(self.sessions) + 1}"
            self.keys[checkout.id] = id
            self.sessions[id] = Session(
                id=id,
                status=SessionStatus.OPEN,
                amount=checkout.total,
                currency=checkout.currency,
                url=f"https://checkout.stripe.com/c/pay/{id}",
                expires_at=checkout.expires_at,
                checkout_id=checkout.id,
            )
            self.first = self.sessions[id]
        made = self.sessions[self.keys[checkout.id]].with_(status=SessionStatus.OPEN, is_paid=False)
        self.step("create, after")
        return made  # the answer of the first time, however it stands now

    def retrieve(self, session_id: str) -> Session:
        self.step("retrieve")
        self._time_passes()
        if session_id not in self.sessions:
            raise RefusedByStripe("resource_missing")
        return self.sessions[session_id]

    def expire(self, session_id: str) -> Session:
        self.step("expire, before")
        self._time_passes()
        if session_id not in self.sessions or self.sessions[session_id].status is not SessionStatus.OPEN:
            raise RefusedByStripe("resource_missing")
        ended = self._set(session_id, status=SessionStatus.EXPIRED)
        self.step("expire, after")
        return ended

    # -- what people and banks do
    def pay(self, session_id: str, **more: Any) -> bool:
        """Whether it could be paid."""
        self._time_passes()
        if self.sessions[session_id].status is not SessionStatus.OPEN:
            return False
        paid = {"is_paid": True, "payment_intent": f"pi_{next(self.intents)}"} | more
        self._set(session_id, status=SessionStatus.COMPLETE, **paid)
        return True

    def bank(self, session_id: str, **said: Any) -> None:
        """What becomes of a payment that takes days: `is_paid`, or `has_failed`."""
        self._set(session_id, **said)

    def told(self, session_id: str) -> Told:
        return Told(about="session", session_id=session_id, checkout_id=self.sessions[session_id].checkout_id)

    @property
    def payable(self) -> list[Session]:
        self._time_passes()
        return [s for s in self.sessions.values() if s.status is SessionStatus.OPEN]

    @property
    def taken(self) -> int:
        """All the money that came in."""
        return sum(s.amount for s in self.sessions.values() if s.is_paid)

    def _time_passes(self) -> None:
        for session in list(self.sessions.values()):
            if session.status is SessionStatus.OPEN and session.expires_at and session.expires_at <= self.clock():
                self._set(session.id, status=SessionStatus.EXPIRED)

    def _set(self, session_id: str, **changes: Any) -> Session:
        self.sessions[session_id] = self.sessions[session_id].with_(**changes)
        return self.sessions[session_id]


class OnlineBooks(Books):
    """The books with everything that is paid online. `step` is told of each write before and after it."""

    def __init__(self, store: Any = None) -> None:
        super().__init__(store)
        clock = lambda: self.now  # noqa: E731
        self.ids = count(1)
        self.stripe = FakeStripe(clock)
        again = Again(pause=lambda _: None, dice=lambda: 0.0, tries=20)
        self.book_checkout = BookCheckout(self.store, CLINIC, clock, again, self.record, self.pay_due)
        self.close = CloseCheckout(self.store, clock, again, self.stripe, self.book_checkout)
        self.hear = HearStripe(self.store, clock, again, self.stripe, self.close)
        self.start_checkout = StartCheckout(
            self.store, clock, again, self.owed_by, self.stripe, self.close, lambda p: f"{p}_{next(self.ids)}"
        )

    def start(self, payer_key: str = PAYER, currency: str = "CHF") -> Checkout:
        return self.start_checkout(payer_key, currency, "Cabinet du Lac", "https://rdv.example.ch/p", "fr")

    def webhook(self, session_id: str) -> Heard:
        return self.hear(self.stripe.told(session_id))

    def later(self, **delay: float) -> None:
        self.now += timedelta(**delay)

    def sweep(self) -> None:
        """What is due to be looked at, as the sweeper does."""
        for ref in self.store.look_at(Checkout, self.now):
            self.close.look(ref.key[0])

    # -- what is there
    def checkout(self, id: str) -> Checkout:
        return require(self.store, checkout_ref(id))

    @property
    def checkouts(self) -> list[Checkout]:
        return [c for c in self.store.items.values() if isinstance(c, Checkout)]

    @property
    def payments(self) -> list[Payment]:
        return [p for p in self.store.items.values() if isinstance(p, Payment) and p.cancelled_at is None]

    @property
    def payable_one(self) -> str | None:
        record = self.store.get(payer_record_ref(PAYER))
        return record.checkout_id if record else None

    def owed(self, payer_key: str = PAYER) -> int:
        return self.owed_by(payer_key).total("CHF")


__all__ = ["PAYER", "Crash", "FakeStripe", "NotReached", "OnlineBooks"]
