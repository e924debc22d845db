"""Payments online and what payers promise: the use cases on their adapters."""

from functools import cached_property
from typing import TYPE_CHECKING

from creneau.adapters import aws
from creneau.adapters.stripe_keys import StripeKeys
from creneau.billing.online.checkout import checkout_ref
from creneau.billing.promise import Promise
from creneau.wiring.billing import Billing

if TYPE_CHECKING:
    from creneau.billing.online.book_checkout import BookCheckout
    from creneau.billing.online.close_checkout import CloseCheckout
    from creneau.billing.online.pay_page import OpenPayPage
    from creneau.billing.online.ports import Payments
    from creneau.billing.online.start_checkout import StartCheckout
    from creneau.billing.online.told_by_stripe import HearStripe, Told

STRIPE = "https://api.stripe.com"
CHECKOUT = "https://checkout.stripe.com"


class Online(Billing):
    @cached_property
    def stripe_keys(self) -> StripeKeys:
        return StripeKeys(aws.client("secretsmanager"), self.environment.get("STRIPE_SECRET", ""))

    @property
    def pays_online(self) -> bool:
        return bool(self.environment.get("STRIPE_SECRET"))

    @property
    def checkout_origin(self) -> str:
        """Where Stripe's payment pages are."""
        base = self.environment.get("STRIPE_API") or STRIPE
        return CHECKOUT if base == STRIPE else base

    @cached_property
    def stripe(self) -> "Payments":
        from creneau.adapters.stripe import Stripe

        return Stripe(self.stripe_keys.secret_key, self.environment.get("STRIPE_API") or STRIPE)

    @cached_property
    def book_checkout(self) -> "BookCheckout":
        from creneau.billing.online.book_checkout import BookCheckout

        return BookCheckout(self.store, self.clinic, self.clock, self.again, self.record_payment, self.pay_due)

    @cached_property
    def close_checkout(self) -> "CloseCheckout":
        from creneau.billing.online.close_checkout import CloseCheckout

        return CloseCheckout(self.store, self.clock, self.again, self.stripe, self.book_checkout)

    @cached_property
    def start_checkout(self) -> "StartCheckout":
        from creneau.billing.online.start_checkout import StartCheckout

        return StartCheckout(
            self.store, self.clock, self.again, self.owed_by, self.stripe, self.close_checkout, self.new_id
        )

    @cached_property
    def hear_stripe(self) -> "HearStripe":
        from creneau.billing.online.told_by_stripe import HearStripe

        return HearStripe(self.store, self.clock, self.again, self.stripe, self.close_checkout)

    def told_by_stripe(self, header: str, body: bytes) -> "Told | None":
        """What an event says; None: Stripe did not sign it."""
        from creneau.adapters.stripe_events import read_event

        return read_event(header, body, self.stripe_keys.webhook_secret(), self.clock()) if self.pays_online else None

    def sweep_checkout(self, checkout_id: str) -> None:
        """Built when one is looked at: most of the sweeper's minutes have none. Without keys it waits for some."""
        from creneau.billing.online.close_checkout import AGAIN_IN

        if self.pays_online:
            self.close_checkout.look(checkout_id)
        else:
            self.store.snooze(checkout_ref(checkout_id), self.clock() + AGAIN_IN)

    @cached_property
    def open_pay_page(self) -> "OpenPayPage":
        from creneau.billing.online.pay_page import OpenPayPage

        return OpenPayPage(self.store, self.clinic, self.clock, self.owed_by)

    @cached_property
    def promise(self) -> Promise:
        return Promise(self.store, self.clinic, self.clock, self.again)
