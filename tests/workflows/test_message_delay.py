"""`message_delay` walked through as it is deployed: its states and expressions, on a clock held in the hand."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jsonata
import msgspec
import pytest

from creneau.messaging.ports import OutboxEntry
from tests.support.post import Post

MACHINE = json.loads((Path(__file__).parents[2] / "statemachines/message_delay.asl.json").read_text())


def said(template: Any, states: dict[str, Any]) -> Any:
    """A JSONata field's value: expressions stand between {% and %}, everything else stands for itself."""
    if isinstance(template, dict):
        return {k: said(v, states) for k, v in template.items()}
    if not (isinstance(template, str) and template.startswith("{%")):
        return template
    expression = jsonata.Jsonata(template.removeprefix("{%").removesuffix("%}"))
    expression.assign("states", states)
    return expression.evaluate(None)


def run(post: Post, given: dict[str, Any]) -> list[str]:
    """The states passed; waits move the clock, the task asks the real use case."""
    name, passed, states = MACHINE["StartAt"], list[str](), {"input": given}
    while name:
        state = MACHINE["States"][name]
        passed.append(name)
        match state["Type"]:
            case "Wait":
                post.now = max(post.now, datetime.fromisoformat(said(state["Timestamp"], states)))
            case "Task":
                asked = said(state["Arguments"], states)
                assert asked["FunctionName"] == "${HandOverFunctionArn}"
                outcome = post.hand_over(msgspec.convert(asked["Payload"], OutboxEntry))
                states["result"] = {"Payload": msgspec.to_builtins(outcome)}
                states["input"] = said(state["Output"], states)
        name = state.get("Next")
    return passed


@pytest.fixture
def delayed(post: Post) -> tuple[Post, dict[str, Any]]:
    post.patient()
    post.appointment()
    id = post.planned()
    post.edit_message(id, due_at=post.now + timedelta(days=7))
    post.dispatch(id)
    ((entry, until),) = post.delays.started.values()
    return post, {"message_id": entry.message_id, "version": entry.version, "until": until.isoformat()}


@pytest.fixture
def post() -> Post:
    return Post()


def test_it_waits_then_hands_over(delayed):
    post, given = delayed
    assert run(post, given) == ["WaitUntilDue", "HandOver"]
    ((entry, delay),) = post.outbox.entries
    assert (entry.message_id, entry.version, delay) == (given["message_id"], given["version"], 0)
    assert post.message(entry.message_id).due_at == post.now


def test_woken_too_early_the_queue_keeps_it_for_the_rest(delayed):
    post, given = delayed
    due = datetime.fromisoformat(given["until"])
    run(post, given | {"until": (due - timedelta(seconds=4)).isoformat()})
    assert [delay for _, delay in post.outbox.entries] == [4]


@pytest.mark.rule("M-09")
def test_a_message_that_changed_ends_it_quietly(delayed):
    post, given = delayed
    post.edit_message(given["message_id"], due_at=post.now + timedelta(days=9))
    run(post, given)
    assert post.outbox.entries == []


def test_every_task_has_a_timeout_and_is_tried_again_with_jitter():
    for state in MACHINE["States"].values():
        if state["Type"] == "Task":
            assert state["TimeoutSeconds"]
            (retry,) = state["Retry"]
            assert retry["ErrorEquals"] == ["States.ALL"]
            assert retry["JitterStrategy"] == "FULL"
