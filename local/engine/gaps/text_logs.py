"""The delivery log of an SMS, written to CloudWatch Logs in the shape and the groups that SNS uses.

AWS writes it once the account's SMS attributes name a role for it; here it always is. A number that ends in
0000 is one that no carrier can reach, so that a failure can be seen as well.
"""

import json
import time
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudwatch_logs as logs

from local.engine.patching import lean_on

lean_on(logs, "_create_log_group", "_create_log_stream", "_put_log_events", "_fanout_to_subscription_filters")

UNREACHABLE = "0000"


def write(text: dict[str, Any]) -> None:
    failed = text["to"].endswith(UNREACHABLE)
    now = time.time()
    moment = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now)) + f".{int(now * 1000) % 1000:03d}"
    attribute = text["attributes"].get("AWS.SNS.SMS.SMSType") or {}
    line = {
        "notification": {"messageId": text["id"], "timestamp": moment},
        "delivery": {
            "phoneCarrier": "Local",
            "mnc": 1,
            "mcc": 208,
            "numberOfMessageParts": 1,
            "destination": text["to"],
            "priceInUSD": 0.0,
            "smsType": attribute.get("StringValue") or "Promotional",
            "providerResponse": "Phone is currently unreachable/unavailable"
            if failed
            else "Message has been accepted by phone",
            "dwellTimeMs": 0,
            **({} if failed else {"dwellTimeMsUntilDeviceAck": 0}),
        },
        "status": "FAILURE" if failed else "SUCCESS",
    }
    group = f"sns/{get_region()}/{get_account_id()}/DirectPublishToPhoneNumber" + ("/Failure" if failed else "")
    if group not in logs._log_groups:
        logs._create_log_group({"logGroupName": group})
    where = {"logGroupName": group, "logStreamName": text["id"]}
    logs._create_log_stream(where)
    logs._put_log_events({**where, "logEvents": [{"timestamp": int(now * 1000), "message": json.dumps(line)}]})
