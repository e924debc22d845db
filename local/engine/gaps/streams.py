"""DynamoDB streams: a reader per event source mapping, where MiniStack has one thread for all and drops failures."""

import threading
import time
from collections.abc import Iterable
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import dynamodb, lambda_svc

from local.engine.gaps.stream_reader import Reader
from local.engine.idle import busy_when
from local.engine.patching import lean_on, replaces
from local.engine.site import sitecustomize as wall

lean_on(lambda_svc, "_poll_loop", "_iter_all_esms", "_release_esm_poll_state")

CATCH_UP = 30  # real seconds
_readers: dict[str, Reader] = {}
_guard = threading.Lock()


@replaces(lambda_svc, "_poll_dynamodb_streams")
def _start_and_wake_readers(_original: Any) -> bool:
    """MiniStack's poll loop comes by right after a write, and each second."""
    woken = False
    for account, region, mapping in lambda_svc._iter_all_esms():
        if ":dynamodb:" not in mapping.get("EventSourceArn", ""):
            continue
        with _guard:
            reader = _readers.get(mapping["UUID"])
            if reader is None or not reader.alive():
                reader = _readers[mapping["UUID"]] = Reader(account, region, mapping)
                woken = True
        if reader.wake.is_set():  # set while it works too: a write may come between its last read and its rest
            continue
        with request_scope(account, region):
            if reader.unread():
                reader.wake.set()
                woken = True
    return woken


@replaces(dynamodb, "_trim_stream_records")
def _trim(original: Any, *args: Any, **kwargs: Any) -> None:
    """After a jump over the 24 h that a stream keeps, readers get the real time to read what nobody has read."""
    if time.monotonic() - wall.jumped_at > CATCH_UP:
        original(*args, **kwargs)


@busy_when
def _records_due() -> Iterable[str]:
    for reader in list(_readers.values()):
        if reader.alive() and reader.busy():
            yield f"stream records for {reader.mapping['FunctionName']}"
