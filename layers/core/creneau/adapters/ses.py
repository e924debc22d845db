"""Emails through SES: one call each, never repeated by the SDK, its failures sorted by what is certain about them."""

import re
from typing import Any

from creneau.adapters.pace import Pace
from creneau.adapters.provider_failures import failures_sorted
from creneau.messaging.ports import Mail

_THROTTLED = {"TooManyRequestsException", "ThrottlingException", "Throttling", "LimitExceededException"}
_HELD_BACK = {"AccountSuspendedException", "SendingPausedException"}
_REJECTED = {"MessageRejected", "BadRequestException", "InvalidParameterValue", "ValidationException"}


def _used_up(code: str, text: str) -> bool:
    return code in _HELD_BACK or (code in _THROTTLED and "daily" in text)


class SesMailer:
    """Implements `messaging.ports.Mailer`. `client` must be made with `aws.ONCE`."""

    def __init__(self, client: Any, configuration_set: str, pace: Pace) -> None:
        self._client, self._configuration_set, self._pace = client, configuration_set, pace

    @failures_sorted(_THROTTLED, _REJECTED, _used_up)
    def send(self, mail: Mail) -> str:
        self._pace()
        answer = self._client.send_email(
            FromEmailAddress=mail.sender,
            Destination={"ToAddresses": [mail.to]},
            Content={"Raw": {"Data": mail.mime}},
            ConfigurationSetName=self._configuration_set,
            EmailTags=[{"Name": "message", "Value": tag(mail.message_id)}],
        )
        return str(answer["MessageId"])


def tag(message_id: str) -> str:
    """A message's id in the letters that a tag may have; `message_of` reads it back."""
    return re.sub(r"[^A-Za-z0-9_-]", "", message_id.replace(".", "--"))[:256]


def message_of(tag: str) -> str:
    return tag.replace("--", ".")
