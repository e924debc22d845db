"""Step Functions: waits and retry delays on the shared clock and uncapped, a start that can be repeated."""

import contextlib
import contextvars
import random
import threading
import time
import types
from collections.abc import Iterable, Iterator
from typing import Any

from ministack.services import stepfunctions as states

from local.engine import clock
from local.engine.idle import busy_when
from local.engine.patching import lean_on, replaces

lean_on(states, "_sleep_until", "_jsonata_state_field", "_state_query_language", "_resolve_state_machine_arn")
lean_on(states, "_invoke_resource_with_timeout", "_with_retry_and_catch", "_run_sub_machine", "_executions")

# MiniStack sleeps 0.15 s before it starts an execution; nothing else in the module sleeps this way once
# _scaled_sleep is replaced.
states.time = types.SimpleNamespace(**{**vars(time), "sleep": lambda _seconds: None})

_retry_delay: contextvars.ContextVar[float | None] = contextvars.ContextVar("retry_delay", default=None)
_lock = threading.Lock()
_at_work = 0  # threads that run a state and do not merely wait


@contextlib.contextmanager
def _counted(change: int) -> Iterator[None]:
    global _at_work
    with _lock:
        _at_work += change
    try:
        yield
    finally:
        with _lock:
            _at_work -= change


@busy_when
def _executions_at_work() -> Iterable[str]:
    if _at_work:
        yield f"{_at_work} state machine steps"
    if late := clock.overdue():
        yield f"{late} waits that are over"


@replaces(states, "_scaled_sleep")
def _sleep(_original: Any, seconds: float) -> None:
    if (delay := _retry_delay.get()) is not None:
        _retry_delay.set(None)
        seconds = delay
    with _counted(-1):
        clock.sleep(seconds * states._SFN_WAIT_SCALE)


@replaces(states, "_find_matching_retrier")
def _note_the_full_delay(original: Any, retriers: Any, error: str, counts: dict[int, int]) -> Any:
    """MiniStack goes on to sleep for at most 60 s, whatever the retrier says."""
    retrier, index = original(retriers, error, counts)
    if retrier is not None:
        delay = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** counts.get(index, 0)
        delay = min(delay, retrier.get("MaxDelaySeconds", delay))
        _retry_delay.set(random.uniform(0, delay) if retrier.get("JitterStrategy") == "FULL" else delay)
    return retrier, index


@replaces(states, "_execute_task")
def _with_evaluated_timeout(original: Any, state: dict[str, Any], raw: Any, execution: Any, context: Any) -> Any:
    if isinstance(state.get("TimeoutSeconds"), str) and states._state_query_language(state, context) == "JSONata":
        context.setdefault("variables", {})
        seconds = states._jsonata_state_field(state, "TimeoutSeconds", "number", raw, context)
        state = {**state, "TimeoutSeconds": seconds}
    return original(state, raw, execution, context)


@replaces(states, "_start_execution")
def _repeatable_start(original: Any, data: dict[str, Any]) -> Any:
    """While it runs, the same name and input answer the running execution; afterwards the name stays taken."""
    machine = states._state_machines.get(states._resolve_state_machine_arn(data.get("stateMachineArn", "")) or "")
    if machine and data.get("name"):
        arn = f"{machine['stateMachineArn'].replace(':stateMachine:', ':execution:')}:{data['name']}"
        running = states._executions.get(arn)
        if running and running["status"] == "RUNNING" and running["input"] == data.get("input", "{}"):
            return states.json_response({"executionArn": arn, "startDate": running["startDate"]})
    return original(data)


def _counting(name: str, change: int) -> None:
    @replaces(states, name)
    def _count(original: Any, *args: Any) -> Any:
        with _counted(change):
            return original(*args)


# A state that runs branches only waits for them: they count themselves.
_counting("_run_execution", +1)
_counting("_run_sub_machine", +1)
_counting("_run_parallel_branches", -1)
_counting("_run_map_items", -1)
