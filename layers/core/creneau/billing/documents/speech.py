"""How one document says days, amounts, rates, quantities and payments: its language, as its issuer's country writes it."""

from dataclasses import dataclass
from datetime import date

from creneau.billing.documents.printable import one_line
from creneau.billing.documents.words import METHODS
from creneau.billing.payment import Payment
from creneau.shared import locale
from creneau.shared.money import Money


@dataclass(frozen=True)
class Speech:
    language: str
    country: str
    currency: str

    def day(self, on: date) -> str:
        return locale.date_in_digits(on, self.language, self.country)

    def money(self, minor: int) -> str:
        return _blanks(locale.money(Money(amount=minor, currency=self.currency), self.language, self.country))

    def amount(self, minor: int) -> str:
        """Without the currency: the column's heading has it."""
        return _blanks(locale.amount(minor, self.language, self.country))

    def quantity(self, hundredths: int) -> str:
        return _blanks(locale.number(hundredths, 2, self.language, self.country))

    def percent(self, rate: int) -> str:
        """`rate` in thousandths of a percent; English leaves no blank before the sign."""
        blank = "" if self.language == "en" else "\u00a0"
        return f"{_blanks(locale.number(rate, 3, self.language, self.country))}{blank}%"

    def payment(self, paid: Payment) -> tuple[str, str, str, str]:
        method = METHODS[paid.method][self.language]
        return self.day(paid.paid_on), method, one_line(paid.reference), self.money(paid.amount)


def country_name(code: str, language: str) -> str:
    """As the post asks for it, in capitals: `SUISSE`; a code that nothing is known of stays as it is."""
    known = locale.locale_of(language, "").territories
    return str(known.get(code.upper(), code)).upper()


def _blanks(text: str) -> str:
    """Every blank in a number is one that does not break, and that the document's type has."""
    return text.replace("\u202f", "\u00a0").replace(" ", "\u00a0")
