"""The clinic itself: its time, and who is signed in (P-01)."""

from datetime import datetime

from api.staff.given import Nothing
from api.staff.routing import STAFF, Call, Routes
from api.staff.shown import View, local

routes = Routes()


class NowView(View, frozen=True, kw_only=True):
    """The stack's clock, which clients take instead of their own; `zone` is the clinic's IANA zone."""

    now: datetime
    local_now: str
    zone: str
    clinic: str
    country: str
    currency: str
    language: str


class MeView(View, frozen=True, kw_only=True):
    """Who is signed in; `practitioner_id` is whose agenda is their own."""

    id: str
    roles: list[str]
    practitioner_id: str | None


@routes("GET", "/v1/now", STAFF, answers=NowView)
def now(call: Call, _: Nothing) -> NowView:
    clinic, at = call.app.clinic, call.app.clock()
    return NowView(
        now=at,
        local_now=local(at, clinic.zone),
        zone=clinic.zone_name,
        clinic=clinic.name,
        country=clinic.country,
        currency=clinic.currency,
        language=clinic.language,
    )


@routes("GET", "/v1/me", STAFF, answers=MeView)
def me(call: Call, _: Nothing) -> MeView:
    who = call.actor
    return MeView(id=who.id, roles=[role.value for role in who.roles], practitioner_id=who.practitioner_id)
