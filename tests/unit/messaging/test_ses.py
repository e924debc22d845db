"""What SES and its SDK can answer, sorted by what is certain: it left, it did not, or nobody knows."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)
from botocore.stub import ANY, Stubber

from creneau.adapters import aws
from creneau.adapters.pace import Pace
from creneau.adapters.ses import SesMailer, message_of, tag
from creneau.messaging.ports import Mail, NotSent, QuotaReached, Rejected, Throttled, Unknown

ID = "offer.email.agd_1.20270302T083000Z.20270302T090000Z.1.1.apt_2-1"
MAIL = Mail(message_id=ID, sender="rdv@cabinet.example", to="claire@mail.example", mime=b"From: x\r\n\r\n")


class Answering:
    def __init__(self, error: Exception) -> None:
        self.error, self.calls = error, 0

    def send_email(self, **_):
        self.calls += 1
        raise self.error


def refusal(code: str, status: int = 400, message: str = "") -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "SendEmail")


@pytest.mark.rule("M-10")
@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (refusal("TooManyRequestsException", 429, "Maximum sending rate exceeded."), Throttled),
        (refusal("ThrottlingException", 400), Throttled),
        (refusal("TooManyRequestsException", 429, "Daily message quota exceeded."), QuotaReached),
        (refusal("LimitExceededException", 400, "Daily message quota exceeded."), QuotaReached),
        (refusal("SendingPausedException"), QuotaReached),
        (refusal("AccountSuspendedException"), QuotaReached),
        (refusal("MessageRejected"), Rejected),
        (refusal("BadRequestException"), Rejected),
        (ParamValidationError(report="x"), Rejected),
        (refusal("AccessDeniedException", 403), NotSent),
        (refusal("NotFoundException", 404), NotSent),
        (refusal("MailFromDomainNotVerifiedException"), NotSent),
        (ConnectTimeoutError(endpoint_url="x"), NotSent),
        (EndpointConnectionError(endpoint_url="x"), NotSent),
        (NoCredentialsError(), NotSent),
        (refusal("InternalFailure", 500), Unknown),
        (refusal("ServiceUnavailable", 503), Unknown),
        (ReadTimeoutError(endpoint_url="x"), Unknown),
        (ConnectionClosedError(endpoint_url="x"), Unknown),
        (HTTPClientError(error="x"), Unknown),
    ],
)
def test_a_failure_is_sorted(error, kind):
    client = Answering(error)
    with pytest.raises(kind) as caught:
        SesMailer(client, "set", Pace(0)).send(MAIL)
    assert type(caught.value) is kind
    assert client.calls == 1
    assert "@" not in str(caught.value)


def test_the_call_carries_the_whole_mail_its_set_and_our_id():
    client = boto3.client("sesv2", region_name="eu-west-3", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stub:
        stub.add_response(
            "send_email",
            {"MessageId": "ses-1"},
            {
                "FromEmailAddress": "rdv@cabinet.example",
                "Destination": {"ToAddresses": ["claire@mail.example"]},
                "Content": {"Raw": {"Data": MAIL.mime}},
                "ConfigurationSetName": "set",
                "EmailTags": [{"Name": "message", "Value": ANY}],
            },
        )
        assert SesMailer(client, "set", Pace(0)).send(MAIL) == "ses-1"


def test_the_sdk_never_repeats_a_send():
    once: Any = aws.ONCE
    assert once.retries == {"mode": "standard", "total_max_attempts": 1}


def test_our_id_fits_a_tag_and_can_be_read_back():
    assert message_of(tag(ID)) == ID
    assert set(tag("a.b/c é\r\n")) <= set("abc-")


@pytest.mark.promise(21)
def test_mails_keep_their_distance():
    now, slept = [100.0], []

    def pause(seconds):
        slept.append(round(seconds, 3))
        now[0] += seconds

    class Client:
        def send_email(self, **_):
            return {"MessageId": "x"}

    mailer = SesMailer(Client(), "set", Pace(0.25, ticks=lambda: now[0], pause=pause))
    for _ in range(6):
        mailer.send(MAIL)
    assert slept == [0.25] * 5
    now[0] += 10
    mailer.send(MAIL)
    assert slept == [0.25] * 5
