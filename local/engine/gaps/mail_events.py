"""The events that SES publishes about a mail: sent, then delivered, bounced or complained of, per recipient."""

import time
from collections.abc import Iterator
from email.utils import parseaddr
from typing import Any

from ministack.core.responses import get_account_id
from ministack.services import ses, ses_v2

from local.engine import REGION
from local.engine.patching import lean_on

lean_on(ses, "_notification_detail", "_SIMULATOR_OUTCOMES", "_publish_notification", "_identities")
lean_on(ses_v2, "_config_sets", "_event_destination")


def _stamp() -> str:
    now = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S.", time.gmtime(now)) + f"{int(now * 1000) % 1000:03d}Z"


def _occurrences(mail: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "SEND", {"send": {}}
    for recipient in mail["Recipients"]:
        address = parseaddr(recipient)[1]
        local, _, domain = address.partition("@")
        outcomes = (("Delivery", None),)
        if domain.lower() == "simulator.amazonses.com":
            outcomes = ses._SIMULATOR_OUTCOMES.get(local.lower().split("+")[0], outcomes)
        for kind, subtype in outcomes:
            detail = ses._notification_detail(kind, address, _stamp(), subtype)
            if kind == "Delivery":
                detail["delivery"]["remoteMtaIp"] = "127.0.0.1"
            yield kind.upper(), detail


def _mail_object(mail: dict[str, Any]) -> dict[str, Any]:
    source = parseaddr(mail["Source"])[1]
    account = get_account_id()
    headers: dict[str, list[str]] = {}
    for name, value in mail["Headers"]:
        headers.setdefault(name.lower(), []).append(value)
    common = {
        "returnPath": source,
        "from": headers.get("from"),
        "date": headers.get("date", [""])[0],
        "to": headers.get("to"),
        "cc": headers.get("cc"),
        "messageId": mail["MessageId"],
        "subject": mail["Subject"],
    }
    return {
        "timestamp": _stamp(),
        "source": mail["Source"],
        "sourceArn": f"arn:aws:ses:{REGION}:{account}:identity/{source}",
        "sendingAccountId": account,
        "messageId": mail["MessageId"],
        "destination": mail["Recipients"],
        "headersTruncated": False,
        "headers": [{"name": name, "value": value} for name, value in mail["Headers"]],
        "commonHeaders": {key: value for key, value in common.items() if value},
        "tags": {
            "ses:source-ip": ["127.0.0.1"],
            "ses:configuration-set": [mail["ConfigurationSetName"]],
            "ses:from-domain": [source.rpartition("@")[2]],
            "ses:caller-identity": ["local"],
            **mail["Tags"],
        },
    }


def publish(mail: dict[str, Any]) -> None:
    stored = ses_v2._config_sets.get(mail["ConfigurationSetName"] or "") or {}
    targets = [d for d in (stored.get("EventDestinations") or {}).values() if d.get("Enabled")]
    if not targets:
        return
    about = _mail_object(mail)
    for kind, detail in _occurrences(mail):
        for target in targets:
            if kind in target["MatchingEventTypes"] and target.get("SnsDestination"):
                event = {"eventType": kind.capitalize(), "mail": about, **detail}
                ses._publish_notification(target["SnsDestination"]["TopicArn"], event)
