"""Lambda's Python workers: errors carry their class name, an error leaves the worker warm, silence costs no time."""

import queue
import time
from collections.abc import Iterable
from typing import Any

from ministack.core import lambda_runtime as runtime
from ministack.services import lambda_svc

from local.engine.idle import busy_when
from local.engine.patching import lean_on, replaces

ERROR = "__engine_error__"
END_OF_LOG = "__engine_end_of_log__"

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


lean_on(runtime, "_PYTHON_WORKER_SCRIPT", "Worker.invoke", "workers_in_use")
runtime._PYTHON_WORKER_SCRIPT = _edited(runtime._PYTHON_WORKER_SCRIPT)


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
    result: dict[str, Any] = original(func, event, request_id)
    body = result.get("body")
    if isinstance(body, dict) and ERROR in body:
        return {"body": body[ERROR], "error": True, "log": result.get("log", "")}
    return result


@busy_when
def _invocations() -> Iterable[str]:
    if running := runtime.workers_in_use():
        yield f"{running} Lambda invocations"
