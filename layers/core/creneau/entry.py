"""What every entry point does around its one use case: logs with ids only, metrics, parsing, batch answers."""

import base64
import gzip
import json
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import msgspec
from aws_lambda_powertools import Logger, Metrics

from creneau import wiring
from creneau.adapters.dynamodb.stream import images
from creneau.adapters.mail_reports import read_mail_event
from creneau.adapters.text_reports import read_delivery_log
from creneau.messaging.feedback import Report
from creneau.shared.model import Stored, Value

logger = Logger(service="creneau", use_rfc3339=True)
metrics = Metrics(namespace="Creneau")

I = TypeVar("I", bound=Value)  # noqa: E741
Handler = Callable[[Any, Any], Any]


def _bind(value: Value) -> list[str]:
    """Every id of the input goes on each log line, nothing else of it does; the names that it goes by there."""
    names = [f for f in value.__struct_fields__ if f.endswith("_id") or f in {"n", "q", "attempt", "reaction", "key"}]
    logger.append_keys(**{name: getattr(value, name) for name in names})
    return names


def _framed(body: Callable[[Any, Any], Any]) -> Handler:
    @wraps(body)
    def handler(event: Any, context: Any) -> Any:
        logger.clear_state()
        logger.append_keys(request=getattr(context, "aws_request_id", None), function=body.__module__)
        try:
            return body(event, context)
        finally:
            if metrics.provider.metric_set:  # it warns when there is nothing to publish
                metrics.flush_metrics()

    return handler


def task(given: type[I]) -> Callable[[Callable[[I, wiring.App], Value]], Handler]:
    """A state machine's task: its input as a value, its outcome as JSON. An exception means: try again."""

    def decorate(body: Callable[[I, wiring.App], Value]) -> Handler:
        def handler(event: Any, _context: Any) -> Any:
            value = msgspec.convert(event, given)
            _bind(value)
            outcome = msgspec.to_builtins(body(value, wiring.app()))
            logger.info("done", extra={"outcome": outcome})
            return outcome

        return _framed(wraps(body)(handler))

    return decorate


def queue(given: type[I]) -> Callable[[Callable[[I, wiring.App], None]], Handler]:
    """A queue's consumer: each message by itself; one that raises is reported and comes again, the others are done."""

    def decorate(body: Callable[[I, wiring.App], None]) -> Handler:
        def handler(event: Any, _context: Any) -> dict[str, Any]:
            failed, bound = [], list[str]()
            for record in event["Records"]:
                logger.remove_keys(bound)  # the message before it had its own
                bound = []
                try:
                    value = msgspec.json.decode(record["body"], type=given)
                    bound = _bind(value)
                    body(value, wiring.app())
                    logger.info("done", extra={"queue_message": record["messageId"]})
                except Exception:
                    logger.exception("failed", extra={"queue_message": record["messageId"]})
                    failed.append({"itemIdentifier": record["messageId"]})
            return {"batchItemFailures": failed}

        return _framed(wraps(body)(handler))

    return decorate


Images = tuple[Stored | None, Stored | None]


def stream(body: Callable[[Images, wiring.App], None]) -> Handler:
    """The table's stream's consumer: records in order, as the value before and after; the stream goes on from the
    first that raises."""

    def handler(event: Any, _context: Any) -> dict[str, Any]:
        for record in event["Records"]:
            try:
                body(images(record), wiring.app())
            except Exception:
                number = record["dynamodb"]["SequenceNumber"]
                logger.exception("failed", extra={"sequence_number": number})
                return {"batchItemFailures": [{"itemIdentifier": number}]}
        return {"batchItemFailures": []}

    return _framed(wraps(body)(handler))


Recording = Callable[[Report, wiring.App], Value]


def mail_events(body: Recording) -> Handler:
    """Subscriber of the topic that SES reports to. What raises comes again a few times; what is no JSON is a greeting."""

    def handler(event: Any, _context: Any) -> None:
        for record in event["Records"]:
            try:
                given = json.loads(record["Sns"]["Message"])
            except ValueError:
                logger.info("no event", extra={"sns_message": record["Sns"]["MessageId"]})
                continue
            _record(read_mail_event(given), body)

    return _framed(wraps(body)(handler))


def delivery_logs(body: Recording) -> Handler:
    """Subscriber of SNS's log groups: each line by itself. If any raised, all of them come again a few times."""

    def handler(event: Any, _context: Any) -> None:
        given = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
        failed: list[Exception] = []
        for line in given["logEvents"] if given["messageType"] == "DATA_MESSAGE" else []:
            try:
                _record(read_delivery_log(line["message"]), body)
            except Exception as error:
                logger.exception("failed", extra={"log_event": line["id"]})
                failed.append(error)
        if failed:
            raise failed[0]

    return _framed(wraps(body)(handler))


def _record(reports: list[Report], body: Recording) -> None:
    for report in reports:
        bound = _bind(report)
        logger.info("done", extra={"outcome": msgspec.to_builtins(body(report, wiring.app()))})
        logger.remove_keys(bound)


def schedule(body: Callable[[wiring.App], Value]) -> Handler:
    """An EventBridge schedule's target."""

    def handler(_event: Any, _context: Any) -> Any:
        outcome = msgspec.to_builtins(body(wiring.app()))
        logger.info("done", extra={"outcome": outcome})
        return outcome

    return _framed(wraps(body)(handler))
