"""A patient with a browser: opens links over HTTP, reads the page, chooses, sends, and is told what came of it."""

import html
import re
import time
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode, urljoin

import urllib3

BUSY = (429, 503)
PATIENCE = 8


@dataclass(frozen=True)
class Seen:
    """A page; `statuses` are those of every request that led to it."""

    status: int
    body: str
    headers: dict[str, str]
    statuses: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """Its words, whatever kind of space is between them."""
        without_style = re.sub(r"<style.*?</style>|<head>.*?</head>", " ", self.body, flags=re.S)
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", without_style)).split())

    @property
    def heading(self) -> str:
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.body, re.S)
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[1])).split()) if found else ""

    @property
    def nonce(self) -> str:
        found = re.search(r'name="nonce" value="([^"]+)"', self.body)
        return found[1] if found else ""


@dataclass
class Patient:
    base: str
    http: urllib3.PoolManager = field(
        default_factory=lambda: urllib3.PoolManager(num_pools=2, maxsize=32, retries=False, timeout=60)
    )

    def get(self, path: str, method: str = "GET") -> Seen:
        return self._ask(method, path)

    def send(self, path: str, nonce: str, answer: str) -> Seen:
        """Sends a choice, again where the site asks for patience, and looks at what it leads to."""
        form, statuses = urlencode({"nonce": nonce, "answer": answer}), list[int]()
        sent = self._ask("POST", path, form)
        while sent.status in BUSY and len(statuses) < PATIENCE:
            statuses.append(sent.status)
            time.sleep(0.03 * 2 ** len(statuses))
            sent = self._ask("POST", path, form)
        statuses.append(sent.status)
        if sent.status == 303:
            sent = self.get(urljoin(path, sent.headers["location"]))
            statuses.append(sent.status)
        return replace(sent, statuses=tuple(statuses))

    def _ask(self, method: str, path: str, body: str | None = None) -> Seen:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
        got = self.http.request(method, self.base + path, body=body, headers=headers, redirect=False)
        return Seen(got.status, got.data.decode(), {k.lower(): v for k, v in got.headers.items()}, (got.status,))
