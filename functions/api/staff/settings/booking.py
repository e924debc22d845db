"""The part of the settings that says how patients book online."""

from pydantic import Field

from api.staff.given import Edits
from api.staff.shown import View


class OnlineBookingView(View, frozen=True, kw_only=True):
    online: bool
    manual_confirmation: bool


class OnlineBookingGiven(Edits):
    online: bool = Field(
        default=False,
        description="Whether patients book online. With it `sms.included` credits a month cost nothing; turned off "
        "within a month, those of that month are charged from its next SMS on.",
    )
    manual_confirmation: bool = Field(
        default=False,
        description="Whether staff confirm what patients book; a signature can be for what awaits it.",
    )
