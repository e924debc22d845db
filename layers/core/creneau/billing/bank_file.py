"""What a bank's statement or notice of credits says came in: camt.053 and camt.054 of ISO 20022, whatever their version."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element, ParseError, fromstring

from creneau.shared.errors import Invalid, invalid
from creneau.shared.model import Value

MOST = 99_999_999_999
"""Minor units of one credit: 999,999,999.99."""

LARGEST = 5_000_000
"""Bytes of a file that is read."""


class Credit(Value, frozen=True, kw_only=True):
    """One amount that came in, in minor units. `id` is the same whenever the same booking is read again.

    `reference` is the structured one (QRR or SCOR), without blanks; `text` is what the payer wrote.
    """

    id: str
    amount: int
    currency: str
    on: date
    reference: str = ""
    text: str = ""
    debtor: str = ""


class BankFile(Value, frozen=True, kw_only=True):
    """`left_out` counts what is no credit: debits, reversals, bookings not final yet."""

    account: str
    credits: tuple[Credit, ...]
    left_out: int = 0


def read_bank_file(content: bytes) -> BankFile:
    """Invalid when it is too large, not XML, or no camt.053 or camt.054."""
    if len(content) > LARGEST:
        raise invalid("content", "larger than 5 MB", "export a shorter period")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise invalid(
            "content", "it declares a document type, which bank files do not", "export it from the bank again"
        )
    try:
        root = fromstring(content)  # noqa: S314 - without a document type there are no entities to expand
    except (ParseError, ValueError) as error:
        raise invalid("content", "not XML", "give the file as the bank made it: camt.053 or camt.054") from error
    statements = [e for e in root.iter() if _name(e) in ("Stmt", "Ntfctn")]
    if _name(root) != "Document" or not statements:
        raise invalid("content", "neither camt.053 nor camt.054", "choose one of these formats in the e-banking")
    credits, alike, left_out = dict[str, Credit](), Counter[str](), 0
    for n, statement in enumerate(statements):
        for m, entry in enumerate(_all(statement, "Ntry")):
            found = list(_credits(entry, f"statement {n + 1}, entry {m + 1}")) if _is_credit(entry) else []
            left_out += not found
            for credit, has_name in found:
                if not has_name:  # two alike that the bank names by nothing are two, on whatever file of that day
                    alike[credit.id] += 1
                    credit = credit.with_(id=f"{credit.id}{alike[credit.id]:04}")
                credits[credit.id] = credit
    return BankFile(account=_account(statements[0]), credits=tuple(credits.values()), left_out=left_out)


def _is_credit(entry: Element) -> bool:
    """Booked, in our favour, and no reversal."""
    status = _text(entry, "Sts", "Cd") or _text(entry, "Sts")
    return _text(entry, "CdtDbtInd") == "CRDT" and status == "BOOK" and _text(entry, "RvslInd") not in ("true", "1")


def _credits(entry: Element, where: str) -> Iterator[tuple[Credit, bool]]:
    """One per transaction of a collective booking, else the booking itself; and whether the bank names it by anything."""
    transactions = [t for details in _all(entry, "NtryDtls") for t in _all(details, "TxDtls")]
    if not transactions:
        yield _credit(entry, entry, where, 0, alone=True)
    for n, transaction in enumerate(transactions):
        if _text(transaction, "CdtDbtInd") in ("", "CRDT"):
            yield _credit(entry, transaction, f"{where}, transaction {n + 1}", n, alone=len(transactions) == 1)


def _credit(entry: Element, transaction: Element, where: str, n: int, *, alone: bool) -> tuple[Credit, bool]:
    """`alone`: the whole booking is this one, and its amount too."""
    amount = _first(transaction, ("Amt",), ("AmtDtls", "TxAmt", "Amt"))
    if amount is None and alone:
        amount = _first(entry, ("Amt",))
    if amount is None:
        raise _broken(where, "without an amount")
    on = _text(entry, "BookgDt", "Dt") or _text(entry, "BookgDt", "DtTm")[:10] or _text(entry, "ValDt", "Dt")
    try:
        minor = Decimal((amount.text or "").strip()[:40]) * 100
        booked = date.fromisoformat(on)
    except (ArithmeticError, ValueError) as error:
        raise _broken(where, "its amount or date can't be read") from error
    if not minor.is_finite() or abs(minor) > MOST:
        raise _broken(where, "an amount beyond 999,999,999.99")
    if minor != minor.to_integral_value():
        raise _broken(where, "an amount of more than two decimals")
    named = (("AcctSvcrRef",), ("Refs", "AcctSvcrRef"), ("Refs", "EndToEndId"))
    refs = tuple(_text(of, *path) for of, path in zip((entry, transaction, transaction), named, strict=True))
    refs = tuple("" if ref == "NOTPROVIDED" else ref for ref in refs)
    currency = amount.get("Ccy", "")
    reference = "".join((_text(transaction, "RmtInf", "Strd", "CdtrRefInf", "Ref")).split()).upper()
    what = (*refs, str(n), str(int(minor)), currency, on, reference)
    credit = Credit(
        id=hashlib.sha256("\x1f".join(what).encode()).hexdigest()[:26],
        amount=int(minor),
        currency=currency,
        on=booked,
        reference=reference,
        text=" ".join(t.strip() for e in _all(transaction, "RmtInf") for t in _texts(e, "Ustrd"))[:500],
        debtor=(_text(transaction, "RltdPties", "Dbtr", "Nm") or _text(transaction, "RltdPties", "Dbtr", "Pty", "Nm"))[
            :140
        ],
    )
    return credit, any(refs)


def _broken(where: str, what: str) -> Invalid:
    return invalid("content", f"{where}: {what}", "export the file from the bank again")


def _account(statement: Element) -> str:
    return "".join(_text(statement, "Acct", "Id", "IBAN").split())


def _name(element: Element) -> str:
    """Without its namespace: the versions differ in it, and in nothing that is read here."""
    return element.tag.rpartition("}")[2]


def _all(element: Element, name: str) -> list[Element]:
    return [child for child in element if _name(child) == name]


def _first(element: Element, *paths: tuple[str, ...]) -> Element | None:
    for path in paths:
        found: Element | None = element
        for name in path:
            found = next(iter(_all(found, name)), None) if found is not None else None
        if found is not None:
            return found
    return None


def _text(element: Element, *path: str) -> str:
    found = _first(element, path)
    return (found.text or "").strip() if found is not None else ""


def _texts(element: Element, name: str) -> list[str]:
    return [child.text or "" for child in _all(element, name)]
