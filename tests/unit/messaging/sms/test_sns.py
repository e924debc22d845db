"""What SNS and its SDK can answer, sorted by what is certain; and the numbers that it writes to no more."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)
from botocore.stub import Stubber

from creneau.adapters.pace import Pace
from creneau.adapters.sns import SnsOptOuts, SnsTexter
from creneau.messaging.ports import NotSent, QuotaReached, Rejected, Text, Throttled, Unknown

TEXT = Text(message_id="reminder.sms.apt_1.system-1d", sender="CabinetLac", to="+41791234567", body="Rappel : 9 h 30")


class Answering:
    def __init__(self, error: Exception) -> None:
        self.error, self.calls = error, 0

    def publish(self, **_):
        self.calls += 1
        raise self.error


def refusal(code: str, status: int = 400, message: str = "") -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "Publish")


@pytest.mark.rule("M-10")
@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (refusal("Throttled", 429, "Rate exceeded"), Throttled),
        (refusal("ThrottledException", 429), Throttled),
        (refusal("Throttling", 400, "Rate exceeded"), Throttled),
        (refusal("InvalidParameter", 400, "Invalid parameter: PhoneNumber Reason: +4179 is not valid"), Rejected),
        (refusal("InvalidParameter", 400, "Invalid parameter: Phone number is opted out"), Rejected),
        (refusal("InvalidParameter", 400, "Invalid parameter: Message too long"), Rejected),
        (refusal("OptedOut", 400), Rejected),
        (refusal("InvalidParameter", 400, "No quota left for account"), QuotaReached),
        (ParamValidationError(report="x"), Rejected),
        (refusal("AuthorizationError", 403), NotSent),
        (refusal("UserError", 400, "sandbox"), NotSent),
        (ConnectTimeoutError(endpoint_url="x"), NotSent),
        (EndpointConnectionError(endpoint_url="x"), NotSent),
        (NoCredentialsError(), NotSent),
        (refusal("InternalError", 500), Unknown),
        (refusal("ServiceUnavailable", 503), Unknown),
        (ReadTimeoutError(endpoint_url="x"), Unknown),
        (ConnectionClosedError(endpoint_url="x"), Unknown),
    ],
)
def test_a_failure_is_sorted(error, kind):
    client = Answering(error)
    with pytest.raises(kind) as caught:
        SnsTexter(client, Pace(0)).send(TEXT)
    assert type(caught.value) is kind
    assert client.calls == 1
    assert "+41" not in str(caught.value)


@pytest.mark.rule("S-05")
@pytest.mark.parametrize(
    ("sender", "attribute"),
    [
        ("CabinetLac", {"AWS.SNS.SMS.SenderID": {"DataType": "String", "StringValue": "CabinetLac"}}),
        ("+15145550123", {"AWS.MM.SMS.OriginationNumber": {"DataType": "String", "StringValue": "+15145550123"}}),
        ("", {}),
    ],
)
def test_one_publish_carries_number_words_sender_and_what_it_may_cost(sender, attribute):
    always = {
        "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"},
        "AWS.SNS.SMS.MaxPrice": {"DataType": "Number", "StringValue": "1.50"},
    }
    client = boto3.client("sns", region_name="eu-west-3", aws_access_key_id="x", aws_secret_access_key="x")
    expected = {"PhoneNumber": TEXT.to, "Message": TEXT.body, "MessageAttributes": always | attribute}
    with Stubber(client) as stub:
        stub.add_response("publish", {"MessageId": "sns-1"}, expected)
        text = Text(message_id=TEXT.message_id, sender=sender, to=TEXT.to, body=TEXT.body)
        assert SnsTexter(client, Pace(0)).send(text) == "sns-1"


@pytest.mark.promise(21)
def test_texts_keep_their_distance():
    now, slept = [100.0], []

    def pause(seconds):
        slept.append(round(seconds, 3))
        now[0] += seconds

    class Client:
        def publish(self, **_):
            return {"MessageId": "x"}

    texter = SnsTexter(Client(), Pace(0.2, ticks=lambda: now[0], pause=pause))
    for _ in range(4):
        texter.send(TEXT)
    assert slept == [0.2] * 3


def test_every_page_of_the_opted_out_numbers_is_read():
    client = boto3.client("sns", region_name="eu-west-3", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stub:
        first = {"phoneNumbers": ["+41791234567"], "nextToken": "t"}
        stub.add_response("list_phone_numbers_opted_out", first, {})
        stub.add_response("list_phone_numbers_opted_out", {"phoneNumbers": []}, {"nextToken": "t"})
        assert list(SnsOptOuts(client).numbers()) == ["+41791234567"]
        stub.assert_no_pending_responses()
