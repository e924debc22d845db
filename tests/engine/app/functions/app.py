"""Every function of the test stack: each notes what it got in a table, so that tests look from outside."""

import base64
import gzip
import json
import os
import time
from datetime import UTC, datetime

import boto3

NOTES = boto3.resource("dynamodb").Table(os.environ["NOTES"])
WHO = os.environ.get("WHO", "")


class Refused(Exception):
    pass


def note(subject, **data):
    NOTES.put_item(Item={"pk": subject, "sk": f"{time.monotonic_ns():020d}", "data": json.dumps(data)})


def api(event, context):
    if event["rawPath"].endswith("/boom"):
        raise Refused("not for the caller's eyes")
    authorizer = event["requestContext"].get("authorizer") or {}
    seen = {
        "cookies": event.get("cookies"),
        "cookie_header": event["headers"].get("cookie"),
        "path": event["rawPath"],
        "route": event["routeKey"],
        "method": event["requestContext"]["http"]["method"],
        "parameters": event.get("pathParameters"),
        "groups": authorizer.get("jwt", {}).get("claims", {}).get("cognito:groups"),
    }
    return {"statusCode": 200, "cookies": ["a=1; Path=/", "b=2"], "body": json.dumps(seen)}


def task(event, context):
    if event.get("key"):
        note(f"task#{event['key']}", now=time.time())
    if event.get("prints"):
        print(event["prints"])
    if event.get("sleep"):
        time.sleep(event["sleep"])
    if event.get("fail"):
        raise Refused("told to fail")
    return {
        "pid": os.getpid(),
        "now": time.time(),
        "utc": datetime.now(UTC).timestamp(),
        "environment": sorted(os.environ),
    }


def stream(event, context):
    records = event["Records"]
    note(
        f"seen#{WHO}",
        ids=[record["dynamodb"]["Keys"]["sk"]["S"] for record in records],
        names=[record["eventName"] for record in records],
        authors=[record.get("userIdentity") for record in records],
    )
    for record in records:
        do = (record["dynamodb"].get("NewImage") or {}).get("do", {}).get("S")
        if do == "sleep":
            time.sleep(1.5)
        if do == "fail" and WHO == "Partial":
            return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
        if do == "fail":
            raise Refused("bad record")
    return {"batchItemFailures": []}


def queue(event, context):
    failures = []
    for record in event["Records"]:
        body = json.loads(record["body"])
        note(f"{WHO}#{body.get('key')}", now=time.time(), receives=record["attributes"]["ApproximateReceiveCount"])
        if body.get("sleep"):
            time.sleep(body["sleep"])
        if body.get("fail"):
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def inbound(event, context):
    """Whatever invokes asynchronously: a notification of SNS, an event of EventBridge, a line of a log group."""
    if "awslogs" in event:
        logs = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
        event = json.loads(logs["logEvents"][0]["message"])
    elif "Records" in event:
        event = json.loads(event["Records"][0]["Sns"]["Message"])
    else:
        event = event["detail"]
    note(f"inbound#{event['key']}", request=context.aws_request_id)
    if event.get("fail"):
        raise Refused("told to fail")
