"""An invoice's lines without the VAT that their prices hold, so that they add up to each rate's base to the cent. Pure."""

from datetime import date
from fractions import Fraction
from math import floor

from creneau.billing.documents.mentions import mentions_of
from creneau.billing.invoice import Frozen
from creneau.billing.issuer import TaxStatus
from creneau.billing.line import HUNDREDTHS, Line
from creneau.shared.model import Value


class Rate(Value, frozen=True, kw_only=True):
    """`percent` in basis points. `category` is UNCL 5305's: `S` taxed, `E` exempt, with the `reason`."""

    category: str
    percent: int = 0
    reason: str = ""


class NetLine(Value, frozen=True, kw_only=True):
    """`amount` in minor units without VAT, `price` in whole units of the currency for one; a deduction has a quantity below
    zero, since a price may not be."""

    text: str
    patient: str
    on: date | None
    rate: Rate
    quantity: Fraction
    price: Fraction
    amount: int


def net_lines(frozen: Frozen) -> list[NetLine]:
    """The cents that rounding leaves go to the lines that lost most by it."""
    exempt = Rate(category="E", reason=_why_exempt(frozen))
    registered = frozen.issuer.tax_status is TaxStatus.REGISTERED
    of_line = [
        Rate(category="S", percent=line.vat_rate) if registered and line.vat_rate else exempt for line in frozen.lines
    ]
    bases = {Rate(category="S", percent=tax.rate // 10): tax.base for tax in frozen.totals.taxes}
    amounts = [line.amount for line in frozen.lines]
    for rate, base in bases.items():
        places = [n for n, other in enumerate(of_line) if other == rate]
        exact = [Fraction(amounts[n] * 10_000, 10_000 + rate.percent) for n in places]
        floors = [floor(value) for value in exact]
        left = base - sum(floors)
        order = sorted(range(len(places)), key=lambda k: (floors[k] - exact[k], k))
        for rank, k in enumerate(order):
            amounts[places[k]] = floors[k] + (1 if rank < left else 0)
    return [_net(line, frozen, rate, amount) for line, rate, amount in zip(frozen.lines, of_line, amounts, strict=True)]


def _net(line: Line, frozen: Frozen, rate: Rate, amount: int) -> NetLine:
    sign = -1 if (line.price or 0) < 0 else 1
    quantity = Fraction(sign * line.quantity, HUNDREDTHS)
    patient = line.patient_name if line.patient_name != frozen.payer.name else ""
    price = abs(Fraction(amount, 100) / quantity)
    return NetLine(
        text=line.text, patient=patient, on=line.on, rate=rate, quantity=quantity, price=price, amount=amount
    )


def rates(frozen: Frozen, lines: list[NetLine]) -> list[tuple[Rate, int, int]]:
    """Each rate with its base and tax, the highest first, what is exempt last."""
    taxes = [(Rate(category="S", percent=t.rate // 10), t.base, t.amount) for t in frozen.totals.taxes]
    exempt = [line for line in lines if line.rate.category == "E"]
    return [*taxes, *([(exempt[0].rate, sum(line.amount for line in exempt), 0)] if exempt else [])]


def _why_exempt(frozen: Frozen) -> str:
    mentions = mentions_of(frozen)
    return "; ".join(m.text.lstrip("* ") for m in mentions if m.id.startswith("tax."))
