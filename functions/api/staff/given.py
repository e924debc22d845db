"""What callers may send: types that refuse what can't be meant."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from api.staff.faults import COLOUR, CURRENCY, ID, TEMPLATE_ID, TIME_OF_DAY, not_valid
from creneau.messaging.address import sendable
from creneau.shared.errors import invalid


class Given(BaseModel):
    """A request's body or query. Models are built when first used: a cold start pays for one, not for all."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


def _no_defaults(schema: dict[str, Any]) -> None:
    for about in schema["properties"].values():
        about.pop("default", None)


class Edits(Given):
    """Some of what is there already: what is left out stays, so a field's default is never used nor documented."""

    model_config = ConfigDict(json_schema_extra=_no_defaults)


class Nothing(Given):
    """No body, no parameters."""


class Paged(Given):
    """A page of a list."""

    limit: int = Field(default=50, ge=1, le=100, description="At most so many.")
    cursor: str | None = Field(default=None, max_length=2000, description="The `next_cursor` of the page before.")


_BLANK = re.compile(r"(?<=\d) (?=\d\d:\d\d$)")
"""Where an instant's offset begins; in a query, a `+` that was not escaped is read as a blank."""
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
Id = Annotated[str, Field(pattern=ID)]
TemplateId = Annotated[str, Field(pattern=TEMPLATE_ID)]
Ids = Annotated[tuple[Id, ...], Field(max_length=50)]
Email = Annotated[str, Field(max_length=254), AfterValidator(_email)]
Phone = Annotated[str, Field(max_length=40), AfterValidator(_one_line)]
Colour = Annotated[str, Field(pattern=COLOUR)]
Currency = Annotated[str, Field(pattern=CURRENCY)]
TimeOfDay = Annotated[str, Field(pattern=TIME_OF_DAY)]
Minutes = Annotated[int, Field(ge=1, le=1440)]

Language = Literal["fr", "de", "it", "en"]


class AddressGiven(Given):
    """`country` is ISO 3166 alpha-2."""

    street: Name
    postcode: Annotated[str, Field(min_length=2, max_length=12)]
    town: Name
    country: Annotated[str, Field(min_length=2, max_length=2)]


class MoneyGiven(Given):
    """`amount` in minor units (centimes), `currency` the clinic's."""

    amount: int = Field(ge=0, le=100_000_000)
    currency: Currency


G = TypeVar("G", bound=Given)


def body(model: type[G], sent: bytes) -> G:
    """The body as its model. BadRequest when it is not JSON, Invalid with every fault of it."""
    if not sent.strip():
        if model is Nothing:
            return model()
        raise invalid("body", "there is none", "send one JSON object; the OpenAPI document lists its fields")
    try:
        return model.model_validate_json(sent)
    except ValidationError as error:
        raise not_valid(error, "body") from error


def parameters(model: type[G], sent: Mapping[str, str]) -> G:
    """The query as its model. Invalid with every fault of it. An offset's `+` that came as a blank is one again."""
    try:
        return model.model_validate_strings({k: _BLANK.sub("+", v) for k, v in sent.items()}, strict=True)
    except ValidationError as error:
        raise not_valid(error, "query") from error
