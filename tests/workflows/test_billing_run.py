"""`billing_run`: every payload is understood, each answer has somewhere to go, one page never stops the others."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from billing import bill_page, close_run, plan_run
from creneau import wiring
from creneau.billing.ports import PageInput, RunInput
from creneau.billing.run import MOST_PAGES
from creneau.wiring import App
from schedules import billing_clock
from tests.support.runs import RunBooks
from tests.support.world import ENVIRONMENT

ROOT = Path(__file__).parents[2]
MACHINE = json.loads((ROOT / "statemachines/billing_run.asl.json").read_text())
STATES = MACHINE["States"]
PAGE = STATES["BillPages"]["ItemProcessor"]["States"]
TASKS = {name: state for name, state in (STATES | PAGE).items() if state["Type"] == "Task"}
MOST_EVENTS = 25_000
EVENTS_OF_A_PAGE = 8
"""Iteration begun, state entered, task scheduled, started and succeeded, state left, iteration over; and one to spare."""


def payloads(name: str) -> list[Any]:
    found = [json.loads(file.read_text()) for file in sorted((ROOT / "events" / name).glob("*.json"))]
    assert found
    return found


class HeldApp(App):
    def __init__(self, books: RunBooks) -> None:
        super().__init__(ENVIRONMENT)
        self.store, self.clock = books.store, lambda: books.now
        self.notices, self.runs = books.notices, books.executions


@pytest.fixture
def books() -> Iterator[RunBooks]:
    """The day of the payloads, a little after eight, with its run begun."""
    opened = RunBooks()
    opened.open()
    opened.automatic("send_invoice")
    for n, patient in enumerate(("pat_1", "pat_2", "pat_3")):
        opened.due(n, patient)
    opened.now = datetime(2027, 3, 16, 7, 3, tzinfo=UTC)
    wiring.use(HeldApp(opened))
    assert billing_clock.handler({}, None) == {"run_id": payloads("plan_run")[-1]["run_id"]}
    yield opened
    wiring.use(None)


@pytest.mark.rule("C-03")
@pytest.mark.promise(36)
@pytest.mark.parametrize("given", payloads("plan_run"))
@pytest.mark.parametrize("page", payloads("bill_page"))
@pytest.mark.parametrize("last", payloads("close_run"))
def test_every_payload_goes_through_the_machine_and_again(books: RunBooks, given: Any, page: Any, last: Any) -> None:
    for _ in range(2):
        planned = plan_run.handler(given, None)
        assert planned["outcome"] in {"planned", "over"}
        assert bill_page.handler(page, None)["outcome"] in {"billed", "over"}
        closed = close_run.handler(last, None)
        assert (closed["outcome"], closed["payers"], closed["counts"]) == ("closed", 3, {"invoiced": 3})
    assert len(books.documents) == len(books.notices.sent) == 3


@pytest.mark.promise(36)
def test_what_is_handed_on_today_are_the_latest_payloads(books: RunBooks) -> None:
    planned = plan_run.handler(payloads("plan_run")[-1], None)
    assert list(planned["pages"]) == [payloads("bill_page")[-1]]
    books.follow(planned["run_id"])
    assert [msgspec.to_builtins(g) for g in books.executions.started.values()] == [payloads("plan_run")[-1]]
    for shape, name in ((RunInput, "close_run"), (PageInput, "bill_page")):
        msgspec.convert(payloads(name)[-1], shape)


def test_every_outcome_has_somewhere_to_go() -> None:
    """A word that the machine does not know ends it."""
    known = {c["Condition"].split("'")[1]: c["Next"] for c in STATES["IsItPlanned"]["Choices"]}
    assert known == {"more": "PlanRun", "planned": "BillPages", "empty": "CloseRun"}
    assert STATES[STATES["IsItPlanned"]["Default"]]["Type"] == "Succeed"
    (unfinished,) = STATES["IsItClosed"]["Choices"]
    assert "'unfinished'" in unfinished["Condition"]
    assert STATES[unfinished["Next"]]["Type"] == "Fail"
    assert STATES[STATES["IsItClosed"]["Default"]]["Type"] == "Succeed"


@pytest.mark.rule("C-03")
def test_a_page_that_fails_for_good_stops_no_other() -> None:
    (caught,) = PAGE["BillPage"]["Catch"]
    assert caught["ErrorEquals"] == ["States.ALL"]
    assert PAGE[caught["Next"]]["Type"] == "Pass"
    assert STATES["BillPages"]["Next"] == "CloseRun"


def test_the_history_stays_far_below_its_limit_however_many_payers_there_are() -> None:
    assert STATES["BillPages"]["ItemProcessor"]["ProcessorConfig"] == {"Mode": "INLINE"}
    assert STATES["BillPages"]["MaxConcurrency"] == 4
    assert MOST_PAGES * EVENTS_OF_A_PAGE < MOST_EVENTS / 2


@pytest.mark.parametrize("name", TASKS)
def test_every_task_has_a_timeout_and_is_tried_again_with_jitter(name: str) -> None:
    (retry,) = TASKS[name]["Retry"]
    assert TASKS[name]["TimeoutSeconds"]
    assert (retry["ErrorEquals"], retry["JitterStrategy"]) == (["States.ALL"], "FULL")


def test_a_page_that_ran_off_raises_so_that_it_is_tried_again(books: RunBooks) -> None:
    plan_run.handler(payloads("plan_run")[-1], None)

    def breaks(*_: Any) -> Any:
        raise RuntimeError("provider")

    books.notices.invoice = breaks  # type: ignore[method-assign,assignment]
    with pytest.raises(Exception, match="broke off"):
        bill_page.handler(payloads("bill_page")[-1], None)
    assert close_run.handler(payloads("close_run")[-1], None)["outcome"] == "unfinished"
