"""An email's MIME: text and HTML as alternatives, headers into which no value can smuggle another."""

import re
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from creneau.messaging.render import Rendered
from creneau.messaging.words import one_line
from creneau.shared.settings import Clinic

MESSAGE_HEADER = "X-Creneau-Message"
"""Comes back with the provider's events about this mail."""

_ID = re.compile(r"[A-Za-z0-9._-]{1,900}")

HEADER_LIMIT = 200
"""Characters of a name or subject: folding what is much longer costs seconds."""

PLAIN_LIMIT = 68
"""Characters that fit on the line of a header, behind its name."""


def build(rendered: Rendered, clinic: Clinic, to: str, message_id: str) -> bytes:
    """`to` as `address.sendable` answers it. Message-ID and Date are the provider's to set."""
    mail = EmailMessage(policy=SMTP)
    sender = Address(display_name=one_line(clinic.name)[:HEADER_LIMIT], addr_spec=clinic.sender)
    mail["From"] = sender
    mail["To"] = Address(addr_spec=to)
    mail["Reply-To"] = sender
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(rendered.text, cte="quoted-printable")
    mail.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    mail["Content-Language"] = rendered.language
    # Written by hand: folding would turn an id longer than a line into encoded words, which events give back as they are,
    # and leaves a second space where it breaks a subject between a plain word and an encoded one.
    by_hand = f"{MESSAGE_HEADER}: {_plain(message_id)}\r\nSubject: {_subject(rendered.subject)}\r\n"
    return by_hand.encode("ascii") + mail.as_bytes()


def _subject(text: str) -> str:
    """As it is where it fits on a line; else in encoded words alone, between which spaces mean nothing."""
    line = one_line(text)[:HEADER_LIMIT]
    if line.isascii() and len(line) < PLAIN_LIMIT and "=?" not in line:
        return line
    return Header(line, "utf-8", header_name="Subject").encode(linesep="\r\n")


def _plain(message_id: str) -> str:
    if not _ID.fullmatch(message_id):
        raise ValueError(f"{message_id!r} is not a message's id")
    return message_id
