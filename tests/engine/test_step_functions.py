"""State machines: waits of days, retries by the error's name and on time, time-outs, a start that can be repeated."""

import json
import time
from datetime import timedelta

import pytest

ENDS = {
    "Refused": {"Type": "Pass", "Output": {"end": "Refused", "cause": "{% $states.input.Cause %}"}, "End": True},
    "Late": {"Type": "Pass", "Output": {"end": "Late"}, "End": True},
}
CATCH = [
    {"ErrorEquals": ["Refused"], "Next": "Refused", "Output": "{% $states.errorOutput %}"},
    {"ErrorEquals": ["States.Timeout"], "Next": "Late"},
]


@pytest.fixture
def sfn(app):
    return app.client("stepfunctions")


def test_waits_of_days_end_when_their_time_has_come(app):
    states = {
        "First": {"Type": "Wait", "Seconds": "{% $states.input.days * 86400 %}", "Next": "Then"},
        "Then": {"Type": "Wait", "Timestamp": "{% $states.input.until %}", "Next": "Look"},
        "Look": app.task(End=True),
    }
    later = (app.engine.now() + timedelta(days=20)).isoformat()
    arn = app.begin(app.machine("waits", "First", states), days=15, until=later)
    start = time.monotonic()
    for days in (14, 2, 3):
        app.engine.jump(timedelta(days=days))
        assert app.execution(arn)["status"] == "RUNNING"
    app.engine.jump(timedelta(days=1, seconds=2))
    ended = app.ended(arn)
    assert ended["status"] == "SUCCEEDED"
    assert json.loads(ended["output"])["now"] == pytest.approx(app.engine.now().timestamp(), abs=5)
    assert time.monotonic() - start < 10


def test_branches_that_all_wait_are_at_rest(app):
    wait = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "End": True}}}
    each = {"StartAt": "W2", "States": {"W2": {"Type": "Wait", "Seconds": 3600, "End": True}}}
    states = {
        "Both": {"Type": "Parallel", "Branches": [wait, each | {"StartAt": "W2"}], "Next": "Each"},
        "Each": {"Type": "Map", "Items": [1, 2, 3], "ItemProcessor": each, "End": True},
    }
    arn = app.begin(app.machine("branches", "Both", states))
    for _ in range(2):
        app.engine.jump(timedelta(hours=1))
    assert app.ended(arn)["status"] == "SUCCEEDED"


def test_errors_match_by_the_name_of_their_class(app):
    machine = app.machine("named", "T", {"T": app.task(Catch=CATCH, End=True), **ENDS})
    output = json.loads(app.ended(app.begin(machine, fail=True))["output"])
    assert output["end"] == "Refused"
    assert json.loads(output["cause"])["errorMessage"] == "told to fail"


def test_retry_delays_are_as_long_as_they_say(app):
    retry = [{"ErrorEquals": ["Refused"], "IntervalSeconds": 3600, "MaxDelaySeconds": 5000, "MaxAttempts": 2}]
    arn = app.begin(app.machine("delays", "T", {"T": app.task(Retry=retry, End=True)}), key="delays", fail=True)
    app.noted("task#delays")
    for minutes, tries in ((50, 1), (11, 2), (80, 2), (4, 3)):
        app.engine.jump(timedelta(minutes=minutes))
        app.engine.wait_idle()
        assert len(app.notes("task#delays")) == tries
    assert app.ended(arn)["error"] == "Refused"


@pytest.mark.parametrize("limit", [1, "{% $states.input.limit %}"])
def test_a_task_that_takes_too_long(app, limit):
    machine = app.machine(
        f"late-{limit == 1}", "T", {"T": app.task(TimeoutSeconds=limit, Catch=CATCH, End=True), **ENDS}
    )
    start = time.monotonic()
    assert json.loads(app.ended(app.begin(machine, sleep=2, limit=1))["output"]) == {"end": "Late"}
    assert time.monotonic() - start < 1.8


def test_starting_again_while_it_runs_answers_the_same_execution(app, sfn):
    machine = app.machine("twice", "W", {"W": {"Type": "Wait", "Seconds": 60, "End": True}})
    first = sfn.start_execution(stateMachineArn=machine, name="slot-1", input='{"a": 1}')
    again = sfn.start_execution(stateMachineArn=machine, name="slot-1", input='{"a": 1}')
    assert (again["executionArn"], again["startDate"]) == (first["executionArn"], first["startDate"])
    with pytest.raises(sfn.exceptions.ExecutionAlreadyExists):
        sfn.start_execution(stateMachineArn=machine, name="slot-1", input='{"a": 2}')
    app.engine.jump(timedelta(minutes=2))
    app.ended(first["executionArn"])
    with pytest.raises(sfn.exceptions.ExecutionAlreadyExists):
        sfn.start_execution(stateMachineArn=machine, name="slot-1", input='{"a": 1}')


def test_an_execution_starts_at_once(app):
    machine = app.machine("quick", "P", {"P": {"Type": "Pass", "End": True}})
    start = time.monotonic()
    app.ended(app.begin(machine))
    assert time.monotonic() - start < 0.1
