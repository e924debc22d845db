"""Quiet hours: no SMS of the night, on any night of the year, and what becomes of it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from creneau.messaging.may_send import may_send
from creneau.messaging.message import Channel, Kind
from creneau.messaging.quiet import morning_after
from creneau.messaging.verdict import Defer, Facts, Reason, Send, Suppress
from creneau.shared.settings import MessagingSettings, Settings, SmsSettings
from creneau.shared.time import from_local
from tests.support.post import CLINIC
from tests.unit.messaging.test_may_send import APPOINTMENT, PATIENT, message

NIGHT = MessagingSettings()
ZONES = [ZoneInfo("Europe/Zurich"), ZoneInfo("America/Toronto")]
EVENINGS = ["2027-01-15", "2027-03-27", "2027-10-30", "2027-03-13", "2027-11-06", "2027-07-01"]
"""An ordinary night in winter and summer, and those on which the clock changes in Europe and in Canada."""


def at(text: str, zone: ZoneInfo = CLINIC.zone) -> datetime:
    return from_local(datetime.fromisoformat(text), zone)


def day_after(evening: str) -> str:
    return f"{datetime.fromisoformat(evening) + timedelta(days=1):%Y-%m-%d}"


@pytest.mark.rule("M-16")
@pytest.mark.promise(17)
@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("evening", EVENINGS)
def test_from_nine_in_the_evening_to_eight_in_the_morning(evening, zone):
    begins, ends = at(f"{evening} 21:00", zone), at(f"{day_after(evening)} 08:00", zone)
    second = timedelta(seconds=1)
    assert morning_after(begins - second, NIGHT, zone) is None
    assert morning_after(ends, NIGHT, zone) is None
    instant = begins
    while instant < ends:
        assert morning_after(instant, NIGHT, zone) == ends
        instant += timedelta(minutes=7)
    assert morning_after(ends - second, NIGHT, zone) == ends


@pytest.mark.rule("M-16")
def test_hours_of_one_day_and_none_at_all():
    noon = NIGHT.with_(quiet_from="12:00", quiet_until="14:00")
    assert morning_after(at("2027-05-01 13:00"), noon, CLINIC.zone) == at("2027-05-01 14:00")
    assert morning_after(at("2027-05-01 23:00"), noon, CLINIC.zone) is None
    always = NIGHT.with_(quiet_from="00:00", quiet_until="00:00")
    assert morning_after(at("2027-05-01 03:00"), always, CLINIC.zone) is None


@pytest.mark.rule("M-16")
@pytest.mark.promise(17)
def test_bounds_that_do_not_exist_or_exist_twice():
    """02:30 does not exist on 28 March; on 31 October it exists twice, and means the first."""
    early = NIGHT.with_(quiet_until="02:30")
    spring, autumn = at("2027-03-28 03:00"), at("2027-10-31 02:30")
    assert morning_after(spring - timedelta(seconds=1), early, CLINIC.zone) == spring
    assert morning_after(spring, early, CLINIC.zone) is None
    assert morning_after(autumn - timedelta(seconds=1), early, CLINIC.zone) == autumn
    assert morning_after(autumn + timedelta(minutes=45), early, CLINIC.zone) is None


def texting(kind: Kind, start: datetime | None, now: datetime, **more):
    settings = Settings(messaging=NIGHT.with_(off=()), sms=SmsSettings(enabled=True, custom_module=True))
    visit = APPOINTMENT.with_(start=start or now + timedelta(days=9), attendance_at=now - timedelta(days=30))
    occurrence = {Kind.REMINDER: "system-1d"}.get(kind, "0")
    facts = Facts(clinic=CLINIC, settings=settings, patient=PATIENT.with_(phone="+41791234567"), appointment=visit)
    return may_send(message(kind, occurrence, channel=Channel.SMS, due_at=now, **more), facts, now)


@pytest.mark.rule("M-16")
@pytest.mark.promise(17)
@pytest.mark.parametrize("kind", [Kind.CONFIRMED, Kind.REMINDER, Kind.CUSTOM])
def test_it_waits_for_the_morning(kind):
    waits = Defer(at("2027-05-02 08:00"), Reason.QUIET_HOURS, "M-16")
    assert texting(kind, None, at("2027-05-01 21:00")) == waits
    assert texting(kind, None, at("2027-05-02 07:59")) == waits
    assert texting(kind, None, at("2027-05-01 20:59")) == Send()
    assert texting(kind, None, at("2027-05-02 08:00")) == Send()


@pytest.mark.rule("M-16")
@pytest.mark.parametrize("kind", [Kind.CONFIRMED, Kind.REMINDER])
@pytest.mark.parametrize("now", ["2027-05-01 22:00", "2027-05-02 06:00"])
def test_or_is_suppressed_when_the_visit_is_within_an_hour_of_the_morning(kind, now):
    nine = at("2027-05-02 09:00")
    assert texting(kind, nine, at(now)) == Suppress(Reason.QUIET_HOURS, "M-16")
    assert isinstance(texting(kind, nine + timedelta(minutes=1), at(now)), Defer)


@pytest.mark.rule("M-16")
def test_a_birthday_is_not_greeted_on_the_next_day():
    assert texting(Kind.BIRTHDAY, None, at("2027-05-01 22:00")) == Suppress(Reason.QUIET_HOURS, "M-16")
    assert isinstance(texting(Kind.BIRTHDAY, None, at("2027-05-01 05:00")), Defer)


@pytest.mark.rule("M-16")
def test_emails_leave_at_any_time():
    night = datetime(2027, 2, 1, 23, 0, tzinfo=UTC)
    facts = Facts(clinic=CLINIC, settings=Settings(), patient=PATIENT, appointment=APPOINTMENT)
    assert may_send(message(due_at=night), facts, night) == Send()
