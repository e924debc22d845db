"""What a patient sent, each part only in the form that our page, or the standard, gives it."""

import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qs

from api.gateway import Request
from creneau.billing.promise import Says
from creneau.waitlist.answer import Answer

LARGEST = 2048
"""Bytes; the page's own form has about 70."""

_NONCE = re.compile(r"[0-9]{1,14}\.[0-9a-f]{32}")
_ONE_CLICK_PART = re.compile(rb'name="List-Unsubscribe"\r\n(?:[^\r\n]+\r\n)*\r\nOne-Click\r\n', re.IGNORECASE)


@dataclass(frozen=True)
class OfferForm:
    """`answer` is None when nothing was chosen, or not one thing; `nonce` is empty when it is none of ours."""

    answer: Answer | None = None
    nonce: str = ""


@dataclass(frozen=True)
class OptOutForm:
    """`wanted`: the box is ticked; `nonce` is empty when it is none of ours."""

    wanted: bool = False
    nonce: str = ""


@dataclass(frozen=True)
class PayForm:
    """`pay` is the currency to pay now, or empty; `says` what is promised. `nonce` is empty when it is none of ours."""

    pay: str = ""
    says: Says | None = None
    on: date | None = None
    nonce: str = ""


def offer_form(request: Request) -> OfferForm:
    fields = _fields(request)
    answer = _only(fields, "answer")
    return OfferForm(Answer(answer) if answer in set(Answer) else None, _nonce(fields))


def opt_out_form(request: Request) -> OptOutForm:
    fields = _fields(request)
    return OptOutForm(_only(fields, "end") == "all", _nonce(fields))


def pay_form(request: Request) -> PayForm:
    fields = _fields(request)
    pay, says = _only(fields, "pay"), _only(fields, "says")
    known = pay if re.fullmatch(r"[A-Z]{3}", pay) else ""
    said = Says(says) if says in set(Says) else None
    on = None if said is Says.NOT_MINE else _day(_only(fields, "on"))
    return PayForm(known, said, on, _nonce(fields))


def is_one_click(request: Request) -> bool:
    """What a mail program sends when its reader presses its own button: as a form of either kind (RFC 8058, 3.2)."""
    if len(request.body) > LARGEST:
        return False
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return _ONE_CLICK_PART.search(request.body) is not None
    return _only(_fields(request), "List-Unsubscribe") == "One-Click"


def _fields(request: Request) -> dict[str, list[str]]:
    if len(request.body) > LARGEST:
        return {}
    try:
        return parse_qs(request.body.decode("ascii"), max_num_fields=10)
    except ValueError:
        return {}


def _only(fields: dict[str, list[str]], name: str) -> str:
    given = fields.get(name, [])
    return given[0] if len(given) == 1 else ""


def _nonce(fields: dict[str, list[str]]) -> str:
    nonce = _only(fields, "nonce")
    return nonce if _NONCE.fullmatch(nonce) else ""


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given) if re.fullmatch(r"\d{4}-\d\d-\d\d", given) else None
    except ValueError:
        return None
