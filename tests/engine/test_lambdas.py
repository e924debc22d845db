"""Lambda environments: named errors, warm after them, quick when silent, and clean of the laptop's variables."""

import json
import time
from concurrent.futures import ThreadPoolExecutor


def test_an_error_carries_the_name_of_its_class(app):
    answer = app.client("lambda").invoke(FunctionName=app.out["TaskFunction"], Payload=b'{"fail": true}')
    error = json.loads(answer["Payload"].read())
    assert answer["FunctionError"] == "Unhandled"
    assert (error["errorType"], error["errorMessage"]) == ("Refused", "told to fail")
    assert error["stackTrace"]


def test_an_environment_stays_warm_after_an_error(app):
    first = app.call()["pid"]
    app.call(fail=True)
    assert app.call()["pid"] == first


def test_a_silent_function_costs_no_wait(app):
    app.call()
    took = []
    for _ in range(9):
        start = time.perf_counter()
        app.call()
        took.append(time.perf_counter() - start)
    assert sorted(took)[4] < 0.03


def test_what_a_function_prints_is_in_its_log(app):
    app.call(prints="heard")
    events = app.client("logs").filter_log_events(
        logGroupName=f"/aws/lambda/{app.out['TaskFunction'].rsplit(':', 1)[1]}", filterPattern="heard"
    )["events"]
    lines = [event["message"].strip() for event in events]
    assert "heard" in lines


def test_the_laptops_environment_stays_outside(app):
    seen = app.call()["environment"]
    assert "AWS_LAMBDA_FUNCTION_NAME" in seen
    assert not {"SECRET_OF_THE_LAPTOP", "AWS_PROFILE", "PYTEST_CURRENT_TEST", "PWD", "SHELL"} & set(seen)


def test_more_invocations_than_processes_wait_their_turn(app):
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: app.call(sleep=0.1), range(10)))
    assert len({answer["pid"] for answer in answers}) == 4  # ENGINE_LAMBDA_PROCESSES
