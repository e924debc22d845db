"""An email's MIME: text, HTML and calendar as alternatives, attachments beside; no value smuggles in a header."""

import re
from collections.abc import Sequence
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from creneau.messaging.calendar import Method
from creneau.messaging.render import Rendered
from creneau.messaging.words import one_line
from creneau.shared.model import Value
from creneau.shared.settings import Clinic

MESSAGE_HEADER = "X-Creneau-Message"
"""Comes back with the provider's events about this mail."""

_ID = re.compile(r"[A-Za-z0-9._-]{1,900}")

HEADER_LIMIT = 200
"""Characters of a name or subject: folding what is much longer costs seconds."""

PLAIN_LIMIT = 68
"""Characters that fit on the line of a header, behind its name."""


ATTACHED_LIMIT = 8 * 1024 * 1024
"""Bytes of all attachments of an email, as they are before they are written for the mail (a third more)."""

_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,60}")
_LINK = re.compile(r"https?://[A-Za-z0-9.:-]+/[A-Za-z0-9/_-]{1,200}")
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|]')


class Attachment(Value, frozen=True, kw_only=True):
    """`name` as the reader sees it, with its ending; `media_type` as in `application/pdf`."""

    name: str
    media_type: str
    content: bytes


class CalendarPart(Value, frozen=True, kw_only=True):
    """A calendar file and what it asks for, which must be its METHOD."""

    content: bytes
    method: Method


def build(
    rendered: Rendered,
    clinic: Clinic,
    to: str,
    message_id: str,
    attachments: Sequence[Attachment] = (),
    *,
    calendar: CalendarPart | None = None,
    opt_out: str = "",
) -> bytes:
    """`to` as `address.sendable` answers it. Message-ID and Date are the provider's to set.

    `opt_out` is the link that ends mails like this one, which mail programs then offer themselves (RFC 2369, 8058).
    Raises ValueError when the attachments are too large: their sender decides before what goes as a link instead.
    """
    mail = EmailMessage(policy=SMTP)
    sender = Address(display_name=one_line(clinic.name)[:HEADER_LIMIT], addr_spec=clinic.sender)
    mail["From"] = sender
    mail["To"] = Address(addr_spec=to)
    mail["Reply-To"] = sender
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(rendered.text, cte="quoted-printable")
    mail.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    if calendar is not None:
        _add_calendar(mail, calendar)
    _attach(mail, attachments)
    mail["Content-Language"] = rendered.language
    # Written by hand: folding would turn an id longer than a line into encoded words, which events give back as they are,
    # and leaves a second space where it breaks a subject between a plain word and an encoded one.
    by_hand = f"{MESSAGE_HEADER}: {_plain(message_id)}\r\nSubject: {_subject(rendered.subject)}\r\n"
    if opt_out:
        by_hand += _one_click(opt_out)
    return by_hand.encode("ascii") + mail.as_bytes()


def _add_calendar(mail: EmailMessage, part: CalendarPart) -> None:
    """Twice: as an alternative, which Outlook, Gmail and Apple Mail take into the calendar by themselves, and as a file for
    whoever reads mail in a program that does not."""
    params = {"method": part.method.value, "charset": "UTF-8"}
    mail.add_alternative(part.content, maintype="text", subtype="calendar", params=params)
    mail.add_attachment(part.content, maintype="application", subtype="ics", filename="invite.ics")


def _attach(mail: EmailMessage, attachments: Sequence[Attachment]) -> None:
    size = sum(len(each.content) for each in attachments)
    if size > ATTACHED_LIMIT:
        raise ValueError(f"{size} bytes of attachments are more than {ATTACHED_LIMIT}")
    for each in attachments:
        if not _MEDIA_TYPE.fullmatch(each.media_type) or each.media_type.startswith(
            ("text/", "multipart/", "message/")
        ):
            raise ValueError(f"{each.media_type!r} can't be attached")
        maintype, subtype = each.media_type.split("/")
        mail.add_attachment(each.content, maintype=maintype, subtype=subtype, filename=file_name(each.name))


def file_name(name: str) -> str:
    """Without what a file system takes for a path or a device, its ending kept however long it is."""
    plain = _NOT_IN_NAMES.sub("-", one_line(name)).strip(". ")
    stem, dot, ending = plain.rpartition(".")
    if not stem or len(ending) > 10:
        return plain[:100] or "file"
    return f"{stem[:100]}{dot}{ending}"


def _one_click(link: str) -> str:
    if not _LINK.fullmatch(link):
        raise ValueError("the opt-out link is none of ours")
    return f"List-Unsubscribe: <{link}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"


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
