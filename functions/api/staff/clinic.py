"""The clinic itself: its time, who is signed in, its settings (P-01, W-01)."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from pydantic import AfterValidator, Field

from api.staff.faults import COUNTRY
from api.staff.given import Colour, Edits, Line, Nothing, TimeOfDay
from api.staff.routing import ADMIN, STAFF, Call, Routes
from api.staff.shown import View, local, view
from creneau.messaging.message import NEVER_OFF
from creneau.messaging.sms.senders import check_sender, checked_settings
from creneau.messaging.template import BY_HAND, SYSTEM
from creneau.shared.settings import SETTINGS, Settings

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


class WaitlistView(View, frozen=True, kw_only=True):
    enabled: bool
    minimum_lead_days: int
    grace_minutes: int
    answer_lead_hours: int
    offers_per_round: int
    offer_days: int
    further_rounds: bool
    refill: bool


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


class OnlineBookingView(View, frozen=True, kw_only=True):
    online: bool
    manual_confirmation: bool


class LookView(View, frozen=True, kw_only=True):
    phone: str
    phone_hours: str
    website: str
    review_url: str
    colour: str


class SettingsView(View, frozen=True, kw_only=True):
    """Days keep the local clock time; minutes and hours are elapsed time."""

    waitlist: WaitlistView
    messaging: MessagingView
    sms: SmsView
    booking: OnlineBookingView
    look: LookView
    version: int


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


Country = Annotated[str, Field(pattern=COUNTRY)]
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


class SettingsGiven(Edits):
    """What is left out stays as it is, in each part too; a list is given as a whole."""

    waitlist: WaitlistGiven = WaitlistGiven()
    messaging: MessagingGiven = MessagingGiven()
    sms: SmsGiven = SmsGiven()
    booking: OnlineBookingGiven = OnlineBookingGiven()
    look: LookGiven = LookGiven()


def _shown(call: Call, settings: Settings) -> SettingsView:
    sender = check_sender(settings.sms.sender, call.app.clinic.country, settings.sms.countries)
    return view(
        SettingsView,
        settings,
        waitlist=view(WaitlistView, settings.waitlist),
        messaging=view(MessagingView, settings.messaging),
        sms=view(SmsView, settings.sms, notices=list(sender.notices)),
        booking=view(OnlineBookingView, settings.booking),
        look=view(LookView, settings.look),
    )


def _edited(before: Settings, given: SettingsGiven) -> Settings:
    known, sent = msgspec.to_builtins(before), given.model_dump(mode="json", exclude_unset=True)
    parts = {name: {**known.get(name, {}), **part} for name, part in sent.items() if isinstance(part, dict)}
    return msgspec.convert({**known, **sent, **parts}, Settings)


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


@routes("GET", "/v1/settings", STAFF, answers=SettingsView)
def read_settings(call: Call, _: Nothing) -> SettingsView:
    return _shown(call, call.app.store.get(SETTINGS) or Settings())


@routes("PATCH", "/v1/settings", ADMIN, takes=SettingsGiven, answers=SettingsView, version="required")
def change_settings(call: Call, given: SettingsGiven) -> SettingsView:
    """Changes what is given, and leaves the rest as it is."""
    version = call.required_version
    new = _edited(call.app.store.get(SETTINGS) or Settings(), given)
    new = new.with_(sms=checked_settings(new.sms, call.app.clinic.country))
    return _shown(call, call.app.change_settings(new, version))
