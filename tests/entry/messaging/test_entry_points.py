"""The two entry points of messages, with every payload that was ever sent to them."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from creneau import wiring
from creneau.entry import logger
from creneau.messaging.birthday import BirthdaysPlanned
from creneau.messaging.deliver import Delivered
from creneau.messaging.dispatch import HandOverOutcome
from creneau.messaging.ports import OutboxEntry
from messaging import deliver, hand_over
from schedules import birthdays
from stream import retried_reactions

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


class Lines(logging.Handler):
    """What the log says, as it says it."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(json.loads(logger.registered_formatter.format(record)))


@pytest.fixture
def lines() -> Iterator[Lines]:
    handler = Lines()
    logging.getLogger("creneau").addHandler(handler)
    yield handler
    logging.getLogger("creneau").removeHandler(handler)


def test_what_fails_is_logged_by_its_own_ids(told, lines):
    first, unread = events("deliver")[0]["Records"]
    unread["body"] = "not json"
    deliver.handler({"Records": [first, unread]}, None)
    done, failed = (line for line in lines.said if line["message"] in {"done", "failed"})
    assert (done["message_id"], done["queue_message"]) == ("confirmed.email.apt_1.0", first["messageId"])
    assert failed["queue_message"] == unread["messageId"]
    assert "message_id" not in failed


def test_a_reaction_that_fails_is_named_in_the_log(told, lines):
    body = json.dumps({"reaction": "settle_slot", "key": ["no slot"]})
    retried_reactions.handler({"Records": [{"messageId": "m-1", "body": body}]}, None)
    assert [(line["reaction"], line["key"]) for line in lines.said] == [("settle_slot", ["no slot"])]


@pytest.mark.promise(36)
def test_every_payload_of_a_wait_is_understood(told):
    for event in events("hand_over"):
        assert hand_over.handler(event, None) == {"outcome": "confirmed.email.apt_1.0 1"}


@pytest.mark.rule("M-15")
def test_the_morning_plans_the_birthdays(told):
    told.plan_birthdays = lambda: BirthdaysPlanned(planned=3)
    assert birthdays.handler({}, None) == {"planned": 3}
