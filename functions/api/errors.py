"""The one place where an error becomes an HTTP status, and an RFC 9457 problem document."""

from typing import Any

import msgspec
from pydantic import ValidationError

from api.gateway import Response
from creneau.shared.errors import Busy, DomainError, Fault, Forbidden, Invalid, NotFound, Refused, Stale
from creneau.shared.store import Conflict


class BadRequest(DomainError):
    """The request can't be read at all (400)."""


class Unauthorized(DomainError):
    """Nobody, or not the kind of token that this API takes (401)."""


class WrongMethod(DomainError):
    """The address exists, this method does not (405); `remedy` names those that do."""


class TooLarge(DomainError):
    """The body is larger than anything that can be meant (413)."""


class VersionRequired(DomainError):
    """An edit without the version that it was decided on (428)."""


class Unexpected(DomainError):
    """Our fault; what happened is in the log only (500)."""


STATUS: dict[type[DomainError], tuple[int, str]] = {
    BadRequest: (400, "The request can't be read"),
    Unauthorized: (401, "Not signed in"),
    Forbidden: (403, "Not allowed"),
    NotFound: (404, "Not found"),
    WrongMethod: (405, "Not a method of this address"),
    Refused: (409, "Not possible now"),
    Stale: (412, "Changed meanwhile"),
    TooLarge: (413, "Too large"),
    Invalid: (422, "Not valid"),
    VersionRequired: (428, "The version is missing"),
    Unexpected: (500, "Something went wrong here"),
    Busy: (503, "Busy"),
}

_UNEXPECTED = Unexpected(
    "the request failed for a reason that is ours",
    code="unexpected",
    remedy="repeat it; if it fails again, tell us the instance",
)
_BUSY = Busy("another change came between", code="busy", remedy="repeat the request in a moment")

PROBLEM = "application/problem+json"


def as_domain_error(error: Exception) -> DomainError:
    """What a caller may know of any exception."""
    match error:
        case DomainError():
            return error
        case Conflict():
            return _BUSY
        case ValidationError():
            return not_valid(error)
        case _:
            return _UNEXPECTED


def status_of(error: DomainError) -> int:
    return STATUS[type(error)][0]


def problem(error: Exception, request_id: str) -> Response:
    """The problem document of an exception."""
    known = as_domain_error(error)
    status, title = STATUS[type(known)]
    headers = {"Content-Type": PROBLEM}
    if isinstance(known, Busy):
        headers["Retry-After"] = "1"
    if isinstance(known, WrongMethod):
        headers["Allow"] = known.remedy.removeprefix("use ")
    body = {
        "type": f"urn:creneau:problem:{known.code}",
        "title": title,
        "status": status,
        "detail": known.detail,
        "code": known.code,
        "remedy": known.remedy,
        "instance": f"urn:creneau:request:{request_id}",
        "errors": [{"field": f.field, "problem": f.problem, "remedy": f.remedy} for f in known.faults],
    }
    return Response(status, msgspec.json.encode(body).decode(), headers)


_REMEDIES = {
    "missing": "give it",
    "extra_forbidden": "leave it out; the OpenAPI document lists the fields",
    "timezone_aware": "add the offset, as in 2026-03-01T09:00:00+01:00",
    "date_type": "write a date as 2026-03-01",
    "date_parsing": "write a date as 2026-03-01",
    "date_from_datetime_parsing": "write a date as 2026-03-01",
    "date_from_datetime_inexact": "write a date as 2026-03-01",
    "int_type": "give a whole number",
    "int_parsing": "give a whole number",
    "bool_type": "give true or false",
    "bool_parsing": "give true or false",
    "string_type": "give a text",
    "tuple_type": "give a list",
    "model_type": "give an object",
    "model_attributes_type": "give an object",
    "enum": "give one of these",
    "literal_error": "give one of these",
    "string_too_short": "give a text",
    "string_too_long": "shorten it",
    "too_long": "give fewer",
    "too_short": "give at least one",
    "greater_than_equal": "give a larger number",
    "less_than_equal": "give a smaller number",
}


def not_valid(error: ValidationError) -> DomainError:
    """Everything that is wrong with a body or a query, at once; values are never repeated."""
    found = error.errors(include_url=False, include_input=False)
    if any(e["type"] == "json_invalid" for e in found):
        return BadRequest("the body is not JSON", code="not_json", remedy="send one JSON object, in UTF-8")
    faults = tuple(_fault(e) for e in found)
    what = "one field is" if len(faults) == 1 else f"{len(faults)} fields are"
    return Invalid(f"{what} not as expected", code="invalid", remedy="see errors", faults=faults)


def _fault(found: Any) -> Fault:
    message, _, remedy = found["msg"].removeprefix("Value error, ").partition("; ")
    return Fault(_path(found["loc"]), message, remedy or _REMEDIES.get(found["type"], "correct it"))


def _path(parts: tuple[int | str, ...]) -> str:
    """`slot.start`, `items[2].name`; the whole body is `body`."""
    text = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in parts)
    return text.lstrip(".") or "body"
