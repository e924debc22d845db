"""The secret links that a message carries, made for this hand-over alone: whoever keeps the content keeps them blanked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from creneau.messaging.facts import Known
from creneau.messaging.message import Kind
from creneau.messaging.opt_out import has_opt_out, new_opt_out_link
from creneau.messaging.payments.pay_link import new_pay_link, payer_asked
from creneau.shared.link import Link, new_link
from creneau.shared.model import Value
from creneau.shared.settings import Clinic

KNOWN_FOR = timedelta(days=60)
"""How long after the last moment to answer a link still says what became of the offer."""

BLANK = "…"


class Secrets(Value, frozen=True, kw_only=True):
    """`addresses` by what they are for: `offer`, `opt_out`, `pay`; `links` are what the table keeps of them."""

    addresses: dict[str, str] = {}
    tokens: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()

    def blanked(self, text: str) -> str:
        for token in self.tokens:
            text = text.replace(token, BLANK)
        return text


@dataclass(frozen=True)
class MakeSecrets:
    """`public_base_url` begins patients' links, without a slash at its end."""

    clinic: Clinic
    public_base_url: str
    random_bytes: Callable[[int], bytes]

    def __call__(self, known: Known, now: datetime, *, pays: bool = True) -> Secrets:
        """`pays`: whether a message to a payer carries the link of what they owe."""
        message = known.message
        if message.kind is Kind.OFFER and known.offer is not None:
            subject = {"round_id": message.round_id or "", "appointment_id": message.appointment_id or ""}
            token, link = new_link("offer", subject, known.offer.expires_at + KNOWN_FOR, self.random_bytes, now)
            return self._one("offer", f"/o/{token}", token, link)
        if message.patient_id and has_opt_out(message):
            token, link = new_opt_out_link(message.patient_id, self.random_bytes, self.clinic, now)
            return self._one("opt_out", f"/u/{token}", token, link)
        payer_key = payer_asked(known)
        if pays and payer_key:
            token, link = new_pay_link(payer_key, self.random_bytes, self.clinic, now)
            return self._one("pay", f"/p/{token}", token, link)
        return Secrets()

    def _one(self, purpose: str, path: str, token: str, link: Link) -> Secrets:
        return Secrets(addresses={purpose: f"{self.public_base_url}{path}"}, tokens=(token,), links=(link,))
