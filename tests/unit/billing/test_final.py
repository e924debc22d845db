"""Numbers without a gap, documents that never change, payments that add up, credit notes up to what was invoiced."""

import itertools
import threading
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creneau.billing.account import accounts
from creneau.billing.final import digest_of
from creneau.billing.invoice import Instalment, Standing, invoices_owed
from creneau.billing.issuer import Issuer, Tax, TaxStatus, Term, issuer_ref
from creneau.billing.line import Line, totals_of
from creneau.billing.payment import Method
from creneau.billing.recap import Grouping
from creneau.shared.errors import Invalid, Refused
from creneau.shared.store import everything
from tests.support.books import ADDRESS, BILLER, Books

ISSUER = Issuer(id="iss_1", name="I", address=ADDRESS)


def drafts(books: Books, count: int) -> tuple[str, ...]:
    return books.drafted(consultation_ids=tuple(books.consultation(n) for n in range(count))).invoice_ids


# -- numbers
@pytest.mark.rule("B-06")
@pytest.mark.promise(24)
def test_numbers_are_gapless_and_begin_anew_each_year(books):
    first, second, third = drafts(books, 3)
    books.now = datetime(2027, 12, 31, 22, 59, tzinfo=UTC)
    assert [books.finalise(i).frozen.number for i in (first, second)] == ["F2027-0001", "F2027-0002"]
    books.now = datetime(2027, 12, 31, 23, 0, tzinfo=UTC)  # midnight in Zurich
    final = books.finalise(third).frozen
    assert (final.number, final.issued_on) == ("F2028-0001", date(2028, 1, 1))


@pytest.mark.rule("B-06")
@pytest.mark.promise(24)
def test_none_is_dated_before_the_number_before_it(books):
    """Two processes' clocks around midnight."""
    first, second = drafts(books, 2)
    books.now = datetime(2027, 3, 15, 23, 0, 1, tzinfo=UTC)
    books.finalise(first)
    books.now = datetime(2027, 3, 15, 22, 59, 59, tzinfo=UTC)
    assert books.finalise(second).frozen.issued_on == date(2027, 3, 16)


@pytest.mark.rule("B-06")
@pytest.mark.promise(24)
def test_a_hundred_at_once_leave_no_gap(books):
    ids = drafts(books, 100)
    threads = [threading.Thread(target=books.finalise, args=(i,)) for i in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = sorted(books.invoice(i).frozen.number for i in ids)
    assert numbers == [f"F2027-{n:04}" for n in range(1, 101)]


@pytest.mark.rule("B-06")
@pytest.mark.promise(29)
def test_finalising_again_answers_the_same_document_and_it_never_changes(books):
    (id,) = drafts(books, 1)
    final = books.finalise(id)
    assert books.finalise(id) == final
    assert final.digest == digest_of(final.frozen)
    books.put(books.store.get(issuer_ref("iss_1")).with_(name="Somebody else"))
    assert books.invoice(id).frozen.issuer.name == "Dr Anne Favre"
    for act in (lambda: books.edit(id, final.version, lines=()), lambda: books.delete(id)):
        with pytest.raises(Refused, match="finalised"):
            act()


@pytest.mark.rule("B-06")
@pytest.mark.promise(29)
def test_the_note_is_part_of_what_never_changes(books):
    books.visit("2027-03-01 09:00")
    final = books.invoiced(note="Merci de votre confiance")
    assert final.frozen.note == "Merci de votre confiance"
    assert digest_of(final.frozen.with_(note="")) != final.digest


@pytest.mark.rule("B-06")
def test_a_batch_says_which_could_not_be_final_and_why(books):
    first, second = drafts(books, 2)
    draft = books.invoice(second)
    books.edit(second, draft.version, lines=(draft.lines[0].with_(price=None),))
    done = books.finalise.all([first, second, "inv_none"])
    assert [i.id for i in done.invoices] == [first]
    assert [(n.invoice_id, n.code, n.faults) for n in done.not_final] == [
        (second, "invalid", (("lines[0].price", "the line has no price"),)),
        ("inv_none", "not_found", ()),
    ]


@pytest.mark.rule("B-06")
@pytest.mark.parametrize(
    ("term", "due"), [(Term(), None), (Term(days=10), date(2027, 3, 25)), (Term(on=date(2027, 4, 1)), date(2027, 4, 1))]
)
def test_three_kinds_of_term(books, term, due):
    books.visit("2027-03-01 09:00")
    assert books.invoiced(term=term).due_on == due


# -- money
@pytest.mark.rule("B-06")
@pytest.mark.promise(27)
def test_paid_in_part_then_in_full_in_any_order_any_number_of_times():
    amounts = {"pay_1": 5_000, "pay_2": 50, "pay_3": 7_000}
    for order in itertools.permutations([*amounts, "pay_2"]):
        books = Books().open()
        books.visit("2027-03-01 09:00")
        invoice = books.invoiced()
        for id in order:
            books.paid(invoice, amounts[id], id)
        after = books.invoice(invoice.id)
        assert (after.paid, after.balance, after.standing(date(2027, 3, 15))) == (12_050, 0, Standing.PAID)


@pytest.mark.rule("B-06")
@pytest.mark.parametrize(
    ("amount", "more", "code"),
    [
        (0, {}, "invalid"),
        (12_051, {}, "more_than_owed"),
        (1, {"currency": "EUR"}, "invalid"),
        (1, {"paid_on": date(2027, 3, 16)}, "invalid"),
    ],
)
def test_a_payment_that_cannot_be_meant_is_refused(books, amount, more, code):
    books.visit("2027-03-01 09:00")
    invoice = books.invoiced()
    with pytest.raises((Refused, Invalid)) as refused:
        books.paid(invoice, amount, **more)
    assert refused.value.code == code
    assert books.invoice(invoice.id).paid == 0


@pytest.mark.rule("B-06")
def test_a_draft_is_not_paid(books):
    books.visit("2027-03-01 09:00")
    (id,) = books.drafted().invoice_ids
    with pytest.raises(Refused, match="not a final invoice"):
        books.paid(books.invoice(id), 1)


@pytest.mark.rule("B-06")
def test_a_payment_entered_by_mistake_is_taken_back_once(books):
    books.visit("2027-03-01 09:00")
    invoice = books.invoiced()
    books.paid(invoice, 2_000, method=Method.CASH)
    for _ in range(2):
        books.cancel_payment("pay_1")
    assert books.invoice(invoice.id).balance == 12_050


@pytest.mark.rule("B-06")
def test_a_credit_note_has_a_number_of_the_series_and_credits_up_to_the_total(books):
    books.visit("2027-03-01 09:00")
    invoice = books.invoiced()
    half = (Line(text="Rabais", price=6_000),)
    note = books.finalise(books.draft_credit("inv_c1", invoice.id, half, "", BILLER).id)
    assert (note.frozen.number, note.frozen.corrects, note.balance) == ("F2027-0002", "F2027-0001", 0)
    assert note.frozen.corrects_on == invoice.frozen.issued_on
    assert books.invoice(invoice.id).balance == 6_050
    books.draft_credit("inv_c2", invoice.id, None, "", BILLER)
    with pytest.raises(Refused, match="can be credited"):
        books.finalise("inv_c2")
    assert books.invoice(invoice.id).balance == 6_050


@pytest.mark.rule("P-01")
def test_lines_typed_in_stay_in_the_books_of_the_practitioner_whose_document_it_is(books):
    """Nobody who credits, or rewrites, a document of their own may be locked out of it by that."""
    books.visit("2027-03-01 09:00")
    typed = (Line(text="Rabais", price=1_000),)
    (id,) = books.drafted().invoice_ids
    assert books.edit(id, books.invoice(id).version, lines=typed).practitioner_ids == ("prc_1",)
    invoice = books.finalise(id)
    assert books.draft_credit("inv_c1", invoice.id, typed, "", BILLER).practitioner_ids == ("prc_1",)
    two = tuple(books.consultation(n, practitioner_id=f"prc_{n}") for n in (1, 2))
    shared = books.invoiced("bat_2", consultation_ids=two, grouping=Grouping.PER_PAYER)
    assert books.draft_credit("inv_c2", shared.id, typed, "", BILLER).practitioner_ids == ()


@pytest.mark.rule("B-06")
def test_an_invoice_of_nothing_is_paid_not_credited(books):
    books.consultation(1, service_id=None)
    (id,) = books.drafted().invoice_ids
    draft = books.invoice(id)
    books.edit(id, draft.version, lines=(draft.lines[0].with_(price=0),))
    final = books.finalise(id)
    assert (final.standing(date(2027, 3, 15)), final.is_undone) == (Standing.PAID, False)


@pytest.mark.rule("B-06")
def test_instalments_add_up_and_are_in_order(books):
    books.visit("2027-03-01 09:00")
    invoice = books.invoiced()
    plan = (Instalment(on=date(2027, 4, 1), amount=6_000), Instalment(on=date(2027, 5, 1), amount=6_050))
    assert books.instalments(invoice.id, plan, invoice.version).instalments == plan
    for wrong in (plan[:1], plan[::-1], (Instalment(on=date(2027, 3, 1), amount=12_050),)):
        with pytest.raises(Invalid):
            books.instalments(invoice.id, wrong, None)


@pytest.mark.rule("B-06")
def test_with_instalments_it_is_overdue_for_those_that_are_past_and_not_covered(books):
    books.visit("2027-03-01 09:00")
    invoice = books.invoiced(term=Term(days=10))
    plan = (Instalment(on=date(2027, 4, 1), amount=6_000), Instalment(on=date(2027, 5, 1), amount=6_050))
    books.instalments(invoice.id, plan, None)

    def stands(today):
        """How it stands, the sum that is overdue, and whether the list of those overdue has it."""
        found = books.invoice(invoice.id)
        (account,) = accounts([found], today)
        late = everything(books.store, invoices_owed(due_before=today))
        return found.standing(today), account.overdue, [i.id for i in late] == [invoice.id]

    assert stands(date(2027, 4, 1)) == (Standing.OPEN, 0, False)
    assert stands(date(2027, 4, 2)) == (Standing.OVERDUE, 6_000, True)
    books.paid(invoice, 6_000)
    assert stands(date(2027, 5, 1)) == (Standing.PARTLY_PAID, 0, False)
    assert stands(date(2027, 5, 2)) == (Standing.OVERDUE, 6_050, True)


LINES = st.lists(
    st.builds(
        Line,
        text=st.just("x"),
        price=st.integers(-50_000, 99_999_999),
        quantity=st.integers(1, 10_000),
        vat_rate=st.sampled_from([None, 250, 550, 810, 1_000, 2_000]),
        taxable=st.booleans(),
    ),
    max_size=30,
)
QUEBEC = (Tax(name="TPS", rate=5_000), Tax(name="TVQ", rate=9_975))


@pytest.mark.promise(28)
@given(LINES, st.sampled_from([(TaxStatus.EXEMPT, ()), (TaxStatus.REGISTERED, ()), (TaxStatus.REGISTERED, QUEBEC)]))
def test_the_total_is_the_sum_of_what_is_written(lines, status):
    totals = totals_of(lines, ISSUER.with_(tax_status=status[0], taxes=status[1]))
    on_top = sum(t.amount for t in totals.taxes if not t.included)
    assert totals.total == sum(line.amount for line in lines) + on_top
    assert totals.net + sum(t.amount for t in totals.taxes) == totals.total


@pytest.mark.rule("B-10")
def test_vat_as_the_law_rounds_it():
    vat = ISSUER.with_(tax_status=TaxStatus.REGISTERED)
    held = totals_of([Line(text="x", price=12_000, vat_rate=2_000)] * 3, vat)
    assert [(t.rate, t.base, t.amount) for t in held.taxes] == [(20_000, 30_000, 6_000)]
    quebec = totals_of([Line(text="x", price=10_000, taxable=True)], vat.with_(taxes=QUEBEC))
    assert ([t.amount for t in quebec.taxes], quebec.total) == ([500, 998], 11_498)


@pytest.mark.rule("B-03")
def test_hundreds_of_consultations_are_one_invoice(books):
    ids = tuple(books.consultation(n) for n in range(300))
    invoice = books.invoiced(consultation_ids=ids, grouping=Grouping.ONE_FOR_ALL)
    assert (len(invoice.lines), invoice.total) == (300, 300 * 12_050)


@pytest.mark.rule("B-06")
def test_a_credit_note_takes_back_the_taxes_of_the_invoice_whatever_its_issuer_is_today(books):
    books.visit("2027-03-01 09:00")
    invoice = books.invoiced()
    present = books.store.get(issuer_ref("iss_1"))
    books.put(present.with_(tax_status=TaxStatus.REGISTERED, taxes=QUEBEC, ids={"vat": "CHE-116.281.710"}))
    draft = books.draft_credit("inv_c1", invoice.id, tuple(x.with_(taxable=True) for x in invoice.lines), "", BILLER)
    note = books.finalise(draft.id)
    assert (note.total, books.invoice(invoice.id).balance) == (invoice.total, 0)
