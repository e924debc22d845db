"""SQS: no message is lost when one is sent while others are removed, and mappings look again after a jump.

MiniStack removes messages by putting a new list in place of the old one; a send on another thread in that moment
goes into the old list. Here the list stays the same object, and what was removed is taken out of it.
"""

import threading
import time
from collections.abc import Iterable
from typing import Any

from ministack.core.arn import parse_arn
from ministack.core.concurrency import esm_wake
from ministack.core.responses import request_scope
from ministack.services import lambda_svc, sqs

from local.engine.idle import busy_when
from local.engine.patching import lean_on, replaces
from local.engine.site import sitecustomize as wall

lean_on(sqs, "_receive_messages_for_esm", "_collect_msgs", "_act_send_message", "_act_receive_message", "_queues")
lean_on(lambda_svc, "_poll_loop", "_poll_sqs", "_run_sqs_batch", "_esm_inflight", "_iter_all_esms", "_esm_wake")

_one_remover = threading.RLock()
sqs._queues_lock = _one_remover  # held by the mappings' receive and delete

wall.after_jump.append(esm_wake.set)


def _in_place(original: Any, queue: dict[str, Any], *args: Any) -> Any:
    with _one_remover:
        messages = queue["messages"]
        before = list(messages)
        result = original(*args)
        kept = queue["messages"]
        if kept is not messages:
            queue["messages"] = messages
            kept_ids = {id(message) for message in kept}
            gone = {id(message) for message in before} - kept_ids
            for index in range(len(messages) - 1, -1, -1):
                if id(messages[index]) in gone:
                    del messages[index]
            known = {id(message) for message in messages}
            messages.extend(message for message in kept if id(message) not in known)
    return result


def _removing_from_queue(name: str) -> None:
    @replaces(sqs, name)
    def _remove(original: Any, queue: dict[str, Any]) -> Any:
        return _in_place(original, queue, queue)


def _removing_for_request(name: str, action: str) -> None:
    @replaces(sqs, name)
    def _remove(original: Any, data: dict[str, Any], url: str) -> Any:
        queue = sqs._get_q(data.get("QueueUrl", url), "sqs:DeleteMessage")
        return _in_place(original, queue, data, url)

    sqs._HANDLERS[action] = getattr(sqs, name)


_removing_from_queue("_expire_retained")
_removing_from_queue("_dlq_sweep")
_removing_for_request("_act_delete_message", "DeleteMessage")
_removing_for_request("_act_delete_message_batch", "DeleteMessageBatch")


@replaces(sqs, "_delete_messages_for_esm")
def _delete_for_mapping(original: Any, url: str, handles: set[str]) -> Any:
    return _in_place(original, sqs._get_q(url), url, handles)


@busy_when
def _messages_due() -> Iterable[str]:
    """Messages that a mapping will take now; one that is delayed or being retried waits for the clock."""
    if lambda_svc._esm_inflight:
        yield f"{sum(lambda_svc._esm_inflight.values())} SQS batches"
    for account, region, mapping in lambda_svc._iter_all_esms():
        if ":sqs:" not in mapping.get("EventSourceArn", "") or not mapping.get("Enabled", True):
            continue
        with request_scope(account, region):
            name = parse_arn(mapping["EventSourceArn"]).resource
            queue = sqs._queues.get(sqs._queue_url(name)) or {"messages": []}
            if due := sum(message.get("visible_at", 0) <= time.time() for message in list(queue["messages"])):
                yield f"{due} messages in {name}"
