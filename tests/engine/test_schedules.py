"""EventBridge schedules keep their time zone, and fire once for a jump over many of their moments."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

PARIS = ZoneInfo("Europe/Paris")


def ticks(app, key):
    app.engine.wait_idle()
    found = []
    while batch := app.messages("Ticks"):
        found += [datetime.fromisoformat(message[key]) for message in batch if key in message]
    return found


def test_eight_in_paris_once_per_jump_for_the_last_morning(app):
    assert app.client("scheduler").get_schedule(Name="each-morning")["ScheduleExpressionTimezone"] == "Europe/Paris"
    ticks(app, "morning")
    for days in (1, 30, 200):
        app.engine.jump(timedelta(days=days))
        (fired,) = ticks(app, "morning")
        local = fired.astimezone(PARIS)
        assert (local.hour, local.minute) == (8, 0)
        assert timedelta(0) <= app.engine.now() - fired < timedelta(days=1, hours=1)


def test_once_on_another_side_of_the_clock_change(app):
    scheduler = app.client("scheduler")
    local = (app.engine.now() + timedelta(days=200)).astimezone(PARIS).replace(microsecond=0)
    scheduler.create_schedule(
        Name="once",
        ScheduleExpression=f"at({local:%Y-%m-%dT%H:%M:%S})",
        ScheduleExpressionTimezone="Europe/Paris",
        FlexibleTimeWindow={"Mode": "OFF"},
        ActionAfterCompletion="DELETE",
        Target={
            "Arn": app.out["TicksArn"],
            "RoleArn": "arn:aws:iam::000000000000:role/any",
            "Input": '{"once": "<aws.scheduler.scheduled-time>"}',
        },
    )
    app.engine.jump(to=local.astimezone(UTC) - timedelta(minutes=1))
    assert ticks(app, "once") == []
    app.engine.jump(to=local.astimezone(UTC) + timedelta(seconds=1))
    assert ticks(app, "once") == [local.astimezone(UTC)]
    with pytest.raises(scheduler.exceptions.ResourceNotFoundException):
        scheduler.get_schedule(Name="once")
