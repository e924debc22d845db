"""What Stripe tells of its own accord: in any order, and more than once (C-05)."""

from dataclasses import dataclass

from creneau.billing.online.checkout import Checkout, CheckoutState, checkout_ref, checkouts_of_intent
from creneau.billing.online.close_checkout import CloseCheckout
from creneau.billing.online.ports import Payments
from creneau.billing.task import Task, TaskKind, task_id, task_ref
from creneau.shared.again import Again
from creneau.shared.model import Value
from creneau.shared.store import Put, Store, everything, require
from creneau.shared.time import Clock


class Told(Value, frozen=True, kw_only=True):
    """One event, reduced to what matters: `about` is `session`, `refund`, `dispute` or `nothing`. `refunded` is all that was
    given back of the payment so far, in minor units. `checkout_id` is ours, where Stripe says it.
    """

    about: str
    session_id: str = ""
    checkout_id: str = ""
    payment_intent: str = ""
    refunded: int = 0


class Heard(Value, frozen=True, kw_only=True):
    """`outcome`: `booked`, `expired`, `marked`, `nothing` (known already, or not of this clinic's)."""

    outcome: str


@dataclass(frozen=True)
class HearStripe:
    """Of a session, what Stripe says of it now counts, not what the event says: an old one changes nothing."""

    store: Store
    clock: Clock
    again: Again
    payments: Payments
    close: CloseCheckout

    def __call__(self, told: Told) -> Heard:
        if told.about == "session":
            return self._session(told)
        if told.about == "nothing":
            return Heard(outcome="nothing")
        checkout = self._named(told.checkout_id) or self._of_intent(told.payment_intent)
        if checkout is None:
            return Heard(outcome="nothing")
        return self.again(lambda: self._mark(checkout.id, told))

    def _session(self, told: Told) -> Heard:
        checkout = self._named(told.checkout_id)
        if checkout is None or checkout.state is CheckoutState.PAID:
            return Heard(outcome="nothing")
        session = self.payments.retrieve(told.session_id)
        if session.checkout_id != checkout.id:
            return Heard(outcome="nothing")
        after = self.close.after(checkout.id, session)
        if after.state is checkout.state:
            return Heard(outcome="nothing")
        return Heard(outcome="booked" if after.state is CheckoutState.PAID else "expired")

    def _named(self, checkout_id: str) -> Checkout | None:
        return self.store.get(checkout_ref(checkout_id)) if checkout_id else None

    def _of_intent(self, payment_intent: str) -> Checkout | None:
        found = everything(self.store, checkouts_of_intent(payment_intent), 1) if payment_intent else []
        return found[0] if found else None

    def _mark(self, checkout_id: str, told: Told) -> Heard:
        checkout = require(self.store, checkout_ref(checkout_id))
        if told.about == "refund":
            if told.refunded <= checkout.refunded:
                return Heard(outcome="nothing")
            marked = checkout.with_(refunded=told.refunded)
            task = self._task(TaskKind.REFUNDED, checkout, told.refunded - checkout.refunded, str(told.refunded))
        else:
            if checkout.disputed:
                return Heard(outcome="nothing")
            marked = checkout.with_(disputed=True)
            task = self._task(TaskKind.DISPUTED, checkout, checkout.received)
        self.store.commit([Put(marked), *([] if self.store.get(task_ref(task.id)) else [Put(task)])])
        return Heard(outcome="marked")

    def _task(self, kind: TaskKind, checkout: Checkout, amount: int, *which: str) -> Task:
        return Task(
            id=task_id(kind, checkout.id, *which),
            kind=kind,
            about={"payer_key": checkout.payer_key, "checkout_id": checkout.id},
            amount=amount,
            currency=checkout.currency,
            created_at=self.clock(),
        )
