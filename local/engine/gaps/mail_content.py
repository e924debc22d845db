"""The MIME that SES sends for a request, and what is kept of it."""

import base64
import email
import time
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, getaddresses
from typing import Any

from local.engine import REGION


def build(request: dict[str, Any], rendered: dict[str, Any], message_id: str) -> bytes:
    """The mail that a Simple or Template request stands for."""
    content, destination = request.get("Content", {}), request.get("Destination") or {}
    part = content.get("Simple") or content.get("Template") or {}
    mail = EmailMessage(policy=SMTP)
    headers = {
        "From": request.get("FromEmailAddress", ""),
        "To": ", ".join(destination.get("ToAddresses") or []),
        "Cc": ", ".join(destination.get("CcAddresses") or []),
        "Reply-To": ", ".join(request.get("ReplyToAddresses") or []),
        "Subject": rendered.get("Subject", ""),
        "Date": formatdate(time.time()),
        "Message-ID": f"<{message_id.split('@')[0]}@{REGION}.amazonses.com>",
    }
    for name, value in headers.items():
        if value:
            mail[name] = value
    for header in part.get("Headers") or []:
        mail[header["Name"]] = header["Value"]
    text, html = rendered.get("BodyText"), rendered.get("BodyHtml")
    if text or not html:
        mail.set_content(text or "")
    if html and text:
        mail.add_alternative(html, subtype="html")
    elif html:
        mail.set_content(html, subtype="html")
    for attachment in part.get("Attachments") or []:
        _attach(mail, attachment)
    return bytes(mail)


def _attach(mail: EmailMessage, attachment: dict[str, Any]) -> None:
    kind, *parameters = (attachment.get("ContentType") or "application/octet-stream").split(";")
    main, _, sub = kind.strip().partition("/")
    mail.add_attachment(
        base64.b64decode(attachment["RawContent"]),
        maintype=main,
        subtype=sub or "octet-stream",
        filename=attachment.get("FileName"),
        disposition=attachment.get("ContentDisposition", "ATTACHMENT").lower(),
        cid=f"<{attachment['ContentId'].strip('<>')}>" if attachment.get("ContentId") else None,
        params=dict(p.strip().split("=", 1) for p in parameters if "=" in p),
    )


def kept(request: dict[str, Any], mime: bytes, message_id: str) -> dict[str, Any]:
    """The envelope and the headers, as the engine keeps them beside the MIME."""
    parsed = email.message_from_bytes(mime, policy=SMTP)
    destination = request.get("Destination") or {}
    recipients = [a for key in ("ToAddresses", "CcAddresses", "BccAddresses") for a in destination.get(key) or []]
    if not recipients:
        lines = [str(value) for name in ("to", "cc", "bcc") for value in parsed.get_all(name, [])]
        recipients = [address for _, address in getaddresses(lines)]
    tags = {tag["Name"]: [tag["Value"]] for tag in request.get("EmailTags") or []}
    for pair in str(parsed.get("X-SES-MESSAGE-TAGS") or "").split(","):
        name, separator, value = pair.partition("=")
        if separator:
            tags.setdefault(name.strip(), [value.strip()])
    configuration_set = request.get("ConfigurationSetName") or parsed.get("X-SES-CONFIGURATION-SET")
    return {
        "MessageId": message_id,
        "Timestamp": time.time(),
        "Source": request.get("FromEmailAddress") or str(parsed.get("From", "")),
        "Destination": destination,
        "Recipients": recipients,
        "Tags": tags,
        "ConfigurationSetName": str(configuration_set) if configuration_set else None,
        "Subject": str(parsed.get("Subject", "")),
        "Headers": [[name, str(value)] for name, value in parsed.items()],
    }
