"""What SMS use up in a calendar month: reserved in the claim, used when handed over, given back when refused (S-03)."""

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from creneau.messaging.message import Kind
from creneau.shared.model import Stored, Value
from creneau.shared.settings import Settings, SmsSettings
from creneau.shared.store import Collection, Ref


class Charge(StrEnum):
    """What an SMS counts as: one of those with included credits, or one of the custom module (S-02)."""

    INCLUDED = "included"
    CUSTOM = "custom"


CHARGED_AS = dict.fromkeys(Kind, Charge.INCLUDED) | {Kind.CUSTOM: Charge.CUSTOM, Kind.BIRTHDAY: Charge.CUSTOM}
"""By kind, whatever the template and whoever reads it."""


class UseState(StrEnum):
    """`uncertain`: nobody learnt whether it left."""

    RESERVED = "reserved"
    USED = "used"
    RETURNED = "returned"
    UNCERTAIN = "uncertain"


_NEXT = {
    UseState.RESERVED: frozenset({UseState.USED, UseState.RETURNED, UseState.UNCERTAIN}),
    UseState.UNCERTAIN: frozenset({UseState.USED, UseState.RETURNED}),
    UseState.USED: frozenset[UseState](),
    UseState.RETURNED: frozenset[UseState](),
}


class Tariff(Value, frozen=True, kw_only=True):
    """Credits included a month, and prices of a credit in minor units of `currency`."""

    included: int
    price: int
    custom_price: int
    currency: str

    def cost(self, included: int, custom: int) -> int:
        """Of so many credits of either charge in one month, whatever their order."""
        return max(0, included - self.included) * self.price + custom * self.custom_price


def tariff_of(settings: Settings, currency: str) -> Tariff:
    """Without online booking nothing is included (S-02)."""
    sms = settings.sms
    included = sms.included if settings.booking.online else 0
    return Tariff(included=included, price=sms.price, custom_price=sms.custom_price, currency=currency)


class Credits(Value, frozen=True, kw_only=True):
    """Of ones may still be given back."""

    reserved: int = 0
    used: int = 0
    uncertain: int = 0

    @property
    def most(self) -> int:
        """As many as can have left."""
        return self.reserved + self.used + self.uncertain


class SmsMonth(Stored, frozen=True, kw_only=True):
    """`id` is the clinic's local month, `2026-11`; every hand-over of an SMS is conditional on its version.

    `tariff` is that of the month's last SMS: a price changed later changes no month that is over.
    """

    id: str
    tariff: Tariff
    included: Credits = Credits()
    custom: Credits = Credits()

    def of(self, charge: Charge) -> Credits:
        return self.custom if charge is Charge.CUSTOM else self.included

    @property
    def most_spent(self) -> int:
        """The amount, should all that may have left have left."""
        return self.tariff.cost(self.included.most, self.custom.most)


class SmsUse(Stored, frozen=True, kw_only=True):
    """One hand-over of one SMS, in a month's ledger; the next try of the same message is a use of its own.

    It names the message and nobody: what was said, and to whom, is on the message.
    """

    month: str
    at: datetime
    message_id: str
    kind: Kind
    credits: int
    state: UseState = UseState.RESERVED

    @property
    def charge(self) -> Charge:
        return CHARGED_AS[self.kind]


def month_of(at: datetime, zone: ZoneInfo) -> str:
    """The local calendar month of an instant."""
    return f"{at.astimezone(zone):%Y-%m}"


def opened(stored: SmsMonth | None, month: str, tariff: Tariff) -> SmsMonth:
    """The month as it is counted on: a new one, or the stored one at today's prices."""
    return stored.with_(tariff=tariff) if stored else SmsMonth(id=month, tariff=tariff)


def reserve(month: SmsMonth, use: SmsUse) -> SmsMonth:
    """With the credits of a new use, which must be `reserved`; both are written in the claim's one transaction."""
    if use.month != month.id or use.state is not UseState.RESERVED:
        raise ValueError(f"{use.message_id} cannot be reserved in {month.id}")
    return _counted(month, use, 1)


def settle(month: SmsMonth, use: SmsUse, state: UseState) -> tuple[SmsMonth, SmsUse]:
    """What became of a use; both are written in one transaction. Repeated, or coming too late, it changes nothing."""
    if use.month != month.id:
        raise ValueError(f"{use.message_id} is not of {month.id}")
    if state not in _NEXT[use.state]:
        return month, use
    after = use.with_(state=state)
    return _counted(_counted(month, use, -1), after, 1), after


def allowed(month: SmsMonth, credits: int, charge: Charge, settings: SmsSettings) -> bool:
    """Whether so many more keep within the month's spending limit, should all that may have left have left (S-06)."""
    if settings.monthly_limit is None:
        return True
    use = {Charge.INCLUDED: 0, Charge.CUSTOM: 0} | {charge: credits}
    included, custom = month.included.most + use[Charge.INCLUDED], month.custom.most + use[Charge.CUSTOM]
    more = month.tariff.cost(included, custom)
    return more <= settings.monthly_limit or more == month.most_spent


def spent_percent(month: SmsMonth, settings: SmsSettings) -> int:
    """Of the spending limit, rounded down; 100 as soon as one more credit of any kind in use does not fit. 0 without one."""
    limit = settings.monthly_limit
    if limit is None:
        return 0
    in_use = (Charge.INCLUDED, Charge.CUSTOM) if settings.custom_module else (Charge.INCLUDED,)
    if not all(allowed(month, 1, charge, settings) for charge in in_use):
        return 100
    return min(100, month.most_spent * 100 // limit) if limit else 0


def _counted(month: SmsMonth, use: SmsUse, times: int) -> SmsMonth:
    """Returned credits are counted nowhere."""
    if use.state is UseState.RETURNED:
        return month
    credits = month.of(use.charge)
    name = str(use.state)
    credits = credits.with_(**{name: getattr(credits, name) + times * use.credits})
    return month.with_(**{str(use.charge): credits})


def sms_month_ref(month: str) -> Ref[SmsMonth]:
    return Ref(SmsMonth, (month,))


def sms_use_ref(month: str, at: datetime, message_id: str) -> Ref[SmsUse]:
    return Ref(SmsUse, (month, at.isoformat(), message_id))


def uses_of_month(month: str) -> Collection[SmsUse]:
    """In order of hand-over."""
    return Collection("uses_of_month", SmsUse, (month,))
