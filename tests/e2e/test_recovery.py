"""What the stack loses it finds again: aborted executions, a stopped engine, lost and poisoned stream records."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support import judge
from tests.support.small_clinic import SmallClinic
from tests.support.stack import Running, until
from tests.support.stored import items, world_of

pytestmark = pytest.mark.engine
COMES = "Done: you’re coming earlier"


def execution(clinic: SmallClinic, slot: str) -> dict[str, Any]:
    """The one that runs for the slot."""
    (running,) = clinic.running.executions(slot.replace(".", "-"), statusFilter="RUNNING")
    return running


def judged(clinic: SmallClinic) -> None:
    """At rest, all promises hold; promise 34 over the executions that ever were."""
    clinic.running.rest()
    judge.at_rest(world_of(clinic, items(clinic.running)))
    every = clinic.running.executions(clinic.agenda_id)
    assert max(Counter(e["name"] for e in every).values()) == 1


def goes_well(clinic: SmallClinic, slot: str, line: list[dict[str, Any]]) -> None:
    """Five were asked once, by one mail each; the first of them accepts and is moved."""
    assert clinic.asked(slot) == [a["id"] for a in line[:5]]
    assert [len(clinic.running.mails(clinic.email_of(a))) for a in line[:5]] == [1] * 5
    assert clinic.answer(line[0], "accept") == COMES
    judged(clinic)


# -- executions aborted in each state
@pytest.mark.promise(32)
@pytest.mark.promise(34)
def test_aborted_while_the_dust_settles(clinic: SmallClinic) -> None:
    run, line = clinic.running, clinic.line(6)
    slot = clinic.released()["slot_id"]
    run.rest()
    run.abort(execution(clinic, slot))
    run.sweep(7)
    goes_well(clinic, slot, line)


@pytest.mark.promise(32)
@pytest.mark.promise(34)
def test_aborted_while_opening_is_tried_again(clinic: SmallClinic) -> None:
    run, line = clinic.running, clinic.line(6)
    slot = clinic.released()["slot_id"]
    run.rest()
    with run.broken("OpenRound"):
        running = execution(clinic, slot)
        clinic.grace()
        until(lambda: run.states(running)[-1] == "OpenRound", "the state OpenRound")
        run.abort(running)
        run.rest()
    assert clinic.rounds(slot) == []
    run.sweep(10)
    goes_well(clinic, slot, line)


@pytest.mark.promise(32)
@pytest.mark.promise(34)
@pytest.mark.promise(35)
def test_aborted_while_answers_are_awaited_accepting_goes_on(clinic: SmallClinic) -> None:
    run, line = clinic.running, clinic.line(6)
    slot = clinic.released()["slot_id"]
    clinic.grace()
    run.abort(execution(clinic, slot))
    goes_well(clinic, slot, line)


@pytest.mark.promise(32)
@pytest.mark.promise(34)
@pytest.mark.promise(40)
def test_aborted_while_answers_are_awaited_and_none_comes(clinic: SmallClinic) -> None:
    run, line = clinic.running, clinic.line(6)
    slot = clinic.released()["slot_id"]
    clinic.grace()
    run.abort(execution(clinic, slot))
    run.later(to=datetime.fromisoformat(clinic.round(slot)["expires_at"]))
    run.sweep(3)
    first, second = clinic.rounds(slot)
    assert {o["state"] for o in first["offers"]} == {"expired"}
    assert [o["appointment_id"] for o in second["offers"]] == [line[5]["id"]]
    judged(clinic)


@pytest.mark.promise(32)
@pytest.mark.promise(34)
def test_aborted_while_closing_is_tried_again(clinic: SmallClinic) -> None:
    run, line = clinic.running, clinic.line(6)
    slot = clinic.released()["slot_id"]
    clinic.grace()
    running = execution(clinic, slot)
    with run.broken("CloseRound"):
        run.later(to=datetime.fromisoformat(clinic.round(slot)["expires_at"]) + timedelta(seconds=32))
        until(lambda: run.states(running)[-1] == "CloseRound", "the state CloseRound")
        run.abort(running)
    run.sweep(3)
    first, second = clinic.rounds(slot)
    assert {o["state"] for o in first["offers"]} == {"expired"}
    assert [o["appointment_id"] for o in second["offers"]] == [line[5]["id"]]
    judged(clinic)


@pytest.mark.rule("W-14")
@pytest.mark.promise(32)
@pytest.mark.promise(34)
def test_aborted_while_an_older_round_is_still_to_be_closed(clinic: SmallClinic) -> None:
    """A place taken and given up again, while nobody hears of it: the new release's execution waits for the old round."""
    run, line = clinic.running, clinic.line(6)
    gone = clinic.released()
    slot = gone["slot_id"]
    clinic.grace()
    given = run.given(execution(clinic, slot)) | {"n": 2}
    with run.deaf():
        clinic.attend(clinic.taken(0))
        run.client("stepfunctions").start_execution(
            stateMachineArn=run.machine(), name=f"{slot.replace('.', '-')}-2-1-1", input=json.dumps(given)
        )
        (second,) = run.executions(f"{slot.replace('.', '-')}-2-1-1")
        until(lambda: run.states(second)[-1] == "WaitForTheOtherRound", "the state WaitForTheOtherRound")
        run.abort(second)
        run.rest()
    run.sweep(7)
    assert [(r["n"], r["status"]) for r in clinic.rounds(slot)] == [(1, "closed"), (2, "open")]
    assert clinic.asked(slot) == [a["id"] for a in line[:5]]
    judged(clinic)


# -- the stream
@pytest.mark.promise(6)
@pytest.mark.promise(13)
@pytest.mark.promise(32)
@pytest.mark.promise(40)
def test_lost_stream_records_are_made_up_for_within_ten_minutes(clinic: SmallClinic) -> None:
    run, line = clinic.running, clinic.line(7)
    with run.deaf():
        slot = clinic.released()["slot_id"]
        run.sweep(10)
        assert clinic.asked(slot) == [a["id"] for a in line[:5]]
        run.sweep(6)
        assert clinic.answer(line[1], "decline") == "Done: you keep your appointment"
        assert clinic.answer(line[0], "accept") == COMES
        run.sweep(10)
        judged(clinic)
        assert list(clinic.states(slot).values()) == ["accepted", "declined", *["superseded"] * 3]
        assert clinic.round(line[0]["slot_id"])["status"] == "open", "the cascade"
        run.sweep(6)
        told = {a["id"]: [m["subject"] for m in run.mails(clinic.email_of(a))] for a in line}
        assert any("Earlier appointment confirmed" in subject for subject in told[line[0]["id"]])
    run.rest()  # now everything is heard of, late, and nobody is told twice
    judged(clinic)
    assert {a["id"]: [m["subject"] for m in run.mails(clinic.email_of(a))] for a in line} == told


def poison(run: Running, number: int) -> Callable[[], None]:
    """Writes what no version could read."""
    garbage = {"pk": f"POISON#{number}", "sk": "PATIENTDIARY", "model": "PatientDiary", "lock": "bitter"}

    def write() -> None:
        item = {key: {"S": value} for key, value in garbage.items()}
        run.client("dynamodb").put_item(TableName=run.output("TableName"), Item=item)

    return write


@pytest.mark.promise(31)
@pytest.mark.parametrize("place", [0, 1, 2], ids=["first", "in_the_middle", "last"])
def test_a_poisoned_record_delays_others_by_less_than_a_minute_and_is_kept(clinic: SmallClinic, place: int) -> None:
    run = clinic.running
    clinic.line(1)
    clinic.open(0)
    places = [clinic.taken(0, clock) for clock in ("10:00", "15:00")]
    run.rest()
    run.queued("StreamDeadUrl")
    acts: list[Callable[[], object]] = [lambda p=p: clinic.attend(p) for p in places]  # type: ignore[misc]
    acts.insert(place, poison(run, next(run.numbers)))
    with run.deaf():
        for act in acts:
            act()
    began = run.now()
    for gone in places:
        until(lambda g=gone: run.executions(g["slot_id"].replace(".", "-")), "its execution", 59)  # type: ignore[misc]
    assert run.now() - began < timedelta(seconds=60)
    (kept,) = until(lambda: run.queued("StreamDeadUrl"), "the record that was given up")
    assert json.loads(kept)["DDBStreamBatchInfo"]["batchSize"] == 1
    judged_without_poison(clinic)


def judged_without_poison(clinic: SmallClinic) -> None:
    table = {"TableName": clinic.running.output("TableName")}
    dynamodb = clinic.running.client("dynamodb")
    for page in dynamodb.get_paginator("scan").paginate(**table, ProjectionExpression="pk, sk"):
        for key in page["Items"]:
            if key["pk"]["S"].startswith("POISON#"):
                dynamodb.delete_item(**table, Key=key)
    judged(clinic)
    clinic.running.queued("StreamDeadUrl")


# -- the engine; last, as everything starts anew after it
@pytest.mark.promise(32)
@pytest.mark.promise(34)
def test_the_engine_is_stopped_and_started_in_the_middle_of_rounds(stack: Running) -> None:
    waits, settles = SmallClinic.enter(stack), SmallClinic.enter(stack)
    lines = waits.line(6), settles.line(6)
    open_slot = waits.released()["slot_id"]
    waits.grace()
    young_slot = settles.released()["slot_id"]
    stack.rest()
    running = execution(waits, open_slot), execution(settles, young_slot)
    stack.restart()
    ended = [stack.client("stepfunctions").describe_execution(executionArn=e["executionArn"]) for e in running]
    assert [e["status"] for e in ended] == ["FAILED", "FAILED"], "the engine does not take executions up again"
    heard = SmallClinic.enter(stack)
    heard.line(1)
    slot = heard.released()["slot_id"]
    stack.rest()
    assert execution(heard, slot), "the stream is read on"
    stack.sweep(7)
    goes_well(settles, young_slot, lines[1])
    stack.later(to=datetime.fromisoformat(waits.round(open_slot)["expires_at"]))
    stack.sweep(3)
    assert waits.asked(open_slot) == [lines[0][5]["id"]]
    judged(waits)
