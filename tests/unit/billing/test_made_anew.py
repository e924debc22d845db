"""What was given back can be invoiced anew: after a credit note over everything, a line taken out, a deleted draft."""

from typing import Any

import pytest

from creneau.billing.asked import Asked
from creneau.billing.drafts import TOO_LONG
from creneau.billing.invoice import Invoice, Standing
from creneau.billing.line import Line
from creneau.billing.recap import Grouping
from creneau.shared.errors import Stale
from creneau.shared.time import local_date
from tests.support.books import BILLER, CLINIC, Books
from tests.support.world import World


class Crash(BaseException):
    pass


def invoiced(books: Books, count: int) -> Invoice:
    ids = tuple(books.consultation(n) for n in range(count))
    return books.invoiced(consultation_ids=ids, grouping=Grouping.ONE_FOR_ALL)


def credited(books: Books, invoice: Invoice, *amounts: int) -> None:
    for n, amount in enumerate(amounts or (invoice.total,)):
        note = books.draft_credit(f"inv_c{n}", invoice.id, (Line(text="Avoir", price=amount),), "", BILLER)
        books.finalise(note.id)


def takers(books: Books, invoice: Invoice) -> set[str | None]:
    return {books.billable(id).taken_by for id in invoice.billable_ids}


@pytest.mark.rule("B-06")
@pytest.mark.rule("B-11")
@pytest.mark.parametrize("count", [1, 95])
def test_what_was_credited_in_full_is_invoiced_anew(books, count):
    invoice = invoiced(books, count)
    assert books.plan(Asked(patient_id="pat_1"), BILLER).invoices == ()
    credited(books, invoice, 50, invoice.total - 50)
    kept = books.invoice(invoice.id)
    assert (kept.billable_ids, kept.frozen) == (invoice.billable_ids, invoice.frozen)
    assert kept.standing(local_date(books.now, CLINIC.zone)) is Standing.CREDITED
    anew = books.invoiced("bat_2", consultation_ids=invoice.billable_ids, grouping=Grouping.ONE_FOR_ALL)
    assert (anew.billable_ids, anew.frozen.number, takers(books, invoice)) == (
        invoice.billable_ids,
        "F2027-0004",
        {anew.id},
    )


@pytest.mark.rule("B-06")
def test_what_was_credited_in_part_stays_invoiced(books):
    invoice = invoiced(books, 2)
    credited(books, invoice, invoice.total - 1)
    assert takers(books, invoice) == {invoice.id}


@pytest.mark.rule("B-11")
@pytest.mark.parametrize("after", [2, 3, 4])
def test_what_a_crash_left_taken_is_given_back_by_whoever_repeats_it_or_by_the_sweeper(after):
    for swept in (True, False):
        world = World()
        books = Books(world.store).open()
        invoice = invoiced(books, 200)
        books.draft_credit("inv_c1", invoice.id, None, "", BILLER)
        commits: list[Any] = []

        def crash(writes, commits=commits):
            commits.append(writes)
            if len(commits) == after:
                raise Crash

        books.store.before_commit.append(crash)
        with pytest.raises(Crash):
            books.finalise("inv_c1")
        books.store.before_commit.clear()
        assert invoice.id in takers(books, invoice)
        world.now = books.now + TOO_LONG
        if swept:
            assert (world.app.sweep().invoices, world.app.sweep().invoices) == (1, 0)
        else:
            books.finalise("inv_c1")
        assert takers(books, invoice) == {None}
        assert books.invoice(invoice.id).look_at is None


@pytest.mark.rule("B-06")
@pytest.mark.rule("B-11")
def test_what_was_given_back_is_made_by_a_new_recap_never_said_to_be_made_by_the_old(books):
    """The same visits, lines and sums; the first draft is there still, without them."""
    ids = tuple(books.consultation(n) for n in range(2))
    wanted = Asked(consultation_ids=ids, grouping=Grouping.PER_PAYER)
    first = books.plan(wanted, BILLER).digest
    (id,) = books.make("bat_1", wanted, first, BILLER).invoice_ids
    draft = books.invoice(id)
    books.edit(id, draft.version, lines=(Line(text="Certificat", price=1),))
    with pytest.raises(Stale, match="has changed"):
        books.make("bat_1", wanted, first, BILLER)
    assert books.plan(wanted, BILLER).digest != first
