"""What can be booked: services and their categories, as sent and shown."""

from typing import Annotated

from pydantic import Field

from api.staff.given import Given, Id, Ids, Line, Minutes, MoneyGiven, Name, Text
from api.staff.shown import View
from creneau.shared.money import Money


class CategoryView(View, frozen=True, kw_only=True):
    """`predefined` ones can't be changed; their `name` is for clients to translate."""

    id: str
    name: str
    predefined: bool
    version: int


class ServiceView(View, frozen=True, kw_only=True):
    """`price` in minor units of the clinic's currency; `vat_rate` in basis points (2000 is 20 %)."""

    id: str
    name: str
    category: str
    duration_minutes: int
    price: Money | None
    vat_rate: int | None
    vat_note: str
    resource_ids: tuple[str, ...]
    instructions: str
    video_link: str
    active: bool
    version: int


class CategoryGiven(Given):
    name: Name


class ServiceGiven(Given):
    """A teleconsultation needs `video_link`; `vat_rate` (basis points) or `vat_note` (why none), not both."""

    name: Name
    category: Id
    duration_minutes: Minutes
    price: MoneyGiven | None = None
    vat_rate: int | None = Field(default=None, ge=0, le=10_000)
    vat_note: Line = ""
    resource_ids: Ids = ()
    instructions: Text = ""
    video_link: Annotated[str, Field(max_length=500)] = ""
    active: bool = True
