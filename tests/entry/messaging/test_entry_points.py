"""The two entry points of messages, with every payload that was ever sent to them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from creneau import wiring
from creneau.messaging.deliver import Delivered
from creneau.messaging.dispatch import HandOverOutcome
from creneau.messaging.ports import OutboxEntry
from messaging import deliver, hand_over

EVENTS = Path(__file__).parents[3] / "events"


class Told(wiring.App):
    def __init__(self) -> None:
        super().__init__({})
        self.delivered: list[tuple[str, int | None]] = []

        def deliver(message_id: str, version: int | None = None) -> Delivered:
            self.delivered.append((message_id, version))
            if message_id.endswith("apt_2.0"):
                raise RuntimeError("the table is away")
            return Delivered(outcome="sent")

        def hand_over(entry: OutboxEntry) -> HandOverOutcome:
            return HandOverOutcome(outcome=f"{entry.message_id} {entry.version}")

        self.deliver, self.hand_over = deliver, hand_over  # type: ignore[assignment]


@pytest.fixture
def told() -> Iterator[Told]:
    app = Told()
    wiring.use(app)
    yield app
    wiring.use(None)


def events(name: str) -> list[Any]:
    found = [json.loads(file.read_text()) for file in sorted((EVENTS / name).glob("*.json"))]
    assert found
    return found


@pytest.mark.promise(36)
def test_each_message_is_delivered_and_only_what_raised_comes_again(told):
    for event in events("deliver"):
        answer = deliver.handler(event, None)
        assert told.delivered == [("confirmed.email.apt_1.0", 1), ("confirmed.email.apt_2.0", 1)]
        assert answer == {"batchItemFailures": [{"itemIdentifier": "2e1424d4-f796-459a-8184-9c92662be6da"}]}


def test_an_entry_that_cannot_be_read_is_kept_for_a_person(told):
    event = events("deliver")[0]
    event["Records"][0]["body"] = "not json"
    assert deliver.handler(event, None)["batchItemFailures"][0] == {"itemIdentifier": event["Records"][0]["messageId"]}
    assert ("confirmed.email.apt_1.0", 1) not in told.delivered


@pytest.mark.promise(36)
def test_every_payload_of_a_wait_is_understood(told):
    for event in events("hand_over"):
        assert hand_over.handler(event, None) == {"outcome": "confirmed.email.apt_1.0 1"}
