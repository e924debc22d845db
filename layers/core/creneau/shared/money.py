"""Amounts of money in integer minor units."""

from creneau.shared.errors import invalid
from creneau.shared.model import Value


class Money(Value, frozen=True, kw_only=True):
    """`amount` in minor units (centimes) of an ISO 4217 `currency` with two decimals (EUR, CHF, CAD)."""

    amount: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        if self.currency != other.currency:
            raise invalid("currency", f"{self.currency} and {other.currency} cannot be added", "use one currency")
        return Money(amount=self.amount + other.amount, currency=self.currency)
