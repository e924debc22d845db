"""Calls the patient API's function as API Gateway does, and reads its pages as a browser does."""

import base64
import copy
import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from api.patient.handler import handler
from creneau import wiring
from tests.support.world import World

EVENTS = Path(__file__).parents[3] / "events" / "patient_api"
SHOW, ANSWER = (json.loads((EVENTS / name).read_text()) for name in ("show_offer.json", "answer_offer.json"))


@dataclass
class Seen(HTMLParser):
    """An answer: what the gateway would send, and the page's title, text, links, and form."""

    status: int
    headers: dict[str, str]
    body: str
    path: str
    title: str = ""
    text: str = ""
    language: str = ""
    links: list[str] = field(default_factory=list)
    fields: list[dict[str, str | None]] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._inside: list[str] = []
        self.feed(self.body)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append(tag)
        if tag not in {"meta", "link", "input", "br"}:
            self._inside.append(tag)
        if tag == "html":
            self.language = named["lang"] or ""
        if tag == "a":
            self.links.append(named["href"] or "")
        if tag == "input":
            self.fields.append(named)

    def handle_endtag(self, tag: str) -> None:
        assert self._inside.pop() == tag, f"<{tag}> is closed out of turn"

    def handle_data(self, data: str) -> None:
        if "title" in self._inside:
            self.title += data
        elif "style" not in self._inside:
            self.text += f" {data.strip()}" if data.strip() else ""

    @property
    def plain(self) -> str:
        """Its text, whatever kind of space is between the words."""
        return " ".join(self.text.replace("\u00a0", " ").replace("\u202f", " ").split())

    @property
    def nonce(self) -> str:
        return next(f["value"] or "" for f in self.fields if f["name"] == "nonce")

    @property
    def answerable(self) -> bool:
        return "form" in self.tags


@dataclass
class Browser:
    """`late_stamp`: what the gateway's clock says beside ours, in milliseconds."""

    world: World
    late_stamp: int = 0

    def get(self, path: str, method: str = "GET") -> Seen:
        return self._call(SHOW, method, path, None)

    def post(self, path: str, **fields: str) -> Seen:
        return self.send(path, urlencode(fields).encode())

    def send(self, path: str, body: bytes, kind: str = "application/x-www-form-urlencoded") -> Seen:
        return self._call(ANSWER, "POST", path, body, kind)

    def follow(self, seen: Seen) -> Seen:
        """Where a redirect leads."""
        assert seen.status == 303
        return self.get(urljoin(seen.path, seen.headers["Location"]))

    def choose(self, path: str, answer: str, reading: float = 20) -> Seen:
        """As a patient does: open, read, choose, send, and see what came of it."""
        page = self.get(path)
        self.world.later(seconds=reading)
        sent = self.post(path, nonce=page.nonce, answer=answer)
        return self.follow(sent) if sent.status == 303 else sent

    def _call(self, example: dict[str, Any], method: str, path: str, body: bytes | None, kind: str = "") -> Seen:
        event, parts = copy.deepcopy(example), urlsplit(path)
        event["rawPath"], event["rawQueryString"] = parts.path, parts.query
        event["pathParameters"]["proxy"] = parts.path.removeprefix("/o/")
        if parts.query:
            event["queryStringParameters"] = dict(p.split("=", 1) for p in parts.query.split("&") if "=" in p)
        event["requestContext"]["http"] |= {"method": method, "path": parts.path}
        event["requestContext"]["timeEpoch"] = int(self.world.now.timestamp() * 1000) + self.late_stamp
        if body is not None:
            event["body"] = base64.b64encode(body).decode()
            event["headers"]["content-type"] = kind
        wiring.use(self.world.app)
        try:
            answer = handler(event, None)
        finally:
            wiring.use(None)
        return Seen(answer["statusCode"], answer["headers"], answer["body"], path)
