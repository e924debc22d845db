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
FOREVER = 20


def said(template: Any, states: dict[str, Any], variables: dict[str, Any]) -> Any:
    """A JSONata field's value: expressions stand between {% and %}, everything else stands for itself."""
    if isinstance(template, dict):
        return {k: said(v, states, variables) for k, v in template.items()}
    if not (isinstance(template, str) and template.startswith("{%")):
        return template
    expression = jsonata.Jsonata(template.removeprefix("{%").removesuffix("%}"))
    for name, value in {"states": states, **variables}.items():
        expression.assign(name, value)
    return expression.evaluate(None)


def run(post: Post, given: dict[str, Any]) -> list[str]:
    """The states passed; waits move the clock, the task asks the real use case."""
    name, value, variables, passed = MACHINE["StartAt"], given, dict[str, Any](), list[str]()
    for _ in range(FOREVER):
        state = MACHINE["States"][name]
        passed.append(name)
        states = {"input": value}
        match state["Type"]:
            case "Succeed":
                return passed
            case "Wait":
                post.now = max(post.now, datetime.fromisoformat(said(state["Timestamp"], states, variables)))
            case "Task":
                asked = said(state["Arguments"], states, variables)
                assert asked["FunctionName"] == "${HandOverFunctionArn}"
                outcome = post.hand_over(msgspec.convert(asked["Payload"], OutboxEntry))
                states["result"] = {"Payload": msgspec.to_builtins(outcome)}
                value = said(state["Output"], states, variables)
            case "Choice":
                taken = (c["Next"] for c in state["Choices"] if said(c["Condition"], states, variables))
                name = next(taken, state["Default"])
                continue
        variables |= said(state.get("Assign", {}), states, variables)
        name = state["Next"]
    raise AssertionError(f"it never ends: {passed}")


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
    assert run(post, given) == ["WaitUntilDue", "HandOver", "IsItDue", "HandedOver"]
    ((entry, delay),) = post.outbox.entries
    assert (entry.message_id, entry.version, delay) == (given["message_id"], given["version"], 0)
    assert post.message(entry.message_id).due_at == post.now


def test_woken_too_early_it_waits_on(delayed):
    post, given = delayed
    early = given | {"until": (post.now + timedelta(days=3)).isoformat()}
    assert run(post, early).count("WaitUntilDue") == 2
    assert len(post.outbox.entries) == 1


@pytest.mark.rule("M-09")
def test_a_message_that_changed_ends_it_quietly(delayed):
    post, given = delayed
    post.edit_message(given["message_id"], due_at=post.now + timedelta(days=9))
    assert run(post, given)[-1] == "HandedOver"
    assert post.outbox.entries == []


def test_every_task_has_a_timeout_and_is_tried_again_with_jitter():
    for state in MACHINE["States"].values():
        if state["Type"] == "Task":
            assert state["TimeoutSeconds"]
            (retry,) = state["Retry"]
            assert retry["ErrorEquals"] == ["States.ALL"]
            assert retry["JitterStrategy"] == "FULL"
