"""The state machines as they are deployed: what a round and a delayed message cost in transitions, and waits of months."""

from datetime import datetime, timedelta

import pytest

from creneau.adapters.delay_executions import StepFunctionsDelays
from creneau.messaging.ports import OutboxEntry
from tests.support.small_clinic import SmallClinic
from tests.support.stack import QUIET, Running

pytestmark = pytest.mark.engine
MOST_OF_A_ROUND, MOST_OF_A_MESSAGE = 8, 3


def set_paused(run: Running, paused: bool) -> None:
    messaging = QUIET["messaging"] | {"paused": paused}
    run.staff.patch("/settings", {"messaging": messaging}, run.staff.get("/settings")["version"])


@pytest.mark.parametrize("answered", [True, False], ids=["answered_early", "never_answered"])
def test_a_round_takes_at_most_eight_transitions(clinic: SmallClinic, answered: bool) -> None:
    run, line = clinic.running, clinic.line(2)
    slot = clinic.released()["slot_id"]
    clinic.grace()
    (execution,) = run.executions(slot.replace(".", "-"))
    if answered:
        clinic.answer(line[0], "accept")
    run.later(to=datetime.fromisoformat(clinic.round(slot)["expires_at"]) + timedelta(seconds=35))
    states = run.states(execution)
    assert states[-1] == "Closed"
    assert len(states) <= MOST_OF_A_ROUND, states


@pytest.mark.promise(13)
def test_a_message_waits_for_months_wakes_and_is_handed_over_in_three_transitions(clinic: SmallClinic) -> None:
    """Planned while sending is paused, so that nothing but the execution brings it to its patient."""
    run = clinic.running
    clinic.open(100)
    set_paused(run, True)
    try:
        gone = clinic.attend(clinic.taken(100))
        run.rest()
        told = run.staff.get(f"/appointments/{gone['id']}/messages")["items"]
        (message,) = (m for m in told if m["kind"] == "cancelled")
        due = run.now().replace(microsecond=0) + timedelta(days=75)
        delays = StepFunctionsDelays(run.client("stepfunctions"), run.output("MessageDelayArn"))
        delays.start(clinic.tag, OutboxEntry(message_id=message["id"], version=message["version"]), due)
        run.later(to=due - timedelta(minutes=1, seconds=10))
        assert run.mails(clinic.people[-1].email) == []
    finally:
        set_paused(run, False)
    run.later(to=due + timedelta(seconds=1))
    (execution,) = run.executions(clinic.tag, run.output("MessageDelayArn"))
    states = run.states(execution)
    assert (execution["status"], states[0], states[-1]) == ("SUCCEEDED", "WaitUntilDue", "HandOver")
    assert len(states) <= MOST_OF_A_MESSAGE, states
    (mail,) = run.mails(clinic.people[-1].email)
    assert mail["at"] >= due
