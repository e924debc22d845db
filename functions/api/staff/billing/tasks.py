"""What only a person can decide about money: the list, and what was decided (C-01, C-05, D-08)."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.staff.given import Given, Line, Paged
from api.staff.names import names_of
from api.staff.routing import BOOKS, Call, Routes
from api.staff.shown import Listed, View, view
from creneau.billing.task import Task, TaskKind, TaskOutcome, open_tasks, tasks_done

routes = Routes()


class TaskView(View, frozen=True, kw_only=True):
    """`about` names by id what it is about: `invoice_id`, `due_id`, `payer_key`, `payment_id`, `appointment_id`, and holds
    the words of a promise. `amount` in minor units.
    """

    id: str
    kind: TaskKind
    about: dict[str, str]
    patient_id: str | None
    patient_name: str | None
    practitioner_id: str | None
    amount: int
    currency: str
    created_at: datetime
    done_at: datetime | None
    done_by: str
    outcome: TaskOutcome | None
    decision: str
    version: int


class TasksAsked(Paged):
    """`open`: the oldest first; `done`: the last decided first."""

    state: Literal["open", "done"] = "open"


class DecisionGiven(Given):
    """`credit_note`, `refund` or `keep` (as a fee) for a visit that does not take place and is invoiced or paid, `done` for
    everything else."""

    outcome: Literal["credit_note", "refund", "keep", "done"] = "done"
    words: Line = Field(default="", description="What was done.")


@routes("GET", "/v1/tasks", BOOKS, takes=TasksAsked, answers=Listed[TaskView])
def list_tasks(call: Call, given: TasksAsked) -> Listed[TaskView]:
    """To a practitioner: those about their own patients' visits; a page may hold fewer than `limit`."""
    of = open_tasks() if given.state == "open" else tasks_done()
    page = call.app.store.page(of, given.limit, given.cursor)
    own = [task for task in page.items if call.actor.keeps_books_of(task.practitioner_id)]
    return Listed(items=_shown(call, own), next_cursor=page.cursor)


@routes("POST", "/v1/tasks/{task_id}/decide", BOOKS, takes=DecisionGiven, answers=TaskView)
def decide_task(call: Call, given: DecisionGiven) -> TaskView:
    """Off the list, with what was done. A fee that is kept stays owed; credit notes and refunds are made by themselves."""
    done = call.app.decide_task(call.id("task_id"), TaskOutcome(given.outcome), given.words, call.actor)
    return _shown(call, [done])[0]


def _shown(call: Call, tasks: list[Task]) -> list[TaskView]:
    names = names_of(call.app, (t.patient_id for t in tasks if t.patient_id))
    return [view(TaskView, t, patient_name=names.get(t.patient_id or ""), about=_about(t.about)) for t in tasks]


def _about(about: dict[str, str]) -> dict[str, str]:
    return {"due_id" if name == "billable_id" else name: value for name, value in about.items()}
