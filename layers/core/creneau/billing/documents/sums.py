"""What an invoice adds up to, line by line under its table, and what is paid of it on a receipt. Pure."""

from collections.abc import Iterable

from creneau.billing.documents.mentions import tax_name, vat_name
from creneau.billing.documents.speech import Speech
from creneau.billing.documents.words import WORDS
from creneau.billing.invoice import DocumentKind, Frozen, Invoice
from creneau.billing.line import TaxLine
from creneau.billing.payment import Payment
from creneau.shared.model import Value


class Sum(Value, frozen=True, kw_only=True, omit_defaults=False):
    label: str
    amount: str
    strong: bool = False


def sums_of(frozen: Frozen, kind: DocumentKind, speech: Speech) -> Iterable[Sum]:
    totals, language = frozen.totals, frozen.language
    included = [t for t in totals.taxes if t.included]
    on_top = [t for t in totals.taxes if not t.included]
    if on_top:
        yield Sum(label=WORDS["subtotal"][language], amount=speech.money(totals.lines))
    if included:
        yield Sum(label=WORDS["net"][language], amount=speech.money(totals.net))
    for tax in totals.taxes:
        yield Sum(label=_tax(tax, frozen, speech), amount=speech.money(tax.amount))
    name = "total.credit" if kind is DocumentKind.CREDIT_NOTE else "total.taxed" if included else "total"
    yield Sum(label=WORDS[name][language], amount=speech.money(totals.total), strong=True)


def _tax(tax: TaxLine, frozen: Frozen, speech: Speech) -> str:
    """Its rate and what it is on, which EN 16931 and the Swiss VAT act both ask for."""
    name = vat_name(frozen) if tax.included else tax_name(tax.name, frozen.language)
    base = f"{WORDS['on'][frozen.language]} {speech.amount(tax.base)}"
    return f"{name} {speech.percent(tax.rate)} {base}"


def paid_sums(invoice: Invoice, paid: list[Payment], speech: Speech) -> Iterable[Sum]:
    language = speech.language
    yield Sum(label=WORDS["paid"][language], amount=speech.money(sum(p.amount for p in paid)))
    if invoice.credited:
        yield Sum(label=WORDS["credited"][language], amount=speech.money(invoice.credited))
    yield Sum(label=WORDS["balance"][language], amount=speech.money(invoice.balance), strong=True)
