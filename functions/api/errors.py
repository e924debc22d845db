"""The one place where an error becomes an HTTP status, and an RFC 9457 problem document."""

import msgspec

from api.gateway import Response
from creneau.shared.errors import Busy, DomainError, Forbidden, Invalid, NotFound, Refused, Stale
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
