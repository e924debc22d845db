"""The jump clock: one time for the engine, its functions and whoever asks, and it only moves forward."""

from datetime import UTC, datetime, timedelta

import pytest

from local.engine.client import EngineError


def test_functions_see_the_jump_at_once(app):
    app.call()
    before = app.engine.jump(timedelta(days=10))
    seen = app.call()
    after = app.engine.now()
    for moment in (seen["now"], seen["utc"]):
        assert before.timestamp() - 0.005 < moment < after.timestamp() + 0.005


def test_jump_to_a_moment(app):
    moment = (app.engine.now() + timedelta(hours=7)).astimezone(UTC)
    arrived = app.engine.jump(to=moment)
    assert timedelta(0) <= arrived - moment < timedelta(seconds=1)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"seconds": -1}, "only moves forward"),
        ({"to": "2001-01-01T00:00:00Z"}, "only moves forward"),
        ({"to": "2999-01-01T00:00:00"}, "time zone"),
        ({"seconds": "soon"}, "number"),
        ({"seconds": None}, "number"),
        ({"minutes": 3}, "number"),
    ],
)
def test_other_jumps_are_refused(app, asked, why):
    before = app.engine.now()
    with pytest.raises(EngineError, match=f"400.*{why}"):
        app.engine.ask("jump", asked)
    assert app.engine.now() - before < timedelta(minutes=1)


def test_the_clock_says_the_same_twice(app):
    clock = app.engine.ask("clock")
    assert datetime.fromisoformat(clock["iso"]).timestamp() == pytest.approx(clock["now"], abs=1e-5)


def test_unknown_addresses(app):
    with pytest.raises(EngineError, match="404"):
        app.engine.ask("mail/none")
    with pytest.raises(EngineError, match="404"):
        app.engine.ask("clock", {})


def test_idle_says_what_is_under_way(app):
    app.engine.wait_idle()
    arn = app.begin(app.machine("busy", "T", {"T": app.task(End=True)}), sleep=1)
    why = app.engine.ask("idle")["why"]
    assert any("state machine" in reason for reason in why)
    app.engine.wait_idle()
    assert app.execution(arn)["status"] == "SUCCEEDED"
