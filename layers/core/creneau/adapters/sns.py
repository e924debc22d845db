"""SMS through SNS: one Publish each, never repeated by the SDK, its failures sorted by what is certain about them."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from creneau.adapters.ses import NEVER_CONNECTED
from creneau.messaging.ports import NotSent, QuotaReached, Rejected, Text, Throttled, Unknown

_THROTTLED = {"ThrottledException", "ThrottlingException", "Throttling", "TooManyRequestsException"}
_REJECTED = {"InvalidParameterException", "InvalidParameter", "InvalidParameterValue", "OptedOutException", "OptedOut"}


class SnsTexter:
    """Implements `messaging.ports.Texter`. `client` must be made with `aws.ONCE`."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def send(self, text: Text) -> str:
        try:
            answer = self._client.publish(
                PhoneNumber=text.to, Message=text.body, MessageAttributes=_attributes(text.sender)
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


def _attributes(sender: str) -> dict[str, dict[str, str]]:
    values = {"AWS.SNS.SMS.SMSType": "Transactional"}
    if sender.startswith("+"):
        values["AWS.MM.SMS.OriginationNumber"] = sender
    elif sender:
        values["AWS.SNS.SMS.SenderID"] = sender
    return {name: {"DataType": "String", "StringValue": value} for name, value in values.items()}


def _sorted(error: ClientError) -> Exception:
    code = error.response["Error"]["Code"]
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _THROTTLED:
        return Throttled(code)
    if "quota" in error.response["Error"].get("Message", "").lower():
        return QuotaReached(code)
    if code in _REJECTED:
        return Rejected(code)
    return NotSent(code) if 400 <= status < 500 else Unknown(code)
