"""What settings of automatic invoicing can be meant, and since when they hold (C-02). Pure."""

import re
from datetime import datetime

from creneau.shared.errors import Fault, Invalid
from creneau.shared.settings import BillingSettings, SmsSettings

MODES = ("draft", "send_invoice", "send_payment_link")
CYCLES = ("daily", "weekly", "monthly")
CHANNELS = ("email", "sms", "both")
MOST_DAYS = 365
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def faults_of(billing: BillingSettings, sms: SmsSettings, where: str = "") -> list[Fault]:
    """Everything that is wrong with them; what is off may be half filled in."""
    found = [
        _one_of("mode", billing.mode, MODES, may_lack=not billing.automatic),
        _one_of("cycle", billing.cycle, CYCLES, may_lack=not billing.automatic),
        _one_of("channel", billing.channel, CHANNELS, may_lack=False),
        _time("at", billing.at),
        _time("send_at", billing.send_at),
        _within("weekday", billing.weekday, 0, 6, "0 is Monday, 6 Sunday"),
        _within("day", billing.day, 1, 28, "every month has the days 1 to 28"),
        _within("notice_gap_days", billing.notice_gap_days, 0, MOST_DAYS, "give days"),
    ]
    if billing.automatic and billing.channel in ("sms", "both") and not sms.enabled:
        found.append(Fault("channel", "text messages are turned off", "turn SMS on, or choose email"))
    return [Fault(where + f.field, f.problem, f.remedy) for f in found if f is not None]


def check_billing(billing: BillingSettings, sms: SmsSettings, where: str = "") -> None:
    """Invalid with everything that is wrong; `where` comes before each field's name."""
    faults = faults_of(billing, sms, where)
    if faults:
        raise Invalid("the billing settings cannot be meant", code="invalid", remedy="see errors", faults=tuple(faults))


def _one_of(name: str, value: str, known: tuple[str, ...], may_lack: bool) -> Fault | None:
    if value in known or (value == "" and may_lack):
        return None
    problem = f"there is no {name} {value}" if value else f"automatic invoicing has no {name}"
    return Fault(name, problem, f"choose one of: {', '.join(known)}")


def _time(name: str, value: str) -> Fault | None:
    return None if _TIME.fullmatch(value) else Fault(name, "not a time of day", "write it as in 08:00")


def _within(name: str, value: int, low: int, high: int, remedy: str) -> Fault | None:
    return None if low <= value <= high else Fault(name, f"not from {low} to {high}", remedy)


def held_since(before: BillingSettings, after: BillingSettings, now: datetime) -> datetime | None:
    """From when on periods begin: not those that were over when it was turned on, or told another time."""
    if not after.automatic:
        return before.since
    same = all(getattr(before, n) == getattr(after, n) for n in ("automatic", "cycle", "at", "weekday", "day"))
    return before.since if same else now
