"""Spans, ids, money, telephone numbers: the small values that everything is built on."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creneau.shared.again import Again
from creneau.shared.contact import e164
from creneau.shared.derived_id import base32, derived_id
from creneau.shared.errors import Busy, Invalid
from creneau.shared.interval import Interval
from creneau.shared.money import Money
from creneau.shared.store import Conflict

DAY = datetime(2026, 3, 20, tzinfo=UTC)


def span(start: int, minutes: int) -> Interval:
    return Interval(start=DAY + timedelta(minutes=start), end=DAY + timedelta(minutes=start + minutes))


SPANS = st.builds(span, st.integers(0, 60), st.integers(1, 60))


@given(SPANS, SPANS)
def test_overlapping_is_sharing_a_moment(a, b):
    moments = [DAY + timedelta(minutes=m) for m in range(130)]
    shared = any(s.start <= m < s.end and o.start <= m < o.end for m in moments for s, o in [(a, b)])
    assert a.overlaps(b) == b.overlaps(a) == shared


@given(SPANS, SPANS)
def test_what_contains_overlaps(a, b):
    assert a.contains(a)
    if a.contains(b):
        assert a.overlaps(b)
        assert a.lasts_for >= b.lasts_for


def test_touching_is_no_overlap():
    assert not span(0, 30).overlaps(span(30, 30))


class TestDerivedIds:
    @given(st.lists(st.text(max_size=5), min_size=1, max_size=4), st.lists(st.text(max_size=5), min_size=1, max_size=4))
    def test_the_same_parts_and_only_those_give_the_same_id(self, a, b):
        clean = [[part.replace("\x1f", "") for part in parts] for parts in (a, b)]
        assert (derived_id("x", *clean[0]) == derived_id("x", *clean[1])) == (clean[0] == clean[1])

    def test_their_form(self):
        assert derived_id("apt", "a", "b").startswith("apt_")
        assert len(derived_id("apt", "a")) == 4 + 26

    @given(st.integers(0, 2**50 - 1), st.integers(0, 2**50 - 1))
    def test_they_sort_as_the_numbers_do(self, a, b):
        assert (base32(a, 10) < base32(b, 10)) == (a < b)


class TestAgain:
    def test_it_decides_anew_until_it_fits(self):
        pauses: list[float] = []
        left = [Conflict(), Conflict()]

        def step():
            if left:
                raise left.pop()
            return "done"

        assert Again(pause=pauses.append, dice=lambda: 0.5)(step) == "done"
        assert len(pauses) == 2
        assert pauses[0] < pauses[1]

    def test_it_gives_up_as_busy_and_never_waits_long(self):
        pauses: list[float] = []

        def step():
            raise Conflict

        with pytest.raises(Busy):
            Again(pause=pauses.append, dice=lambda: 0.999)(step)
        assert max(pauses) <= 0.4
        assert sum(pauses) < 5


def test_money_of_two_currencies_is_not_added():
    assert Money(amount=150, currency="CHF") + Money(amount=50, currency="CHF") == Money(amount=200, currency="CHF")
    with pytest.raises(Invalid):
        Money(amount=1, currency="CHF") + Money(amount=1, currency="EUR")


@pytest.mark.parametrize(
    ("number", "country", "kept"),
    [
        ("079 123 45 67", "CH", "+41791234567"),
        ("+33 6 12 34 56 78", "CH", "+33612345678"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("(514) 555-0123", "CA", "+15145550123"),
        ("0041 79 123 45 67", "CH", "+41791234567"),
        ("079", "CH", None),
        ("+999 1", "CH", None),
        ("call me", "CH", None),
    ],
)
def test_telephone_numbers(number, country, kept):
    assert e164(number, country) == kept
