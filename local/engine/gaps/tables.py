"""DynamoDB tables: TTL and point-in-time recovery from CloudFormation, TTL deletes on the clock and in the stream."""

import contextvars
import threading
import time
from collections.abc import Iterable
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import dynamodb

from local.engine.clock import Ticker
from local.engine.idle import busy_when
from local.engine.patching import completes_resource, lean_on, replaces

lean_on(dynamodb, "_ttl_reaper", "_ttl_settings", "_tables", "_lock", "_emit_stream_event")
lean_on(dynamodb, "_update_ttl", "_update_continuous_backups")

FIVE_YEARS = 5 * 365 * 86400  # AWS leaves alone what expired longer ago
_by_ttl = contextvars.ContextVar("by_ttl", default=False)


def _on(value: object) -> bool:
    return str(value).lower() == "true"


def _call(action: Any, request: dict[str, Any]) -> None:
    response = action(request)
    if response[0] >= 400:
        raise ValueError(f"AWS::DynamoDB::Table: {response[2]!r}")


@completes_resource("AWS::DynamoDB::Table")
def _ttl_and_recovery(name: str, before: dict[str, Any], now: dict[str, Any]) -> None:
    old, new = before.get("TimeToLiveSpecification"), now.get("TimeToLiveSpecification")
    if old != new:
        wanted = new or {**(old or {}), "Enabled": False}
        attribute = wanted.get("AttributeName") or (old or {}).get("AttributeName")
        setting = {"AttributeName": attribute, "Enabled": _on(wanted.get("Enabled"))}
        _call(dynamodb._update_ttl, {"TableName": name, "TimeToLiveSpecification": setting})
    key = "PointInTimeRecoverySpecification"
    old, new = before.get(key), now.get(key)
    if old != new:
        enabled = {"PointInTimeRecoveryEnabled": _on((new or {}).get("PointInTimeRecoveryEnabled"))}
        _call(dynamodb._update_continuous_backups, {"TableName": name, key: enabled})


def _expired(item: dict[str, Any], attribute: str, now: float) -> bool:
    try:
        moment = float(item[attribute]["N"])
    except (KeyError, TypeError, ValueError):
        return False
    return now - FIVE_YEARS < moment <= now


def _delete_expired() -> None:
    now = time.time()
    for (account, region, name), setting in list(dynamodb._ttl_settings.all_items()):
        table = dynamodb._tables.get_scoped(account, region, name)
        if setting.get("TimeToLiveStatus") != "ENABLED" or not table:
            continue
        with dynamodb._lock, request_scope(account, region):
            mark = _by_ttl.set(True)
            try:
                for partition, items in list(table["items"].items()):
                    for sort, item in list(items.items()):
                        if _expired(item, setting.get("AttributeName"), now):
                            dynamodb._remove_item(table, partition, sort)
                            dynamodb._emit_stream_event(name, "REMOVE", item, None)
            finally:
                _by_ttl.reset(mark)


@replaces(dynamodb, "_remove_item")
def _not_by_the_silent_reaper(original: Any, *args: Any) -> Any:
    # MiniStack's own reaper deletes without a stream record; ours comes by more often.
    return None if threading.current_thread().name == "dynamodb-ttl-reaper" else original(*args)


@replaces(dynamodb, "_build_change_record")
def _with_the_service_as_author(original: Any, *args: Any, **kwargs: Any) -> Any:
    record = original(*args, **kwargs)
    if _by_ttl.get():
        record["userIdentity"] = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    return record


_reaper = Ticker("engine-ttl", 1, _delete_expired)


@busy_when
def _reaping() -> Iterable[str]:
    if _reaper.behind():
        yield "expired items"
