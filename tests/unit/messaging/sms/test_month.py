"""Credits and their cost: reserved, used, given back or uncertain, and split in order of hand-over (S-02, S-03, S-06)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from creneau.messaging.message import Kind
from creneau.messaging.sms.month import (
    CHARGED_AS,
    Charge,
    Credits,
    SmsMonth,
    SmsUse,
    Tariff,
    UseState,
    allowed,
    month_of,
    opened,
    reserve,
    settle,
    spent_percent,
    tariff_of,
)
from creneau.messaging.sms.statement import charged, statement
from creneau.shared.settings import BookingSettings, Settings, SmsSettings

AT = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
TARIFF = Tariff(included=200, price=10, custom_price=15, currency="CHF")


def a_use(n: int, credits: int = 1, kind: Kind = Kind.REMINDER, state: UseState = UseState.USED) -> SmsUse:
    at = AT + timedelta(minutes=n)
    return SmsUse(month="2026-11", at=at, message_id=f"{kind}.sms.apt_{n}", kind=kind, credits=credits, state=state)


def a_month(included: int = 0, custom: int = 0, tariff: Tariff = TARIFF) -> SmsMonth:
    return SmsMonth(id="2026-11", tariff=tariff, included=Credits(used=included), custom=Credits(used=custom))


@pytest.mark.rule("S-03")
def test_credits_are_reserved_then_used_given_back_or_uncertain():
    use = a_use(1, 3, state=UseState.RESERVED)
    month = reserve(a_month(), use)
    assert (month.included, month.custom) == (Credits(reserved=3), Credits())
    used = settle(month, use, UseState.USED)
    assert (used[0].included, used[1].state) == (Credits(used=3), UseState.USED)
    returned = settle(month, use, UseState.RETURNED)
    assert (returned[0].included, returned[1].state) == (Credits(), UseState.RETURNED)
    uncertain = settle(month, use, UseState.UNCERTAIN)
    assert (uncertain[0].included, uncertain[1].state) == (Credits(uncertain=3), UseState.UNCERTAIN)
    assert settle(*uncertain, UseState.USED)[0].included == Credits(used=3)
    assert settle(*uncertain, UseState.RETURNED)[0].included == Credits()


@pytest.mark.rule("S-03")
@pytest.mark.parametrize("told", [UseState.USED, UseState.RETURNED])
@pytest.mark.parametrize("later", list(UseState))
def test_what_is_settled_stays_settled(told, later):
    use = a_use(1, 2, state=UseState.RESERVED)
    settled = settle(reserve(a_month(), use), use, told)
    assert settle(*settled, later) == settled


@pytest.mark.rule("S-03")
def test_a_use_is_counted_in_its_own_month():
    use = a_use(1, state=UseState.RESERVED)
    december = a_month().with_(id="2026-12")
    with pytest.raises(ValueError, match="2026-12"):
        reserve(december, use)
    with pytest.raises(ValueError, match="2026-12"):
        settle(december, use, UseState.USED)
    with pytest.raises(ValueError, match="2026-11"):
        reserve(a_month(), use.with_(state=UseState.USED))


@pytest.mark.rule("S-02")
@pytest.mark.parametrize(
    ("at", "zone", "month"),
    [
        ("2026-10-31T22:59:59+00:00", "Europe/Zurich", "2026-10"),
        ("2026-10-31T23:00:00+00:00", "Europe/Zurich", "2026-11"),
        ("2026-03-31T21:59:59+00:00", "Europe/Paris", "2026-03"),
        ("2026-03-31T22:00:00+00:00", "Europe/Paris", "2026-04"),
        ("2027-01-01T04:59:00+00:00", "America/Toronto", "2026-12"),
    ],
)
def test_the_month_is_the_clinics_own(at, zone, month):
    assert month_of(datetime.fromisoformat(at), ZoneInfo(zone)) == month


@pytest.mark.rule("S-02")
def test_only_custom_sms_and_birthdays_are_never_included():
    assert {kind for kind, charge in CHARGED_AS.items() if charge is Charge.CUSTOM} == {Kind.CUSTOM, Kind.BIRTHDAY}
    by_kind = [a_use(1, 5, Kind.CUSTOM), a_use(2, 4, Kind.BIRTHDAY), a_use(3, 3, Kind.REMINDER)]
    entries = list(charged([*by_kind, a_use(4, 2, Kind.ONLINE_BOOKING), a_use(5, 1, Kind.CONFIRMED)], TARIFF))
    assert [(e.included, e.billable, e.amount) for e in entries] == [
        (0, 5, 75),
        (0, 4, 60),
        (3, 0, 0),
        (2, 0, 0),
        (1, 0, 0),
    ]


@pytest.mark.rule("S-02")
def test_the_figures_are_settings_and_nothing_is_included_without_online_booking():
    sms = SmsSettings(included=50, price=12, custom_price=20)
    on, off = (Settings(sms=sms, booking=BookingSettings(online=online)) for online in (True, False))
    assert tariff_of(on, "EUR") == Tariff(included=50, price=12, custom_price=20, currency="EUR")
    assert tariff_of(off, "EUR").included == 0
    default = tariff_of(Settings(booking=BookingSettings(online=True)), "CHF")
    assert default == TARIFF
    assert next(charged([a_use(1)], tariff_of(off, "EUR"))).amount == 12


@pytest.mark.rule("S-02", "S-03")
def test_an_sms_can_straddle_the_included_credits_in_order_of_hand_over():
    uses = [a_use(3, 2), a_use(1, 198), a_use(2, 3)]
    assert [(e.use.credits, e.included, e.billable, e.amount) for e in charged(uses, TARIFF)] == [
        (198, 198, 0, 0),
        (3, 2, 1, 10),
        (2, 0, 2, 20),
    ]


@pytest.mark.rule("S-03")
def test_what_is_not_known_to_have_left_is_shown_and_costs_nothing():
    few = TARIFF.with_(included=1)
    uses = [
        a_use(1, 2, state=UseState.UNCERTAIN),
        a_use(2, 4, state=UseState.RESERVED),
        a_use(3, 8, state=UseState.RETURNED),
        a_use(4, 1),
        a_use(5, 2, Kind.CUSTOM, UseState.RETURNED),
    ]
    told = statement(uses, few)
    (line,) = told.lines
    assert (line.kind, line.messages, line.credits, line.included, line.billable) == (Kind.REMINDER, 1, 1, 1, 0)
    assert (line.uncertain, line.reserved, line.amount) == (2, 4, 0)
    assert told.total == line.with_(kind=None)


@pytest.mark.rule("S-03")
def test_a_price_changed_later_changes_no_month_that_is_over():
    dearer = TARIFF.with_(price=20)
    use = a_use(1, state=UseState.RESERVED)
    november = reserve(opened(None, "2026-11", TARIFF.with_(included=0)), use)
    assert settle(november, use, UseState.USED)[0].most_spent == 10
    assert opened(november, "2026-11", dearer).tariff == dearer
    assert opened(None, "2026-12", dearer).tariff == dearer


@pytest.mark.rule("S-06")
@pytest.mark.parametrize(
    ("included", "custom", "credits", "charge", "limit", "may"),
    [
        (0, 0, 1, Charge.INCLUDED, None, True),
        (9999, 0, 9, Charge.INCLUDED, None, True),
        (199, 0, 1, Charge.INCLUDED, 0, True),
        (200, 0, 1, Charge.INCLUDED, 0, False),
        (199, 0, 2, Charge.INCLUDED, 9, False),
        (199, 0, 2, Charge.INCLUDED, 10, True),
        (209, 0, 1, Charge.INCLUDED, 100, True),
        (210, 0, 1, Charge.INCLUDED, 100, False),
        (0, 0, 1, Charge.CUSTOM, 14, False),
        (0, 0, 1, Charge.CUSTOM, 15, True),
        (205, 3, 1, Charge.INCLUDED, 104, False),
        (205, 3, 1, Charge.INCLUDED, 105, True),
        (10, 9, 1, Charge.INCLUDED, 100, True),  # the limit was lowered; what is included costs nothing
    ],
)
def test_the_limit_is_kept_and_not_passed_by_one_credit(included, custom, credits, charge, limit, may):
    month = a_month(included, custom)
    assert allowed(month, credits, charge, SmsSettings(monthly_limit=limit)) is may


@pytest.mark.rule("S-06")
def test_the_limit_counts_whatever_may_have_left():
    for some in (Credits(used=210), Credits(reserved=210), Credits(uncertain=210), Credits(used=205, uncertain=5)):
        month = a_month().with_(included=some)
        assert not allowed(month, 1, Charge.INCLUDED, SmsSettings(monthly_limit=100))


@pytest.mark.rule("S-06")
@pytest.mark.parametrize(
    ("included", "limit", "percent"),
    [
        (0, None, 0),
        (0, 100, 0),
        (207, 100, 70),
        (208, 100, 80),
        (209, 100, 90),
        (210, 100, 100),
        (209, 99, 100),
        (0, 0, 0),
    ],
)
def test_how_much_of_the_limit_is_spent(included, limit, percent):
    assert spent_percent(a_month(included), SmsSettings(monthly_limit=limit)) == percent


@pytest.mark.rule("S-06")
def test_without_included_credits_left_a_limit_of_nothing_is_reached():
    assert spent_percent(a_month(200), SmsSettings(monthly_limit=0)) == 100
    assert spent_percent(a_month(200, 7), SmsSettings(monthly_limit=105)) == 100


@pytest.mark.rule("S-06")
@pytest.mark.parametrize(("module", "percent"), [(True, 100), (False, 99)])
def test_it_is_reached_as_soon_as_sms_of_one_kind_in_use_are_stopped(module, percent):
    month = a_month().with_(tariff=a_month().tariff.with_(price=5), custom=Credits(used=66))
    assert spent_percent(month, SmsSettings(monthly_limit=1000, custom_module=module)) == percent
