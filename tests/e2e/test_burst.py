"""Very many reminders due in one minute, with a provider that takes no more than 14 a second: all leave inside its rate,
none twice, none is lost, and none is given up (promise 21).

`make test` plays it small; with FAULTS=all ten thousand (or BURST) are planned, a thousand are due, and the engine is ended
in the middle of it once. Real seconds: on a computer with much else to do the engine is the slower one.
"""

import os
import time as real
from collections.abc import Iterator
from datetime import timedelta

import pytest

from creneau.messaging.message import MessageState
from tests.support.burst import Burst
from tests.support.small_clinic import SmallClinic
from tests.support.stack import Running

pytestmark = [pytest.mark.engine, pytest.mark.promise(21)]

ALL = os.environ.get("FAULTS") == "all"
MANY, DUE, EARLY = (int(os.environ.get("BURST", "10000")), 1_000, 200) if ALL else (90, 60, 20)
RATE = 14
PLANNING = 1800 if ALL else 120
SLOWEST = DUE / RATE * 1.25 + 3 if ALL else 90
"""Real seconds. Within the suite all runs at once, and the engine itself is the slower one."""

LEFT = {MessageState.SENT, MessageState.DELIVERED}


@pytest.fixture
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Thousands of messages that wait are no company for other tests."""
    if not ALL:
        yield request.getfixturevalue("stack")
        return
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ENGINE_LAMBDA_PROCESSES", "4")  # each costs a second of a core to start
        running = Running.start(tmp_path_factory.mktemp("burst") / "home")
    yield running
    running.stop()


def planned(engine: Running, many: int, due: int, early: int = 0) -> Burst:
    """Booked, and the product's own planner has planned all their reminders."""
    clinic = SmallClinic.enter(engine)
    burst = Burst(clinic, many, due, clinic.at(3, "10:00"), early)
    began = real.monotonic()
    burst.book()
    burst.run.rest(PLANNING)
    print(f"{many} reminders planned in {real.monotonic() - began:.0f} s")
    assert len(burst.messages()) == many
    return burst


@pytest.mark.promise(13)
@pytest.mark.promise(14)
@pytest.mark.rule("M-10")
def test_a_burst_keeps_inside_the_providers_rate(engine: Running) -> None:
    burst = planned(engine, MANY, DUE, EARLY)
    jump, before = burst.run.stack.engine.jump, burst.mails()
    jump(to=burst.reminded_at - timedelta(hours=1), timeout=PLANNING)
    burst.wait_for(before + EARLY, 90)
    burst.run.rest(PLANNING)
    jump(to=burst.reminded_at, timeout=PLANNING)
    burst.wait_for(before + EARLY + DUE, SLOWEST + 30)
    burst.run.rest()
    seconds, records = burst.span(), burst.messages()
    again = sum(r.hand_overs > 1 for r in records.values())
    print(f"{DUE} reminders sent in {seconds:.1f} s; {again} were told to come again")
    assert burst.sent() == {burst.email(n): 1 for n in range(DUE + EARLY)}, "each once"
    assert DUE / RATE - 1 <= seconds <= SLOWEST
    assert {records[burst.email(n)].state for n in range(DUE + EARLY)} <= LEFT
    assert {records[burst.email(n)].state for n in range(DUE + EARLY, MANY)} == {MessageState.SCHEDULED}
    assert burst.given_up() == []


@pytest.mark.skipif(not ALL, reason="FAULTS=all (make faults)")
@pytest.mark.promise(13)
@pytest.mark.promise(14)
@pytest.mark.promise(32)
@pytest.mark.rule("M-10")
def test_a_burst_survives_the_end_of_the_engine(engine: Running) -> None:
    """Waiting executions are gone after it, and what was under way too: the sweeper finds both."""
    burst = planned(engine, 300, 300)
    run, before = burst.run, burst.mails()
    run.stack.engine.jump(to=burst.reminded_at)
    burst.wait_for(before + 100, 120)
    run.restart()
    run.sweep(25)
    sent, records = burst.sent(), burst.messages()
    assert sent.keys() == records.keys(), "none was lost"
    assert {record.state for record in records.values()} <= LEFT
    twice = {address for address, times in sent.items() if times > 1}
    assert all(sent[address] <= 1 + records[address].lost_hand_overs for address in sent)
    print(
        f"{len(twice)} of {burst.many} came twice; {sum(r.lost_hand_overs for r in records.values())} lost hand-overs"
    )
    assert burst.given_up() == []
