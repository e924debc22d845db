"""A daily run, a batch, 'invoice this patient', a run by hand and payments race for the same payments due: each is billed
once, whoever is first at whichever write (C-03, promise 25)."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creneau.billing.billable import Billable
from creneau.billing.run import Outcome, RunState
from creneau.shared.errors import DomainError
from creneau.shared.store import Conflict, Put
from tests.support.books import BILLER
from tests.support.runs import RunBooks
from tests.support.turns import Turns

DAY = date(2027, 3, 16)
RUN = f"run_daily_{DAY}"
PATIENTS = ("pat_1", "pat_2", "pat_3")


def scene(mode: str) -> RunBooks:
    """Two visits of each of three patients, with their payment due and their consultation; a run by hand planned."""
    books = RunBooks()
    books.open()
    books.automatic(mode)
    books.change_patient("pat_2", payer_patient_id="pat_1")
    for n in range(2):
        for patient in PATIENTS:
            books.due(n, patient, consultation=True, title="Consultation")
    books.now = books.now.replace(day=16, hour=7, minute=2)
    books.by_hand(mode)
    return books


def daily(books: RunBooks) -> None:
    books.start()
    books.execute(RUN)


def daily_page_only(books: RunBooks) -> None:
    """A second execution of the same run, after the sweeper took the first one for lost."""
    books.start()
    books.plan_run(RUN)
    for _ in range(2):
        books.bill_page(RUN, 0)


def batch(books: RunBooks) -> None:
    ids = tuple(sorted(i.id for i in books.store.items.values() if isinstance(i, Billable)))
    books.drafted("bat_1", consultation_ids=ids, patient_id=None)


def one_patient(books: RunBooks) -> None:
    for id in books.drafted("bat_2", patient_id="pat_1").invoice_ids:
        books.finalise(id)


def by_hand(books: RunBooks) -> None:
    run = books.run("run_hand_1")
    books.confirm(run.id, run.digest, BILLER)
    books.execute(run.id)


def pays(books: RunBooks) -> None:
    """Somebody pays at the desk what nothing has taken yet."""
    for _ in range(20):
        billable = books.billable("bil_3_d001")
        if billable.taken_by is not None or billable.paid:
            return
        try:
            books.store.commit([Put(billable.with_(paid=12_000, payment_ids=("pay_1",)))])
        except Conflict:
            continue
        return


ACTS: dict[str, Callable[[RunBooks], Any]] = {
    "daily": daily,
    "daily again": daily_page_only,
    "batch": batch,
    "one patient": one_patient,
    "by hand": by_hand,
    "pays": pays,
}


def act(books: RunBooks, name: str) -> None:
    """A refusal is an answer as any other here; a conflict that never ends is not."""
    try:
        ACTS[name](books)
    except DomainError as error:
        if error.code == "busy":
            raise


def always(books: RunBooks) -> None:
    """Each is on one document, the one that has it; what was paid before is on none of a run."""
    listed = Counter(id for d in books.documents for id in d.billable_ids)
    assert all(count == 1 for count in listed.values()), listed
    for billable in (i for i in books.store.items.values() if isinstance(i, Billable)):
        on = [d for d in books.documents if billable.id in d.billable_ids]
        assert [d.id for d in on] == ([billable.taken_by] if billable.taken_by else [])
        if billable.paid:
            assert not [d for d in on if d.of_run]


def at_rest(books: RunBooks) -> None:
    always(books)
    daily(books)  # what broke off goes on
    for run in (RUN, "run_hand_1"):
        if books.run(run).state is RunState.CLOSED:
            payers = books.payers(run).values()
            assert Counter(books.run(run).counts) == Counter(p.outcome for p in payers)
            assert not [p for p in payers if p.outcome is Outcome.FAILED], books.outcomes(run)
    assert not [d for d in books.documents if not d.lines]
    asked = Counter(
        (id.split(".")[3], total) for id, (_, total) in books.notices.sent.items() if id.startswith("payment_link")
    )
    assert all(count == 1 for count in asked.values()), asked  # again only for another total


@pytest.mark.rule("C-03")
@pytest.mark.promise(25)
@given(
    mode=st.sampled_from(["draft", "send_invoice", "send_payment_link"]),
    names=st.lists(st.sampled_from(sorted(ACTS)), min_size=2, max_size=4, unique=True),
    seed=st.integers(0, 10_000),
)
def test_whoever_goes_on_at_each_write_nothing_is_billed_twice(mode: str, names: list[str], seed: int) -> None:
    books = scene(mode)
    turns = Turns(random.Random(seed), lambda: always(books))
    books.store.before_commit.append(turns.meet)
    turns.run([lambda n=name: act(books, n) for name in names])  # type: ignore[misc]
    books.store.before_commit.clear()
    at_rest(books)


def commits_of(name: str, mode: str) -> int:
    books, count = scene(mode), list[int]()
    books.store.before_commit.append(lambda _: count.append(1))
    act(books, name)
    return len(count)


@pytest.mark.rule("C-03")
@pytest.mark.promise(25)
@pytest.mark.parametrize("mode", ["draft", "send_payment_link"])
@pytest.mark.parametrize("step", sorted(ACTS))
def test_a_rival_between_each_read_and_its_write(step: str, mode: str) -> None:
    for rival in sorted(ACTS):
        for place in range(commits_of(step, mode)):
            books, seen = scene(mode), list[int]()

            def slip(_writes: object, b: RunBooks = books, n: int = place, r: str = rival, s: list[int] = seen) -> None:
                s.append(1)
                if len(s) == n + 1:
                    held, b.store.before_commit = b.store.before_commit, []
                    act(b, r)
                    b.store.before_commit = held

            books.store.before_commit.append(slip)
            act(books, step)
            books.store.before_commit.clear()
            at_rest(books)
