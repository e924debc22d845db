"""A run that broke off at any of its writes is gone on with: each thing once, nothing lost, nothing taken twice (C-03)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from creneau.billing.run import RunState
from creneau.shared.store import Write
from tests.support.runs import RunBooks

DAY = date(2027, 3, 16)
RUN = f"run_daily_{DAY}"
MODES = ("draft", "send_invoice", "send_payment_link")


class Crash(BaseException):
    """Nothing catches it: the process is gone."""


def opened(mode: str) -> RunBooks:
    books = RunBooks()
    books.open()
    books.automatic(mode, channel="both")
    books.change_patient("pat_1", payer_patient_id="pat_2")
    for n, patient in enumerate(("pat_1", "pat_2", "pat_3")):
        books.due(n, patient)
    books.due(9, "pat_gone")
    books.now = books.now.replace(day=16, hour=7, minute=2)
    return books


def came_of(books: RunBooks) -> Any:
    """Everything but how often it was tried."""
    taken = {b: books.billable(b).taken_by for b in ("bil_1_d000", "bil_2_d001", "bil_3_d002")}
    documents = sorted((d.id, d.state, d.billable_ids, d.total) for d in books.documents)
    run = books.run(RUN)
    return taken, documents, sorted(books.notices.sent.items()), books.outcomes(RUN), run.counts, run.state


def whole(books: RunBooks) -> None:
    books.start()
    books.execute(RUN)


def writes_of(mode: str) -> int:
    books, count = opened(mode), list[int]()
    books.store.before_commit.append(lambda _: count.append(1))
    whole(books)
    return len(count)


@pytest.mark.rule("C-03")
@pytest.mark.promise(25)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("after_it", [False, True], ids=["before_the_write", "after_it"])
def test_broken_off_at_every_write_it_comes_to_the_same(mode: str, after_it: bool) -> None:
    good = opened(mode)
    whole(good)
    expected = came_of(good)
    assert good.run(RUN).state is RunState.CLOSED
    for place in range(writes_of(mode)):
        books = opened(mode)
        _crash_at(books, place, after_it)
        with pytest.raises(Crash):
            whole(books)
        books.store.before_commit.clear()
        books.store.listeners.clear()
        whole(books)
        assert came_of(books) == expected, f"broken off at write {place}"


def _crash_at(books: RunBooks, place: int, after_it: bool) -> None:
    seen = list[int]()

    def count(_writes: Sequence[Write]) -> None:
        seen.append(1)
        if len(seen) == place + 1 and not after_it:
            raise Crash

    def written(*_: object) -> None:
        if len(seen) == place + 1 and after_it:
            raise Crash

    books.store.before_commit.append(count)
    books.store.listeners.append(written)


@pytest.mark.rule("C-03")
@pytest.mark.promise(25)
@pytest.mark.parametrize("mode", MODES)
def test_broken_off_while_it_tells_payers_each_message_goes_once(mode: str) -> None:
    """Before and after each message: the provider of messages keeps what it got."""
    good = opened(mode)
    whole(good)
    expected = came_of(good)
    for place in range(good.notices.calls):
        books = opened(mode)
        told = books.notices._told

        def breaks(id: str, channel: str, total: int, at: int = place, b: RunBooks = books, t: Any = told) -> Any:
            answer = t(id, channel, total)
            if b.notices.calls == at + 1:
                raise Crash
            return answer

        books.notices._told = breaks  # type: ignore[method-assign]
        with pytest.raises(Crash):
            whole(books)
        books.notices._told = told  # type: ignore[method-assign]
        whole(books)
        assert came_of(books) == expected
