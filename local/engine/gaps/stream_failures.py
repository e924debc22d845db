"""Tells a mapping's on-failure destination which stream records were given up, in AWS's published shape."""

import json
import time
from collections.abc import Sequence
from typing import Any

from ministack.core.arn import parse_arn
from ministack.core.responses import new_uuid
from ministack.services import sns, sqs

from local.engine.patching import lean_on

lean_on(sqs, "_act_send_message", "_queue_by_arn", "_queue_url")
lean_on(sns, "publish_internal")


def _stamp(moment: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


def report(
    mapping: dict[str, Any], records: Sequence[dict[str, Any]], condition: str, invocations: int, raised: bool
) -> None:
    target = ((mapping.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
    if not target:
        return
    now = time.time()
    first, last = records[0]["dynamodb"], records[-1]["dynamodb"]
    response = {"statusCode": 200, "executedVersion": "$LATEST"} | ({"functionError": "Unhandled"} if raised else {})
    message = {
        "requestContext": {
            "requestId": new_uuid(),
            "functionArn": mapping["FunctionArn"],
            "condition": condition,
            "approximateInvokeCount": invocations,
        },
        **({"responseContext": response} if invocations else {}),
        "version": "1.0",
        "timestamp": f"{_stamp(now)[:-1]}.{int(now * 1000) % 1000:03d}Z",
        "DDBStreamBatchInfo": {
            "shardId": "shardId-00000000000000000000-00000000",
            "startSequenceNumber": first["SequenceNumber"],
            "endSequenceNumber": last["SequenceNumber"],
            "approximateArrivalOfFirstRecord": _stamp(float(first["ApproximateCreationDateTime"])),
            "approximateArrivalOfLastRecord": _stamp(float(last["ApproximateCreationDateTime"])),
            "batchSize": len(records),
            "streamArn": mapping["EventSourceArn"],
        },
    }
    if ":sns:" in target:
        sns.publish_internal(target, json.dumps(message))
    elif sqs._queue_by_arn(target) is not None:
        sqs._act_send_message({"MessageBody": json.dumps(message)}, sqs._queue_url(parse_arn(target).resource))
