"""SMS through SNS: one Publish each, never repeated by the SDK, its failures sorted by what is certain about them."""

from collections.abc import Iterator
from typing import Any

from creneau.adapters.pace import Pace
from creneau.adapters.provider_failures import failures_sorted
from creneau.messaging.ports import Text

_THROTTLED = {"Throttled", "ThrottledException", "ThrottlingException", "Throttling", "TooManyRequestsException"}
_REJECTED = {"InvalidParameterException", "InvalidParameter", "InvalidParameterValue", "OptedOutException", "OptedOut"}

MAX_PRICE = "1.50"
"""US dollars for one SMS with all its segments: more than the longest costs to a mobile of the countries that we know."""


def _used_up(code: str, text: str) -> bool:
    return code not in _THROTTLED and "quota" in text


class SnsTexter:
    """Implements `messaging.ports.Texter`. `client` must be made with `aws.ONCE`.

    What SNS takes can still fail at once: that the account's own spending limit is reached, or that a number opted out,
    is said by the delivery log and not here.
    """

    def __init__(self, client: Any, pace: Pace) -> None:
        self._client, self._pace = client, pace

    @failures_sorted(_THROTTLED, _REJECTED, _used_up)
    def send(self, text: Text) -> str:
        self._pace()
        answer = self._client.publish(
            PhoneNumber=text.to, Message=text.body, MessageAttributes=_attributes(text.sender)
        )
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
