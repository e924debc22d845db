"""A voucher: so much money under a code that nobody guesses, for a while, sent to somebody's address (M-19)."""

from collections.abc import Mapping
from datetime import date, datetime

from creneau.shared.derived_id import base32
from creneau.shared.errors import Fault
from creneau.shared.model import Stored
from creneau.shared.money import Money
from creneau.shared.settings import LANGUAGES, Clinic
from creneau.shared.store import Collection, Ref

CODE_BYTES = 8
MOST = 1_000_000
"""Minor units: a voucher of more is taken for a mistake of typing."""


class Voucher(Stored, frozen=True, kw_only=True):
    """`code` is one of a kind. `expires_on` is its last local day, None: none. `sendings` counts emails; the n-th is
    `voucher.email.{id}.{n}`. `signature_id` and `template_id`: what staff picked for them, None: what applies (G-04)."""

    id: str
    code: str
    amount: Money
    expires_on: date | None = None
    name: str
    email: str
    language: str | None = None
    signature_id: str | None = None
    template_id: str | None = None
    sendings: int = 1
    created_at: datetime
    created_by: str = ""


class VoucherCode(Stored, frozen=True, kw_only=True):
    """Whose a code is; `id` is the code. It is never given to another one."""

    id: str
    voucher_id: str


def voucher_ref(id: str) -> Ref[Voucher]:
    return Ref(Voucher, (id,))


def code_ref(code: str) -> Ref[VoucherCode]:
    return Ref(VoucherCode, (code,))


def vouchers_by_age() -> Collection[Voucher]:
    """The latest first."""
    return Collection("vouchers_by_age", Voucher, newest_first=True)


def code_of(random: bytes) -> str:
    """`7K2M-QX9T-04DB`: 60 bits, in letters and digits that are not taken for one another."""
    letters = base32(int.from_bytes(random[:CODE_BYTES], "big") >> 4, 12)
    return "-".join(letters[n : n + 4] for n in (0, 4, 8))


def given_of(voucher: Voucher) -> dict[str, str]:
    """What its message carries; see `values` for how it is told."""
    given = {
        "name": voucher.name,
        "code": voucher.code,
        "amount": str(voucher.amount.amount),
        "currency": voucher.amount.currency,
    }
    if voucher.expires_on:
        given["expires_on"] = voucher.expires_on.isoformat()
    if voucher.language:
        given["language"] = voucher.language
    if voucher.signature_id:
        given["signature_id"] = voucher.signature_id
    return given


def has_expired(given: Mapping[str, str], today: date) -> bool:
    """Of what a message carries; on its last day it is still good."""
    return "expires_on" in given and date.fromisoformat(given["expires_on"]) < today


def faults_of(voucher: Voucher, clinic: Clinic, today: date) -> list[Fault]:
    faults = []
    if voucher.amount.amount <= 0:
        faults.append(Fault("amount.amount", "a voucher is worth something", "give more than 0, in minor units"))
    elif voucher.amount.amount > MOST:
        faults.append(Fault("amount.amount", "this is too much", f"at most {MOST}, in minor units"))
    if voucher.amount.currency != clinic.currency:
        problem = f"the clinic's currency is {clinic.currency}"
        faults.append(Fault("amount.currency", problem, f"use {clinic.currency}"))
    if voucher.expires_on and voucher.expires_on < today:
        faults.append(Fault("expires_on", "this date is past", "give today or a later one, or none"))
    if voucher.language is not None and voucher.language not in LANGUAGES:
        faults.append(Fault("language", "not one of the four languages", f"one of {', '.join(LANGUAGES)}"))
    return faults
