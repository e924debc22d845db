"""A bank's file against the books: what is planned and recorded, and what one request takes."""

from datetime import date
from typing import Any

import pytest

from creneau.billing import record_bank_file
from creneau.billing.invoice import Invoice, invoice_ref
from creneau.billing.match_payments import Match
from creneau.billing.payment import payment_ref
from creneau.billing.record_bank_file import Chosen, PlanBankFile, RecordBankFile
from creneau.shared.errors import Invalid, Refused
from tests.support.books import BILLER, Books
from tests.unit.billing.test_bank_file import FILE, entry, transaction


class Bank:
    """Two patients owe 120.50 each; the reference of an invoice is its id's."""

    def __init__(self, books: Books) -> None:
        self.books = books
        books.visit("2027-03-01 09:00")
        books.visit("2027-03-01 10:00", "pat_2")
        self.one, self.two = books.invoiced("bat_1"), books.invoiced("bat_2", patient_id="pat_2")
        books.now = books.now.replace(day=17)
        self.plan = PlanBankFile(books.store, lambda i: f"RF{i.id}".upper())
        self.record = RecordBankFile(self.plan, books.record)

    def file(self, *credits: dict[str, Any]) -> bytes:
        entries = "".join(entry(transaction(**c), ref=f"R{n}") for n, c in enumerate(credits))
        return FILE.format(version="04", entries=entries).encode()

    def chosen(self, content: bytes, *invoices: Invoice) -> list[Chosen]:
        planned = self.plan(content)
        return [Chosen(credit_id=m.credit.id, invoice_id=i.id) for m, i in zip(planned, invoices, strict=True)]

    def paid(self, invoice: Invoice) -> int:
        return self.books.invoice(invoice.id).paid


@pytest.fixture
def bank(books: Books) -> Bank:
    return Bank(books)


def test_a_slip_paid_twice_is_proposed_on_nobody_elses_invoice(bank):
    """Another patient owes that very sum; somebody else paid, so no name tells them apart."""
    slip = {"reference": f"RF{bank.one.id}".upper(), "name": "Somebody"}
    content = bank.file(slip)
    bank.record(content, bank.chosen(content, bank.one), BILLER)
    twice = bank.file(slip, slip | {"text": "again"})
    found = {m.match: (m.invoice_ids, m.amount, m.excess) for m in bank.plan(twice)}
    assert found == {Match.RECORDED: ((), 0, 0), Match.UNKNOWN: ((), 0, 12_050)}
    assert bank.paid(bank.one) == 12_050


def test_what_is_recorded_is_not_read_again(bank):
    content = bank.file({"end": "A"}, {"end": "B"})
    chosen = bank.chosen(content, bank.one, bank.two)
    first = bank.record(content, chosen, BILLER)
    before = bank.books.store.reads
    bank.plan(content)
    planning = bank.books.store.reads - before
    assert bank.record(content, chosen, BILLER) == first
    assert bank.books.store.reads - before == 2 * planning
    assert (bank.paid(bank.one), bank.paid(bank.two)) == (12_050, 12_050)


def test_a_credit_that_somebody_else_books_meanwhile_is_told(bank):
    content = bank.file({})
    (mine,), (theirs,) = bank.chosen(content, bank.one), bank.chosen(content, bank.two)
    bank.books.store.slip_in(lambda: bank.record(content, [theirs], BILLER))
    done = bank.record(content, [mine], BILLER)
    assert (done.payments, [n.code for n in done.not_recorded]) == ((), ["recorded_already"])
    assert (bank.paid(bank.one), bank.paid(bank.two)) == (0, 12_050)


def test_five_hundred_are_recorded_at_once_at_most(bank):
    content = bank.file({})
    (one,) = bank.chosen(content, bank.one)
    with pytest.raises(Invalid, match="more than 500") as refused:
        bank.record(content, [one] * 501, BILLER)
    assert refused.value.faults[0].field == "chosen"
    assert bank.paid(bank.one) == 0


def test_nothing_is_matched_with_a_part_of_what_is_owed(bank, monkeypatch):
    monkeypatch.setattr(record_bank_file, "MOST_OWED", 1)
    with pytest.raises(Refused, match="more than 1 invoices owed"):
        bank.plan(bank.file({}))


def test_one_cancelled_is_booked_anew(bank):
    content = bank.file({})
    (payment,) = bank.record(content, bank.chosen(content, bank.one), BILLER).payments
    bank.books.cancel_payment(payment.id)
    (again,) = bank.record(content, bank.chosen(content, bank.two), BILLER).payments
    assert (again.id != payment.id, again.paid_on, bank.paid(bank.two)) == (True, date(2027, 3, 16), 12_050)
    assert bank.books.store.get(payment_ref(again.id)) is not None
    assert bank.books.store.get(invoice_ref(bank.one.id)).paid == 0
