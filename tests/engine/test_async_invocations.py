"""What SNS, EventBridge and a log group hand to a function is tried three times, and then kept at its destination."""

import json
import time

import pytest


def by_sns(app, **message):
    app.client("sns").publish(TopicArn=app.out["News"], Message=json.dumps(message))


def by_eventbridge(app, **detail):
    entry = {"Source": "clinic", "DetailType": "News", "Detail": json.dumps(detail)}
    app.client("events").put_events(Entries=[entry])


def by_logs(app, **line):
    logs, where = app.client("logs"), {"logGroupName": "lines", "logStreamName": line["key"]}
    logs.create_log_stream(**where)
    logs.put_log_events(**where, logEvents=[{"timestamp": int(time.time() * 1000), "message": json.dumps(line)}])


@pytest.mark.parametrize("send", [by_sns, by_eventbridge, by_logs])
def test_a_failing_function_is_tried_three_times(app, send):
    key = send.__name__
    send(app, key=key, fail=True)
    app.noted(f"inbound#{key}")
    app.engine.wait_idle()
    assert len(app.notes(f"inbound#{key}")) == 3
    (lost,) = app.messages("Lost")
    assert lost["requestContext"]["condition"] == "RetriesExhausted"
    assert lost["responsePayload"]["errorType"] == "Refused"


@pytest.mark.parametrize("send", [by_sns, by_eventbridge, by_logs])
def test_a_function_that_succeeds_is_invoked_once(app, send):
    key = f"{send.__name__}-well"
    send(app, key=key)
    app.noted(f"inbound#{key}")
    app.engine.wait_idle()
    assert len(app.notes(f"inbound#{key}")) == 1
    assert app.messages("Lost") == []
