"""Staff say what they did about a task; a fee that they keep for a visit that did not take place stays owed (C-01)."""

from dataclasses import dataclass

from creneau.billing.billable import billable_ref
from creneau.billing.task import Task, TaskKind, TaskOutcome, task_ref
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.errors import Refused, invalid
from creneau.shared.store import Put, Store, Write, require
from creneau.shared.time import Clock

ASKS = (TaskKind.CANCELLED_BUT_INVOICED, TaskKind.CANCELLED_BUT_PAID)
"""About these it must be said what becomes of the money."""


@dataclass(frozen=True)
class DecideTask:
    """Repeating the same decision changes nothing. Raises NotFound, Forbidden, Invalid, Refused (decided otherwise)."""

    store: Store
    clock: Clock
    again: Again

    def __call__(self, id: str, outcome: TaskOutcome, words: str, by: Actor) -> Task:
        return self.again(lambda: self._step(id, outcome, words, by))

    def _step(self, id: str, outcome: TaskOutcome, words: str, by: Actor) -> Task:
        task = require(self.store, task_ref(id))
        by.require_books_of(task.practitioner_id)
        if (task.kind in ASKS) is (outcome is TaskOutcome.DONE):
            known = [o for o in TaskOutcome if (o is TaskOutcome.DONE) is (task.kind not in ASKS)]
            raise invalid("outcome", f"not an answer to {task.kind}", f"one of {', '.join(known)}")
        if task.done_at is not None:
            if task.outcome is outcome:
                return task
            raise Refused("it was decided otherwise", code="decided_already", remedy="look at the list of tasks again")
        done = task.with_(done_at=self.clock(), done_by=by.id, outcome=outcome, decision=words)
        self.store.commit([Put(done), *self._kept(task, outcome)])
        return done.with_(version=done.version + 1)

    def _kept(self, task: Task, outcome: TaskOutcome) -> list[Write]:
        if outcome is not TaskOutcome.KEEP:
            return []
        billable = require(self.store, billable_ref(task.about["billable_id"]))
        return [Put(billable.with_(kept=True))] if billable.gone and not billable.kept else []
