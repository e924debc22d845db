"""A message as it leaves: its content for this patient, its secret links, its MIME, and what is kept of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from creneau.messaging.address import sendable
from creneau.messaging.facts import Known
from creneau.messaging.invitation import invitation
from creneau.messaging.message import Kind
from creneau.messaging.mime import build
from creneau.messaging.ports import Mail, Text
from creneau.messaging.reader import reader_of
from creneau.messaging.render import Rendered
from creneau.messaging.words import one_line
from creneau.messaging.write import chosen_for, signature_of, write_email
from creneau.shared.link import Link, hash_of, token_of
from creneau.shared.model import Value
from creneau.shared.settings import Clinic

KNOWN_FOR = timedelta(days=60)
"""How long after the last moment to answer a link still says what became of the offer."""

BLANK = "…"


class Kept(Value, frozen=True, kw_only=True):
    """The content as sent, secret links blanked (M-01)."""

    to: str
    sender: str
    subject: str
    text: str
    html: str
    template: str


@dataclass(frozen=True)
class Composed:
    """`post` is what leaves, `kept` what is kept of it; `credits` is what an SMS takes."""

    post: Mail | Text
    kept: Kept
    links: tuple[Link, ...]
    credits: int = 0


@dataclass(frozen=True)
class Compose:
    """`public_base_url` begins patients' links, without a slash at its end."""

    clinic: Clinic
    public_base_url: str
    random_bytes: Callable[[int], bytes]

    def __call__(self, known: Known, now: datetime) -> Composed:
        """The message must be sendable: what it names exists, and the address is one."""
        message, patient = known.message, known.patient
        reader = reader_of(message, patient, known.practitioner)
        to = sendable(reader.email or "") if reader else None
        if reader is None or to is None:
            raise ValueError(f"{message.id} has no address to go to")
        token, addresses = "", dict[str, str]()
        links: tuple[Link, ...] = ()
        if message.kind is Kind.OFFER and known.offer is not None:
            token = token_of(self.random_bytes(16))
            links = (self._link(token, known, now),)
            addresses = {"offer": f"{self.public_base_url}/o/{token}"}
        chosen = chosen_for(known)
        rendered = write_email(known, chosen, addresses, signature_of(known))
        mime = build(rendered, self.clinic, to, message.id, calendar=invitation(known, reader, to, now))
        return Composed(
            post=Mail(message_id=message.id, sender=self.clinic.sender, to=to, mime=mime),
            kept=self._kept(rendered, to, f"{chosen.language}/{message.written_by}", token),
            links=links,
        )

    def _link(self, token: str, known: Known, now: datetime) -> Link:
        message, offer = known.message, known.offer
        subject: dict[str, Any] = {"round_id": message.round_id, "appointment_id": message.appointment_id}
        until = (offer.expires_at if offer else now) + KNOWN_FOR
        return Link(
            hash=hash_of(token),
            purpose="offer",
            subject=subject,
            key=self.random_bytes(16).hex(),
            created_at=now,
            ttl=int(until.timestamp()),
        )

    def _kept(self, rendered: Rendered, to: str, template: str, token: str) -> Kept:
        def blanked(text: str) -> str:
            return text.replace(token, BLANK) if token else text

        return Kept(
            to=to,
            sender=f"{one_line(self.clinic.name)} <{self.clinic.sender}>",
            subject=rendered.subject,
            text=blanked(rendered.text),
            html=blanked(rendered.html),
            template=template,
        )
