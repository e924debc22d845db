"""A year of a clinic, played by the product and by a naive second implementation of the rules: they tell payers the same.

Both clock changes, month ends, 29 February and three days of outage are in it; four ways of billing and templates that are
turned on and off.
"""

import ast
import random
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from creneau.billing.billable import DueState
from creneau.billing.invoice import Invoice
from creneau.billing.task import Task, TaskKind
from tests.replay import naive, year
from tests.replay.naive import Naive
from tests.replay.played import Played
from tests.replay.year import FIRST, LAST, happenings, people

PEOPLE, VISITS = 300, 1_500


@pytest.fixture(scope="module")
def lived() -> tuple[Played, Naive]:
    dice = random.Random(2028)
    persons = people(PEOPLE, dice)
    told = happenings(persons, VISITS, dice)
    return Played(persons).live(told), Naive({p.id: p for p in persons}).live(told)


def test_the_second_implementation_knows_nothing_of_the_first() -> None:
    for module in (naive, year):
        tree = ast.parse(Path(module.__file__ or "").read_text())
        named = [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
        named += [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
        assert not [name for name in named if name.startswith("creneau") or "support" in name]


@pytest.mark.rule("C-02")
@pytest.mark.rule("C-03")
@pytest.mark.parametrize("what", ["invoice", "invoice sent", "link"])
def test_every_payer_is_billed_the_same_on_the_same_day(lived: tuple[Played, Naive], what: str) -> None:
    played, expected = (sorted(t for t in side.told if t[2] == what) for side in lived)
    assert played == expected
    assert len({t[0] for t in expected}) > 20


@pytest.mark.rule("D-02")
@pytest.mark.rule("D-03")
@pytest.mark.rule("D-04")
@pytest.mark.rule("D-08")
def test_every_payer_is_reminded_of_the_same_on_the_same_day(lived: tuple[Played, Naive]) -> None:
    played, expected = (sorted(t for t in side.told if t[2] == "reminder") for side in lived)
    assert played == expected
    assert len(expected) > 100


@pytest.mark.promise(26)
def test_nobody_is_reminded_twice_a_day(lived: tuple[Played, Naive]) -> None:
    times = Counter((on, payer) for on, payer, what, _ in lived[0].told if what == "reminder")
    assert set(times.values()) == {1}


@pytest.mark.rule("B-11")
@pytest.mark.promise(25)
def test_each_visit_is_billed_once_and_each_payment_counted_once(lived: tuple[Played, Naive]) -> None:
    played, _ = lived
    on_lines = Counter(id for i in played.invoices() for id in i.billable_ids)
    assert set(on_lines.values()) == {1}
    states = Counter(b.due_state for b in played.billables())
    assert states[DueState.TAKEN] == len(on_lines)
    assert states[DueState.VOID]
    assert states[DueState.PAID]


@pytest.mark.promise(24)
def test_numbers_have_no_gap(lived: tuple[Played, Naive]) -> None:
    final = [i for i in lived[0].invoices() if i.frozen]
    numbers = sorted(i.frozen.number for i in final if i.frozen)
    assert numbers == [f"F2028-{n:04}" for n in range(1, len(final) + 1)]
    assert _in_order(final)


def _in_order(final: list[Invoice]) -> bool:
    dates = [i.frozen.issued_on for i in sorted(final, key=lambda i: i.frozen.number if i.frozen else "") if i.frozen]
    return dates == sorted(dates)


@pytest.mark.rule("C-01")
def test_staff_are_asked_about_what_was_billed_and_did_not_take_place(lived: tuple[Played, Naive]) -> None:
    played, expected = lived
    asked = [t for t in played.store.items.values() if isinstance(t, Task)]
    invoiced = [v for v in expected.visits.values() if not v.alive and v.document is not None and v.document.issued_at]
    assert sum(t.kind is TaskKind.CANCELLED_BUT_INVOICED for t in asked) == len(invoiced) > 0
    paid = [v for v in expected.visits.values() if not v.alive and v.paid]
    assert sum(t.kind is TaskKind.CANCELLED_BUT_PAID for t in asked) == len(paid)


def test_the_year_has_its_corners() -> None:
    assert (FIRST.year, LAST.year) == (2028, 2028)
    assert year.OUTAGE[1] - year.OUTAGE[0] > timedelta(days=3)
