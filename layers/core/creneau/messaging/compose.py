"""A message as it leaves: its content for this patient, its secret links, its MIME, and what is kept of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from creneau.messaging.address import sendable
from creneau.messaging.facts import Known
from creneau.messaging.invitation import invitation
from creneau.messaging.mime import build
from creneau.messaging.ports import Mail, Text
from creneau.messaging.reader import reader_of
from creneau.messaging.render import Rendered
from creneau.messaging.secret_links import MakeSecrets, Secrets
from creneau.messaging.words import one_line
from creneau.messaging.write import chosen_for, signature_of, write_email
from creneau.shared.link import Link
from creneau.shared.model import Value
from creneau.shared.settings import Clinic


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
        secrets, chosen = self._secrets(known, now), chosen_for(known)
        rendered = write_email(known, chosen, secrets.addresses, signature_of(known))
        calendar, opt_out = invitation(known, reader, to, now), secrets.addresses.get("opt_out", "")
        mime = build(rendered, self.clinic, to, message.id, calendar=calendar, opt_out=opt_out)
        return Composed(
            post=Mail(message_id=message.id, sender=self.clinic.sender, to=to, mime=mime),
            kept=self._kept(rendered, to, f"{chosen.language}/{message.written_by}", secrets),
            links=secrets.links,
        )

    def _secrets(self, known: Known, now: datetime) -> Secrets:
        return MakeSecrets(self.clinic, self.public_base_url, self.random_bytes)(known, now)

    def _kept(self, rendered: Rendered, to: str, template: str, secrets: Secrets) -> Kept:
        return Kept(
            to=to,
            sender=f"{one_line(self.clinic.name)} <{self.clinic.sender}>",
            subject=rendered.subject,
            text=secrets.blanked(rendered.text),
            html=secrets.blanked(rendered.html),
            template=template,
        )
