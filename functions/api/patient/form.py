"""What a patient sent: a choice and the page's nonce, each only in the form that our page gives it."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs

from api.gateway import Request
from creneau.waitlist.answer import Answer

LARGEST = 2048
"""Bytes; the page's own form has about 70."""

_NONCE = re.compile(r"[0-9]{1,14}\.[0-9a-f]{32}")


@dataclass(frozen=True)
class OfferForm:
    """`answer` is None when nothing was chosen, or not one thing; `nonce` is empty when it is none of ours."""

    answer: Answer | None = None
    nonce: str = ""


def offer_form(request: Request) -> OfferForm:
    if len(request.body) > LARGEST:
        return OfferForm()
    try:
        fields = parse_qs(request.body.decode("ascii"), max_num_fields=10)
    except ValueError:
        return OfferForm()
    answers, nonces = fields.get("answer", []), fields.get("nonce", [])
    answer = Answer(answers[0]) if len(answers) == 1 and answers[0] in set(Answer) else None
    return OfferForm(answer, nonces[0] if len(nonces) == 1 and _NONCE.fullmatch(nonces[0]) else "")
