"""SES v2 SendEmail: the rate that it accepts, the whole mail kept in HOME/mail, and its events."""

import asyncio
import base64
import contextvars
import email
import json
import logging
import os
import threading
from collections.abc import Iterable
from email.policy import SMTP
from email.utils import parseaddr
from pathlib import Path
from typing import Any, cast

from ministack.services import ses, ses_v2

from local.engine.gaps import mail_content, mail_events, mail_rate
from local.engine.idle import busy_when
from local.engine.patching import lean_on, replaces

lean_on(ses, "_sent_emails_list", "_identities")

FOLDER = Path(os.environ["ENGINE_HOME"]) / "mail"
logger = logging.getLogger("engine.mail")
_telling: set[threading.Thread] = set()


def _keep(request: dict[str, Any], message_id: str) -> dict[str, Any]:
    rendered: dict[str, Any] = next((r for r in reversed(ses._sent_emails_list()) if r["MessageId"] == message_id), {})
    raw = (request.get("Content", {}).get("Raw") or {}).get("Data")
    mime = base64.b64decode(raw) if raw else mail_content.build(request, rendered, message_id)
    mail = mail_content.kept(request, mime, message_id)
    if not mail["ConfigurationSetName"]:
        address = parseaddr(mail["Source"])[1]
        identity = ses._identities.get(address) or ses._identities.get(address.rpartition("@")[2]) or {}
        mail["ConfigurationSetName"] = identity.get("ConfigurationSetName")
    FOLDER.mkdir(parents=True, exist_ok=True)
    name = message_id.split("@")[0]
    (FOLDER / f"{name}.eml").write_bytes(mime)
    part = FOLDER / f".{name}.part"
    part.write_text(json.dumps(mail, indent=1))
    part.rename(FOLDER / f"{name}.json")
    return mail


def _tell(mail: dict[str, Any]) -> None:
    try:
        mail_events.publish(mail)
    except Exception:
        logger.exception("events of mail %s", mail["MessageId"])
    finally:
        _telling.discard(threading.current_thread())


@replaces(ses_v2, "handle_request")
async def _send(original: Any, method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
    if method != "POST" or not path.rstrip("/").endswith("/outbound-emails"):
        return await original(method, path, headers, body, query)
    if not mail_rate.admit():
        return ses_v2._json_err("TooManyRequestsException", "Maximum sending rate exceeded.", 429)
    response = await original(method, path, headers, body, query)
    if response[0] == 200:
        mail = await asyncio.to_thread(_keep, json.loads(body), json.loads(response[2])["MessageId"])
        thread = threading.Thread(target=contextvars.copy_context().run, args=(_tell, mail), daemon=True)
        _telling.add(thread)
        thread.start()
    return response


@busy_when
def _events_under_way() -> Iterable[str]:
    if _telling:
        yield f"events of {len(_telling)} mails"


def all_kept() -> list[dict[str, Any]]:
    """Every kept mail, newest last."""
    kept = (json.loads(file.read_text()) for file in FOLDER.glob("*.json"))
    return sorted(kept, key=lambda mail: cast(float, mail["Timestamp"]))


def opened(name: str) -> dict[str, Any] | None:
    """What the recipient of a mail sees of it; None when no such mail is kept."""
    file = FOLDER / f"{Path(name).name}.eml"
    if not file.is_file():
        return None
    message = email.message_from_bytes(file.read_bytes(), policy=SMTP)
    text, html = (message.get_body([kind]) for kind in ("plain", "html"))
    return {
        "headers": [[key, str(value)] for key, value in message.items()],
        "text": text.get_content() if text else None,
        "html": html.get_content() if html else None,
        "attachments": [_attachment(part) for part in message.iter_attachments()],
    }


def _attachment(part: Any) -> dict[str, Any]:
    return {
        "filename": part.get_filename(),
        "content_type": part.get_content_type(),
        "content_id": part["Content-ID"],
        "base64": base64.b64encode(part.get_payload(decode=True) or b"").decode(),
    }
