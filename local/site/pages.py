"""The site's own pages, by method and first part of the path."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from local import homes
from local.engine.client import Engine
from local.sign_in import SignInError, sign_in
from local.site import api_pages, mailbox
from local.site.answer import PLAIN, Answer, NotYet, page, problem, see

FURTHEST = timedelta(days=400)
STYLE = Path(__file__).with_name("templates") / "style.css"


@dataclass(frozen=True)
class Request:
    home: Path
    url: str
    path: str
    fields: dict[str, str]

    @property
    def rest(self) -> list[str]:
        """The parts of the path after the first."""
        return [part for part in self.path.split("/")[2:] if part]

    def engine(self) -> Engine:
        try:
            return Engine.attach(self.home)
        except (OSError, ValueError) as error:
            raise NotYet("The engine is not running.") from error

    def stack(self) -> dict[str, Any]:
        stack = homes.read(self.home, "stack")
        if stack is None:
            raise NotYet("The stack is still being deployed. Load this page again in a few seconds.")
        return stack


def local_time(instant: datetime, zone: str) -> str:
    return f"{instant.astimezone(ZoneInfo(zone)):%a %d %b %Y, %H:%M:%S}"


def front(asked: Request) -> Answer:
    stack = asked.stack()
    now = asked.engine().now()
    return page(
        "front.html",
        stack=stack,
        url=asked.url,
        now=local_time(now, stack["zone"]),
        jumps=JUMPS,
        moved=just_moved(asked.home),
    )


JUMPS = ((300, "5 minutes"), (3600, "1 hour"), (86400, "1 day"), (15 * 86400, "15 days"))


SETTLES = 20.0
"""Seconds after the clock was moved in which emails keep arriving."""
_moved: dict[Path, float] = {}


def just_moved(home: Path) -> bool:
    return home in _moved and time.monotonic() - _moved[home] < SETTLES


def move_clock(asked: Request) -> Answer:
    text = asked.fields.get("seconds", "")
    if not text.isdigit() or not 0 < int(text) <= FURTHEST.total_seconds():
        return Answer(400, f"seconds: give 1 to {FURTHEST.total_seconds():.0f}\n".encode())
    asked.engine().jump(timedelta(seconds=int(text)))
    _moved[asked.home] = time.monotonic()
    return see("/?moved")


def token(asked: Request) -> Answer:
    """For trying the API with curl; on AWS, staff sign in with Cognito."""
    stack = asked.stack()
    user, password = asked.fields.get("user", ""), asked.fields.get("password", "")
    try:
        return Answer(200, sign_in(asked.engine(), stack, user, password).encode(), PLAIN)
    except SignInError as error:
        return problem(401, str(error))


def mails(asked: Request) -> Answer:
    engine, zone = asked.engine(), str(asked.stack()["zone"])
    if not asked.rest:
        return mailbox.listed(engine, zone, asked.fields.get("to", "").strip(), just_moved(asked.home))
    return mailbox.opened(engine, zone, *asked.rest)


def documentation(asked: Request) -> Answer:
    return api_pages.shown(homes.ROOT / "docs" / "openapi.json", asked.rest)


def about(asked: Request) -> Answer:
    said = json.dumps({"home": str(asked.home), "pid": os.getpid()})
    return Answer(200, said.encode(), (("Content-Type", "application/json"), ("Cache-Control", "no-store")))


def style(_: Request) -> Answer:
    return Answer(200, STYLE.read_bytes(), (("Content-Type", "text/css; charset=utf-8"), ("Cache-Control", "no-cache")))


PAGES: dict[tuple[str, str], Callable[[Request], Answer]] = {
    ("GET", ""): front,
    ("GET", "about"): about,
    ("POST", "clock"): move_clock,
    ("POST", "sign-in"): token,
    ("GET", "mailbox"): mails,
    ("GET", "docs"): documentation,
    ("GET", "style.css"): style,
}
