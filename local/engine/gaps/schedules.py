"""EventBridge Scheduler: time zones, jumps, context attributes, and the properties that CloudFormation loses."""

import logging
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from ministack.core.responses import new_uuid, request_scope
from ministack.services import eventbridge, scheduler

from local.engine.clock import Ticker
from local.engine.gaps.schedule_times import last_due
from local.engine.idle import busy_when
from local.engine.patching import completes_resource, lean_on, replaces

lean_on(scheduler, "_to_epoch", "_schedules", "_schedule_last_fired", "_create_schedule", "_update_schedule")
lean_on(eventbridge, "_invoke_target", "_tick_scheduled_rules")

LOST = ("ScheduleExpressionTimezone", "ActionAfterCompletion", "StartDate", "EndDate")
logger = logging.getLogger("engine.schedules")
_tickers: list[Ticker] = []


@completes_resource("AWS::Scheduler::Schedule")
def _keep_lost_properties(name: str, _before: dict[str, Any], properties: dict[str, Any]) -> None:
    schedule = scheduler._schedules.get(f"{properties.get('GroupName', 'default')}/{name}")
    if schedule is not None:
        schedule.update({key: properties[key] for key in LOST if key in properties})


def _fire(schedule: dict[str, Any], moment: float, account: str, region: str) -> None:
    target = dict(schedule.get("Target") or {})
    for word, value in (
        ("scheduled-time", datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")),
        ("execution-id", new_uuid()),
        ("attempt-number", "1"),
        ("schedule-arn", schedule["Arn"]),
    ):
        if target.get("Input"):
            target["Input"] = target["Input"].replace(f"<aws.scheduler.{word}>", value)
    event = {
        "EventId": new_uuid(),
        "Source": "aws.scheduler",
        "DetailType": "Scheduled Event",
        "Detail": "{}",
        "Time": moment,
        "Resources": [schedule["Arn"]],
        "Account": account,
        "Region": region,
    }
    eventbridge._invoke_target(target, event, schedule)


def _tick_one(key: Any, schedule: dict[str, Any], now: float) -> None:
    account, region, _ = key
    start, end = scheduler._to_epoch(schedule.get("StartDate")), scheduler._to_epoch(schedule.get("EndDate"))
    once = schedule["ScheduleExpression"].startswith("at(")
    fired = scheduler._schedule_last_fired.get(key)
    if schedule.get("State") != "ENABLED" or (start and now < start) or (once and fired):
        return
    # A schedule made anew under the same name starts afresh.
    last = max(fired or 0, schedule.get("CreationDate", now), start or 0)
    zone = schedule.get("ScheduleExpressionTimezone") or "UTC"
    moment = last_due(schedule["ScheduleExpression"], zone, last, now if once or not end else min(now, end))
    if moment is not None:
        scheduler._schedule_last_fired[key] = moment
        with request_scope(account, region):
            _fire(schedule, moment, account, region)
    over = (once and moment is not None) or (end and now > end)
    if over and schedule.get("ActionAfterCompletion") == "DELETE":
        scheduler._schedules._data.pop(key, None)
        scheduler._schedule_last_fired.pop(key, None)


@replaces(scheduler, "_tick_schedules")
def _tick(_original: Any) -> None:
    now = time.time()
    for key, schedule in list(scheduler._schedules._data.items()):
        try:
            _tick_one(key, schedule, now)
        except Exception:
            logger.exception("schedule %s", key)


@replaces(scheduler, "start_scheduler")
def _start_schedules(_original: Any) -> None:
    _tickers.append(Ticker("engine-schedules", 1, scheduler._tick_schedules))


@replaces(eventbridge, "start_scheduler")
def _start_rules(_original: Any) -> None:
    _tickers.append(Ticker("engine-rules", 1, eventbridge._tick_scheduled_rules))


@busy_when
def _schedules_due() -> Iterable[str]:
    if any(ticker.behind() for ticker in _tickers):
        yield "schedules"
