"""Secret links: 16 random bytes that only the reader knows; the table knows their hash (P-02)."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from creneau.shared.errors import NotFound
from creneau.shared.model import Stored
from creneau.shared.store import Ref, Store

TOKEN_LENGTH = 22
SOONEST = timedelta(seconds=2)
LATEST = timedelta(hours=12)


class Read(StrEnum):
    """How an answer follows on the page that it came from. UNSEEN: no page of this link was shown to whoever answers."""

    IN_TIME = "in_time"
    UNSEEN = "unseen"
    TOO_SOON = "too_soon"
    TOO_LATE = "too_late"


class Link(Stored, frozen=True, kw_only=True):
    """`purpose` and `subject` are all that it opens; `key` signs the nonces of its pages; `ttl` is when it is forgotten."""

    hash: str
    purpose: str
    subject: dict[str, str]
    key: str
    created_at: datetime
    ttl: int


def token_of(random: bytes) -> str:
    """22 characters safe in an address."""
    return base64.urlsafe_b64encode(random).decode().rstrip("=")


def new_link(
    purpose: str, subject: dict[str, str], until: datetime, random_bytes: Callable[[int], bytes], now: datetime
) -> tuple[str, Link]:
    """The token, which is told once and never kept, and the link that it opens until then."""
    token = token_of(random_bytes(16))
    key, ttl = random_bytes(16).hex(), int(until.timestamp())
    return token, Link(hash=hash_of(token), purpose=purpose, subject=subject, key=key, created_at=now, ttl=ttl)


def link_ref(token: str) -> Ref[Link]:
    return Ref(Link, (hash_of(token),))


def opened(store: Store, token: str, purpose: str, now: datetime) -> Link:
    """What a token opens. NotFound, the same for every other: unknown, forgotten or of another purpose (P-02)."""
    link = store.get(link_ref(token))
    if link is None or link.purpose != purpose or link.ttl <= now.timestamp():
        raise nothing_opened()
    return link


def nothing_opened() -> NotFound:
    return NotFound("this link opens nothing", code="unknown_link", remedy="use the whole link of the last message")


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def nonce(link: Link, now: datetime) -> str:
    """Proof that the page was shown, and when, to the millisecond; good for the one link."""
    at = str(int(now.timestamp() * 1000))
    return f"{at}.{_seal(link, at)}"


def read(link: Link, given: str, now: datetime) -> Read:
    """Whether a page of this link was shown long enough ago to be read, and not too long."""
    at, _, seal = given.partition(".")
    if not re.fullmatch(r"[0-9]{1,14}", at) or not seal.isascii() or not hmac.compare_digest(_seal(link, at), seal):
        return Read.UNSEEN
    ago = now - datetime.fromtimestamp(int(at) / 1000, tz=now.tzinfo)
    if ago < SOONEST:
        return Read.TOO_SOON
    return Read.IN_TIME if ago <= LATEST else Read.TOO_LATE


def next_nonce(link: Link, given: str, now: datetime) -> str:
    """That of the page shown again: it keeps the time of the first, so that nobody who was too quick waits anew."""
    return given if read(link, given, now) in (Read.IN_TIME, Read.TOO_SOON) else nonce(link, now)


def _seal(link: Link, at: str) -> str:
    return hmac.new(link.key.encode(), at.encode(), hashlib.sha256).hexdigest()[:32]
