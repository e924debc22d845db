"""The table of an invoice's lines: its headings and rows, with a column for tax where tax is charged. Pure."""

from creneau.billing.documents.mentions import exemption_of, exemptions, tax_name, vat_name
from creneau.billing.documents.printable import one_line
from creneau.billing.documents.speech import Speech
from creneau.billing.documents.words import WORDS
from creneau.billing.invoice import Frozen
from creneau.billing.issuer import TaxStatus
from creneau.billing.line import Line
from creneau.shared.model import Value


class Columns(Value, frozen=True, kw_only=True, omit_defaults=False):
    """`headings`: day, text, quantity, price, tax, amount; `taxed` says whether there is one for tax.

    A row's second text is a pair: what was done, and for whom where that is not the payer.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, str, str, str, str, str, str], ...]
    taxed: bool


def columns_of(frozen: Frozen, speech: Speech) -> Columns:
    language, issuer = frozen.language, frozen.issuer
    taxed = issuer.tax_status is TaxStatus.REGISTERED
    held = ".taxed" if taxed and not issuer.taxes else ""
    tax = WORDS["taxes"][language] if issuer.taxes else vat_name(frozen)
    stars = exemptions(frozen)
    return Columns(
        headings=(
            WORDS["date"][language],
            WORDS["description"][language],
            WORDS["quantity"][language],
            WORDS["price" + held][language],
            tax,
            f"{WORDS['amount' + held][language]} {frozen.currency}",
        ),
        rows=tuple(_row(line, frozen, speech, stars) for line in frozen.lines),
        taxed=taxed,
    )


def _row(line: Line, frozen: Frozen, speech: Speech, stars: dict[str, str]) -> tuple[str, str, str, str, str, str, str]:
    patient = one_line(line.patient_name)
    return (
        speech.day(line.on) if line.on else "",
        one_line(line.text),
        patient if patient != one_line(frozen.payer.name) else "",
        speech.quantity(line.quantity),
        speech.amount(line.price or 0) if line.price is not None else "?",
        _tax_of(line, frozen, speech, stars),
        speech.amount(line.amount) if line.price is not None else "?",
    )


def _tax_of(line: Line, frozen: Frozen, speech: Speech, stars: dict[str, str]) -> str:
    """Its rate, the taxes that come on it, or the stars of the mention that says why there is none."""
    taxes = frozen.issuer.taxes
    if taxes and line.taxable:
        return ", ".join(tax_name(t.name, frozen.language) for t in taxes)
    if not taxes and line.vat_rate:
        return speech.percent(line.vat_rate * 10)
    return stars.get(exemption_of(line, frozen), "")
