"""The offers and confirmations in the mailbox, read from the emails' own MIME as their recipients would."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.engine.client import Engine

MESSAGE_HEADER = "X-Creneau-Message"


@dataclass(frozen=True)
class Mail:
    """`message_id` is the record's id, which the email carries in a header; `links` as in the text part."""

    id: str
    to: str
    subject: str
    at: datetime
    message_id: str
    text: str
    html: str

    @property
    def links(self) -> list[str]:
        return re.findall(r"https?://[^\s<>\"]+", self.text)

    def link_to(self, site: str, page: str = "o") -> str:
        """The one link to an offer, or to `p`, the page to pay; ValueError when there is none, or another in the HTML."""
        found = {link for link in self.links if link.startswith(f"{site}/{page}/")}
        if len(found) != 1:
            raise ValueError(f"email {self.id} has {len(found)} links to {site}/{page}/")
        link = found.pop()
        if link not in self.html:
            raise ValueError(f"the HTML part of email {self.id} has another link than its text part")
        return link


class Mailbox:
    """Opens each email once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._opened: dict[str, Mail] = {}

    def all(self) -> list[Mail]:
        """Oldest first."""
        return [self._opened.get(m["id"]) or self._open(m) for m in self._engine.mails()]

    def about(self, *parts: str) -> list[Mail]:
        """Those whose record's id begins with these parts: kind, channel, subject, ..."""
        start = ".".join(parts) + "."
        return [mail for mail in self.all() if mail.message_id.startswith(start)]

    def _open(self, listed: dict[str, Any]) -> Mail:
        mail = self._engine.mail(listed["id"])
        headers = {name.lower(): value for name, value in mail["headers"]}
        opened = Mail(
            id=listed["id"],
            to=", ".join(listed["to"]),
            subject=listed["subject"],
            at=datetime.fromtimestamp(listed["at"], UTC),
            message_id=re.sub(r"\s+", "", headers.get(MESSAGE_HEADER.lower(), "")),
            text=mail["text"] or "",
            html=mail["html"] or "",
        )
        self._opened[opened.id] = opened
        return opened
