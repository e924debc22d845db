"""Runs from the clock to what payers get: modes, channels, reasons; each thing once (C-02, C-03)."""

from datetime import date, timedelta

import pytest

from creneau.agenda.catalogue import Contact, practitioner_ref
from creneau.billing.invoice import InvoiceState, drafts_of_runs
from creneau.billing.issuer import Issuer
from creneau.billing.payer_record import payer_record_ref
from creneau.billing.plan_run import STEP
from creneau.billing.run import STALLED, RunMode, RunState
from creneau.billing.start_run import MOST_ATTEMPTS
from creneau.shared.errors import Refused, Stale
from creneau.shared.store import require
from tests.support.books import ADDRESS, BILLER
from tests.support.runs import RunBooks

DAY = date(2027, 3, 16)
RUN = f"run_daily_{DAY}"


@pytest.fixture
def books() -> RunBooks:
    opened = RunBooks()
    opened.open()
    return opened


@pytest.mark.rule("C-02")
def test_nothing_runs_before_it_is_turned_on(books: RunBooks) -> None:
    books.due(1)
    assert books.day(DAY, 12) == ""
    assert not books.documents


@pytest.mark.rule("C-02")
def test_at_eight_each_payer_gets_one_draft_of_all_they_owe(books: RunBooks) -> None:
    books.automatic("draft")
    mine = [books.due(1), books.due(2, price=4_500)]
    books.due(1, "pat_2")
    assert books.day(DAY, 6, 59) == ""
    assert books.day(DAY, 7, 0) == RUN
    drafts = {d.payer.key: d for d in books.documents}
    assert set(drafts) == {"patient.pat_1", "patient.pat_2"}
    first = drafts["patient.pat_1"]
    assert (first.state, first.batch_id, first.term.days) == (InvoiceState.DRAFT, RUN, 30)
    assert first.billable_ids == tuple(mine)
    assert [line.amount for line in first.lines] == [12_000, 4_500]
    assert {books.billable(id).taken_by for id in mine} == {first.id}
    assert books.notices.calls == 0
    assert books.outcomes(RUN)["patient.pat_1"] == ("drafted", "")
    run = books.run(RUN)
    assert (run.state, run.payers, run.done, run.counts) == (RunState.CLOSED, 2, 2, {"drafted": 2})


@pytest.mark.rule("C-02")
def test_in_the_mode_of_invoices_they_are_final_and_told(books: RunBooks) -> None:
    books.automatic("send_invoice", channel="both")
    books.due(1)
    books.day(DAY, 7)
    (invoice,) = books.documents
    assert invoice.is_final
    assert set(books.notices.sent) == {f"invoice.email.{invoice.id}.1", f"invoice.sms.{invoice.id}.1"}
    payer = books.payers(RUN)["patient.pat_1"]
    assert (payer.outcome, payer.document_id, len(payer.message_ids)) == ("invoiced", invoice.id, 2)


@pytest.mark.rule("C-02")
def test_in_the_mode_of_links_there_is_a_link_for_the_total_and_no_document(books: RunBooks) -> None:
    books.automatic("send_payment_link")
    for n in (1, 2):
        books.due(n)
    books.day(DAY, 7)
    assert not books.documents
    assert books.notices.sent == {f"payment_link.email.patient.pat_1.{RUN}": ("email", 24_000)}
    assert books.billable("bil_1_d001").taken_by is None
    record = require(books.store, payer_record_ref("patient.pat_1"))
    assert (record.asked, record.asked_at) == (24_000, books.now)


@pytest.mark.rule("C-02")
def test_without_a_mobile_the_email_goes_and_an_sms_alone_is_on_the_list(books: RunBooks) -> None:
    books.notices.reasons["sms"] = "no_mobile"
    books.automatic("send_invoice", channel="both")
    books.due(1)
    books.day(DAY, 7)
    assert books.outcomes(RUN)["patient.pat_1"] == ("invoiced", "")
    alone = RunBooks()
    alone.open()
    alone.notices.reasons["sms"] = "no_mobile"
    alone.automatic("send_invoice", channel="sms")
    alone.due(1)
    alone.day(DAY, 7)
    assert alone.outcomes(RUN)["patient.pat_1"] == ("unreached", "no_mobile")
    assert alone.documents[0].is_final


# -- links again
def asked_on(books: RunBooks) -> list[int]:
    return [total for _, total in books.notices.sent.values()]


@pytest.mark.rule("C-02")
def test_an_unpaid_link_goes_again_after_the_gap_and_not_before(books: RunBooks) -> None:
    books.automatic("send_payment_link")
    books.due(1)
    for n in range(15):
        books.day(DAY + timedelta(days=n), 7, 3)  # across the spring change
    assert asked_on(books) == [12_000, 12_000, 12_000]
    days = {p.rsplit("_", 1)[1] for p in books.notices.sent}
    assert days == {str(DAY), str(DAY + timedelta(days=7)), str(DAY + timedelta(days=14))}
    assert books.outcomes(f"run_daily_{DAY + timedelta(days=1)}")["patient.pat_1"] == ("nothing", "asked_already")


@pytest.mark.rule("C-02")
def test_it_goes_at_once_when_the_total_changed_or_it_is_for_something_else(books: RunBooks) -> None:
    books.automatic("send_payment_link")
    first = books.due(1)
    books.day(DAY, 7)
    books.due(2, at=books.now)
    books.day(DAY + timedelta(days=1), 7)
    assert asked_on(books) == [12_000, 24_000]
    books.change(first, paid=12_000, payment_ids=("pay_1",))
    books.due(3, at=books.now)
    books.day(DAY + timedelta(days=2), 7)  # the same total, of another visit
    assert asked_on(books) == [12_000, 24_000, 24_000]
    books.change("bil_1_d002", paid=4_000, payment_ids=("pay_2",))
    books.day(DAY + timedelta(days=3), 7)
    assert asked_on(books)[-1] == 20_000


@pytest.mark.rule("C-02")
def test_a_gap_of_no_days_asks_every_day(books: RunBooks) -> None:
    books.automatic("send_payment_link", notice_gap_days=0)
    books.due(1)
    for n in range(3):
        books.day(DAY + timedelta(days=n), 7)
    assert len(asked_on(books)) == 3


# -- what is gathered
@pytest.mark.rule("C-03")
def test_what_is_not_due_yet_paid_void_taken_or_not_wanted_is_left(books: RunBooks) -> None:
    books.automatic()
    books.due(1, at=books.now + timedelta(days=1))
    books.due(2, paid=12_000, payment_ids=("pay_1",))
    books.due(3, taken_by="inv_other")
    books.due(4, wanted=False)
    gone = books.due(5)
    due = books.billable(gone).due
    assert due is not None
    books.change(gone, due=due.with_(void=True))
    books.day(DAY, 7)
    assert not books.documents
    assert books.run(RUN).state is RunState.CLOSED
    assert books.run(RUN).payers == 0


@pytest.mark.rule("C-03")
def test_what_ends_at_the_runs_instant_is_due_and_what_ends_later_is_not(books: RunBooks) -> None:
    books.automatic()
    at = books.now.replace(day=16, hour=7, minute=0)
    books.due(1, at=at)
    books.due(2, at=at + timedelta(milliseconds=1))
    books.day(DAY, 9)  # an outage until ten o'clock changes nothing about it
    assert [d.billable_ids for d in books.documents] == [("bil_1_d001",)]


@pytest.mark.rule("C-03")
def test_part_paid_is_on_it_and_a_link_asks_for_the_rest(books: RunBooks) -> None:
    books.due(1, paid=5_000, payment_ids=("pay_1",))
    books.automatic("send_payment_link")
    books.day(DAY, 7)
    assert asked_on(books) == [7_000]


@pytest.mark.rule("C-03")
def test_one_document_per_payer_currency_and_issuer(books: RunBooks) -> None:
    books.automatic()
    books.put(Issuer(id="iss_2", name="Dr Luc Rey", address=ADDRESS, prefix="R"))
    books.put(require(books.store, practitioner_ref("prc_2")).with_(issuer_id="iss_2"))
    books.due(1)
    books.due(2, currency="EUR")
    books.due(3, practitioner_id="prc_2")
    books.due(4)
    books.day(DAY, 7)
    made = {(d.currency, d.issuer_id): len(d.lines) for d in books.documents}
    assert made == {("CHF", "iss_1"): 2, ("EUR", "iss_1"): 1, ("CHF", "iss_2"): 1}


@pytest.mark.rule("C-03")
def test_who_pays_for_others_gets_one_document_for_all_of_them(books: RunBooks) -> None:
    books.automatic()
    books.change_patient("pat_1", payer_patient_id="pat_2")
    mother = Contact(id="con_1", name="Anna Rey", email="anna@mail.example")
    books.change_patient("pat_3", contacts=(mother,), payer_contact_id="con_1")
    for n, patient in enumerate(("pat_1", "pat_2", "pat_3")):
        books.due(n, patient)
    books.day(DAY, 7)
    found = {d.payer.key: sorted(line.patient_id or "" for line in d.lines) for d in books.documents}
    assert found == {"patient.pat_2": ["pat_1", "pat_2"], "contact.pat_3.con_1": ["pat_3"]}


@pytest.mark.rule("C-03")
def test_without_a_preset_the_settings_issuer_issues_and_without_any_it_is_listed(books: RunBooks) -> None:
    books.put(require(books.store, practitioner_ref("prc_2")).with_(issuer_id=None))
    books.automatic(issuer_id="iss_1")
    books.due(1, practitioner_id="prc_2")
    books.day(DAY, 7)
    assert books.outcomes(RUN)["patient.pat_1"] == ("drafted", "")
    books.automatic()
    books.due(2, practitioner_id="prc_2")
    books.day(DAY + timedelta(days=1), 7)
    assert books.outcomes(f"run_daily_{DAY + timedelta(days=1)}")["patient.pat_1"] == ("failed", "no_issuer")
    assert books.billable("bil_1_d002").taken_by is None


# -- one bad payer
@pytest.mark.rule("C-03")
def test_one_bad_payer_is_listed_and_the_others_go_on(books: RunBooks) -> None:
    books.automatic("send_invoice")
    for n, patient in enumerate(("pat_1", "pat_2", "pat_3")):
        books.due(n, patient)
    books.change_patient("pat_2", erased=True)
    books.due(9, "pat_gone")
    books.day(DAY, 7)
    outcomes = books.outcomes(RUN)
    assert outcomes["patient.pat_1"][0] == outcomes["patient.pat_3"][0] == "invoiced"
    assert outcomes["patient.pat_2"] == outcomes["patient.pat_gone"] == ("failed", "payer_unknown")
    assert books.run(RUN).counts == {"invoiced": 2, "failed": 2}


@pytest.mark.rule("C-03")
def test_one_at_whom_something_breaks_is_tried_three_times_and_listed(books: RunBooks) -> None:
    books.automatic("send_invoice")
    for patient in ("pat_1", "pat_2"):
        books.due(1, patient)
    told = books.notices.invoice

    def breaks(invoice_id: str, channels: tuple[str, ...], cause: str) -> object:
        if books.invoice(invoice_id).payer.key == "patient.pat_1":
            raise RuntimeError("provider")
        return told(invoice_id, channels, cause)

    books.notices.invoice = breaks  # type: ignore[method-assign,assignment]
    books.day(DAY, 7)
    outcomes = books.outcomes(RUN)
    assert outcomes["patient.pat_1"] == ("failed", "RuntimeError")
    assert outcomes["patient.pat_2"] == ("invoiced", "")
    assert sum(isinstance(e, RuntimeError) for e in books.troubles) == 3
    assert len(books.documents) == 2


@pytest.mark.rule("C-04")
def test_a_draft_that_lacks_something_stays_for_staff(books: RunBooks) -> None:
    books.put(require(books.store, practitioner_ref("prc_1")).with_(invoice_template_id="tpl_gone"))
    books.automatic("send_invoice")
    books.due(1)
    books.due(1, "pat_2", practitioner_id="prc_2")
    books.day(DAY, 7)
    payers = books.payers(RUN)
    assert (payers["patient.pat_1"].outcome, payers["patient.pat_1"].reason) == ("not_final", "invalid")
    assert payers["patient.pat_2"].outcome == "invoiced"
    draft = books.invoice(payers["patient.pat_1"].document_id or "")
    assert (draft.state, draft.of_run) == (InvoiceState.DRAFT, True)
    (wrong,) = books.confirm_drafts([draft.id], BILLER).not_final
    assert wrong.faults == (("template_id", "there is no such invoice template"),)


# -- once, however often
@pytest.mark.rule("C-03")
@pytest.mark.promise(25)
@pytest.mark.parametrize("mode", ["draft", "send_invoice", "send_payment_link"])
def test_run_twice_it_does_nothing_more(books: RunBooks, mode: str) -> None:
    books.automatic(mode)
    for n, patient in enumerate(("pat_1", "pat_2")):
        books.due(n, patient)
    books.day(DAY, 7)
    before = (books.documents, dict(books.notices.sent), books.outcomes(RUN))
    for _ in range(3):
        books.day(DAY, 8)
        books.plan_run(RUN)
        books.bill_page(RUN, 0)
        books.close_run(RUN)
    assert (books.documents, dict(books.notices.sent), books.outcomes(RUN)) == before


@pytest.mark.rule("C-03")
def test_after_three_days_down_one_run_gathers_what_was_due_on_all_of_them(books: RunBooks) -> None:
    books.automatic("draft")
    for n in range(3):
        books.due(n, at=books.now + timedelta(days=n))
    books.day(DAY + timedelta(days=3), 14)
    (draft,) = books.documents
    assert len(draft.lines) == 3
    assert books.run(f"run_daily_{DAY + timedelta(days=3)}").payers == 1


def test_while_sending_is_paused_no_run_begins_and_then_the_latest_is_made_up(books: RunBooks) -> None:
    books.automatic("draft")
    books.due(1)
    books.paused()
    assert books.day(DAY, 7) == ""
    books.paused(False)
    assert books.day(DAY, 15) == RUN
    assert len(books.documents) == 1


def test_one_that_is_paused_half_way_goes_on_after_that(books: RunBooks) -> None:
    books.automatic("draft")
    books.due(1)
    books.now = books.now.replace(day=16, hour=7)
    books.start()
    books.plan_run(RUN)
    books.paused()
    assert books.execute(RUN) == "over"
    assert books.close_run(RUN).outcome == "held"
    books.now += STALLED
    books.sweep(RUN)
    assert books.run(RUN).attempt == 1
    books.paused(False)
    books.now += STALLED
    books.sweep(RUN)
    assert (books.run(RUN).attempt, f"{RUN}-2" in books.executions.started) == (2, True)
    assert books.execute(RUN) == "closed"
    assert len(books.documents) == 1


# -- executions
def test_each_attempt_starts_one_execution(books: RunBooks) -> None:
    books.automatic("draft")
    books.due(1)
    books.now = books.now.replace(day=16, hour=7)
    books.start()
    for _ in range(3):
        books.follow(RUN)
    assert list(books.executions.started) == [f"{RUN}-1"]
    books.sweep(RUN)
    assert books.run(RUN).attempt == 1  # not yet
    books.now += STALLED
    books.sweep(RUN)
    assert list(books.executions.started) == [f"{RUN}-1", f"{RUN}-2"]


def test_a_run_that_never_comes_to_its_end_is_closed_as_it_stands(books: RunBooks) -> None:
    books.automatic("draft")
    books.due(1)
    books.now = books.now.replace(day=16, hour=7)
    books.start()
    for _ in range(MOST_ATTEMPTS):
        books.now += STALLED
        books.sweep(RUN)
    run = books.run(RUN)
    assert (run.state, run.look_at, run.done) == (RunState.CLOSED, None, 0)
    assert books.day(DAY + timedelta(days=1), 7)  # what nobody got is the next run's
    assert len(books.documents) == 1


def test_a_page_that_gives_up_leaves_the_run_unfinished(books: RunBooks) -> None:
    books.automatic("draft")
    books.due(1)
    books.now = books.now.replace(day=16, hour=7)
    books.start()
    books.plan_run(RUN)
    assert books.close_run(RUN).outcome == "unfinished"
    assert books.execute(RUN) == "closed"


# -- by hand
@pytest.mark.rule("C-03")
def test_by_hand_the_plan_comes_first_and_nothing_is_made_before_it_is_confirmed(books: RunBooks) -> None:
    books.due(1)
    books.due(1, "pat_2")
    run = books.by_hand("draft")
    assert (run.state, run.payers, run.look_at) == (RunState.PLANNED, 2, None)
    assert not books.documents
    assert {p.total for p in books.payers(run.id).values()} == {12_000}
    confirmed = books.confirm(run.id, run.digest, BILLER)
    assert (confirmed.state, confirmed.attempt, confirmed.started_by) == (RunState.RUNNING, 2, "usr_1")
    assert books.confirm(run.id, run.digest, BILLER).attempt == 2
    assert books.execute(run.id) == "closed"
    assert len(books.documents) == 2


@pytest.mark.rule("C-03")
def test_what_changed_since_the_plan_was_shown_is_left_out_and_listed(books: RunBooks) -> None:
    paid, again = books.due(1), books.due(1, "pat_2")
    books.due(1, "pat_3")
    run = books.by_hand("send_invoice")
    books.change(paid, paid=12_000, payment_ids=("pay_1",))
    due = books.billable(again).due
    assert due is not None
    books.change(again, due=due.with_(price=9_000))
    books.due(2, "pat_3")  # came after: the next run's
    books.confirm(run.id, run.digest, BILLER)
    books.execute(run.id)
    outcomes = books.outcomes(run.id)
    assert outcomes["patient.pat_1"] == outcomes["patient.pat_2"] == ("changed", "changed")
    assert outcomes["patient.pat_3"] == ("invoiced", "")
    (invoice,) = books.documents
    assert invoice.billable_ids == ("bil_3_d001",)


def test_another_plans_digest_starts_nothing(books: RunBooks) -> None:
    books.due(1)
    books.prepare("run_hand_2", RunMode.DRAFT, "email", BILLER)
    with pytest.raises(Refused):
        books.confirm("run_hand_2", "", BILLER)
    run = books.by_hand("draft")
    with pytest.raises(Stale):
        books.confirm(run.id, "0" * 32, BILLER)
    assert books.run(run.id).state is RunState.PLANNED


# -- many
@pytest.mark.rule("C-03")
def test_hundreds_of_payers_are_dealt_out_to_pages_each_once(books: RunBooks) -> None:
    people = books.people(600)
    for patient in people:
        books.due(1, patient)
    for patient in people[:50]:
        books.due(2, patient)  # after everybody's first: the walk meets them again
    books.automatic("draft")
    books.day(DAY, 7)
    run = books.run(RUN)
    assert (run.payers, run.pages, run.counts) == (600, 24, {"drafted": 600})
    assert run.looked_at == 650
    assert sorted(len(d.lines) for d in books.documents) == [1] * 550 + [2] * 50


def test_no_step_of_a_run_holds_more_than_one_write_can(books: RunBooks) -> None:
    """Its memory is that of a step, however many payers there are."""
    for patient in books.people(400):
        books.due(1, patient)
    books.automatic("draft")
    largest = list[int]()
    books.store.before_commit.append(lambda writes: largest.append(len(writes)))
    books.day(DAY, 7)
    assert books.run(RUN).done == 400
    assert max(largest) == STEP + 1


@pytest.mark.rule("C-03")
def test_over_four_hundred_of_one_payer_wait_for_the_next_run(books: RunBooks) -> None:
    for n in range(430):
        books.due(n)
    books.automatic("draft")
    books.day(DAY, 7)
    books.day(DAY + timedelta(days=1), 7)
    assert sorted(len(d.lines) for d in books.documents) == [30, 400]
    assert {d.state for d in books.documents} == {InvoiceState.DRAFT}


# -- C-04
@pytest.mark.rule("C-04")
def test_drafts_of_runs_are_listed_edited_and_confirmed_which_tells_the_payer(books: RunBooks) -> None:
    books.automatic("draft", channel="both")
    books.due(1)
    books.consultation(1, "pat_2")
    books.drafted(consultation_ids=("bil_2_0001",))
    books.day(DAY, 7)
    (draft,) = books.store.page(drafts_of_runs()).items
    assert draft.batch_id == RUN
    books.edit(draft.id, draft.version, lines=(draft.lines[0].with_(price=10_000),))
    done = books.confirm_drafts([draft.id, draft.id], BILLER)
    assert [i.invoice.total for i in done.issued] == [10_000]
    assert len(books.notices.sent) == 2
    assert books.store.page(drafts_of_runs()).items == []
    books.confirm_drafts([draft.id], BILLER)
    assert len(books.notices.sent) == 2


@pytest.mark.rule("C-04")
def test_confirming_tells_nobody_where_the_settings_say_so_and_refuses_what_no_run_made(books: RunBooks) -> None:
    books.automatic("draft", confirming_sends=False)
    books.due(1)
    books.day(DAY, 7)
    (draft,) = books.documents
    assert books.confirm_drafts([draft.id], BILLER).issued[0].invoice.is_final
    assert books.notices.calls == 0
    books.consultation(1, "pat_2")
    (own,) = books.drafted(consultation_ids=("bil_2_0001",)).invoice_ids
    (wrong,) = books.confirm_drafts([own, "inv_none"], BILLER).not_final[:1]
    assert (wrong.invoice_id, wrong.code) == (own, "not_of_a_run")
