"""Everything that patients received, as they would see it: emails opened from their MIME, and texts."""

import base64
import math
import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from local.engine.client import Engine, EngineError
from local.site.answer import Answer, page

SHOWN = 300
UNCHANGING = ("Cache-Control", "max-age=3600")

# Pixels of a line of an email, and of its head, its foot and the space around what is in them.
ROW, AROUND = 26, 360

# Only what no browser runs is shown in place; all else is a download.
SAFE_IMAGES = ("image/png", "image/jpeg", "image/gif")

MAIL_HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
        "sandbox allow-popups allow-popups-to-escape-sandbox; frame-ancestors 'self'",
    ),
)


def _missing() -> Answer:
    return page("message.html", 404, title="Not found", text="There is no such email.")


def _at(seconds: float, zone: str) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(zone)):%a %d %b %Y, %H:%M}"


def received(engine: Engine, zone: str, to: str) -> list[dict[str, Any]]:
    """Emails and texts to recipients whose address contains `to`, newest first."""
    mails = [
        {"id": m["id"], "to": ", ".join(m["to"]), "subject": m["subject"], "at": m["at"], "by": "email"}
        for m in engine.mails()
    ]
    texts = [{"id": "", "to": t["to"], "subject": t["text"], "at": t["at"], "by": "sms"} for t in engine.sms()]
    found = [m for m in mails + texts if to.casefold() in m["to"].casefold()]
    found.sort(key=lambda m: m["at"], reverse=True)
    return [{**m, "when": _at(m["at"], zone)} for m in found]


def listed(engine: Engine, zone: str, to: str, arriving: bool = False) -> Answer:
    """`arriving`: more are on their way, so the page asks again by itself."""
    found = received(engine, zone, to)
    return page("mailbox.html", mails=found[:SHOWN], count=len(found), to=to, arriving=arriving)


def opened(engine: Engine, zone: str, mail_id: str, part: str = "", number: str = "") -> Answer:
    """One email as a page; its part `html` by itself, for the frame; its part `file` with a number."""
    try:
        mail = engine.mail(mail_id) if re.fullmatch(r"[\w.-]+", mail_id) else None
    except EngineError:
        mail = None
    if mail is None:
        return _missing()
    if part == "html" and mail["html"]:
        return Answer(200, _in_frame(mail, mail_id).encode(), MAIL_HEADERS)
    if part == "frame.css":
        return Answer(200, frame_style(str(mail["text"] or "")).encode(), (("Content-Type", "text/css"), UNCHANGING))
    if part == "file" and number.isdigit() and int(number) < len(mail["attachments"]):
        return _file(mail["attachments"][int(number)])
    if part:
        return _missing()
    about: dict[str, Any] = next(m for m in engine.mails() if m["id"] == mail_id)
    return page("mail.html", mail=mail, about=about, id=mail_id, when=_at(about["at"], zone))


def frame_style(text: str) -> str:
    """How high the frame is: a page can't ask what is in it, so as high as its text is long, on a desk and on a phone."""
    wide, narrow = (_pixels(text, letters) for letters in (62, 30))
    return f"iframe {{ height: {wide}px }} @media (max-width: 40rem) {{ iframe {{ height: {narrow}px }} }}"


def _pixels(text: str, letters: int) -> int:
    lines = [line.strip() for line in text.strip().splitlines()]
    # A link is a button in the email; a blank line is a gap.
    rows = sum(1 if line.startswith("http") else math.ceil(len(line) / letters) or 0.6 for line in lines)
    return round(AROUND + rows * ROW)


def _in_frame(mail: dict[str, Any], mail_id: str) -> str:
    """Links open beside the mailbox, and pictures that the email carries are found."""
    html = str(mail["html"])
    for number, attachment in enumerate(mail["attachments"]):
        if attachment["content_id"]:
            html = html.replace(f"cid:{attachment['content_id'].strip('<>')}", f"/mailbox/{mail_id}/file/{number}")
    place = re.search(r"<head\b[^>]*>", html, re.I)
    at = place.end() if place else 0
    return f'{html[:at]}<base target="_blank">{html[at:]}'


def _file(attachment: dict[str, Any]) -> Answer:
    kind = attachment["content_type"] if attachment["content_type"] in SAFE_IMAGES else "application/octet-stream"
    name = re.sub(r"[^\w.-]", "_", attachment["filename"] or "file")
    shown = "inline" if kind in SAFE_IMAGES else "attachment"
    headers = (
        ("Content-Type", kind),
        ("Content-Disposition", f'{shown}; filename="{name}"'),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "no-store"),
    )
    return Answer(200, base64.b64decode(attachment["base64"]), headers)
