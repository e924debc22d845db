"""The part of the settings that says which messages go, what they leave out, and when none may (M-16, M-20)."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from api.staff.given import Edits, TimeOfDay
from api.staff.shown import View
from creneau.messaging.message import NEVER_OFF
from creneau.messaging.template import BY_HAND, SYSTEM


class MessagingView(View, frozen=True, kw_only=True):
    """`restored_at`: the table was restored to then, and sending begins again by `POST /v1/sending/resume`.

    `off` are the system templates (`moved.email`) that do not go, `hide` the pieces that emails leave out.
    """

    paused: bool
    restored_at: datetime | None
    off: tuple[str, ...]
    hide: tuple[str, ...]
    quiet_from: str
    quiet_until: str


Piece = Literal["address", "price", "duration", "practitioner", "service", "instructions"]


def _can_be_off(template: str) -> str:
    if template in NEVER_OFF:
        raise ValueError("offers are always told; to make none, set waitlist.enabled to false")
    if template in BY_HAND:
        raise ValueError("it is only sent by hand; leave it out")
    if template not in SYSTEM:
        raise ValueError("there is no such system template; name a kind and a channel, such as moved.email")
    return template


class MessagingGiven(Edits):
    paused: bool = Field(default=False, description="While true, no message leaves and no place is offered.")
    off: tuple[Annotated[str, AfterValidator(_can_be_off)], ...] = ()
    hide: tuple[Piece, ...] = ()
    quiet_from: TimeOfDay = Field(default="21:00", description="From this local time of day on no SMS leaves (M-16).")
    quiet_until: TimeOfDay = Field(
        default="08:00",
        description="Until this one; alike: an SMS may always leave. See `GET /v1/settings/quiet-hours/visits`.",
    )
