"""What a payer says when they are asked to pay: it pauses their reminders, and staff are told (D-08)."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from creneau.billing.payer import record_of
from creneau.billing.payer_record import PayerRecord, payer_record_ref
from creneau.billing.task import Task, TaskKind, task_id, task_ref
from creneau.shared.again import Again
from creneau.shared.errors import invalid
from creneau.shared.settings import Clinic
from creneau.shared.store import Put, Store
from creneau.shared.time import Clock, local_date

LONGEST = timedelta(days=60)
"""A promise to pay later than that is for a talk with the clinic."""

LOOKED_FOR = timedelta(days=14)
"""How long reminders rest while staff look for what was paid already."""

DECIDED_IN = timedelta(days=30)
"""How long they rest while staff find out who pays."""

LONG_AGO = timedelta(days=366)


class Says(StrEnum):
    PAYS_ON = "pays_on"
    ALREADY_PAID = "already_paid"
    NOT_MINE = "not_mine"


@dataclass(frozen=True)
class Promise:
    """The last word counts. Repeating it changes nothing. One open task a payer and day. Raises Invalid (`on`)."""

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, payer_key: str, says: Says, on: date | None) -> PayerRecord:
        """`on`: the day of the payment; None of one that is not theirs."""
        today = local_date(self.clock(), self.clinic.zone)
        until = paused_until(says, on, today)

        def step() -> PayerRecord:
            record = self.store.get(payer_record_ref(payer_key)) or PayerRecord(id=payer_key)
            after = record.with_(paused_until=until, paused_because=says.value)
            task = self._task(payer_key, says, on, today)
            writes = [Put(item) for item in (task,) if item is not None] + ([Put(after)] if after != record else [])
            if writes:
                self.store.commit(writes)
            return after

        return self.again(step)

    def _task(self, payer_key: str, says: Says, on: date | None, today: date) -> Task | None:
        """None: it stands there already, word by word."""
        about = {"payer_key": payer_key, "says": says.value} | ({"on": on.isoformat()} if on else {})
        n = 0
        while True:
            id = task_id(TaskKind.PROMISE, payer_key, today.isoformat(), str(n))
            present = self.store.get(task_ref(id))
            if present is None or present.done_at is None:
                break
            n += 1
        if present is not None:
            return present.with_(about=about) if present.about != about else None
        patient_id, _ = record_of(payer_key)
        return Task(id=id, kind=TaskKind.PROMISE, about=about, patient_id=patient_id, created_at=self.clock())


def paused_until(says: Says, on: date | None, today: date) -> date:
    """The last day without reminders. Invalid when the day can not be meant."""
    if says is Says.NOT_MINE:
        return today + DECIDED_IN
    if on is None:
        raise invalid("on", "the day is missing", "give the day of the payment")
    if says is Says.ALREADY_PAID:
        if not today - LONG_AGO <= on <= today:
            raise invalid("on", "not a day of the past year", "give the day on which it was paid")
        return today + LOOKED_FOR
    if not today <= on <= today + LONGEST:
        raise invalid("on", f"not within the next {LONGEST.days} days", "give an earlier day, or call the clinic")
    return on
