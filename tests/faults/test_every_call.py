"""Every call to AWS fails once in each way there is; then everything comes to rest, and every promise is looked at.

`make test` fails each call of each way through the product once. With FAULTS=all (`make faults`) every call of every
scenario fails, whichever way it was made.
"""

import os
from collections.abc import Callable
from functools import cache

import pytest

from creneau.messaging.message import Kind, Message
from tests.faults.cloud import Cloud
from tests.faults.explore import Explored, Explorer, Scenario, sites
from tests.faults.scenarios import SCENARIOS
from tests.faults.wire import Call, Mode, Site, modes_of
from tests.support.world import at

ALL = os.environ.get("FAULTS") == "all"


@pytest.fixture(scope="module")
def explored_by(cloud: Cloud, blank: bytes) -> Callable[[Scenario], Explorer]:
    """Each scenario is run whole only once."""
    return cache(lambda scenario: Explorer(cloud, scenario, blank))


@pytest.fixture(scope="module")
def with_each_call_failed(explored_by) -> Callable[[Scenario], Explored]:
    """Explored only once, too; a call that failed in one scenario fails in no other, unless all shall."""
    failed: set[Call] = set()
    return cache(lambda scenario: explored_by(scenario).every_call(None if ALL else failed))


@pytest.mark.promise(13)
@pytest.mark.promise(14)
@pytest.mark.promise(32)
@pytest.mark.promise(35)
@pytest.mark.promise(40)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_whichever_call_fails_everything_comes_right(with_each_call_failed, scenario: Scenario):
    explored: Explored = with_each_call_failed(scenario)
    told = "\n".join(f"step {n}, {plan}: {'; '.join(wrong)}" for n, plan, wrong in explored.failures)
    assert not explored.failures, f"{len(explored.failures)} of {explored.runs} runs\n{told}"
    print(f"{scenario.name}: {explored.runs} runs")


@pytest.mark.promise(32)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_what_the_stream_lost_is_found_without_it(explored_by, scenario: Scenario):
    explored = explored_by(scenario).every_batch_lost()
    told = "\n".join(f"lost at step {n}: {'; '.join(wrong)}" for n, _, wrong in explored.failures)
    assert not explored.failures, f"{len(explored.failures)} of {explored.runs} runs\n{told}"


def test_no_call_of_an_adapter_was_left_out(with_each_call_failed):
    """Of all scenarios, as explored above or else now. The denominator is read from the adapters' source."""
    covered = set[tuple[Site, Mode]]().union(*(with_each_call_failed(scenario).covered for scenario in SCENARIOS))
    expected = {(site, mode) for site in sites() for mode in modes_of(site.operation)}
    assert not (left := expected - covered), f"covered {1 - len(left) / len(expected):.0%}; never failed: {left}"


BOOK, TEXT, REMIND = (
    next(s for s in SCENARIOS if s.name == name) for name in ("book", "book_and_text", "remind_by_both")
)


def test_the_exploration_finds_a_product_that_does_not_sweep_its_messages(cloud: Cloud, blank, monkeypatch):
    monkeypatch.setattr("creneau.messaging.sweep.SweepMessages.__call__", lambda self: 0)
    failures = Explorer(cloud, BOOK, blank).every_call().failures
    assert any("promise 14" in what for _, _, wrong in failures for what in wrong)


def test_and_one_that_does_not_sweep_its_appointments(cloud: Cloud, blank, monkeypatch):
    monkeypatch.setattr("creneau.sweep.Sweep._each", lambda *_: 0)
    failures = Explorer(cloud, BOOK, blank).every_batch_lost().failures
    assert any("never planned" in what for _, _, wrong in failures for what in wrong)


def test_the_sms_of_the_scenario_really_goes(cloud: Cloud, blank):
    Explorer(cloud, TEXT, blank)
    assert sum(cloud.state.texts.values()) == 1


def test_the_reminders_of_the_scenario_really_go(cloud: Cloud, blank):
    """Two visits', by email and by SMS; the SMS of the quiet hours at their end."""
    Explorer(cloud, REMIND, blank)
    sent = {m.id: m.claimed_at for m in cloud.view.all(Message) if m.kind is Kind.REMINDER and m.state == "sent"}
    assert len(sent) == 4
    assert sum(cloud.state.texts.values()) == 2
    assert at("2026-03-03 08:00") <= sent["reminder.sms.apt_gone.system-1d"] < at("2026-03-03 08:01")


@pytest.mark.promise(17)
def test_the_exploration_finds_one_that_texts_at_night(cloud: Cloud, blank, monkeypatch):
    monkeypatch.setattr("creneau.messaging.may_send._quiet_hours", lambda *_: None)
    monkeypatch.setattr("creneau.messaging.plan_reminders.morning_after", lambda *_: None)
    with pytest.raises(AssertionError, match="promise 17"):
        Explorer(cloud, REMIND, blank)


@pytest.mark.promise(30)
def test_the_exploration_finds_one_that_forgets_reserved_credits(cloud: Cloud, blank, monkeypatch):
    monkeypatch.setattr("creneau.messaging.sms.ledger.Entry.settled", lambda *_: [])
    with pytest.raises(AssertionError, match="promise 30"):
        Explorer(cloud, TEXT, blank)
