"""An invoice's lines and what they add up to, in whole minor units: the total is the sum of what is written (promise 28)."""

from collections.abc import Container, Iterable
from datetime import date
from fractions import Fraction

from creneau.billing.issuer import Issuer, TaxStatus
from creneau.shared.model import Value

HUNDREDTHS = 100
"""Quantities are in hundredths."""


class Line(Value, frozen=True, kw_only=True):
    """`price` in minor units, None: it must be given before the invoice is final (B-04). `quantity` in hundredths.

    `vat_rate` in basis points, held by the price where the issuer's taxes are not on top; `taxable` says whether those
    on top come on it. `billable_id` is what the line takes, None: typed in.
    """

    text: str
    price: int | None = None
    quantity: int = HUNDREDTHS
    on: date | None = None
    billable_id: str | None = None
    patient_id: str | None = None
    patient_name: str = ""
    practitioner_id: str | None = None
    service_id: str | None = None
    vat_rate: int | None = None
    vat_note: str = ""
    taxable: bool = False

    @property
    def amount(self) -> int:
        """Price times quantity, halves away from zero."""
        return rounded(Fraction((self.price or 0) * self.quantity, HUNDREDTHS))


def lines_without(lines: Iterable[Line], billable_ids: Container[str]) -> tuple[Line, ...]:
    """Without those of the billables: the line that takes one, and those of its other services, which come after it.

    What somebody typed in is of no service: it stays.
    """
    kept, of = list[Line](), ""
    for line in lines:
        if line.billable_id or line.service_id is None:
            of = line.billable_id or ""
        if of not in billable_ids:
            kept.append(line)
    return tuple(kept)


def kept_by(lines: tuple[Line, ...], practitioner_ids: tuple[str, ...]) -> tuple[Line, ...]:
    """Lines of which none names a practitioner are those of the one whose document they are on, where it is one's alone."""
    if len(practitioner_ids) != 1 or any(line.practitioner_id for line in lines):
        return lines
    return tuple(line.with_(practitioner_id=practitioner_ids[0]) for line in lines)


class TaxLine(Value, frozen=True, kw_only=True):
    """One tax of an invoice: `rate` in thousandths of a percent, on `base`; both amounts in minor units."""

    name: str
    rate: int
    base: int
    amount: int
    number: str = ""
    included: bool = True


class Totals(Value, frozen=True, kw_only=True):
    """`total` is what is owed: the lines, and the taxes that are not in them."""

    lines: int
    taxes: tuple[TaxLine, ...]
    total: int

    @property
    def net(self) -> int:
        """Without any tax."""
        return self.total - sum(t.amount for t in self.taxes)


def totals_of(lines: Iterable[Line], issuer: Issuer) -> Totals:
    """VAT is computed per rate on the sum of its lines, once, as EN 16931 (BR-CO-17) asks."""
    written = list(lines)
    in_all = sum(line.amount for line in written)
    if issuer.tax_status is not TaxStatus.REGISTERED:
        return Totals(lines=in_all, taxes=(), total=in_all)
    if issuer.taxes:
        base = sum(line.amount for line in written if line.taxable)
        on_top = tuple(
            TaxLine(
                name=tax.name,
                rate=tax.rate,
                base=base,
                amount=rounded(Fraction(base * tax.rate, 100_000)),
                number=tax.number,
                included=False,
            )
            for tax in issuer.taxes
            if base
        )
        return Totals(lines=in_all, taxes=on_top, total=in_all + sum(t.amount for t in on_top))
    return Totals(lines=in_all, taxes=tuple(_vat(written)), total=in_all)


def _vat(lines: list[Line]) -> Iterable[TaxLine]:
    """The VAT that prices hold, the highest rate first."""
    for rate in sorted({line.vat_rate for line in lines if line.vat_rate}, reverse=True):
        gross = sum(line.amount for line in lines if line.vat_rate == rate)
        tax = rounded(Fraction(gross * rate, 10_000 + rate))
        yield TaxLine(name="VAT", rate=rate * 10, base=gross - tax, amount=tax)


def rounded(amount: Fraction) -> int:
    """To whole units, halves away from zero."""
    whole = (abs(amount) * 2 + 1) // 2
    return int(whole if amount >= 0 else -whole)
