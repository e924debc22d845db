"""The reference that a payer's bank carries back to us: the same for the same invoice, for ever. Pure."""

import hashlib
import re

from creneau.billing.invoice import DocumentKind, Frozen, Invoice

_MOD_10 = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)
_NUMBER = re.compile(r"(\d{4})-(\d{1,8})")


def reference_of(invoice: Invoice) -> str:
    """QRR where the issuer has a QR-IBAN, SCOR (ISO 11649) with any other account, without blanks.

    Empty: nothing is to be transferred (a draft, a credit note, an issuer without an account).
    """
    if invoice.frozen is None or invoice.kind is not DocumentKind.INVOICE:
        return ""
    account = invoice.frozen.issuer.account
    if account.qr_iban:
        return qrr(_digits(invoice.frozen, invoice.id, own=14, running=8))
    return scor(_digits(invoice.frozen, invoice.id, own=9, running=8)) if account.iban else ""


def _digits(frozen: Frozen, id: str, own: int, running: int) -> str:
    """Digits of the id's own, so that no two issuers' invoices share a reference; then year and number, for who reads it."""
    mixed = int.from_bytes(hashlib.sha256(id.encode()).digest()) % 10**own
    year, number = (_NUMBER.search(frozen.number) or re.match(r"()()", "")).groups()  # type: ignore[union-attr]
    return f"{mixed:0{own}}{year:0>4}{number:0>{running}}"


def qrr(digits: str) -> str:
    """27 digits: up to 26, and their check digit (modulo 10, recursive)."""
    carry = 0
    for digit in digits:
        carry = _MOD_10[(carry + int(digit)) % 10]
    return f"{digits}{(10 - carry) % 10}".zfill(27)


def scor(characters: str) -> str:
    """`RF`, two check digits, and up to 21 letters and digits."""
    as_number = "".join(str(int(c, 36)) for c in f"{characters}RF00")
    return f"RF{98 - int(as_number) % 97:02}{characters}"


def spaced(reference: str) -> str:
    """As printed: a QRR in groups of five from the right, a SCOR in groups of four from the left."""
    if reference[:2] == "RF":
        return " ".join(reference[i : i + 4] for i in range(0, len(reference), 4))
    head = len(reference) % 5
    groups = [reference[:head], *(reference[i : i + 5] for i in range(head, len(reference), 5))]
    return " ".join(g for g in groups if g)
