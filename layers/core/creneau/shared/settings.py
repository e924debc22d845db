"""What a clinic can set: the identity given at deployment, and the settings that staff change."""

from datetime import datetime
from zoneinfo import ZoneInfo

from creneau.shared.model import Stored, Value
from creneau.shared.store import Ref

LANGUAGES = ("fr", "de", "it", "en")


def language_of(wanted: str | None, clinic_language: str) -> str:
    """The patient's language where it is one of the four, else the clinic's (M-11)."""
    return next((known for known in (wanted, clinic_language) if known in LANGUAGES), LANGUAGES[0])


class Clinic(Value, frozen=True, kw_only=True):
    """Fixed at deployment: an IANA zone, an ISO 3166 country, an ISO 4217 currency, the verified sender."""

    name: str
    zone_name: str
    country: str
    currency: str
    language: str
    sender: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone_name)


class WaitlistSettings(Value, frozen=True, kw_only=True):
    """Rules W-01 to W-11. Days keep the local clock time; minutes and hours are elapsed time."""

    enabled: bool = False
    minimum_lead_days: int = 10
    grace_minutes: int = 5
    answer_lead_hours: int = 2
    offers_per_round: int = 5
    offer_days: int = 15
    further_rounds: bool = True
    refill: bool = False


OFF_AT_FIRST = ("reminder.sms", "confirmed.sms", "online_booking.sms", "birthday.sms", "review.email")
"""System templates that a new clinic turns on itself: they cost money, or tell more than what was booked."""


class MessagingSettings(Value, frozen=True, kw_only=True):
    """Which messages go: `off` holds ids of system templates, `moved.email`, that do not, `on_since` when those that did
    not were turned on. `hide`: what emails leave out (M-07). No SMS leaves between `quiet_from` and `quiet_until`, local
    times of day (M-16); alike: always one may. `restored_at` is the point to which the table was restored, while what was
    sent and numbered since is not reconciled: `paused` holds as long.
    """

    paused: bool = False
    restored_at: datetime | None = None
    off: tuple[str, ...] = OFF_AT_FIRST
    on_since: dict[str, datetime] = {}
    hide: tuple[str, ...] = ()
    quiet_from: str = "21:00"
    quiet_until: str = "08:00"

    def tells(self, template: str, at: datetime) -> bool:
        """Whether a change at that instant is told: not while its system template is off, nor later, when it is on again."""
        return template not in self.off and (template not in self.on_since or at >= self.on_since[template])

    def turned(self, off: tuple[str, ...], now: datetime) -> "MessagingSettings":
        """With other ones off; what comes on tells what happens from now on."""
        on = {template: now for template in self.off if template not in off}
        return self.with_(off=off, on_since={**self.on_since, **on})


class SmsSettings(Value, frozen=True, kw_only=True):
    """Prices in minor units of the clinic's currency, a credit; `monthly_limit` in minor units a calendar month, None: none.

    `sender` is a number (E.164) or up to eleven letters and digits, empty: the country's default. `countries` (ISO 3166)
    are those written to; empty: the clinic's own and its neighbours. `since`: when SMS were last turned on.
    """

    enabled: bool = False
    since: datetime | None = None
    sender: str = ""
    confirmation_minutes: int = 5
    included: int = 200
    price: int = 10
    custom_module: bool = False
    custom_price: int = 15
    monthly_limit: int | None = None
    countries: tuple[str, ...] = ()


class BookingSettings(Value, frozen=True, kw_only=True):
    """Whether patients book online, and whether staff confirm what they book (A-08)."""

    online: bool = False
    manual_confirmation: bool = False


class BillingSettings(Value, frozen=True, kw_only=True):
    """Automatic invoicing (C-02) and the payers' messages (D-02). Times of day and days are the clinic's local ones.

    `mode`: `draft`, `send_invoice`, `send_payment_link`; `cycle`: `daily`, `weekly`, `monthly`; `channel`: `email`, `sms`,
    `both`. A run begins at `at`; a weekly one on `weekday` (0: Monday), a monthly one on `day` (1 to 28). `since`: when it
    was last turned on. `issuer_id` issues what no practitioner has an issuer preset for. `notice_gap_days`: how long an
    unpaid link of the same total is not sent again. `send_at`: when what counts in days or months, or was moved to a due
    date, leaves. `confirming_sends`: whether a draft of a run that staff confirm goes to its payer by itself (C-04).
    """

    automatic: bool = False
    since: datetime | None = None
    mode: str = ""
    cycle: str = ""
    channel: str = "email"
    at: str = "08:00"
    weekday: int = 0
    day: int = 1
    issuer_id: str | None = None
    notice_gap_days: int = 7
    send_at: str = "09:00"
    confirming_sends: bool = True


class Look(Value, frozen=True, kw_only=True):
    """What patients see of the clinic: contact lines and one accent colour (`#rrggbb`). `review_url` is the page where
    they can say how it was (M-19)."""

    phone: str = ""
    phone_hours: str = ""
    website: str = ""
    review_url: str = ""
    colour: str = "#0b6e75"


class Settings(Stored, frozen=True, kw_only=True):
    """The clinic's settings; there is one."""

    waitlist: WaitlistSettings = WaitlistSettings()
    messaging: MessagingSettings = MessagingSettings()
    sms: SmsSettings = SmsSettings()
    booking: BookingSettings = BookingSettings()
    billing: BillingSettings = BillingSettings()
    look: Look = Look()

    @property
    def may_offer(self) -> bool:
        """Whether places are offered now. Not while sending is paused: an offer that nobody reads would expire (M-20)."""
        return self.waitlist.enabled and not self.messaging.paused

    def texts(self, at: datetime) -> bool:
        """Whether what happened at that instant is told by SMS: not while they are off, nor later, once they are on."""
        return self.sms.enabled and (self.sms.since is None or at >= self.sms.since)


SETTINGS = Ref(Settings, ("settings",))
