"""A patient's browser, and a mail scanner's: pages by HTTP, links and forms as they are in the HTML."""

import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin

import urllib3

READING = 2.1
"""Seconds: an answer that comes sooner after its page was shown is taken for a robot's."""


@dataclass
class Page:
    """`text` is what is read, line by line; `fields` are the form's own values, `choices` its radio buttons."""

    url: str
    status: int
    title: str = ""
    heading: str = ""
    text: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    choices: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    HIDDEN = frozenset({"style", "script", "head", "nav", "header"})
    BLOCKS = frozenset({"p", "h1", "h2", "legend", "label", "button", "li"})

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page, self._in, self._line = page, list[str](), ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "a" and "href" in given:
            self._page.links.append(urljoin(self._page.url, given["href"]))
        if tag == "input" and given.get("type") == "radio":
            self._page.choices.append((given["name"], given["value"]))
        elif tag == "input" and "name" in given:
            self._page.fields[given["name"]] = given.get("value", "")
        if tag not in ("input", "meta", "link", "br", "img", "hr"):
            self._in.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.BLOCKS:
            self._end_line()
        if tag in self._in:
            while self._in.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if "title" in self._in:
            self._page.title += " ".join(data.split())
        elif not self.HIDDEN & set(self._in):
            self._line += data

    def _end_line(self) -> None:
        words, self._line = " ".join(self._line.split()), ""
        if words and "h1" in self._in:
            self._page.heading = words
        if words:
            self._page.text.append(words)


class Browser:
    def __init__(self) -> None:
        self._http = urllib3.PoolManager(
            num_pools=2, maxsize=4, retries=urllib3.Retry(total=None, connect=0, read=0, redirect=5)
        )
        self.requests = 0

    def head(self, url: str) -> int:
        self.requests += 1
        return self._http.request("HEAD", url, timeout=30).status

    def open(self, url: str) -> Page:
        self.requests += 1
        return self._page(url, self._http.request("GET", url, timeout=30))

    def press(self, page: Page, **chosen: str) -> Page:
        """Sends the page's form; without a choice, as a robot would. A redirect is followed."""
        self.requests += 1
        body = urlencode({**page.fields, **chosen})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._page(page.url, self._http.request("POST", page.url, body=body, headers=headers, timeout=30))

    def read(self) -> None:
        """A person takes a moment before answering."""
        time.sleep(READING)

    def _page(self, url: str, answer: urllib3.BaseHTTPResponse) -> Page:
        page = Page(url, answer.status)
        _Reader(page).feed(answer.data.decode())
        return page
