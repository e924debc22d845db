"""`waitlist_round`: every payload of an execution that may still run is understood, and answered in the machine's words."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from creneau import wiring
from creneau.waitlist.pursue import PursueDay
from tests.support.world import World, at, line, released
from waitlist import close_round, open_round

ROOT = Path(__file__).parents[2]
MACHINE = json.loads((ROOT / "statemachines/waitlist_round.asl.json").read_text())
TASKS = {name: state for name, state in MACHINE["States"].items() if state["Type"] == "Task"}


def payloads(name: str) -> list[Any]:
    found = [json.loads(file.read_text()) for file in sorted((ROOT / "events" / name).glob("*.json"))]
    assert found
    return found


@pytest.fixture
def world() -> Iterator[World]:
    """The release that the payloads are about, with six in line; nothing has reacted yet."""
    world = World(now=at("2026-03-02 08:00")).clinic()
    line(world, 6)
    world.now = at("2026-03-02 08:00")
    slot = released(world)
    assert slot.id == payloads("open_round")[0]["slot_id"]
    wiring.use(world.app)
    yield world
    wiring.use(None)


@pytest.mark.promise(36)
@pytest.mark.parametrize("given", payloads("open_round"))
def test_every_payload_opens_its_round_and_opens_it_once(world, given):
    world.later(minutes=5)
    first, again = (open_round.handler(given, None) for _ in range(2))
    assert first == again
    assert (first["outcome"], first["until"]) == ("opened", "2026-03-17T07:05:32Z")
    assert len(world.rounds_of(world.day("2026-03-20").releases[0].slot)) == 1


@pytest.mark.promise(36)
@pytest.mark.parametrize("given", payloads("close_round"))
def test_every_payload_closes_its_round(world, given):
    open_round.handler(given, None)
    early = close_round.handler(given, None)
    assert early["outcome"] == "not_yet"
    world.now = at("2026-03-20 09:00")
    assert close_round.handler(given, None)["outcome"] == "closed"


@pytest.mark.promise(36)
def test_what_is_started_today_is_the_latest_payload(world):
    PursueDay(world.store, world.app.pursue)("prc_1", at("2026-03-20 09:00").date())
    (execution,) = world.rounds.running
    assert set(msgspec.to_builtins(execution.given)) == set(payloads("open_round")[-1])


def test_every_outcome_has_somewhere_to_go():
    """A word that the machine does not know ends it, so each word that means "wait" must be known."""
    states = MACHINE["States"]
    known = {c["Next"] for name in ("AreThereOffers", "IsItClosed") for c in states[name]["Choices"]}
    assert known == {"WaitForAnswers", "WaitForTheOtherRound"}
    for name in ("AreThereOffers", "IsItClosed"):
        assert states[states[name]["Default"]]["Type"] == "Succeed"


@pytest.mark.parametrize("name", TASKS)
def test_every_task_has_a_timeout_and_is_tried_again_with_jitter(name):
    (retry,) = TASKS[name]["Retry"]
    assert TASKS[name]["TimeoutSeconds"]
    assert (retry["ErrorEquals"], retry["JitterStrategy"]) == (["States.ALL"], "FULL")
