"""What callers may send: types that refuse what can't be meant, and say all of what is wrong, where, and the remedy."""

import re
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from api.errors import BadRequest
from creneau.messaging.address import sendable
from creneau.shared.errors import DomainError, Fault, Invalid


class Given(BaseModel):
    """A request's body or query. Models are built when first used: a cold start pays for one, not for all."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class Nothing(Given):
    """No body, no parameters."""


class Paged(Given):
    """A page of a list: at most `limit` from `cursor` on, which is the `next_cursor` of the page before."""

    limit: int = Field(default=50, ge=1, le=100)
    cursor: str | None = Field(default=None, max_length=2000)


_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?")
# Controls but the line feed, marks that turn the direction of what follows, and Unicode's own line ends.
_UNFIT = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def _as_rfc3339(value: Any) -> Any:
    """Read here: behind a validator, pydantic's strict mode takes no text for an instant, not even JSON's."""
    if not isinstance(value, str):
        return value
    if not _RFC3339.fullmatch(value):
        raise ValueError("not an instant; write it as 2026-03-01T09:00:00+01:00")
    return datetime.fromisoformat(value)


def _in_reach(value: datetime) -> datetime:
    if not 1900 <= value.year <= 2200:
        raise ValueError("the year is out of reach; check the date")
    return value


def _fit(value: str) -> str:
    if _UNFIT.search(value):
        raise ValueError("there are invisible control characters in it; type it anew")
    return value.strip()


def _one_line(value: str) -> str:
    if "\n" in value:
        raise ValueError("there are line breaks in it; write it on one line")
    return _fit(value)


def _present(value: str) -> str:
    if not value:
        raise ValueError("it is empty; give a text")
    return value


def _email(value: str) -> str:
    address = sendable(value)
    if address is None:
        raise ValueError("not an email address that can be written to; write it as name@clinic.example")
    return address


Instant = Annotated[AwareDatetime, AfterValidator(_in_reach), BeforeValidator(_as_rfc3339)]
Line = Annotated[str, Field(max_length=200), AfterValidator(_one_line)]
Name = Annotated[str, Field(min_length=1, max_length=140), AfterValidator(_one_line), AfterValidator(_present)]
Text = Annotated[str, Field(max_length=2000), AfterValidator(_fit)]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,80}$")]
Ids = Annotated[tuple[Id, ...], Field(max_length=50)]
Email = Annotated[str, Field(max_length=254), AfterValidator(_email)]
Phone = Annotated[str, Field(max_length=40), AfterValidator(_one_line)]
Minutes = Annotated[int, Field(ge=1, le=1440)]

G = TypeVar("G", bound=Given)


def body(model: type[G], sent: bytes) -> G:
    """The body as its model. BadRequest when it is not JSON, Invalid with every fault of it."""
    try:
        return model.model_validate_json(sent or b"{}")
    except ValidationError as error:
        raise not_valid(error) from error


def parameters(model: type[G], sent: dict[str, str]) -> G:
    """The query as its model. Invalid with every fault of it."""
    try:
        return model.model_validate_strings(sent, strict=True)
    except ValidationError as error:
        raise not_valid(error) from error


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
