"""Lambda's Python workers: named errors, warm after them, no wait for a silent one, and no more than a laptop bears."""

import hashlib
import os
import queue
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ministack.core import lambda_runtime as runtime
from ministack.services import lambda_svc

from local.engine.idle import busy_when
from local.engine.patching import lean_on, replaces
from local.engine.site import sitecustomize as wall

ERROR = "__engine_error__"
END_OF_LOG = "__engine_end_of_log__"

# AWS runs a thousand environments at once. Here each is a process: five hundred waits that end together would
# start five hundred of them and take minutes. Further invocations of a function wait for one of its processes.
PROCESSES = int(os.environ.get("ENGINE_LAMBDA_PROCESSES", "12"))
_free: dict[str, threading.Semaphore] = {}
_under_way: set[object] = set()

# MiniStack's answer to an exception is a message without its type, after which it kills the worker.
_ANSWER = (
    '_real_stdout.write(json.dumps({"status": "error", "error": str(e), "trace": traceback.format_exc()}) + "\\n")'
)
_TYPED_ANSWER = (
    "traceback.print_exc()\n"
    f'            sys.stderr.write("{END_OF_LOG}\\n"); sys.stderr.flush()\n'
    f'            _real_stdout.write(json.dumps({{"status": "ok", "result": {{"{ERROR}": {{'
    '"errorMessage": str(e), "errorType": type(e).__name__, "requestId": _ms_ctx.get("request_id", ""), '
    '"stackTrace": traceback.format_tb(e.__traceback__)}}}) + "\\n")'
)
_CALL = "            result = handler_fn(event, context)\n"
_CALL_THEN_MARK = _CALL + f'            sys.stderr.write("{END_OF_LOG}\\n"); sys.stderr.flush()\n'
_READ = "        _ms_msg = json.loads(line)\n"
_READ_THEN_SYNC = _READ + "        import sitecustomize; sitecustomize.sync()\n"


def _edited(script: str) -> str:
    for old, new in ((_ANSWER, _TYPED_ANSWER), (_CALL, _CALL_THEN_MARK), (_READ, _READ_THEN_SYNC)):
        if script.count(old) != 1:
            raise ValueError(f"the worker script has changed near {old.strip()[:60]}")
        script = script.replace(old, new)
    return script


lean_on(runtime, "_PYTHON_WORKER_SCRIPT", "Worker.invoke")
runtime._PYTHON_WORKER_SCRIPT = _edited(runtime._PYTHON_WORKER_SCRIPT)


class _UnpackedOnce(zipfile.ZipFile):
    """Thirty processes of fifteen functions would each write, and at the end remove, a thousand files of their own."""

    _one_at_a_time = threading.Lock()

    def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:
        content = Path(str(self.filename)).read_bytes()
        shared = Path(tempfile.gettempdir(), f"unpacked-{hashlib.sha256(content).hexdigest()[:24]}")
        with self._one_at_a_time:
            if not shared.exists():
                part = shared.with_suffix(".part")
                super().extractall(part, members, pwd)
                part.rename(shared)
        os.rmdir(path)
        os.symlink(shared, path)


lean_on(runtime, "Worker._spawn")
runtime.zipfile = SimpleNamespace(**{**vars(zipfile), "ZipFile": _UnpackedOnce})


@replaces(runtime, "Worker._drain_stderr_bounded")
def _log_of_one_invocation(_original: Any, worker: Any, *_args: Any, **_kwargs: Any) -> str:
    """Reads up to the mark that the worker writes last; MiniStack waits 50 ms to see whether a line comes."""
    lines: list[str] = []
    end = time.monotonic() + 0.25  # a worker that died writes no mark
    while (left := end - time.monotonic()) > 0:
        try:
            line = worker._stderr_queue.get(timeout=left)
        except queue.Empty:
            break
        if line.endswith(END_OF_LOG):
            if rest := line.removesuffix(END_OF_LOG):
                lines.append(rest)
            break
        lines.append(line)
    return "\n".join(lines)


@replaces(lambda_svc, "_execute_function_warm")
def _with_typed_error(original: Any, func: Any, event: Any, request_id: str) -> dict[str, Any]:
    result = _in_turn(original, func, event, request_id)
    body = result.get("body")
    if isinstance(body, dict) and ERROR in body:
        return {"body": body[ERROR], "error": True, "log": result.get("log", "")}
    return result


def _in_turn(invoke: Any, func: Any, event: Any, request_id: str) -> dict[str, Any]:
    config = func.get("config") or func
    invocation = object()
    _under_way.add(invocation)
    try:
        with _free.setdefault(config.get("FunctionArn", ""), threading.Semaphore(PROCESSES)):
            result: dict[str, Any] = invoke(func, event, request_id)
            return result
    finally:
        _under_way.discard(invocation)


@replaces(lambda_svc, "reap_idle_workers")
def _when_really_idle(original: Any, ttl: float | None = None) -> int:
    """By a clock that jumped, each was idle for hours: all but the first of a function would start anew every minute."""
    if time.monotonic() - wall.jumped_at < (runtime._LOCAL_WORKER_TTL if ttl is None else ttl):
        return 0
    ended: int = original(ttl)
    return ended


@busy_when
def _invocations() -> Iterable[str]:
    if _under_way:
        yield f"{len(_under_way)} Lambda invocations"
