"""Drafts take their consultations once, whoever else wants them, and give them back."""

from datetime import date

import pytest

from creneau.agenda.catalogue import practitioner_ref
from creneau.billing.asked import Asked
from creneau.billing.billable import Billable, billable_id_of_visit, billables_of_patient
from creneau.billing.invoice import InvoiceState, invoice_ref
from creneau.billing.line import Line
from creneau.billing.recap import Grouping
from creneau.shared.errors import Invalid, Refused, Stale
from creneau.shared.store import everything
from tests.support.books import BILLER, Books


def everything_in_one(books: Books, count: int):
    ids = tuple(books.consultation(n) for n in range(count))
    return ids, Asked(consultation_ids=ids, grouping=Grouping.ONE_FOR_ALL)


@pytest.mark.rule("B-06")
@pytest.mark.rule("B-11")
def test_a_draft_takes_what_it_lists(books):
    books.visit("2027-03-01 09:00")
    (id,) = books.drafted().invoice_ids
    draft = books.invoice(id)
    assert (draft.state, draft.payer.name, draft.is_final) == (InvoiceState.DRAFT, "P 1", False)
    assert [books.billable(b).taken_by for b in draft.billable_ids] == [id]
    assert books.plan(Asked(patient_id="pat_1"), BILLER).invoices == ()


@pytest.mark.rule("B-11")
@pytest.mark.promise(25)
@pytest.mark.parametrize("taken_by", [None, "inv_other"])
def test_a_visits_consultation_and_its_payment_due_are_one(books, taken_by):
    """Whichever of the two is taken takes both."""
    visit = books.visit("2027-03-01 09:00")
    id = billable_id_of_visit(f"vis_{visit}")
    due = Billable(
        id=id,
        patient_id="pat_1",
        practitioner_id="prc_1",
        on=date(2027, 3, 1),
        visit_id=f"vis_{visit}",
        taken_by=taken_by,
        created_at=books.now,
    )
    books.put(due)
    left_out = [(o.id, o.reason) for o in books.plan(Asked(patient_id="pat_1"), BILLER).left_out]
    assert left_out == ([(id, "invoiced_already")] if taken_by else [])
    made = books.drafted().invoice_ids
    (only,) = everything(books.store, billables_of_patient("pat_1"))
    assert (only.id, len(made)) == (id, 1 if taken_by is None else 0)
    assert (only.consultation, only.taken_by) == ((True, made[0]) if made else (False, taken_by))


@pytest.mark.rule("B-11")
@pytest.mark.promise(25)
def test_repeating_the_request_makes_the_same_drafts(books):
    books.visit("2027-03-01 09:00")
    wanted = Asked(patient_id="pat_1")
    digest = books.plan(wanted, BILLER).digest
    first = books.make("bat_1", wanted, digest, BILLER)
    assert books.make("bat_1", wanted, digest, BILLER) == first


@pytest.mark.rule("B-02")
def test_a_recap_that_changed_is_not_confirmed(books):
    books.visit("2027-03-01 09:00")
    wanted = Asked(patient_id="pat_1")
    digest = books.plan(wanted, BILLER).digest
    books.visit("2027-03-02 09:00")
    with pytest.raises(Stale, match="has changed") as refused:
        books.make("bat_1", wanted, digest, BILLER)
    assert refused.value.code == "recap_changed"


@pytest.mark.rule("B-11")
@pytest.mark.promise(25)
@pytest.mark.parametrize("count", [3, 95])
def test_what_another_takes_meanwhile_is_on_one_of_the_two_only(books, count):
    ids, wanted = everything_in_one(books, count)
    digest = books.plan(wanted, BILLER).digest

    def rival(_writes):
        books.store.before_commit.clear()
        books.drafted("bat_2", consultation_ids=ids[1:2])

    books.store.before_commit.append(rival)
    made = books.make("bat_1", wanted, digest, BILLER)
    (mine,) = made.invoice_ids
    assert [o.id for o in made.left_out] == [ids[1]]
    assert set(books.invoice(mine).billable_ids) == set(ids) - {ids[1]}
    assert books.billable(ids[1]).taken_by != mine


@pytest.mark.rule("B-11")
def test_what_another_took_leaves_the_other_consultation_of_that_day_whole(books):
    """Each has a line for each of the practitioner's two usual services."""
    books.put(books.store.get(practitioner_ref("prc_1")).with_(default_service_ids=("srv_2", "srv_1")))
    ids = tuple(books.consultation(n, service_id=None) for n in range(2))
    wanted = Asked(consultation_ids=ids, grouping=Grouping.ONE_FOR_ALL)
    digest = books.plan(wanted, BILLER).digest
    books.store.slip_in(lambda: books.drafted("bat_2", consultation_ids=ids[:1]))
    (mine,) = books.make("bat_1", wanted, digest, BILLER).invoice_ids
    assert [(line.billable_id, line.text) for line in books.invoice(mine).lines] == [
        (ids[1], "Séance"),
        (None, "Bilan"),
    ]


@pytest.mark.rule("B-03")
@pytest.mark.parametrize("crash_after", range(1, 6))
def test_a_long_draft_is_whole_in_the_end_wherever_it_broke_off(books, crash_after):
    """200 consultations: the draft, three chunks, and the draft again."""
    ids, wanted = everything_in_one(books, 200)
    digest, commits = books.plan(wanted, BILLER).digest, []

    class Crash(BaseException):
        pass

    def crash(writes):
        commits.append(writes)
        if len(commits) == crash_after:
            raise Crash

    books.store.before_commit.append(crash)
    with pytest.raises(Crash):
        books.make("bat_1", wanted, digest, BILLER)
    books.store.before_commit.clear()
    (id,) = books.make("bat_1", wanted, digest, BILLER).invoice_ids
    books.assemble(id)
    draft = books.invoice(id)
    assert (draft.state, draft.billable_ids) == (InvoiceState.DRAFT, ids)
    assert {books.billable(b).taken_by for b in ids} == {id}


@pytest.mark.rule("B-11")
@pytest.mark.parametrize("after", [2, 3, 4])
def test_whoever_assembles_late_takes_nothing_for_a_draft_that_is_gone(books, after):
    """A request that was given up still runs, while its repetition made the draft whole and staff deleted it."""
    ids, wanted = everything_in_one(books, 200)
    digest, commits = books.plan(wanted, BILLER).digest, []

    def others(writes):
        commits.append(writes)
        if len(commits) == after:
            books.store.before_commit.clear()
            (id,) = books.make("bat_1", wanted, digest, BILLER).invoice_ids
            books.delete(id)

    books.store.before_commit.append(others)
    books.make("bat_1", wanted, digest, BILLER)
    assert {books.billable(b).taken_by for b in ids} == {None}


@pytest.mark.rule("B-11")
@pytest.mark.parametrize("chunk", [0, 1, 2])
def test_nor_does_whoever_saw_the_draft_before_it_was_gone_and_the_consultations_after(books, chunk, monkeypatch):
    ids, wanted = everything_in_one(books, 200)
    digest, read = books.plan(wanted, BILLER).digest, books.store.get_many
    late = [ids[90 * chunk]]

    def slow(refs):
        if late and refs and refs[0].key[0] == late[0] and books.store.get(invoice_ref("inv_1_0000")) is not None:
            late.clear()
            books.assemble("inv_1_0000")
            books.delete("inv_1_0000")
        return read(refs)

    monkeypatch.setattr(books.store, "get_many", slow)
    books.make("bat_1", wanted, digest, BILLER)
    assert (late, {books.billable(b).taken_by for b in ids}) == ([], {None})


@pytest.mark.rule("B-06")
@pytest.mark.parametrize("count", [1, 95])
def test_deleting_a_draft_frees_what_it_took(books, count):
    ids, _ = everything_in_one(books, count)
    (id,) = books.drafted(consultation_ids=ids, grouping=Grouping.ONE_FOR_ALL).invoice_ids
    books.delete(id)
    assert books.store.get(invoice_ref(id)) is None
    assert {books.billable(b).taken_by for b in ids} == {None}


@pytest.mark.rule("B-06")
def test_editing_changes_lines_and_gives_back_what_is_taken_out(books):
    ids, _ = everything_in_one(books, 2)
    (id,) = books.drafted(consultation_ids=ids, grouping=Grouping.ONE_FOR_ALL).invoice_ids
    draft = books.invoice(id)
    kept = (draft.lines[0].with_(price=10_000), Line(text="Certificat", price=2_000))
    after = books.edit(id, draft.version, lines=kept)
    assert (books.invoice(id).lines, after.version) == (kept, draft.version + 1)
    assert [books.billable(b).taken_by for b in ids] == [id, None]
    with pytest.raises(Stale):
        books.edit(id, draft.version, lines=())
    other = Line(text="X", price=1, billable_id=ids[1])
    with pytest.raises(Refused, match="has not"):
        books.edit(id, after.version, lines=(other,))


@pytest.mark.parametrize(
    ("line", "where"),
    [
        (Line(text=" ", price=1), "lines[0].text"),
        (Line(text="X", price=1, quantity=0), "lines[0].quantity"),
        (Line(text="X", price=99_999_999_999 + 1), "lines[0].price"),
    ],
)
def test_a_line_that_cannot_be_meant_is_refused_with_its_place(books, line, where):
    books.visit("2027-03-01 09:00")
    (id,) = books.drafted().invoice_ids
    with pytest.raises(Invalid) as refused:
        books.edit(id, books.invoice(id).version, lines=(line,))
    assert refused.value.faults[0].field == where


@pytest.mark.rule("B-06")
def test_a_drafts_words_are_taken_out_by_null_and_its_template_is_one_that_is_there(books):
    books.visit("2027-03-01 09:00")
    (id,) = books.drafted(note="Merci").invoice_ids
    after = books.edit(id, books.invoice(id).version, note=None)
    assert (after.note, books.invoice(id).note) == ("", "")
    with pytest.raises(Invalid) as refused:
        books.edit(id, after.version, template_id="itp_none")
    assert refused.value.faults[0].field == "template_id"
    books.put(books.invoice(id).with_(template_id="itp_gone"))
    with pytest.raises(Invalid, match="no such invoice template"):
        books.finalise(id)
