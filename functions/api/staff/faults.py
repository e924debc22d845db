"""What is wrong with a body or a query, where and the remedy, in our own words: never the library's."""

from typing import Any

from pydantic import ValidationError

from api.errors import BadRequest
from creneau.shared.errors import DomainError, Fault, Invalid

ID = r"^[A-Za-z0-9_-]{1,80}$"
TEMPLATE_ID = r"^[A-Za-z0-9_-]{1,80}(\.(email|sms))?$"
PAYER_KEY = r"^[A-Za-z0-9_.-]{1,200}$"
COLOUR = "^#[0-9a-fA-F]{6}$"
CURRENCY = "^[A-Z]{3}$"
COUNTRY = "^[A-Z]{2}$"
MONTH = r"^20\d\d-(0[1-9]|1[0-2])$"
LANGUAGE = "^(fr|de|it|en)$"
TIME_OF_DAY = "^([01][0-9]|2[0-3]):[0-5][0-9]$"

_INSTANT = ("not an instant", "write it as 2026-03-01T09:00:00+01:00")
_DATE = ("not a date", "write a date as 2026-03-01")
_WHOLE = ("not a whole number", "give a whole number")
_TRUE = ("neither true nor false", "give true or false")
_LIST = ("not a list", "give a list")
_OBJECT = ("not an object", "give an object")
_CHOICE = ("it is none of these: {expected}", "give one of these")

SAID = {
    "missing": ("it is missing", "give it"),
    "extra_forbidden": ("there is no such field", "leave it out; the OpenAPI document lists the fields"),
    "timezone_aware": ("the offset from UTC is missing", "add the offset, as in 2026-03-01T09:00:00+01:00"),
    "datetime_type": _INSTANT,
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "bool_type": _TRUE,
    "bool_parsing": _TRUE,
    "string_type": ("not a text", "give a text"),
    "string_unicode": ("not a text in UTF-8", "give a text"),
    "tuple_type": _LIST,
    "model_type": _OBJECT,
    "dict_type": _OBJECT,
    "enum": _CHOICE,
    "literal_error": _CHOICE,
    "string_too_short": ("it is too short", "give {min_length} or more characters"),
    "string_too_long": ("it is too long", "give at most {max_length} characters"),
    "too_short": ("there are too few", "give {min_length} or more"),
    "too_long": ("there are too many", "give at most {max_length}"),
    "greater_than_equal": ("it is too small", "give {ge} or more"),
    "less_than_equal": ("it is too large", "give {le} or less"),
}
PREFIX = "^[A-Z0-9-]{0,10}$"
DIGEST = "^[0-9a-f]{32}$"
FORMS = {
    PAYER_KEY: ("not a payer's key", "use a payer_key as listed"),
    PREFIX: ("not a prefix", "use up to ten capitals, digits and dashes"),
    DIGEST: ("not a digest", "give the digest of what is confirmed"),
    ID: ("not an id", "use an id as listed"),
    TEMPLATE_ID: ("not a template's id", "use an id as listed, such as confirmed.sms"),
    COLOUR: ("not a colour", "write it as #0b6e75"),
    CURRENCY: ("not a currency", "write it as CHF"),
    COUNTRY: ("not a country", "write it as CH"),
    MONTH: ("not a month of 2000 or later", "write it as 2026-03"),
    LANGUAGE: ("not one of the four languages", "give fr, de, it or en"),
    TIME_OF_DAY: ("not a time of day", "write it as 21:00"),
}


def not_valid(error: ValidationError, whole: str) -> DomainError:
    """Everything that is wrong with a body or a query, at once; values are never repeated."""
    found = error.errors(include_url=False, include_input=False)
    if any(e["type"] == "json_invalid" for e in found):
        return BadRequest("the body is not JSON", code="not_json", remedy="send one JSON object, in UTF-8")
    faults = tuple(_fault(e, whole) for e in found if not _follows(e, found))
    what = "one field is" if len(faults) == 1 else f"{len(faults)} fields are"
    return Invalid(f"{what} not as expected", code="invalid", remedy="see errors", faults=faults)


def _follows(error: Any, found: list[Any]) -> bool:
    """A list counts as too short without its faulty elements: that says nothing new."""
    length = len(error["loc"])
    return error["type"] == "too_short" and any(
        len(other["loc"]) > length and other["loc"][:length] == error["loc"] for other in found
    )


def _fault(found: Any, whole: str) -> Fault:
    about = found.get("ctx", {})
    if found["type"] == "value_error":
        problem, _, remedy = str(about["error"]).partition("; ")
        return Fault(_path(found["loc"]) or whole, problem, remedy or "correct it")
    if found["type"] == "string_pattern_mismatch":
        problem, remedy = FORMS.get(about["pattern"], ("it has not the form {pattern}", "write it in this form"))
    else:
        problem, remedy = SAID.get(found["type"], ("not as expected", "correct it"))
    return Fault(_path(found["loc"]) or whole, problem.format_map(about), remedy.format_map(about))


def _path(parts: tuple[int | str, ...]) -> str:
    """`slot.start`, `items[2].name`; nothing for the whole."""
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in parts).lstrip(".")
