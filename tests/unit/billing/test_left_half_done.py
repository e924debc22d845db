"""Long drafts whose maker, or whose deleter, died in between: the sweeper goes on where it stopped (B-03, B-06)."""

from datetime import date, timedelta
from typing import Any

import pytest

from creneau.billing.asked import Asked
from creneau.billing.drafts import TOO_LONG
from creneau.billing.invoice import InvoiceState, invoice_ref
from creneau.billing.recap import Grouping
from tests.support.books import BILLER, Books
from tests.support.world import World

COUNT = 200


class Crash(BaseException):
    pass


class Clinic:
    """200 consultations that one invoice takes."""

    def __init__(self) -> None:
        self.world = World()
        self.books = Books(self.world.store).open()
        self.ids = tuple(self.books.consultation(n) for n in range(COUNT))

    def drafts(self) -> str:
        (id,) = self.books.drafted(consultation_ids=self.ids, grouping=Grouping.ONE_FOR_ALL).invoice_ids
        return id

    def breaks_off(self, act, after: int) -> None:
        """The process is gone before its n-th write."""
        commits = []

        def crash(writes):
            commits.append(writes)
            if len(commits) == after:
                raise Crash

        self.books.store.before_commit.append(crash)
        with pytest.raises(Crash):
            act()
        self.books.store.before_commit.clear()

    def is_swept(self, later: timedelta) -> int:
        self.world.now = self.books.now + later
        return self.world.app.sweep().invoices

    @property
    def takers(self) -> set[str | None]:
        return {self.books.billable(id).taken_by for id in self.ids}


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


@pytest.mark.rule("B-03")
@pytest.mark.promise(25)
@pytest.mark.parametrize("after", [2, 3, 4, 5])
def test_a_draft_that_nobody_assembles_any_more_is_made_whole(clinic, after):
    clinic.breaks_off(clinic.drafts, after)
    assert clinic.is_swept(TOO_LONG - timedelta(minutes=1)) == 0
    assert clinic.is_swept(TOO_LONG) == 1
    (id,) = clinic.takers
    draft = clinic.books.invoice(id)
    assert (draft.state, draft.billable_ids, draft.look_at) == (InvoiceState.DRAFT, clinic.ids, None)
    assert clinic.is_swept(TOO_LONG * 2) == 0


@pytest.mark.rule("B-06")
@pytest.mark.parametrize("after", [2, 3, 4])
def test_a_draft_that_nobody_deletes_any_more_is_gone_and_gave_back_everything(clinic, after):
    id = clinic.drafts()
    clinic.breaks_off(lambda: clinic.books.delete(id), after)
    assert clinic.books.invoice(id).state is InvoiceState.FREEING
    assert clinic.is_swept(TOO_LONG) == 1
    assert (clinic.books.store.get(invoice_ref(id)), clinic.takers) == (None, {None})


@pytest.mark.rule("B-01")
@pytest.mark.rule("B-03")
@pytest.mark.parametrize("after", range(1, 6))
def test_consultations_that_a_long_draft_makes_are_none_the_fewer(clinic, after):
    """Made first, then the draft, then taken: whoever goes on finds them."""
    books, days = clinic.books, 100
    for n in range(days):
        books.visit(f"{date(2026, 10, 1) + timedelta(days=n)} 09:00", patient="pat_2")
    wanted: dict[str, Any] = {"patient_id": "pat_2", "grouping": Grouping.PER_PAYER}
    digest = books.plan(Asked(**wanted), BILLER).digest
    clinic.breaks_off(lambda: books.drafted("bat_2", **wanted), after)
    clinic.is_swept(TOO_LONG)
    (id,) = books.make("bat_2", Asked(**wanted), digest, BILLER).invoice_ids
    assert (books.invoice(id).state, len(books.invoice(id).lines)) == (InvoiceState.DRAFT, days)
