"""Emails through SES: one call each, never repeated by the SDK, its failures sorted by what is certain about them."""

import re
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    ProxyConnectionError,
    SSLError,
)

from creneau.adapters.pace import Pace
from creneau.messaging.ports import Mail, NotSent, QuotaReached, Rejected, Throttled, Unknown

_THROTTLED = {"TooManyRequestsException", "ThrottlingException", "Throttling", "LimitExceededException"}
_HELD_BACK = {"AccountSuspendedException", "SendingPausedException"}
_REJECTED = {"MessageRejected", "BadRequestException", "InvalidParameterValue", "ValidationException"}
NEVER_CONNECTED = (
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ProxyConnectionError,
    SSLError,
)


class SesMailer:
    """Implements `messaging.ports.Mailer`. `client` must be made with `aws.ONCE`."""

    def __init__(self, client: Any, configuration_set: str, pace: Pace) -> None:
        self._client, self._configuration_set, self._pace = client, configuration_set, pace

    def send(self, mail: Mail) -> str:
        self._pace()
        try:
            answer = self._client.send_email(
                FromEmailAddress=mail.sender,
                Destination={"ToAddresses": [mail.to]},
                Content={"Raw": {"Data": mail.mime}},
                ConfigurationSetName=self._configuration_set,
                EmailTags=[{"Name": "message", "Value": tag(mail.message_id)}],
            )
        except ClientError as error:
            raise _sorted(error) from error
        except ParamValidationError as error:
            raise Rejected(type(error).__name__) from error
        except NEVER_CONNECTED as error:
            raise NotSent(type(error).__name__) from error
        except BotoCoreError as error:
            raise Unknown(type(error).__name__) from error
        return str(answer["MessageId"])


def tag(message_id: str) -> str:
    """A message's id in the letters that a tag may have; `message_of` reads it back."""
    return re.sub(r"[^A-Za-z0-9_-]", "", message_id.replace(".", "--"))[:256]


def message_of(tag: str) -> str:
    return tag.replace("--", ".")


def _sorted(error: ClientError) -> Exception:
    code = error.response["Error"]["Code"]
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _THROTTLED:
        daily = "daily" in error.response["Error"].get("Message", "").lower()
        return QuotaReached(code) if daily else Throttled(code)
    if code in _HELD_BACK:
        return QuotaReached(code)
    if code in _REJECTED:
        return Rejected(code)
    # A refusal of the request as such (no right to send, no configuration set) sent nothing and can be mended; after a
    # failure on the provider's side nobody knows.
    return NotSent(code) if 400 <= status < 500 else Unknown(code)
