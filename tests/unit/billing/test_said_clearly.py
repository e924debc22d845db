"""What a refusal names: the field of the request, the document that it is about; and the order of what is exported."""

from datetime import date

import pytest

from creneau.billing.invoice import Instalment, invoice_ref
from creneau.billing.journal import documents_csv
from creneau.shared.errors import Invalid, Refused
from creneau.shared.store import require
from tests.support.books import BILLER, Books


def plan(*entries: tuple[date, int]) -> tuple[Instalment, ...]:
    return tuple(Instalment(on=on, amount=amount) for on, amount in entries)


@pytest.mark.rule("B-06")
@pytest.mark.parametrize(
    ("wrong", "field", "problem"),
    [
        (plan((date(2027, 4, 1), 6_000)), "items", "they add up to 6000, the invoice to 12050"),
        (plan((date(2027, 3, 1), 12_050)), "items[0].on", "before the invoice, which is of 2027-03-15"),
        (
            plan((date(2027, 5, 1), 6_000), (date(2027, 4, 1), 6_050)),
            "items[1].on",
            "before the one above it, of 2027-05-01",
        ),
        (plan((date(2027, 4, 1), 12_060), (date(2027, 5, 1), -10)), "items[1].amount", "not above zero"),
    ],
)
def test_instalments_are_refused_by_their_field(books: Books, wrong, field, problem):
    books.visit("2027-03-01 09:00")
    invoice = books.invoiced()
    with pytest.raises(Invalid) as refused:
        books.instalments(invoice.id, wrong, None)
    (fault,) = refused.value.faults
    assert (fault.field, fault.problem) == (field, problem)


@pytest.mark.rule("B-06")
def test_a_final_credit_note_is_neither_paid_nor_credited(books: Books):
    books.visit("2027-03-01 09:00")
    note = books.finalise(books.draft_credit("inv_note", books.invoiced().id, None, "", BILLER).id)
    for act in (
        lambda: books.paid(note, 100),
        lambda: books.draft_credit("inv_other", note.id, None, "", BILLER),
        lambda: books.instalments(note.id, plan((date(2027, 4, 1), 12_050)), None),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "not_an_invoice"


@pytest.mark.rule("B-06")
def test_documents_of_a_day_are_exported_in_the_order_of_their_numbers(books: Books):
    ids = [books.drafted(f"bat_{n}", consultation_ids=(books.consultation(n),)).invoice_ids[0] for n in range(11)]
    for id in reversed(ids):
        books.finalise(id)
    for stored in (ids, ids[::-1]):
        rows = documents_csv(require(books.store, invoice_ref(id)) for id in stored).splitlines()[1:]
        assert [row.split(",")[0] for row in rows] == [f"F2027-{n:04}" for n in range(1, 12)]
