"""SNS, EventBridge, Scheduler, log groups invoke functions asynchronously: two more tries, then the destination."""

import json
import threading
import types
import weakref
from collections.abc import Iterable
from typing import Any

from ministack.services import eventbridge, lambda_svc, sns

from local.engine.idle import busy_when
from local.engine.patching import lean_on, replaces

lean_on(lambda_svc, "_get_func_record_for_ref", "_execution_record_for_config", "_route_async_failure")

_here = threading.local()
_trying: "weakref.WeakSet[threading.Thread]" = weakref.WeakSet()


class _Thread(threading.Thread):
    """A thread of lambda_svc; the one that tries an asynchronous invocation is remembered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if getattr(_here, "is_asynchronous", False):
            _trying.add(self)


lambda_svc.threading = types.SimpleNamespace(**{**vars(threading), "Thread": _Thread})


@replaces(lambda_svc, "invoke_async_with_retry")
def _invoke(original: Any, function: Any, event: Any) -> None:
    _here.is_asynchronous = True
    try:
        original(function, event)
    finally:
        _here.is_asynchronous = False


@busy_when
def _invocations() -> Iterable[str]:
    if trying := sum(thread.is_alive() for thread in list(_trying)):
        yield f"{trying} asynchronous invocations"


@replaces(eventbridge, "_dispatch_to_lambda")
def _from_eventbridge(original: Any, arn: str, payload: str) -> None:
    function, config, _ = lambda_svc._get_func_record_for_ref(arn)
    if not function or not config:
        original(arn, payload)
        return
    try:
        event = json.loads(payload)
    except (ValueError, TypeError):
        event = {"body": payload}
    lambda_svc.invoke_async_with_retry(lambda_svc._execution_record_for_config(function, config), event)


@replaces(sns, "_deliver_to_lambda")
def _from_sns(original: Any, *args: Any) -> None:
    """MiniStack invokes once, on this thread, and forgets a failure."""
    _here.is_delivery = True
    try:
        original(*args)
    finally:
        _here.is_delivery = False


@replaces(lambda_svc, "_execute_function_with_config_scope")
def _asynchronously(original: Any, function: Any, event: Any) -> Any:
    """SNS says so above; what a log group's subscription filter hands on, once and on a thread of its own, is known by its
    shape."""
    if getattr(_here, "is_delivery", False) or (isinstance(event, dict) and event.keys() == {"awslogs"}):
        return lambda_svc.invoke_async_with_retry(function, event)
    return original(function, event)
