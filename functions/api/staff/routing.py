"""Each route once: method, path, who may, what it takes and answers. The router, the OpenAPI document and the table of
rights are made from these declarations."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import NoneType
from typing import Any, TypeVar

import msgspec

from api.errors import TooLarge, VersionRequired, WrongMethod
from api.gateway import LARGEST_BODY, Request, Response
from api.staff.given import Given, Nothing, body, parameters
from api.staff.shown import encoded
from creneau.shared.actor import Actor, Role
from creneau.shared.derived_id import derived_id
from creneau.shared.errors import Forbidden, NotFound, invalid
from creneau.wiring import App

ADMIN = frozenset({Role.ADMIN})
AGENDA = frozenset({Role.ADMIN, Role.SECRETARY, Role.PRACTITIONER})
"""Who changes agendas; a practitioner only their own, which the use cases see to."""
STAFF = frozenset(Role)
BOOKS = STAFF
"""Who invoices; a practitioner only for themselves, which the use cases see to."""
OFFICE = BOOKS - {Role.PRACTITIONER}
"""Who keeps what is the clinic's as a whole, such as all that a payer owes."""
BILLING_SETTINGS = frozenset({Role.ADMIN, Role.BILLING})

G = TypeVar("G", bound=Given)
A = TypeVar("A")
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:~-]{0,249}")


@dataclass(frozen=True)
class Route:
    """`takes` is the body of a POST, PUT or PATCH, the query of a GET or DELETE; `version` is what If-Match is: no part
    of it, "optional" or "required"; `creates` says that an Idempotency-Key makes repeating it harmless. `largest` is of
    its body, in bytes."""

    method: str
    path: str
    roles: frozenset[Role]
    does: Callable[["Call", Any], Any]
    takes: type[Given]
    answers: Any
    status: int
    creates: bool
    version: str | None
    largest: int

    @property
    def name(self) -> str:
        return self.does.__name__

    @property
    def has_body(self) -> bool:
        return self.method in {"POST", "PUT", "PATCH"}

    @cached_property
    def parts(self) -> list[str]:
        return self.path.split("/")

    def match(self, path: str) -> dict[str, str] | None:
        """The values of its `{parameters}`, None when the path is another one's."""
        given = path.split("/")
        if len(given) != len(self.parts):
            return None
        found = {}
        for wanted, have in zip(self.parts, given, strict=True):
            if wanted.startswith("{"):
                found[wanted[1:-1]] = have
            elif wanted != have:
                return None
        return found


@dataclass(frozen=True)
class Call:
    """One request, by one member of staff, on one route."""

    app: App
    route: Route
    request: Request
    actor: Actor
    path: dict[str, str]

    def id(self, name: str) -> str:
        value = self.path[name]
        if not ID.fullmatch(value):
            raise invalid(name, "it is not an id", "use an id as listed")
        return value

    def date(self, name: str) -> date:
        try:
            found = date.fromisoformat(self.path[name])
        except ValueError:
            found = None
        if found is None or found.isoformat() != self.path[name]:  # Python also reads 20260301 and 2026-W09-7
            raise invalid(name, "it is not a date", "write a date as 2026-03-01")
        return found

    def new_id(self, prefix: str) -> str:
        """Of what is created: derived from the caller's key where there is one, so that a repetition makes nothing new."""
        key = self.idempotency_key
        if key is None:
            return self.app.new_id(prefix)
        used = derived_id("req", *self._what(key))
        digest = hashlib.sha256(msgspec.json.encode(msgspec.json.decode(self.request.body or b"{}"), order="sorted"))
        self.app.use_request_key(used, digest.hexdigest())
        return derived_id(prefix, *self._what(key))

    @property
    def idempotency_key(self) -> str | None:
        key = self.request.headers.get("idempotency-key")
        if key is not None and not re.fullmatch(r"[\x21-\x7e]{1,200}", key):
            raise invalid("Idempotency-Key", "it is not a key", "use 1 to 200 visible characters, such as a UUID")
        return key

    def _what(self, key: str) -> tuple[str, ...]:
        return self.actor.id, self.route.method, self.request.path, key

    @property
    def expected_version(self) -> int | None:
        """The version that the caller decided on. VersionRequired when an edit comes without."""
        text = self.request.headers.get("if-match")
        if text is None:
            if self.route.version == "required":
                raise VersionRequired(
                    "an edit says on which version it was decided",
                    code="version_required",
                    remedy="send the ETag that you read as If-Match",
                )
            return None
        found = re.fullmatch(r'(?:W/)?"?(\d{1,15})"?', text.strip())
        if not found:
            raise invalid("If-Match", "it is not a version", 'send the ETag as read, as in "3"')
        return int(found[1])

    @property
    def required_version(self) -> int:
        return self.expected_version or 0


class Routes:
    """A table of routes; the first that matches is taken."""

    def __init__(self) -> None:
        self.all: list[Route] = []

    def __call__(
        self,
        method: str,
        path: str,
        roles: frozenset[Role],
        *,
        takes: type[G] = Nothing,  # type: ignore[assignment]
        answers: type[A],
        status: int = 200,
        creates: bool = False,
        version: str | None = None,
        largest: int = LARGEST_BODY,
    ) -> Callable[[Callable[[Call, G], A]], Callable[[Call, G], A]]:
        def declare(does: Callable[[Call, G], A]) -> Callable[[Call, G], A]:
            code = 204 if answers is NoneType else 201 if creates and status == 200 else status
            self.all.append(Route(method, path, roles, does, takes, answers, code, creates, version, largest))
            return does

        return declare


def find(routes: Sequence[Route], request: Request) -> tuple[Route, dict[str, str]]:
    """NotFound for an address that is none, WrongMethod for a method that it has not. HEAD is GET without the body."""
    method = "GET" if request.method == "HEAD" else request.method
    fitting = [(route, found) for route in routes if (found := route.match(request.path)) is not None]
    for route, found in fitting:
        if route.method == method:
            return route, found
    if fitting:
        allowed = ", ".join(sorted({route.method for route, _ in fitting}))
        raise WrongMethod("this address has no such method", code="method_not_allowed", remedy=f"use {allowed}")
    raise NotFound(
        "there is no such address", code="no_such_route", remedy="see the OpenAPI document for the addresses"
    )


def call(route: Route, made: Call) -> Response:
    """Rights first, then what was sent, then the act."""
    if not route.roles & set(made.actor.roles):
        raise Forbidden(
            "your role does not include this",
            code="role",
            remedy=f"one of these can: {', '.join(sorted(route.roles))}",
        )
    return _answer(made, route.does(made, _taken(route, made.request)))


def _taken(route: Route, request: Request) -> Given:
    if len(request.body) > route.largest:
        raise TooLarge("the body is too large", code="too_large", remedy=f"send at most {route.largest} bytes")
    if route.has_body:
        return body(route.takes, request.body)
    return parameters(route.takes, dict(request.query))


def _answer(made: Call, result: Any) -> Response:
    if result is None:
        return Response(204)
    headers = {"Content-Type": "application/json"}
    version = getattr(result, "version", None)
    if version is not None:
        headers["ETag"] = f'"{version}"'
    if made.route.creates and (made_id := getattr(result, "id", None)):
        headers["Location"] = f"{getattr(result, 'COLLECTION', made.route.path)}/{made_id}"
    text = "" if made.request.method == "HEAD" else encoded(result)
    return Response(made.route.status, text, headers)
