"""What settings about to be saved would make and send in the next thirty days, before they are saved (C-02)."""

from datetime import date, timedelta

import pytest

from creneau.billing.bill import asked_for
from creneau.billing.forecast_runs import ForecastRuns, RunsForecast
from creneau.billing.payer_record import PayerRecord
from creneau.shared.settings import SETTINGS, BillingSettings, Settings
from tests.support.books import CLINIC
from tests.support.runs import RunBooks

pytestmark = pytest.mark.rule("C-02")


@pytest.fixture
def books() -> RunBooks:
    opened = RunBooks()
    opened.open()
    return opened


def forecast(books: RunBooks, mode: str, cycle: str = "daily", **more: object) -> RunsForecast:
    billing = BillingSettings(automatic=True, mode=mode, cycle=cycle, **more)  # type: ignore[arg-type]
    return ForecastRuns(books.store, CLINIC, lambda: books.now)(billing)


def test_what_it_says_is_what_comes_of_it(books: RunBooks) -> None:
    """Each mode and cycle, thirty days lived through: as many documents, links and emails as were foretold."""
    for mode in ("draft", "send_invoice", "send_payment_link"):
        for cycle in ("daily", "weekly", "monthly"):
            lived = RunBooks()
            lived.open()
            lived.change_patient("pat_1", payer_patient_id="pat_2")
            for n in range(20):
                lived.due(n, ("pat_1", "pat_2", "pat_3")[n % 3], at=lived.now + timedelta(days=2 * n - 3))
            told = forecast(lived, mode, cycle)
            before = lived.store.items.copy()
            assert lived.store.items == before
            lived.automatic(mode, cycle)
            day = date(2027, 3, 16)
            for n in range(30):
                lived.day(day + timedelta(days=n), 16)
            links = len([id for id in lived.notices.sent if id.startswith("payment_link")])
            runs = told.runs
            assert sum(r.documents for r in runs) == len(lived.documents), (mode, cycle)
            assert sum(r.links for r in runs) == links, (mode, cycle)
            assert sum(r.emails for r in runs) == len(lived.notices.sent), (mode, cycle)
            assert len(runs) == {"daily": 30, "weekly": 4, "monthly": 1}[cycle]


def test_off_or_without_anything_due_nothing_goes(books: RunBooks) -> None:
    found = ForecastRuns(books.store, CLINIC, lambda: books.now)
    assert found(BillingSettings()).runs == ()
    assert {r.documents for r in found(BillingSettings(automatic=True, mode="draft", cycle="daily")).runs} == {0}


def test_texts_go_to_who_has_a_number_and_the_others_are_counted(books: RunBooks) -> None:
    books.change_patient("pat_1", phone="+41791234567")
    books.change_patient("pat_2", email=None)
    for patient in ("pat_1", "pat_2", "pat_3"):
        books.due(1, patient)
    first = forecast(books, "send_invoice", channel="both").runs[0]
    assert (first.documents, first.emails, first.texts, first.unreached) == (3, 2, 1, 1)
    assert first.total == 36_000
    alone = forecast(books, "send_invoice", channel="sms").runs[0]
    assert (alone.emails, alone.texts, alone.unreached) == (0, 1, 2)


def test_a_link_that_was_sent_a_moment_ago_waits_for_its_gap(books: RunBooks) -> None:
    id = books.due(1)
    books.put(PayerRecord(id="patient.pat_1", asked=12_000, asked_for=asked_for([id]), asked_at=books.now))
    runs = forecast(books, "send_payment_link").runs
    assert [r.on.day for r in runs if r.links] == [22, 29, 5, 12]


def test_it_writes_nothing(books: RunBooks) -> None:
    books.due(1)
    books.store.before_commit.append(lambda _: pytest.fail("it wrote"))
    forecast(books, "send_payment_link")
    assert books.store.get(SETTINGS) is None or isinstance(books.store.get(SETTINGS), Settings)
