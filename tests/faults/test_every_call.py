"""Every call to AWS fails once in each way there is; then everything comes to rest, and every promise is looked at.

`make test` fails each call of each way through the product once. With FAULTS=all (`make faults`) every call of every
scenario fails, whichever way it was made.
"""

import os

import pytest

from tests.faults.cloud import Cloud
from tests.faults.explore import Explored, Explorer, Scenario, sites
from tests.faults.scenarios import SCENARIOS
from tests.faults.wire import Call, Mode, Site, modes_of

ALL = os.environ.get("FAULTS") == "all"


@pytest.fixture(scope="module")
def failed() -> tuple[set[Call], set[tuple[Site, Mode]]]:
    """Calls that failed already, and what they covered."""
    return set(), set()


@pytest.mark.promise(13)
@pytest.mark.promise(14)
@pytest.mark.promise(32)
@pytest.mark.promise(35)
@pytest.mark.promise(40)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_whichever_call_fails_everything_comes_right(cloud, blank, failed, scenario: Scenario):
    calls, covered = failed
    explored: Explored = Explorer(cloud, scenario, blank).every_call(None if ALL else calls)
    covered |= explored.covered
    told = "\n".join(f"step {n}, {plan}: {'; '.join(wrong)}" for n, plan, wrong in explored.failures)
    assert not explored.failures, f"{len(explored.failures)} of {explored.runs} runs\n{told}"
    print(f"{scenario.name}: {explored.runs} runs")


def test_no_call_of_an_adapter_was_left_out(failed):
    """After the scenarios above: the denominator is read from the adapters' source."""
    _, covered = failed
    if not covered:
        pytest.skip("the scenarios above were not run")
    expected = {(site, mode) for site in sites() for mode in modes_of(site.operation)}
    assert not (left := expected - covered), f"covered {1 - len(left) / len(expected):.0%}; never failed: {left}"


def test_the_exploration_finds_what_is_wrong(cloud: Cloud, blank, monkeypatch):
    """A product that forgets to sweep its messages is caught."""
    monkeypatch.setattr("creneau.messaging.sweep.SweepMessages.__call__", lambda self: 0)
    book = next(s for s in SCENARIOS if s.name == "book")
    assert any("promise 14" in w for _, _, wrong in Explorer(cloud, book, blank).every_call().failures for w in wrong)
