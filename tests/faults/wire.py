"""Where every SDK call passes on its way out: it is answered, and can be made to fail in each way in which a call fails."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import Any

from botocore import xform_name
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

import creneau

PRODUCT = str(Path(creneau.__file__).parent)
ADAPTERS = f"{PRODUCT}/adapters/"


class Crash(BaseException):
    """The process is gone: no `except Exception` of the product sees it."""


class Mode(StrEnum):
    """`lost_after` loses one answer, and the SDK asks again; `never_answered` loses each of its tries' answers."""

    THROTTLED = "throttled"
    CONFLICTED = "conflicted"
    LOST_BEFORE = "lost_before"
    LOST_AFTER = "lost_after"
    NEVER_ANSWERED = "never_answered"
    CRASH_BEFORE = "crash_before"
    CRASH_AFTER = "crash_after"
    PARTIAL = "partial"


READING = {
    *("get_item", "transact_get_items", "batch_get_item", "query"),
    *("get_object", "head_object", "describe_execution", "list_phone_numbers_opted_out"),
}
"""They leave nothing behind, so it is all one whether they took place: of `before` and `after` one is enough."""
_CONFLICTING = {"transact_write_items", "transact_get_items", "put_item", "update_item", "delete_item"}


def modes_of(operation: str) -> list[Mode]:
    """The ways in which a call of this operation can fail."""
    without = set() if operation in _CONFLICTING else {Mode.CONFLICTED}
    without |= set() if operation == "batch_get_item" else {Mode.PARTIAL}
    without |= {Mode.NEVER_ANSWERED, Mode.CRASH_AFTER} if operation in READING else set()
    return [m for m in Mode if m not in without]


@dataclass(frozen=True)
class Site:
    """A place in the adapters that calls the SDK, however its lines move."""

    file: str
    function: str
    operation: str


@dataclass(frozen=True)
class Call:
    """One call as it was made: from which place, and by which way through the product it got there."""

    site: Site
    way: tuple[str, ...]


@dataclass
class Wire:
    """`answer` has a call take effect. `plan` says which of the calls to come fail, by their number from 0, and how."""

    answer: Callable[[Any, str, str], AWSResponse]
    partly: Callable[[Any], AWSResponse]
    plan: dict[int, Mode] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    fired: list[tuple[Site, Mode]] = field(default_factory=list)

    def begin(self, plan: dict[int, Mode]) -> None:
        self.plan, self.calls, self.fired = dict(plan), [], []

    def install(self, client: Any) -> None:
        from moto.core.models import botocore_stubber

        # Every handler of this event runs, also after one that answered: moto's own must go.
        client.meta.events.unregister("before-send", botocore_stubber)
        client.meta.events.register_first("before-send.*.*", self, unique_id=f"wire-{id(client)}")

    def __call__(self, event_name: str, request: Any, **_kwargs: Any) -> AWSResponse:
        service, name = event_name.split(".")[1:]
        operation = xform_name(name)
        if "attempt=1" in _text(request.headers["amz-sdk-request"]):
            self.calls.append(_call(operation))
        number = len(self.calls) - 1
        mode = self.plan.get(number)
        if mode is None:
            return self.answer(request, service, operation)
        self.fired.append((self.calls[number].site, mode))
        return self._fail(mode, request, service, operation, number)

    def _fail(self, mode: Mode, request: Any, service: str, operation: str, number: int) -> AWSResponse:
        if mode is Mode.THROTTLED:
            return throttled(request, service)
        if mode is Mode.CONFLICTED:
            return conflicted(request, operation)
        if mode is Mode.PARTIAL:
            del self.plan[number]
            return self.partly(request)
        if mode is Mode.LOST_BEFORE:
            raise ConnectionClosedError(endpoint_url=request.url)
        if mode is Mode.CRASH_BEFORE:
            raise Crash
        self.answer(request, service, operation)
        if mode is Mode.CRASH_AFTER:
            raise Crash
        if mode is Mode.LOST_AFTER:
            del self.plan[number]
        raise ReadTimeoutError(endpoint_url=request.url)


def _text(header: str | bytes) -> str:
    return header.decode() if isinstance(header, bytes) else header


def _call(operation: str) -> Call:
    site, way = None, []
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if code.co_filename.startswith(PRODUCT):
            way.append(f"{code.co_filename[len(PRODUCT) :]}:{frame.f_lineno} {code.co_name}")
            if site is None and code.co_filename.startswith(ADAPTERS):
                site = Site(code.co_filename[len(ADAPTERS) :], code.co_name, operation)
        frame = frame.f_back
    site = site or Site("", "the test itself", operation)
    return Call(site, tuple(way))


class _Body:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: Any) -> Any:
        yield self._content

    def read(self, *_: Any) -> bytes:
        return self._content


def response(request: Any, status: int, content: bytes, **headers: str) -> AWSResponse:
    named = HTTPHeaders()
    for name, value in headers.items():
        named[name.replace("_", "-")] = value
    return AWSResponse(request.url, status, named, _Body(content))


def refused(request: Any, code: str, more: str = "") -> AWSResponse:
    body = f'{{"__type": "aws#{code}", "message": "injected"{more}}}'.encode()
    return response(request, 400, body, x_amzn_errortype=code)


def throttled(request: Any, service: str) -> AWSResponse:
    if service == "s3":
        return response(request, 503, b"<Error><Code>SlowDown</Code><Message>injected</Message></Error>")
    if service == "sns":
        return response(request, 429, b"<ErrorResponse><Error><Code>Throttled</Code></Error></ErrorResponse>")
    codes = {"sqs": "RequestThrottled", "sesv2": "TooManyRequestsException"}
    return refused(request, codes.get(service, "ThrottlingException"))


def conflicted(request: Any, operation: str) -> AWSResponse:
    """Another transaction touches an item of this one."""
    if operation.startswith("transact"):
        return refused(
            request,
            "TransactionCanceledException",
            ', "CancellationReasons": [{"Code": "TransactionConflict", "Message": "injected"}]',
        )
    return refused(request, "TransactionConflictException")
