"""Stream consumers with all of AWS's settings: what is tried again, what is given up, and that the rest goes on."""

import time
from datetime import timedelta

from tests.engine.stack import until

FAIL = {"do": {"S": "fail"}}


def five(bad: int):
    return [{"sk": {"S": str(i)}, **(FAIL if i == bad else {})} for i in range(5)]


def given_up(app):
    return until(lambda: app.messages("Failed"))[0]


def seen(app, who):
    return ["".join(note["ids"]) for note in app.notes(f"seen#{who}")]


def test_a_reported_record_is_tried_again_with_what_follows(app):
    app.put("partial#a", *five(bad=2))
    message = given_up(app)
    assert seen(app, "Partial") == ["01234", "234"]  # MaximumRetryAttempts: 1
    assert message["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert message["requestContext"]["approximateInvokeCount"] == 2
    assert message["version"] == "1.0"
    batch = message["DDBStreamBatchInfo"]
    assert batch["batchSize"] == 3
    assert int(batch["startSequenceNumber"]) < int(batch["endSequenceNumber"])
    assert f"table/{app.out['Table']}/stream/" in batch["streamArn"]


def test_bisecting_gives_up_only_the_bad_record_and_the_shard_moves_on(app):
    app.put("bisect#a", *five(bad=2))
    message = given_up(app)
    assert message["DDBStreamBatchInfo"]["batchSize"] == 1
    assert message["responseContext"]["functionError"] == "Unhandled"
    until(lambda: seen(app, "Bisect")[-1] == "34")
    assert seen(app, "Bisect").count("2") == 2  # MaximumRetryAttempts: 1
    app.put("bisect#a", {"sk": {"S": "next"}})
    until(lambda: seen(app, "Bisect")[-1] == "next")


def test_a_record_too_old_is_given_up(app):
    app.put("age#a", {"sk": {"S": "old"}, **FAIL})
    app.noted("seen#Age", 2)
    app.engine.ask("jump", {"seconds": 120})  # without waiting for rest: there is none
    assert given_up(app)["requestContext"]["condition"] == "RecordAgeExceeded"


def test_a_slow_consumer_delays_no_other(app):
    app.put("plain#warm", {"sk": {"S": "warm"}})
    until(lambda: "warm" in seen(app, "Plain"))
    app.put("bisect#slow", {"sk": {"S": "slow"}, "do": {"S": "sleep"}})
    until(lambda: "slow" in seen(app, "Bisect"))
    start = time.monotonic()
    app.put("plain#b", {"sk": {"S": "beside"}})
    until(lambda: "beside" in seen(app, "Plain"))
    assert time.monotonic() - start < 1


def test_records_written_before_a_long_jump_are_still_read(app):
    app.engine.wait_idle()
    app.put("plain#c", {"sk": {"S": "kept"}})
    app.engine.ask("jump", {"seconds": timedelta(days=3).total_seconds()})
    app.engine.wait_idle()
    assert seen(app, "Plain").count("kept") == 1
