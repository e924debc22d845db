"""The test app on an engine: how tests write to it and look at what became of that, through the AWS APIs."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.engine.client import Engine

APP = Path(__file__).with_name("app")
MOTTO = 'plus tôt, "s\'il vous plaît"'  # a parameter's quotes and spaces must survive `sam`


def until(check, timeout: float = 15.0):
    """What `check` answers once it is true."""
    end = time.monotonic() + timeout
    while not (got := check()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
    return got


@dataclass
class App:
    engine: Engine
    out: dict[str, str]
    build: Path

    def client(self, service: str) -> Any:
        return self.engine.client(service)

    def put(self, pk: str, *items: dict[str, Any]) -> None:
        """Items of one partition, written together so that they reach a consumer together."""
        table = self.out["Table"]
        self.client("dynamodb").transact_write_items(
            TransactItems=[{"Put": {"TableName": table, "Item": {"pk": {"S": pk}, **item}}} for item in items]
        )

    def notes(self, subject: str) -> Any:
        found = self.client("dynamodb").query(
            TableName=self.out["Notes"],
            KeyConditionExpression="pk = :subject",
            ExpressionAttributeValues={":subject": {"S": subject}},
        )
        return [json.loads(item["data"]["S"]) for item in found["Items"]]

    def noted(self, subject: str, count: int = 1) -> Any:
        return until(lambda: len(notes := self.notes(subject)) >= count and notes)

    def messages(self, queue: str) -> Any:
        url = self.out[queue]
        got = self.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in got:
            self.client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in got]

    def send(self, queue: str, delay: int = 0, **body: Any) -> None:
        self.client("sqs").send_message(QueueUrl=self.out[queue], MessageBody=json.dumps(body), DelaySeconds=delay)

    def machine(self, name: str, start: str, states: dict[str, Any]) -> Any:
        definition = {"QueryLanguage": "JSONata", "StartAt": start, "States": states}
        return self.client("stepfunctions").create_state_machine(
            name=name, definition=json.dumps(definition), roleArn="arn:aws:iam::000000000000:role/any"
        )["stateMachineArn"]

    def begin(self, machine: str, **data: Any) -> Any:
        return self.client("stepfunctions").start_execution(stateMachineArn=machine, input=json.dumps(data))[
            "executionArn"
        ]

    def execution(self, arn: str) -> Any:
        return self.client("stepfunctions").describe_execution(executionArn=arn)

    def ended(self, arn: str) -> Any:
        return until(lambda: (e := self.execution(arn))["status"] != "RUNNING" and e)

    def call(self, **event: Any) -> Any:
        answer = self.client("lambda").invoke(FunctionName=self.out["TaskFunction"], Payload=json.dumps(event))
        return json.loads(answer["Payload"].read())

    def task(self, **more: Any) -> dict[str, Any]:
        return {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {"FunctionName": self.out["TaskFunction"], "Payload": "{% $states.input %}"},
            "Output": "{% $states.result.Payload %}",
            **more,
        }
