"""Credits add up whatever is retried, and in which order (promise 30); the cap holds under many workers (promise 22)."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creneau.messaging.message import Kind
from creneau.messaging.sms.month import (
    Charge,
    SmsMonth,
    SmsUse,
    Tariff,
    UseState,
    allowed,
    opened,
    reserve,
    settle,
    sms_month_ref,
    uses_of_month,
)
from creneau.messaging.sms.statement import charged, statement
from creneau.shared.settings import SmsSettings
from creneau.shared.store import Conflict, Put, everything
from tests.support.fake_store import FakeStore

AT, MONTH = datetime(2026, 11, 3, 9, 0, tzinfo=UTC), "2026-11"
KINDS = st.sampled_from([Kind.REMINDER, Kind.CONFIRMED, Kind.ONLINE_BOOKING, Kind.CUSTOM, Kind.BIRTHDAY])
TARIFFS = st.builds(
    Tariff,
    included=st.integers(0, 12),
    price=st.integers(0, 20),
    custom_price=st.integers(0, 20),
    currency=st.just("CHF"),
)
USES = st.lists(st.tuples(KINDS, st.integers(1, 4)), min_size=1, max_size=12)


def reserved(n: int, kind: Kind, credits: int) -> SmsUse:
    return SmsUse(month=MONTH, at=AT + timedelta(seconds=n), message_id=f"m{n}", kind=kind, credits=credits)


@pytest.mark.rule("S-03")
@pytest.mark.promise(30)
@given(
    given=USES,
    told=st.lists(st.tuples(st.integers(0, 11), st.sampled_from(list(UseState))), max_size=60),
    tariff=TARIFFS,
    dice=st.randoms(use_true_random=False),
)
def test_any_order_and_repetition_adds_up(given, told, tariff, dice):
    uses = [reserved(n, kind, credits) for n, (kind, credits) in enumerate(given)]
    month = SmsMonth(id=MONTH, tariff=tariff)
    for use in uses:
        month = reserve(month, use)
    for n, state in told:
        if n < len(uses):
            month, uses[n] = settle(month, uses[n], state)
    for charge in Charge:
        counted = month.of(charge)
        mine = [u for u in uses if u.charge is charge]
        for state, credits in [
            (UseState.RESERVED, counted.reserved),
            (UseState.USED, counted.used),
            (UseState.UNCERTAIN, counted.uncertain),
        ]:
            assert credits == sum(u.credits for u in mine if u.state is state)
    shuffled = list(uses)
    dice.shuffle(shuffled)
    bill = statement(shuffled, tariff)
    used = {c: sum(u.credits for u in uses if u.charge is c and u.state is UseState.USED) for c in Charge}
    assert bill.total.amount == tariff.cost(used[Charge.INCLUDED], used[Charge.CUSTOM])
    assert bill.total.included == min(tariff.included, used[Charge.INCLUDED])
    assert bill.total.included + bill.total.billable == bill.total.credits == sum(used.values())
    for name in ("messages", "credits", "included", "billable", "reserved", "uncertain", "amount"):
        assert sum(getattr(line, name) for line in bill.lines) == getattr(bill.total, name)
    assert bill.total.amount <= month.most_spent


@pytest.mark.rule("S-02")
@given(given=USES, tariff=TARIFFS)
def test_included_credits_go_first_come_first_served(given, tariff):
    """Nobody after the first that pays gets an included credit, and no SMS but one is split."""
    uses = [reserved(n, kind, credits).with_(state=UseState.USED) for n, (kind, credits) in enumerate(given)]
    split = [e for e in charged(uses, tariff) if e.use.charge is Charge.INCLUDED]
    assert sorted(split, key=lambda e: e.billable > 0) == split
    assert sum(e.included > 0 and e.billable > 0 for e in split) <= 1
    assert all(e.included + e.billable == e.use.credits for e in split)


def worker(store: FakeStore, n: int, tries: int, settings: SmsSettings, tariff: Tariff) -> Iterator[None]:
    """Claims and settles SMS one after another; between any two calls of the table another one may be let in."""
    dice = random.Random(n)
    for k in range(tries):
        kind = Kind.CUSTOM if dice.random() < 0.3 else Kind.REMINDER
        use = reserved(n * 100 + k, kind, dice.choice((1, 1, 2, 3)))
        end = dice.choice((UseState.USED, UseState.USED, UseState.RETURNED, UseState.UNCERTAIN))
        while True:
            month = opened(store.get(sms_month_ref(MONTH)), MONTH, tariff)
            yield
            if not allowed(month, use.credits, use.charge, settings):
                break
            try:
                store.commit([Put(reserve(month, use)), Put(use)])
            except Conflict:
                continue
            yield
            yield from settled(store, use.with_(version=1), end)
            break


def settled(store: FakeStore, use: SmsUse, end: UseState) -> Iterator[None]:
    while True:
        month = store.get(sms_month_ref(MONTH))
        assert month is not None
        yield
        try:
            store.commit([Put(value) for value in settle(month, use, end)])
            return
        except Conflict:
            continue


def interleave(workers: list[Iterator[None]], dice: random.Random, check: Callable[[], None]) -> None:
    while workers:
        one = dice.choice(workers)
        try:
            next(one)
        except StopIteration:
            workers.remove(one)
        check()


@pytest.mark.rule("S-06")
@pytest.mark.promise(22)
@pytest.mark.promise(30)
@pytest.mark.parametrize("seed", range(30))
def test_ten_workers_at_ninety_nine_percent_of_the_cap_never_pass_it(seed):
    tariff = Tariff(included=20, price=10, custom_price=15, currency="CHF")
    settings = SmsSettings(monthly_limit=1000)
    store = FakeStore()
    before = reserved(99_999, Kind.REMINDER, 119)
    store.commit([Put(reserve(opened(None, MONTH, tariff), before)), Put(before)])
    peak = [0]

    def check() -> None:
        month = store.get(sms_month_ref(MONTH))
        assert month is not None
        peak[0] = max(peak[0], month.most_spent)
        assert month.most_spent <= 1000

    interleave([worker(store, n, 4, settings, tariff) for n in range(10)], random.Random(seed), check)
    month = store.get(sms_month_ref(MONTH))
    uses = everything(store, uses_of_month(MONTH))
    assert month is not None
    assert month.most_spent == tariff.cost(
        sum(u.credits for u in uses if u.charge is Charge.INCLUDED and u.state is not UseState.RETURNED),
        sum(u.credits for u in uses if u.charge is Charge.CUSTOM and u.state is not UseState.RETURNED),
    )
    assert peak[0] == 1000  # one credit was left, and somebody got it
    assert [u.at for u in uses] == sorted(u.at for u in uses)
