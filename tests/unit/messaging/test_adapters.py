"""The queue, the executions and the bucket, as AWS's own models of them answer."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import boto3
import pytest
from moto import mock_aws

from creneau.adapters.content import S3Contents
from creneau.adapters.delay_executions import StepFunctionsDelays
from creneau.adapters.outbox_queue import SqsOutbox
from creneau.messaging.ports import OutboxEntry

ENTRY = OutboxEntry(message_id="confirmed.email.apt_1.0", version=3)
REGION = "eu-west-3"


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


def test_an_entry_goes_through_the_queue_as_its_consumer_reads_it():
    client = boto3.client("sqs", region_name=REGION)
    url = client.create_queue(QueueName="outbox")["QueueUrl"]
    SqsOutbox(client, url).put(ENTRY, 0)
    (message,) = client.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"]) == {"message_id": "confirmed.email.apt_1.0", "version": 3}
    SqsOutbox(client, url).put(ENTRY, 900)
    assert "Messages" not in client.receive_message(QueueUrl=url)


@pytest.mark.promise(34)
def test_an_execution_is_started_once_per_name():
    client = boto3.client("stepfunctions", region_name=REGION)
    states = {"StartAt": "Done", "States": {"Done": {"Type": "Wait", "Seconds": 60, "End": True}}}
    arn = client.create_state_machine(
        name="message_delay", definition=json.dumps(states), roleArn="arn:aws:iam::123456789012:role/any"
    )["stateMachineArn"]
    delays = StepFunctionsDelays(client, arn)
    for _ in range(2):
        delays.start("msg-1-3", ENTRY, datetime(2027, 1, 2, 8, 0, 0, 500, tzinfo=UTC))
    delays.start("msg-1-3", ENTRY.with_(version=9), datetime(2027, 1, 3, tzinfo=UTC))
    (execution,) = client.list_executions(stateMachineArn=arn)["executions"]
    given = json.loads(client.describe_execution(executionArn=execution["executionArn"])["input"])
    assert given == {"message_id": "confirmed.email.apt_1.0", "version": 3, "until": "2027-01-02T08:00:01Z"}


def test_a_content_is_kept_under_its_key():
    client = boto3.client("s3", region_name=REGION)
    client.create_bucket(Bucket="contents", CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
    S3Contents(client, "contents").keep("messages/confirmed.email.apt_1.0/1.json", b'{"subject":"x"}')
    kept = client.get_object(Bucket="contents", Key="messages/confirmed.email.apt_1.0/1.json")
    assert (kept["Body"].read(), kept["ContentType"]) == (b'{"subject":"x"}', "application/json")
