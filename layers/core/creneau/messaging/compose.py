"""A message as it leaves: its content for this patient, its secret links, its MIME, and what is kept of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from creneau.messaging.address import sendable
from creneau.messaging.facts import Known
from creneau.messaging.invitation import invitation
from creneau.messaging.message import Channel, Kind
from creneau.messaging.mime import Attachment, build, file_name
from creneau.messaging.ports import Mail, Text
from creneau.messaging.reader import reader_of
from creneau.messaging.render import Rendered
from creneau.messaging.secret_links import MakeSecrets, Secrets
from creneau.messaging.sms.numbers import Number, number_for_sms
from creneau.messaging.sms.segments import credits_of
from creneau.messaging.sms.senders import sender_for
from creneau.messaging.wording.wording import Wording
from creneau.messaging.words import one_line
from creneau.messaging.write import chosen_for, signature_of, write_email, write_sms
from creneau.shared.link import Link
from creneau.shared.model import Value
from creneau.shared.settings import Clinic


class Kept(Value, frozen=True, kw_only=True):
    """The content as sent, secret links blanked (M-01); `attached` names its files."""

    to: str
    sender: str
    subject: str
    text: str
    html: str
    template: str
    attached: tuple[str, ...] = ()


@dataclass(frozen=True)
class Composed:
    """`post` is what leaves, `kept` what is kept of it; `credits` is what an SMS takes."""

    post: Mail | Text
    kept: Kept
    links: tuple[Link, ...]
    credits: int = 0


def without_files(known: Known, files: Sequence[Attachment]) -> bool:
    """Whether the PDFs are to be had by a link: they were too large, or its template attaches none (D-01)."""
    return bool(known.invoice or known.invoices) and not files


def asks_to_pay(known: Known, wording: Wording) -> bool:
    """Whether the link to pay is made: an invoice's own email has it where the clinic's words ask for it."""
    return known.message.kind is not Kind.INVOICE or any("pay." in text for text in (wording.subject, wording.body))


@dataclass(frozen=True)
class Compose:
    """`public_base_url` begins patients' links, without a slash at its end."""

    clinic: Clinic
    public_base_url: str
    random_bytes: Callable[[int], bytes]

    def __call__(self, known: Known, now: datetime, files: Sequence[Attachment] = ()) -> Composed:
        """The message must be sendable: what it names exists, and the address or number is one."""
        return self._sms(known, now) if known.message.channel is Channel.SMS else self._email(known, now, files)

    def _sms(self, known: Known, now: datetime) -> Composed:
        message, settings = known.message, known.settings.sms
        reader = reader_of(message, known.patient, known.practitioner, known.payee)
        number = number_for_sms((reader.phone if reader else "") or "", self.clinic.country, settings.countries)
        if not isinstance(number, Number):
            raise ValueError(f"{message.id} has no number to go to")
        line, chosen = known.book.line(message.written_by, known.settings.messaging), chosen_for(known)
        secrets = self._secrets(known, now, pays=True)
        body = write_sms(known, chosen, secrets.addresses)
        sender = sender_for((line.sender if line else "") or settings.sender, number.country)
        kept = Kept(
            to=number.e164,
            sender=sender,
            subject="",
            text=secrets.blanked(body),
            html="",
            template=f"{chosen.language}/{message.written_by}",
        )
        return Composed(
            post=Text(message_id=message.id, sender=sender, to=number.e164, body=body),
            kept=kept,
            links=secrets.links,
            credits=credits_of(body).count,
        )

    def _email(self, known: Known, now: datetime, files: Sequence[Attachment]) -> Composed:
        message, patient = known.message, known.patient
        reader = reader_of(message, patient, known.practitioner, known.payee)
        to = sendable(reader.email or "") if reader else None
        if reader is None or to is None:
            raise ValueError(f"{message.id} has no address to go to")
        chosen, without = chosen_for(known), without_files(known, files)
        secrets = self._secrets(known, now, pays=without or asks_to_pay(known, chosen.wording))
        if without and "pay" in secrets.addresses:
            secrets = secrets.with_(addresses={**secrets.addresses, "files": secrets.addresses["pay"]})
        rendered = write_email(known, chosen, secrets.addresses, signature_of(known))
        calendar, opt_out = invitation(known, reader, to, now), secrets.addresses.get("opt_out", "")
        mime = build(rendered, self.clinic, to, message.id, files, calendar=calendar, opt_out=opt_out)
        kept = self._kept(rendered, to, f"{chosen.language}/{message.written_by}", secrets)
        return Composed(
            post=Mail(message_id=message.id, sender=self.clinic.sender, to=to, mime=mime),
            kept=kept.with_(attached=tuple(file_name(file.name) for file in files)),
            links=secrets.links,
        )

    def _secrets(self, known: Known, now: datetime, *, pays: bool) -> Secrets:
        return MakeSecrets(self.clinic, self.public_base_url, self.random_bytes)(known, now, pays=pays)

    def _kept(self, rendered: Rendered, to: str, template: str, secrets: Secrets) -> Kept:
        return Kept(
            to=to,
            sender=f"{one_line(self.clinic.name)} <{self.clinic.sender}>",
            subject=rendered.subject,
            text=secrets.blanked(rendered.text),
            html=secrets.blanked(rendered.html),
            template=template,
        )
