"""Which mentions the law asks for on a document, by the issuer's country, form and tax status, and by who pays. Pure.

Each has an id; docs/invoices.md names the law behind it, `mention_words.py` its wording in four languages.
"""

from collections.abc import Iterator

from creneau.billing.documents.mention_words import WORDS, register_name
from creneau.billing.invoice import DocumentKind, Frozen
from creneau.billing.issuer import LegalForm, TaxStatus
from creneau.billing.line import Line
from creneau.shared.errors import Fault
from creneau.shared.model import Value

COUNTRIES = ("FR", "CH", "CA")


class Mention(Value, frozen=True, kw_only=True):
    """`id` is stable: `tax.exempt`, `id.siret`. `place`: by the issuer's name, under it, by the payer, at the foot."""

    id: str
    text: str
    place: str = "foot"


def mentions_of(frozen: Frozen) -> list[Mention]:
    """In the order in which they are printed."""
    return [*_identity(frozen), *_payer(frozen), *_tax(frozen), *_payment(frozen)]


def _identity(frozen: Frozen) -> Iterator[Mention]:
    issuer, country = frozen.issuer, frozen.issuer.address.country
    if country == "FR" and issuer.legal_form is LegalForm.SOLE_TRADER:
        yield Mention(id="form.ei", text="EI", place="name")
    registered = issuer.tax_status is TaxStatus.REGISTERED
    for name, value in _registers(frozen).items():
        written = _uid(value) if country == "CH" and name in ("uid", "vat") else value
        called = register_name(name, frozen.language, country)
        text = f"{written} {called}" if country == "CH" and name == "vat" else f"{called} {written}"
        yield Mention(id=f"id.{name}", text=text, place="issuer")
    if registered:
        for n, tax in enumerate(issuer.taxes):
            if tax.number:
                text = f"{tax_name(tax.name, frozen.language)} {tax.number}"
                yield Mention(id=f"id.tax.{n}", text=text, place="issuer")


def _registers(frozen: Frozen) -> dict[str, str]:
    """A VAT number is said by who charges VAT; a Swiss UID is one then."""
    ids = dict(frozen.issuer.ids)
    if frozen.issuer.tax_status is not TaxStatus.REGISTERED:
        ids.pop("vat", None)
    elif frozen.issuer.address.country == "CH" and "uid" in ids:
        ids.setdefault("vat", ids["uid"])
        del ids["uid"]
    return ids


def _payer(frozen: Frozen) -> Iterator[Mention]:
    if not frozen.payer.business:
        return
    for name, value in frozen.payer.ids.items():
        text = f"{register_name(name, frozen.language, frozen.issuer.address.country)} {value}"
        yield Mention(id=f"payer.{name}", text=text, place="payer")


def _tax(frozen: Frozen) -> Iterator[Mention]:
    issuer = frozen.issuer
    if issuer.tax_status is not TaxStatus.REGISTERED:
        id = "tax.exempt" if issuer.tax_status is TaxStatus.EXEMPT else "tax.not_liable"
        yield Mention(id=id, text=issuer.exemption or _word(id, frozen))
        return
    for n, (note, stars) in enumerate(exemptions(frozen).items()):
        yield Mention(id=f"tax.line.{n}", text=f"{stars} {note}")


def exemptions(frozen: Frozen) -> dict[str, str]:
    """Why lines bear no tax where others may, each with the stars that stand by those lines."""
    notes = dict.fromkeys(note for line in frozen.lines if (note := exemption_of(line, frozen)))
    return {note: "*" * (n + 1) for n, note in enumerate(notes)}


def exemption_of(line: Line, frozen: Frozen) -> str:
    """Of a line without tax on an invoice of who charges tax; empty: it is taxed, or nothing is."""
    issuer = frozen.issuer
    taxed = line.taxable if issuer.taxes else line.vat_rate
    if taxed or issuer.tax_status is not TaxStatus.REGISTERED:
        return ""
    return line.vat_note or issuer.exemption or _word("tax.exempt", frozen)


def _payment(frozen: Frozen) -> Iterator[Mention]:
    """France: what one business tells another about paying, on credit notes too; a consumer is never asked a fee."""
    if frozen.issuer.address.country != "FR" or not frozen.payer.business:
        return
    for id in ("operation.services", "late.penalties", "late.40_eur", "discount.none"):
        yield Mention(id=id, text=_word(id, frozen))


def _word(id: str, frozen: Frozen) -> str:
    by_country = WORDS[id]
    country = frozen.issuer.address.country
    return by_country.get(country, by_country.get("", {})).get(frozen.language, "")


def _uid(value: str) -> str:
    """`CHE-123.456.789`, whichever way it was typed."""
    digits = "".join(c for c in value if c.isdigit())
    return f"CHE-{digits[:3]}.{digits[3:6]}.{digits[6:]}" if len(digits) == 9 else value


def vat_name(frozen: Frozen) -> str:
    return _word("tax.name", frozen)


_TAXES = {"TPS": "GST", "TVQ": "QST", "TVH": "HST"}


def tax_name(name: str, language: str) -> str:
    """Canada's taxes by their French names in French, by their English ones elsewhere; others as the issuer calls them."""
    known = {**{f: (f, e) for f, e in _TAXES.items()}, **{e: (f, e) for f, e in _TAXES.items()}}
    french, english = known.get(name.upper(), (name, name))
    return french if language == "fr" else english


def wanting(frozen: Frozen, kind: DocumentKind) -> list[Fault]:
    """What the law of the issuer's country asks for and nobody gave: it can't be final before."""
    issuer, payer, country = frozen.issuer, frozen.payer, frozen.issuer.address.country
    registered = issuer.tax_status is TaxStatus.REGISTERED
    faults = []
    if country == "FR" and payer.business and payer.address is None:
        faults.append(Fault("payer.address", "a business's address is not known", "give the payer's address"))
    if country == "FR" and payer.business and frozen.due_on is None and kind is DocumentKind.INVOICE:
        faults.append(Fault("term", "a business is told when to pay", "give a number of days or a date"))
    if country == "FR" and registered and "vat" not in issuer.ids:
        faults.append(
            Fault("issuer.ids.vat", "the issuer charges VAT without a number", "give the issuer's VAT number")
        )
    if country == "CH" and registered and not {"vat", "uid"} & set(issuer.ids):
        faults.append(Fault("issuer.ids.uid", "the issuer charges VAT without a number", "give the issuer's UID"))
    if country == "CA" and registered:
        for n, tax in enumerate(issuer.taxes):
            if not tax.number:
                where = f"issuer.taxes[{n}].number"
                faults.append(Fault(where, f"{tax.name} is charged without its number", "give the issuer's number"))
    return faults
