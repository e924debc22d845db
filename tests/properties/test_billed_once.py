"""Cancelling, moving, drafting, paying, finalising, crediting meet one another between what each reads and writes: each
visit is billed once and each payment counted once (promises 25 and 27)."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.agenda.attendance import Attendance
from creneau.billing.asked import Asked
from creneau.billing.invoice import DocumentKind, Invoice, InvoiceState
from creneau.billing.package import Package, SoldPackage
from creneau.billing.payment import Payment
from creneau.billing.recap import Grouping
from creneau.shared.errors import DomainError
from creneau.shared.money import Money
from creneau.shared.store import Conflict, require
from tests.support.books import BILLER, Books
from tests.support.books_judge import always, at_rest, every

FIVE = Package(
    id="pkg_5",
    name="Cinq séances",
    service_ids=("srv_2",),
    visits=5,
    price=Money(amount=50_000, currency="CHF"),
    valid_days=30,
)


@dataclass
class Scene:
    """A clinic with two visits of one patient that have ended today; `n` makes ids."""

    books: Books
    n: int = 0

    def next(self, prefix: str) -> str:
        self.n += 1
        return f"{prefix}_{self.n}"

    @property
    def visit(self) -> Appointment:
        """The first visit, wherever it was moved."""
        found = [a for a in every(self.books, Appointment) if a.visit_id.endswith("0900")]
        return next(a for a in found if a.attendance is not Attendance.MOVED)

    def documents(self, *states: InvoiceState) -> list[Invoice]:
        return [i for i in every(self.books, Invoice) if i.state in states and i.kind is DocumentKind.INVOICE]


def scene() -> Scene:
    books = Books().open()
    books.packages.add(FIVE)
    for at in ("2027-03-15 09:00", "2027-03-15 11:00"):
        books.keep_due(books.visit(at, attendance=Attendance.BOOKED))
    return Scene(books)


def attend(s: Scene, state: Attendance) -> None:
    visit = s.visit
    if state is Attendance.BOOKED or visit.attendance is Attendance.BOOKED:
        with suppress(Conflict):  # the agenda decides anew by rules of its own
            s.books.attendance(visit.id, state)
        s.books.keep_due(visit.id)


def move(s: Scene, at: str) -> None:
    visit = s.visit
    if visit.attendance is Attendance.BOOKED:
        with suppress(Conflict):
            s.books.keep_due(s.books.moved(visit.id, at))
        s.books.keep_due(visit.id)


def draft(s: Scene, grouping: Grouping) -> None:
    also = tuple(
        a.id for a in every(s.books, Appointment) if a.end <= s.books.now and a.attendance is Attendance.BOOKED
    )
    asked = Asked(patient_id="pat_1", grouping=grouping, also=also)
    s.books.make(s.next("bat"), asked, s.books.plan(asked, BILLER).digest, BILLER)


def drafts(s: Scene, act: Callable[[Invoice], Any]) -> None:
    for document in s.documents(InvoiceState.DRAFT)[:1]:
        act(document)


def credit(s: Scene) -> None:
    for invoice in s.documents(InvoiceState.FINALISED)[:1]:
        s.books.finalise(s.books.draft_credit(s.next("crn"), invoice.id, None, "", BILLER).id)


def pay(s: Scene) -> None:
    billable = s.books.billable_of(s.visit.id)
    if billable is not None:
        s.books.paid_due(billable, 1_000, s.next("pay"))


def take_back_payment(s: Scene) -> None:
    for payment in [p for p in every(s.books, Payment) if p.cancelled_at is None][:1]:
        s.books.cancel_payment(payment.id)


def sell(s: Scene) -> None:
    billable = s.books.billable_of(s.visit.id)
    covers = (billable.id,) if billable is not None and billable.owed else ()
    s.books.sell_package(s.next("sld"), "pat_1", "pkg_5", "prc_1", covers, BILLER)


def take_back_package(s: Scene) -> None:
    for sold in every(s.books, SoldPackage)[:1]:
        s.books.take_back(sold.billable_id, BILLER)


def shorten(s: Scene, document: Invoice) -> None:
    s.books.edit(document.id, document.version, lines=document.lines[1:])


STEPS: dict[str, Callable[[Scene], Any]] = {
    "cancel": lambda s: attend(s, Attendance.CANCELLED_BY_PATIENT),
    "miss": lambda s: attend(s, Attendance.PATIENT_ABSENT),
    "restore": lambda s: attend(s, Attendance.BOOKED),
    "move ahead": lambda s: move(s, "2027-03-20 09:00"),
    "move back": lambda s: move(s, "2027-03-12 09:00"),
    "draft": lambda s: draft(s, Grouping.PER_PAYER),
    "draft each": lambda s: draft(s, Grouping.PER_CONSULTATION),
    "shorten a draft": lambda s: drafts(s, lambda d: shorten(s, d)),
    "delete a draft": lambda s: drafts(s, lambda d: s.books.delete(d.id)),
    "finalise": lambda s: drafts(s, lambda d: s.books.finalise(d.id)),
    "credit": credit,
    "pay": pay,
    "take back a payment": take_back_payment,
    "sell a package": sell,
    "take back a package": take_back_package,
}
BEFORE: dict[str, tuple[str, ...]] = {
    "due": (),
    "drafted": ("draft",),
    "paid": ("pay",),
    "drafted and paid": ("draft each", "pay"),
    "invoiced": ("draft", "finalise"),
    "cancelled": ("cancel",),
    "covered": ("sell a package",),
}


def act(s: Scene, name: str) -> None:
    """A refusal is an answer as any other here; a conflict that never ends is not."""
    try:
        STEPS[name](s)
    except DomainError as error:
        if error.code == "busy":
            raise


def rest(s: Scene) -> None:
    for visit in every(s.books, Appointment):
        s.books.keep_due(visit.id)
    at_rest(s.books)


def begun(before: str) -> Scene:
    s = scene()
    for name in BEFORE[before]:
        act(s, name)
    return s


def slip_in(s: Scene, rival: str, at_commit: int) -> list[int]:
    """The rival acts between what the commit of that number read and its write; how many commits there were."""
    seen = [0]

    def hook(_writes: Any) -> None:
        seen[0] += 1
        if seen[0] == at_commit + 1:
            s.books.store.before_commit.remove(hook)
            act(s, rival)

    s.books.store.before_commit.append(hook)
    return seen


@pytest.mark.rule("B-11", "C-01", "C-06")
@pytest.mark.promise(25, 27)
@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("step", STEPS)
def test_a_rivals_change_between_read_and_write(before: str, step: str) -> None:
    for rival in STEPS:
        for at_commit in range(4):
            s = begun(before)
            seen = slip_in(s, rival, at_commit)
            act(s, step)
            s.books.store.before_commit.clear()
            always(s.books)
            rest(s)
            if seen[0] <= at_commit:
                break


@pytest.mark.rule("B-11", "C-01", "C-06")
@pytest.mark.promise(25, 27)
@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from(sorted(STEPS)), st.integers(0, 4)), max_size=12)
)
def test_any_row_of_them(row: list[tuple[str, str, int]]) -> None:
    s = scene()
    for step, rival, at_commit in row:
        slip_in(s, rival, at_commit)
        act(s, step)
        s.books.store.before_commit.clear()
        always(s.books)
    rest(s)


def test_the_judge_tells_a_visit_billed_twice() -> None:
    s = begun("drafted")
    (document,) = s.documents(InvoiceState.DRAFT)
    s.books.put(document.with_(id="inv_other", version=0))
    with pytest.raises(AssertionError, match="has not taken"):
        always(s.books)


def test_the_judge_tells_a_payment_that_nothing_counts() -> None:
    s = begun("paid")
    billable = s.books.billable_of(s.visit.id)
    assert billable is not None
    s.books.put(billable.with_(paid=0))
    with pytest.raises(AssertionError, match="counts wrongly"):
        always(s.books)


def test_the_judge_tells_a_cancelled_visit_on_a_draft() -> None:
    s = begun("drafted")
    s.books.put(require(s.books.store, appointment_ref(s.visit.id)).with_(attendance=Attendance.PATIENT_ABSENT))
    with pytest.raises(AssertionError):
        at_rest(s.books)
