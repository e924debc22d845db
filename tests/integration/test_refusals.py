"""What the table and the other services refuse, sorted: decide anew, try later, or a fault that must be seen."""

import json
from datetime import UTC, datetime
from typing import Any

import boto3
import msgspec
import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber

from creneau.adapters.content import S3Contents
from creneau.adapters.delay_executions import StepFunctionsDelays
from creneau.adapters.dynamodb.table import Table
from creneau.adapters.outbox_queue import SqsOutbox
from creneau.adapters.retry_queue import RetryQueue
from creneau.adapters.round_executions import RoundExecutions
from creneau.agenda.catalogue import Patient, patient_ref
from creneau.messaging.ports import OutboxEntry
from creneau.reactions import Reaction
from creneau.shared.errors import Busy
from creneau.shared.store import Conflict, Put
from creneau.waitlist.ports import RoundInput, Started

ANNE, BEA = (Patient(id=f"pat_{n}", first_name=n, last_name="Favre") for n in ("anne", "bea"))
ROUND = RoundInput(practitioner_id="prc_1", slot_id="s", n=1, q=2, attempt=3, not_before="2026-03-20T12:00:00Z")
MACHINE = "arn:aws:states:eu-west-3:123456789012:stateMachine:round"


def client(service: str) -> Any:
    make: Any = boto3.client
    return make(service, region_name="eu-west-3", aws_access_key_id="x", aws_secret_access_key="x")


def cancelled(*codes: str) -> Any:
    """The table's client, cancelling the next transaction for these reasons, one for each of its items."""
    dynamodb = client("dynamodb")
    stubber = Stubber(dynamodb)
    stubber.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        modeled_fields={"CancellationReasons": [{"Code": code} for code in codes]},
    )
    stubber.activate()
    return dynamodb


@pytest.mark.parametrize(
    "reasons",
    [
        ("ConditionalCheckFailed", "None"),
        ("None", "TransactionConflict"),
        ("ConditionalCheckFailed", "TransactionConflict"),
        ("ThrottlingError", "None"),
        ("ProvisionedThroughputExceeded", "ConditionalCheckFailed"),
    ],
)
def test_what_another_change_cancelled_is_decided_anew(reasons):
    with pytest.raises(Conflict):
        Table(cancelled(*reasons), "t").commit([Put(ANNE), Put(BEA)])


@pytest.mark.parametrize(
    "reasons",
    [
        ("ValidationError", "None"),
        ("ConditionalCheckFailed", "ItemCollectionSizeLimitExceeded"),
        ("ValidationError", "ConditionalCheckFailed"),
        ("None", "None"),
    ],
)
def test_what_can_never_succeed_is_not_decided_anew(reasons):
    with pytest.raises(ClientError):
        Table(cancelled(*reasons), "t").commit([Put(ANNE), Put(BEA)])


def failing(operation: str, code: str, service: str = "dynamodb") -> Any:
    made = client(service)
    stubber = Stubber(made)
    stubber.add_client_error(operation, code)
    stubber.activate()
    return made


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("ConditionalCheckFailedException", Conflict),
        ("TransactionConflictException", Conflict),
        ("ValidationException", ClientError),
        ("ResourceNotFoundException", ClientError),
    ],
)
def test_a_lone_write_sorts_its_refusals_alike(code, expected):
    with pytest.raises(expected):
        Table(failing("put_item", code), "t").commit([Put(ANNE)])


def test_the_same_transaction_twice_at_once_is_a_conflict():
    with pytest.raises(Conflict):
        Table(failing("transact_write_items", "TransactionInProgressException"), "t").commit([Put(ANNE), Put(BEA)])


def test_a_snapshot_that_met_a_change_is_taken_anew():
    dynamodb = client("dynamodb")
    stubber = Stubber(dynamodb)
    stubber.add_client_error(
        "transact_get_items",
        "TransactionCanceledException",
        modeled_fields={"CancellationReasons": [{"Code": "TransactionConflict"}]},
    )
    with stubber, pytest.raises(Conflict):
        Table(dynamodb, "t").snapshot([patient_ref("pat_1")])


def test_a_batch_left_unfinished_is_finished_and_not_for_ever():
    dynamodb = client("dynamodb")
    rest = {"t": {"Keys": [{"pk": {"S": "PATIENT#pat_anne"}, "sk": {"S": "PATIENT"}}], "ConsistentRead": True}}
    stubber = Stubber(dynamodb)
    for _ in range(10):
        stubber.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": rest}, {"RequestItems": rest})
    with stubber, pytest.raises(Busy):
        Table(dynamodb, "t").get_many([patient_ref("pat_anne")])
    stubber.assert_no_pending_responses()


# -- executions
def started(status: str | None) -> tuple[Any, Stubber]:
    """A client on which the name is free (None), or belongs to an execution in that status."""
    sfn = client("stepfunctions")
    stubber = Stubber(sfn)
    given = {"stateMachineArn": MACHINE, "name": "name", "input": ANY}
    if status is None:
        answer = {"executionArn": "arn:aws:states:eu-west-3:1:execution:round:name", "startDate": 0}
        stubber.add_response("start_execution", answer, given)
        return sfn, stubber
    stubber.add_client_error("start_execution", "ExecutionAlreadyExists", expected_params=given)
    arn = MACHINE.replace("stateMachine", "execution") + ":name"
    described = {"executionArn": arn, "stateMachineArn": MACHINE, "startDate": 0, "status": status}
    stubber.add_response("describe_execution", described, {"executionArn": arn})
    return sfn, stubber


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (None, Started.RUNNING),
        ("RUNNING", Started.RUNNING),
        *((status, Started.NAME_USED_UP) for status in ("SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")),
    ],
)
def test_a_round_runs_or_its_name_is_used_up(status, expected):
    sfn, stubber = started(status)
    with stubber:
        assert RoundExecutions(sfn, MACHINE).start("name", ROUND) is expected
    stubber.assert_no_pending_responses()


def test_a_round_that_could_not_be_started_is_no_round():
    sfn = failing("start_execution", "StateMachineDoesNotExist", "stepfunctions")
    with pytest.raises(ClientError):
        RoundExecutions(sfn, MACHINE).start("name", ROUND)


def test_a_round_is_told_what_it_is_about():
    sfn, stubber = started(None)
    seen = []
    sfn.meta.events.register("provide-client-params.sfn.StartExecution", lambda params, **_: seen.append(params))
    with stubber:
        RoundExecutions(sfn, MACHINE).start("name", ROUND)
    assert msgspec.json.decode(seen[0]["input"], type=RoundInput) == ROUND


def test_a_delay_whose_name_was_used_runs_or_ran():
    sfn, stubber = started("SUCCEEDED")
    with stubber:
        StepFunctionsDelays(sfn, MACHINE).start("name", OutboxEntry(message_id="m", version=1), datetime.now(UTC))
    delays = StepFunctionsDelays(failing("start_execution", "ExecutionLimitExceeded", "stepfunctions"), MACHINE)
    with pytest.raises(ClientError):
        delays.start("name", OutboxEntry(message_id="m", version=1), datetime.now(UTC))


# -- queues and contents, on moto
@pytest.fixture
def queue(aws: boto3.Session) -> tuple[Any, str]:
    sqs = aws.client("sqs")
    return sqs, sqs.create_queue(QueueName="q")["QueueUrl"]


def received(queue: tuple[Any, str]) -> list[str]:
    sqs, url = queue
    return [m["Body"] for m in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])]


def test_an_entry_of_the_outbox_comes_out_as_it_went_in(queue):
    entry = OutboxEntry(message_id="confirmed.email.apt_1.0", version=3)
    SqsOutbox(*queue).put(entry, 0)
    (body,) = received(queue)
    assert msgspec.json.decode(body, type=OutboxEntry) == entry


def test_a_delayed_entry_is_not_there_yet(queue):
    SqsOutbox(*queue).put(OutboxEntry(message_id="m", version=1), 900)
    assert received(queue) == []


def test_a_reaction_comes_back_as_it_was(queue):
    reaction = Reaction(reaction="pursue_place", key=("prc_1", "agd_1.20260301T090000Z.20260301T093000Z"))
    RetryQueue(*queue).put(reaction, 0)
    (body,) = received(queue)
    assert msgspec.json.decode(body, type=Reaction) == reaction


def test_what_was_kept_can_be_read(aws):
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="contents", CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
    S3Contents(s3, "contents").keep("messages/é.1/1.json", json.dumps({"a": "ü"}).encode())
    assert json.loads(S3Contents(s3, "contents").read("messages/é.1/1.json")) == {"a": "ü"}
    assert S3Contents(s3, "contents").has("messages/é.1/1.json")
    assert not S3Contents(s3, "contents").has("messages/é.1/2.json")
