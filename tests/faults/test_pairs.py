"""Two faults in one run, drawn by a seed (`make faults`)."""

import os
import random

import pytest

from tests.faults.explore import Explorer, Scenario
from tests.faults.scenarios import SCENARIOS
from tests.faults.wire import modes_of

SEEDS = range(60)
REACH = 40
"""How many calls after the first fault the second one may come."""


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
@pytest.mark.skipif(os.environ.get("FAULTS") != "all", reason="FAULTS=all (make faults)")
def test_two_faults_are_survived_as_well(cloud, blank, scenario: Scenario):
    explorer = Explorer(cloud, scenario, blank)
    busy = [n for n, step in enumerate(explorer.steps) if step.calls]
    for seed in SEEDS:
        dice = random.Random(f"{scenario.name}-{seed}")
        number = dice.choice(busy)
        index = dice.randrange(len(explorer.steps[number].calls))
        first = dice.choice(modes_of(explorer.steps[number].calls[index].site.operation))
        calls, wrong = explorer.run(number, {index: first})
        assert not wrong, f"step {number}, {index}: {first}: {wrong}"
        later = range(index + 1, min(len(calls), index + REACH))
        if not later:
            continue
        second = dice.choice(later)
        plan = {index: first, second: dice.choice(modes_of(calls[second].site.operation))}
        _, wrong = explorer.run(number, plan)
        assert not wrong, f"step {number}, {explorer.minimal(number, plan)} (of {plan}): {wrong}"
