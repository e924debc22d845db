"""Sending begins again after a pause, or after the table was restored (M-20)."""

from pydantic import Field

from api.staff.given import Given
from api.staff.routing import ADMIN, Call, Routes
from api.staff.shown import View, view

routes = Routes()


class ResumedView(View, frozen=True, kw_only=True):
    """`set_aside`: messages that may have left before the restore, now `unconfirmed`. `cursor` null: sending has begun."""

    set_aside: tuple[str, ...]
    cursor: str | None


class ResumeGiven(Given):
    numbers_compared: bool = Field(
        default=False,
        description="After a restore: that the last invoice numbers were compared with the documents that left.",
    )
    cursor: str | None = Field(default=None, max_length=2000, description="The `cursor` of the call before.")


@routes("POST", "/v1/sending/resume", ADMIN, takes=ResumeGiven, answers=ResumedView)
def resume_sending(call: Call, given: ResumeGiven) -> ResumedView:
    """After a restore, messages due since are looked at a hundred at a time: repeat it until there is no `cursor`."""
    resumed = call.app.resume_sending(call.actor, numbers_compared=given.numbers_compared, cursor=given.cursor)
    return view(ResumedView, resumed)
