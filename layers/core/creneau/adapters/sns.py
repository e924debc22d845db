"""SMS through SNS: one Publish each, never repeated by the SDK, its failures sorted by what is certain about them."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from creneau.adapters.pace import Pace
from creneau.adapters.ses import NEVER_CONNECTED
from creneau.messaging.ports import NotSent, QuotaReached, Rejected, Text, Throttled, Unknown

_THROTTLED = {"Throttled", "ThrottledException", "ThrottlingException", "Throttling", "TooManyRequestsException"}
_REJECTED = {"InvalidParameterException", "InvalidParameter", "InvalidParameterValue", "OptedOutException", "OptedOut"}

MAX_PRICE = "1.50"
"""US dollars for one SMS with all its segments: more than the longest costs to a mobile of the countries that we know."""


class SnsTexter:
    """Implements `messaging.ports.Texter`. `client` must be made with `aws.ONCE`.

    What SNS takes can still fail at once: that the account's own spending limit is reached, or that a number opted out,
    is said by the delivery log and not here.
    """

    def __init__(self, client: Any, pace: Pace) -> None:
        self._client, self._pace = client, pace

    def send(self, text: Text) -> str:
        self._pace()
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


class SnsOptOuts:
    """Implements `messaging.ports.OptOuts`: the numbers of the account that SNS writes to no more."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def numbers(self) -> Iterator[str]:
        token: dict[str, str] = {}
        while True:
            answer = self._client.list_phone_numbers_opted_out(**token)
            yield from answer.get("phoneNumbers", [])
            if not answer.get("nextToken"):
                return
            token = {"nextToken": answer["nextToken"]}


def _attributes(sender: str) -> dict[str, dict[str, str]]:
    values = {"AWS.SNS.SMS.SMSType": "Transactional", "AWS.SNS.SMS.MaxPrice": MAX_PRICE}
    if sender.startswith("+"):
        values["AWS.MM.SMS.OriginationNumber"] = sender
    elif sender:
        values["AWS.SNS.SMS.SenderID"] = sender
    return {name: {"DataType": _TYPES.get(name, "String"), "StringValue": value} for name, value in values.items()}


_TYPES = {"AWS.SNS.SMS.MaxPrice": "Number"}


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
