"""An email's MIME: text and HTML as alternatives, headers into which no value can smuggle another."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from creneau.messaging.render import Rendered
from creneau.messaging.words import one_line
from creneau.shared.settings import Clinic

__all__ = ["MESSAGE_HEADER", "build", "one_line"]

MESSAGE_HEADER = "X-Creneau-Message"
"""Comes back with the provider's events about this mail."""


def build(rendered: Rendered, clinic: Clinic, to: str, message_id: str) -> bytes:
    """`to` as `address.sendable` answers it. Message-ID and Date are the provider's to set."""
    mail = EmailMessage(policy=SMTP)
    sender = Address(display_name=one_line(clinic.name), addr_spec=clinic.sender)
    mail["From"] = sender
    mail["To"] = Address(addr_spec=to)
    mail["Reply-To"] = sender
    mail["Subject"] = one_line(rendered.subject)
    mail["Content-Language"] = rendered.language
    mail["Auto-Submitted"] = "auto-generated"
    mail[MESSAGE_HEADER] = message_id
    mail.set_content(rendered.text, cte="quoted-printable")
    mail.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    return mail.as_bytes()
