"""Books what was paid online to what its session listed; an excess is for staff to decide (C-05, promise 27)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from creneau.billing.billable import billable_ref
from creneau.billing.invoice import invoice_ref
from creneau.billing.online.checkout import Checkout, CheckoutItem, CheckoutState, checkout_ref
from creneau.billing.online.ports import Session
from creneau.billing.owed import OwedKind
from creneau.billing.pay_due import PayDue
from creneau.billing.payer_record import payer_record_ref
from creneau.billing.payment import Method, Paid, Payment, RecordPayment, payment_ref
from creneau.billing.task import Task, TaskKind, task_id
from creneau.shared.actor import SYSTEM
from creneau.shared.again import Again
from creneau.shared.derived_id import derived_id
from creneau.shared.errors import NotFound, Refused
from creneau.shared.settings import Clinic
from creneau.shared.store import Conflict, Put, Store, Write, require
from creneau.shared.time import Clock, local_date


@dataclass(frozen=True)
class BookCheckout:
    """Item by item, each payment under an id of its own, and the session `paid` at the end: whoever repeats it, after a
    crash or at the same time, books nothing twice. One that was given up is booked all the same. Raises NotFound."""

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again
    record: RecordPayment
    pay_due: PayDue

    def __call__(self, checkout_id: str, seen: Session) -> Checkout:
        """`seen`: the session as Stripe says that it was paid."""
        checkout = self._noted(checkout_id, seen)
        if checkout.state is CheckoutState.PAID or checkout.paid_on is None:
            return checkout
        left = checkout.to_book
        for item in checkout.items:
            left -= self.again(lambda i=item, most=left: self._book(checkout, i, most))  # type: ignore[misc]
        return self.again(lambda: self._close(checkout_id))

    def _noted(self, checkout_id: str, seen: Session) -> Checkout:
        """With what came in and on which day: a repetition on another day books on the same one."""

        def step() -> Checkout:
            checkout = require(self.store, checkout_ref(checkout_id))
            if checkout.paid_on is not None:
                return checkout
            noted = checkout.with_(
                paid_on=local_date(self.clock(), self.clinic.zone),
                received=seen.amount,
                received_in=seen.currency,
                payment_intent=seen.payment_intent,
                stripe_id=seen.id,
                look_at=self.clock(),
            )
            self.store.commit([Put(noted)])
            return noted.with_(version=noted.version + 1)

        return self.again(step)

    def _book(self, checkout: Checkout, item: CheckoutItem, most: int) -> int:
        """What of it was booked on that item, now or before. What is owed is read first: had somebody else booked this
        payment before that, it would be found."""
        owed = self._still_owed(item, checkout.currency)
        id = payment_id(checkout.id, item)
        present = self.store.get(payment_ref(id))
        if present is not None:
            return present.amount
        amount = min(item.amount, most, owed)
        if amount <= 0 or checkout.paid_on is None:
            return 0
        try:
            return self._pay(id, item, amount, checkout, checkout.paid_on).amount
        except NotFound:
            return 0  # whose it was is gone
        except Refused as refused:  # it changed meanwhile: what is owed is looked at anew
            raise Conflict(refused.code) from refused

    def _still_owed(self, item: CheckoutItem, currency: str) -> int:
        """Nothing of what is void, gone, credited, or owed in another currency. Conflict while an invoice that was credited
        has still to give back what it took."""
        invoice_id = item.id
        if item.kind is OwedKind.DUE:
            billable = self.store.get(billable_ref(item.id))
            if billable is None or billable.due is None:
                return 0
            taken = self.store.get(invoice_ref(billable.taken_by)) if billable.taken_by else None
            if taken is not None and taken.is_undone:
                raise Conflict("the invoice was credited and gives back what it took")
            if taken is None or not taken.is_final:
                return billable.still_to_pay if billable.due.currency == currency else 0
            invoice_id = taken.id
        invoice = self.store.get(invoice_ref(invoice_id))
        return invoice.balance if invoice is not None and invoice.is_final and invoice.currency == currency else 0

    def _pay(self, id: str, item: CheckoutItem, amount: int, checkout: Checkout, on: date) -> Payment:
        pay = self.record if item.kind is OwedKind.INVOICE else self.pay_due
        paid = Paid(
            amount=amount,
            currency=checkout.currency,
            method=Method.ONLINE,
            paid_on=on,
            reference=checkout.payment_intent or checkout.id,
        )
        return pay(id, item.id, paid, SYSTEM)

    def _close(self, checkout_id: str) -> Checkout:
        checkout = require(self.store, checkout_ref(checkout_id))
        if checkout.state is CheckoutState.PAID:
            return checkout
        booked = self.store.get_many([payment_ref(payment_id(checkout.id, item)) for item in checkout.items])
        excess = max(0, checkout.received - sum(payment.amount for payment in booked if payment is not None))
        paid = checkout.with_(state=CheckoutState.PAID, excess=excess, look_at=None)
        self.store.commit([Put(paid), *self._overpaid(paid), *freed(self.store, paid)])
        return paid.with_(version=paid.version + 1)

    def _overpaid(self, checkout: Checkout) -> Iterable[Write]:
        if checkout.excess <= 0:
            return ()
        about = {"payer_key": checkout.payer_key, "checkout_id": checkout.id}
        task = Task(
            id=task_id(TaskKind.OVERPAID, checkout.id),
            kind=TaskKind.OVERPAID,
            about=about,
            amount=checkout.excess,
            currency=checkout.received_in,
            created_at=self.clock(),
        )
        return (Put(task),)


def payment_id(checkout_id: str, item: CheckoutItem) -> str:
    return derived_id("pay", "checkout", checkout_id, item.kind, item.id)


def freed(store: Store, checkout: Checkout) -> Iterable[Write]:
    """The payer's record without it, where it is the payable one."""
    record = store.get(payer_record_ref(checkout.payer_key))
    if record is None or record.checkout_id != checkout.id:
        return ()
    return (Put(record.with_(checkout_id=None)),)
