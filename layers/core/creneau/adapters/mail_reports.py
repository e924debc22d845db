"""SES's events about a mail, as they come through SNS, read as reports; those about mails that are not ours as none."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from creneau.adapters.ses import message_of
from creneau.messaging.feedback import News, Report

Event = dict[str, Any]

HEADER = "x-creneau-message"
"""`mime.MESSAGE_HEADER`, without the case that SES may change; written here, as what writes mails is heavy to import."""


def read_mail_event(event: Event) -> list[Report]:
    """One report for each recipient that the event speaks of; opens, clicks and what else SES may tell are none."""
    mail = event["mail"]
    id = _our_id(mail)
    if id is None:
        return []
    taken_at = datetime.fromisoformat(mail["timestamp"])
    return [
        Report(
            news=news,
            at=at or taken_at,
            handed_over_at=taken_at,
            provider_id=mail["messageId"],
            message_id=id,
            address=address,
            code=code,
        )
        for news, at, address, code in _news(event)
    ]


def _our_id(mail: Event) -> str | None:
    """As our header says it; where SES cut the headers short, as the tag does."""
    for header in mail.get("headers", []):
        if header["name"].casefold() == HEADER:
            return str(header["value"])
    tags = mail.get("tags", {}).get("message", [])
    return message_of(tags[0]) if tags else None


def _news(event: Event) -> Iterator[tuple[News, datetime | None, str, str]]:
    match event["eventType"]:
        case "Send":
            yield News.SENT, None, "", ""
        case "Delivery":
            yield News.DELIVERED, _at(event["delivery"]), "", ""
        case "DeliveryDelay":
            yield News.DELAYED, _at(event["deliveryDelay"]), "", event["deliveryDelay"].get("delayType", "")
        case "Reject":
            yield News.FAILED, None, "", event["reject"].get("reason", "")
        case "Rendering Failure":
            yield News.FAILED, None, "", "RenderingFailure"
        case "Bounce":
            yield from _bounces(event["bounce"])
        case "Complaint" if event["complaint"].get("complaintFeedbackType") != "not-spam":
            yield from _complaints(event["complaint"])


def _bounces(bounce: Event) -> Iterator[tuple[News, datetime | None, str, str]]:
    """Only a permanent one says that the address is no good: a full mailbox, or an answer from one away, does not."""
    news = News.BOUNCED if bounce["bounceType"] == "Permanent" else News.SOFT_BOUNCE
    for recipient in bounce["bouncedRecipients"]:
        code = f"{bounce['bounceType']}/{bounce['bounceSubType']} {recipient.get('status', '')}".strip()
        yield news, _at(bounce), recipient["emailAddress"], code


def _complaints(complaint: Event) -> Iterator[tuple[News, datetime | None, str, str]]:
    code = complaint.get("complaintSubType") or complaint.get("complaintFeedbackType") or ""
    for recipient in complaint["complainedRecipients"]:
        yield News.COMPLAINED, _at(complaint), recipient["emailAddress"], code


def _at(detail: Event) -> datetime:
    return datetime.fromisoformat(detail["timestamp"])
