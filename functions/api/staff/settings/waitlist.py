"""The part of the settings that says whom a free place is offered to, and how long an offer is open (W-01)."""

from pydantic import Field

from api.staff.given import Edits
from api.staff.shown import View


class WaitlistView(View, frozen=True, kw_only=True):
    enabled: bool
    minimum_lead_days: int
    grace_minutes: int
    answer_lead_hours: int
    offers_per_round: int
    offer_days: int
    further_rounds: bool
    refill: bool


class WaitlistGiven(Edits):
    enabled: bool = Field(default=False, description="Whether places that became free are offered to who waits.")
    minimum_lead_days: int = Field(
        default=0,
        ge=0,
        le=365,
        description="The box `wants_earlier` can be ticked for appointments that start more than so many days from now.",
    )
    grace_minutes: int = Field(
        default=0,
        ge=0,
        le=1440,
        description="So long after a place became free nobody is asked yet; taken again meanwhile, it is not offered.",
    )
    answer_lead_hours: int = Field(
        default=0,
        ge=0,
        le=168,
        description="A place can be offered, and an offer accepted, until so many hours before it starts.",
    )
    offers_per_round: int = Field(default=1, ge=1, le=5, description="How many patients are asked at a time.")
    offer_days: int = Field(
        default=1,
        ge=1,
        le=60,
        description="An offer is open for so many days, to the same local time; never beyond `answer_lead_hours`.",
    )
    further_rounds: bool = Field(
        default=False, description="Whether the next patients are asked when a round ended and the place is still free."
    )
    refill: bool = Field(
        default=False,
        description="Whether the next patient is asked as soon as one declines, without awaiting the rest.",
    )
