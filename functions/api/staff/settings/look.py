"""The part of the settings that says how the clinic looks in what patients read."""

from typing import Annotated

from pydantic import AfterValidator, Field

from api.staff.given import Colour, Edits, Line
from api.staff.shown import View


class LookView(View, frozen=True, kw_only=True):
    phone: str
    phone_hours: str
    website: str
    review_url: str
    colour: str


def _website(value: str) -> str:
    if value and not value.startswith("https://"):
        raise ValueError("not a secure web address; give an https:// address")
    return value


class LookGiven(Edits):
    phone: Line = ""
    phone_hours: Line = ""
    website: Annotated[Line, AfterValidator(_website)] = ""
    review_url: Annotated[Line, AfterValidator(_website)] = Field(
        default="", description="Where patients say how it was; without it no review is asked for."
    )
    colour: Colour = ""
