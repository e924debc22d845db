"""An email's MIME: text, HTML and calendar as alternatives, attachments beside; no value smuggles in a header.

Written by hand: the standard library takes three milliseconds for it, as long as all the rest of a message.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Sequence
from email.header import Header
from urllib.parse import quote

from creneau.messaging.calendar import Method
from creneau.messaging.render import Rendered
from creneau.messaging.words import one_line
from creneau.shared.model import Value
from creneau.shared.settings import Clinic

MESSAGE_HEADER = "X-Creneau-Message"
"""Comes back with the provider's events about this mail."""

HEADER_LIMIT = 200
"""Characters of a name or subject."""

PLAIN_LIMIT = 68
"""Characters that fit on the line of a header, behind its name."""

ATTACHED_LIMIT = 8 * 1024 * 1024
"""Bytes of all attachments of an email, as they are before they are written for the mail (a third more)."""

_ID = re.compile(r"[A-Za-z0-9._-]{1,900}")
_ADDRESS = re.compile(r"[!-~]+@[!-~]+")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,60}")
_LINK = re.compile(r"https?://[A-Za-z0-9.:-]+/[A-Za-z0-9/_-]{1,200}")
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|]')
_OCTETS = re.compile(r"(?:%..|.){1,20}")


class Attachment(Value, frozen=True, kw_only=True):
    """`name` as the reader sees it, with its ending; `media_type` as in `application/pdf`."""

    name: str
    media_type: str
    content: bytes


class CalendarPart(Value, frozen=True, kw_only=True):
    """A calendar file and what it asks for, which must be its METHOD."""

    content: bytes
    method: Method


class Part(Value, frozen=True, kw_only=True):
    """Header lines and body, as they are written: ASCII, each line ended by CR LF."""

    headers: tuple[str, ...]
    body: str

    def __str__(self) -> str:
        return "".join(f"{line}\r\n" for line in self.headers) + f"\r\n{self.body}"


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
    alternatives = [_text("plain", rendered.text), _text("html", rendered.html)]
    files = [_file(each) for each in _checked(attachments)]
    if calendar is not None:
        invitation, file = _calendar(calendar)
        alternatives, files = [*alternatives, invitation], [file, *files]
    whole = _multipart("alternative", alternatives, message_id)
    if files:
        whole = _multipart("mixed", [whole, *files], message_id)
    sender = _mailbox(clinic.name, clinic.sender)
    headers = (
        f"{MESSAGE_HEADER}: {_plain(message_id)}",
        f"Subject: {_words(rendered.subject, 'Subject')}",
        f"From: {sender}",
        f"To: {_address(to)}",
        f"Reply-To: {sender}",
        "Auto-Submitted: auto-generated",
        *(_one_click(opt_out) if opt_out else ()),
        "MIME-Version: 1.0",
        f"Content-Language: {rendered.language}",
    )
    return str(whole.with_(headers=(*headers, *whole.headers))).encode("ascii")


# -- bodies
def _multipart(kind: str, parts: Sequence[Part], message_id: str) -> Part:
    """Neither of the two encodings writes `=_`, so no content ends its part."""
    boundary = f"=_{hashlib.sha256(f'{kind} {message_id}'.encode()).hexdigest()[:32]}"
    inner = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    header = f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"'
    return Part(headers=(header,), body=f"{inner}--{boundary}--\r\n")


def _text(kind: str, text: str) -> Part:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").encode()
    return Part(
        headers=(f'Content-Type: text/{kind}; charset="utf-8"', "Content-Transfer-Encoding: quoted-printable"),
        body=binascii.b2a_qp(lines, istext=True).decode("ascii").replace("\n", "\r\n"),
    )


def _calendar(part: CalendarPart) -> tuple[Part, Part]:
    """Twice: as an alternative, which Outlook, Gmail and Apple Mail take into the calendar by themselves, and as a file for
    whoever reads mail in a program that does not."""
    kind = f"text/calendar; method={part.method}; charset=UTF-8"
    file = Attachment(name="invite.ics", media_type="application/ics", content=part.content)
    return _encoded((f"Content-Type: {kind}",), part.content), _file(file)


def _file(file: Attachment) -> Part:
    disposition = ";\r\n ".join(("Content-Disposition: attachment", *_named(file_name(file.name))))
    return _encoded((f"Content-Type: {file.media_type}", disposition), file.content)


def _encoded(headers: tuple[str, ...], content: bytes) -> Part:
    return Part(
        headers=(*headers, "Content-Transfer-Encoding: base64"),
        body=base64.encodebytes(content).decode("ascii").replace("\n", "\r\n"),
    )


def _checked(attachments: Sequence[Attachment]) -> Sequence[Attachment]:
    size = sum(len(each.content) for each in attachments)
    if size > ATTACHED_LIMIT:
        raise ValueError(f"{size} bytes of attachments are more than {ATTACHED_LIMIT}")
    for each in attachments:
        if not _MEDIA_TYPE.fullmatch(each.media_type) or each.media_type.startswith(
            ("text/", "multipart/", "message/")
        ):
            raise ValueError(f"{each.media_type!r} can't be attached")
    return attachments


# -- headers
def file_name(name: str) -> str:
    """Without what a file system takes for a path or a device, its ending kept however long it is."""
    plain = _NOT_IN_NAMES.sub("-", one_line(name)).strip(". ")
    stem, dot, ending = plain.rpartition(".")
    if not stem or len(ending) > 10:
        return plain[:100] or "file"
    return f"{stem[:100]}{dot}{ending}"


def _named(name: str) -> Iterator[str]:
    """The parameter of a name, in as many pieces as its octets need (RFC 2231)."""
    if name.isascii() and len(name) < PLAIN_LIMIT:
        yield f'filename="{name}"'
        return
    for n, piece in enumerate(_OCTETS.findall(quote(name, safe=""))):
        yield f"filename*{n}*={'' if n else 'utf-8' + chr(39) * 2}{piece}"


def _mailbox(name: str, address: str) -> str:
    words = one_line(name)[:HEADER_LIMIT]
    if not words:
        return _address(address)
    if words.isascii() and len(words) < PLAIN_LIMIT - 2 and not set(words) & {'"', "\\"} and "=?" not in words:
        return f'"{words}"\r\n <{_address(address)}>'
    return f"{_encoded_words(words, 'From')}\r\n <{_address(address)}>"


def _words(text: str, header: str) -> str:
    """As it is where it fits on a line; else in encoded words alone, between which spaces mean nothing."""
    line = one_line(text)[:HEADER_LIMIT]
    if line.isascii() and len(line) < PLAIN_LIMIT and "=?" not in line:
        return line
    return _encoded_words(line, header)


def _encoded_words(line: str, header: str) -> str:
    return Header(line, "utf-8", header_name=header).encode(linesep="\r\n")


def _address(address: str) -> str:
    if not _ADDRESS.fullmatch(address) or set(address) & set('<>,;"'):
        raise ValueError("not an address that can be written to")
    return address


def _one_click(link: str) -> tuple[str, str]:
    """On one line each, however long: a link that is folded is another one."""
    if not _LINK.fullmatch(link):
        raise ValueError("the opt-out link is none of ours")
    return f"List-Unsubscribe: <{link}>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"


def _plain(message_id: str) -> str:
    """As it is, also where it is longer than a line: events give back what an encoded word would make of it."""
    if not _ID.fullmatch(message_id):
        raise ValueError(f"{message_id!r} is not a message's id")
    return message_id
