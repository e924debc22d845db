"""Reads a table's stream for one event source mapping, on a thread of its own, and keeps the mapping's place."""

import logging
import os
import threading
import time
from collections import deque
from typing import Any

from ministack.core.arn import parse_arn
from ministack.core.responses import request_scope
from ministack.services import dynamodb, lambda_svc

from local.engine import clock
from local.engine.gaps import stream_failures
from local.engine.gaps.stream_batches import Batch, Rules, first_failure, too_old, verdict
from local.engine.patching import lean_on

lean_on(lambda_svc, "_esms", "_dynamodb_stream_positions", "_dynamodb_stream_positions_lock", "_apply_filter_criteria")
lean_on(lambda_svc, "_execute_function", "_get_func_record_for_qualifier", "_init_stream_position")
lean_on(lambda_svc, "_dynamodb_stream_table_from_arn_spec")
lean_on(dynamodb, "_tables", "stream_start_position", "stream_end_position", "stream_records_since")

BACKOFF = float(os.environ.get("ENGINE_STREAM_BACKOFF", "0.2"))  # real seconds between two tries
logger = logging.getLogger("engine.streams")


class Reader:
    def __init__(self, account: str, region: str, mapping: dict[str, Any]) -> None:
        self.account, self.region, self.mapping = account, region, mapping
        self.wake, self.at_work = threading.Event(), True
        self._todo: deque[Batch] = deque()
        self._after_todo = 0
        self._window_ends: float | None = None
        name = f"stream-{mapping['FunctionName']}"
        threading.Thread(target=self._loop, daemon=True, name=name).start()

    def alive(self) -> bool:
        key = (self.account, self.region, self.mapping["UUID"])
        return lambda_svc._esms._data.get(key) is self.mapping

    def busy(self) -> bool:
        with request_scope(self.account, self.region):
            return self.at_work or bool(self._todo) or self.unread() is not None

    def unread(self) -> tuple[str, int] | None:
        """The table and the place to read from, when there is something to read."""
        source = self.mapping["EventSourceArn"]
        name, _ = lambda_svc._dynamodb_stream_table_from_arn_spec(parse_arn(source))
        table = dynamodb._tables.get(name)
        if not self.mapping.get("Enabled", True) or not table or table.get("LatestStreamArn") != source:
            return None
        uuid = self.mapping["UUID"]
        lambda_svc._init_stream_position(uuid, source, self.mapping.get("StartingPosition", "LATEST"))
        begin, end = dynamodb.stream_start_position(name), dynamodb.stream_end_position(name)
        place = max(lambda_svc._dynamodb_stream_positions[uuid], begin)
        if place > end:  # kept over a restart, which the records were not
            place = begin
            self._keep_place(place)
        return (name, place) if end > place else None

    def _loop(self) -> None:
        with request_scope(self.account, self.region):
            while self.alive():
                self.at_work = True
                try:
                    progress = self._step()
                except Exception:
                    logger.exception("stream mapping %s", self.mapping["UUID"])
                    progress = False
                if not progress:
                    self.at_work = False
                    self.wake.wait(1)
                    self.wake.clear()
        self.at_work = False
        self._todo.clear()

    def _step(self) -> bool:
        """One invocation or one read. False when there is nothing to do."""
        if not self._todo:
            return self._read()
        function, _ = lambda_svc._get_func_record_for_qualifier(
            self.mapping["FunctionName"], self.mapping.get("Qualifier")
        )
        if function is None:
            return False
        self._invoke(function, self._todo.popleft())
        if not self._todo:
            self._keep_place(self._after_todo)
        return True

    def _read(self) -> bool:
        found = self.unread()
        if not found:
            return False
        (table, place), size = found, int(self.mapping.get("BatchSize") or 100)
        records = dynamodb.stream_records_since(table, place, size)
        if len(records) < size and self._gathering():
            return True
        self._window_ends = None
        self._after_todo = place + len(records)
        if wanted := lambda_svc._apply_filter_criteria(records, self.mapping):
            self._todo.append(Batch(tuple(wanted)))
        else:
            self._keep_place(self._after_todo)
        return True

    def _gathering(self) -> bool:
        seconds = int(self.mapping.get("MaximumBatchingWindowInSeconds") or 0)
        if not seconds:
            return False
        if self._window_ends is None:
            self._window_ends = time.time() + seconds
        left = self._window_ends - time.time()
        clock.sleep(min(left, 0.1))
        return left > 0

    def _keep_place(self, place: int) -> None:
        with lambda_svc._dynamodb_stream_positions_lock:
            lambda_svc._dynamodb_stream_positions[self.mapping["UUID"]] = place

    def _invoke(self, function: Any, batch: Batch) -> None:
        rules = Rules.of(self.mapping)
        if old := too_old(batch, time.time(), rules):
            self._discard(batch.records[:old], "RecordAgeExceeded", batch.retries, raised=False)
            batch = Batch(batch.records[old:], batch.retries)
            if not batch.records:
                return
        result = lambda_svc._execute_function(function, {"Records": list(batch.records)})
        if result.get("throttle"):
            self._again(batch)
            return
        raised = bool(result.get("error"))
        failed = 0 if raised else first_failure(batch.records, result.get("body"), rules)
        done = failed is None
        self.mapping["LastProcessingResult"] = (
            f"OK - {len(batch.records)} records" if done else "PROBLEM: Function call failed"
        )
        then = verdict(batch, failed, rules)
        if then.discarded:
            self._discard(then.discarded, "RetryAttemptsExhausted", batch.retries + 1, raised)
        if then.again:
            self._again(*then.again)

    def _again(self, *batches: Batch) -> None:
        self._todo.extendleft(reversed(batches))
        threading.Event().wait(BACKOFF)

    def _discard(self, records: tuple[dict[str, Any], ...], condition: str, invocations: int, raised: bool) -> None:
        logger.warning("stream mapping %s gives up %d records: %s", self.mapping["UUID"], len(records), condition)
        stream_failures.report(self.mapping, records, condition, invocations, raised)
