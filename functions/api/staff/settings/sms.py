"""The part of the settings that says who SMS come from, where they may go, and what they may cost."""

from typing import Annotated

from pydantic import Field

from api.staff.faults import COUNTRY
from api.staff.given import Edits
from api.staff.shown import View


class SmsView(View, frozen=True, kw_only=True):
    """Prices and the limit in minor units of the clinic's currency. `countries` empty: the clinic's own and its
    neighbours. `notices` say what the sender means for patients."""

    enabled: bool
    sender: str
    confirmation_minutes: int
    included: int
    price: int
    custom_module: bool
    custom_price: int
    monthly_limit: int | None
    countries: tuple[str, ...]
    notices: list[str]


Country = Annotated[str, Field(pattern=COUNTRY)]


class SmsGiven(Edits):
    enabled: bool = Field(default=False, description="Whether SMS leave at all.")
    sender: Annotated[str, Field(max_length=40)] = Field(
        default="",
        description="A number, or 3 to 11 letters and digits where the country lets a name pass; empty: the carrier's.",
    )
    confirmation_minutes: int = Field(
        default=0, ge=0, le=120, description="So long after a booking the SMS that confirms it goes, if it still holds."
    )
    included: int = Field(
        default=0, ge=0, le=1_000_000, description="Credits a calendar month that cost nothing, with online booking on."
    )
    price: int = Field(default=0, ge=0, le=10_000, description="Of a credit beyond the included ones, in minor units.")
    custom_module: bool = Field(
        default=False, description="Whether custom and birthday SMS can be sent, and reminders reworded."
    )
    custom_price: int = Field(default=0, ge=0, le=10_000, description="Of a credit of those, in minor units.")
    monthly_limit: int | None = Field(
        default=None,
        ge=0,
        le=100_000_000,
        description="What SMS may cost a calendar month, in minor units; beyond it none that costs leaves. Null: no limit.",
    )
    countries: Annotated[tuple[Country, ...], Field(max_length=60)] = Field(
        default=(), description="Countries whose numbers are written to; empty: the clinic's own and its neighbours."
    )
