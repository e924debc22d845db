"""D-02, D-04: a payer's reminders are those that their open invoices ask for, whatever happened in whichever order."""

from datetime import date

import pytest

from creneau.billing.invoice import Instalment
from creneau.messaging.cancel import CancelMessage
from creneau.messaging.message import MessageState
from creneau.shared.actor import SYSTEM
from creneau.shared.again import Again
from tests.unit.messaging.payments.payers import PAYER, Payers, at

CLAIMED, CANCELLED, SENT = MessageState.CLAIMED, MessageState.CANCELLED, MessageState.SENT


@pytest.mark.rule("D-02")
def test_an_invoice_is_planned_to_be_reminded_of_by_each_delay() -> None:
    payers = Payers()
    payers.template("14d", "45d")
    invoice = payers.owes()
    payers.plan_payer(PAYER)
    # The first falls before the due date, 14 April, and moves to it; the second stays where it is.
    assert payers.scheduled() == [("2027-04-14 09:00", (invoice.id,)), ("2027-04-29 09:00", (invoice.id,))]
    before = payers.messages()
    assert payers.plan_payer(PAYER).message_ids == ()
    assert payers.messages() == before


@pytest.mark.rule("D-02")
def test_two_invoices_of_one_day_are_one_email_and_of_two_payers_are_two() -> None:
    payers = Payers()
    payers.template("45d")
    first, second, other = payers.owes(1), payers.owes(2), payers.owes(3, "pat_2")
    for key in (PAYER, "patient.pat_2"):
        payers.plan_payer(key)
    mine, theirs = payers.messages(MessageState.SCHEDULED)
    assert set(mine.invoice_ids) == {first.id, second.id}
    assert theirs.invoice_ids == (other.id,)
    assert (mine.payer_key, theirs.payer_key) == (PAYER, "patient.pat_2")


@pytest.mark.rule("D-04")
def test_a_paid_invoice_is_taken_off_and_the_last_one_cancels_the_email() -> None:
    payers = Payers()
    payers.template("45d")
    first, second = payers.owes(1), payers.owes(2)
    payers.plan_payer(PAYER)
    payers.paid(first, first.balance)
    payers.plan_payer(PAYER)
    assert payers.scheduled() == [("2027-04-29 09:00", (second.id,))]
    payers.paid(second, second.balance, id="pay_2")
    payers.plan_payer(PAYER)
    (only,) = payers.messages()
    assert (only.state, only.why[-1].step) == (CANCELLED, "plan")


@pytest.mark.rule("D-04")
def test_what_a_payment_cancelled_comes_back_when_the_payment_is_taken_back() -> None:
    payers = Payers()
    payers.template("45d")
    invoice = payers.owes()
    payers.plan_payer(PAYER)
    payers.paid(invoice, invoice.balance)
    payers.plan_payer(PAYER)
    payers.cancel_payment("pay_1")
    payers.plan_payer(PAYER)
    assert payers.scheduled() == [("2027-04-29 09:00", (invoice.id,))]


@pytest.mark.rule("D-04")
def test_instalments_move_it_to_the_first_that_is_not_covered_or_after_what_is_collected() -> None:
    payers = Payers()
    payers.template("14d")
    invoice = payers.owes()
    plan = (Instalment(on=date(2027, 5, 1), amount=6_000), Instalment(on=date(2027, 6, 1), amount=6_050))
    payers.instalments(invoice.id, plan, None)
    payers.plan_payer(PAYER)
    assert [day for day, _ in payers.scheduled()] == ["2027-05-01 09:00"]
    payers.instalments(invoice.id, tuple(i.with_(preauthorised=True) for i in plan), None)
    payers.plan_payer(PAYER)
    assert [day for day, _ in payers.scheduled()] == ["2027-06-02 09:00"]


@pytest.mark.rule("D-02")
@pytest.mark.parametrize("state", [CLAIMED, SENT, MessageState.DELIVERED, MessageState.UNCONFIRMED])
def test_what_left_stays_and_is_not_planned_again(state: MessageState) -> None:
    payers = Payers()
    payers.template("45d")
    invoice = payers.owes()
    payers.plan_payer(PAYER)
    (planned,) = payers.messages()
    payers.now = planned.due_at
    payers.settle(planned, state)
    settled = payers.messages()
    for later in (planned.due_at, at("2027-04-30 12:00")):
        payers.now = later
        payers.plan_payer(PAYER)
        assert payers.messages() == settled
    another = payers.owes(2, term=None)
    payers.plan_payer(PAYER, another.id)
    assert all(invoice.id not in ids for _, ids in payers.scheduled())


@pytest.mark.rule("M-02")
def test_what_staff_cancelled_stays_cancelled() -> None:
    payers = Payers()
    payers.template("45d")
    payers.owes()
    payers.plan_payer(PAYER)
    (planned,) = payers.messages()
    CancelMessage(payers.store, lambda: payers.now, Again(pause=lambda _: None, dice=lambda: 0.0))(planned.id, SYSTEM)
    payers.plan_payer(PAYER)
    assert payers.scheduled() == []


@pytest.mark.rule("D-08")
def test_a_promise_moves_what_is_planned_behind_it_and_back_when_it_is_lifted() -> None:
    payers = Payers()
    payers.template("45d")
    payers.owes()
    payers.plan_payer(PAYER)
    payers.keep(paused_until=date(2027, 5, 10))
    payers.plan_payer(PAYER)
    assert [day for day, _ in payers.scheduled()] == ["2027-05-11 09:00"]
    payers.keep(paused_until=None)
    payers.plan_payer(PAYER)
    assert [day for day, _ in payers.scheduled()] == ["2027-04-29 09:00"]


@pytest.mark.rule("D-02")
def test_nothing_is_planned_without_a_template_and_what_was_goes_when_it_is_off() -> None:
    payers = Payers()
    payers.owes()
    payers.plan_payer(PAYER)
    assert payers.messages() == []
    payers.template("45d")
    payers.plan_payer(PAYER)
    assert len(payers.scheduled()) == 1
    payers.template("45d", active=False)
    payers.plan_payer(PAYER)
    assert payers.scheduled() == []


@pytest.mark.rule("D-02")
def test_a_change_of_the_templates_walks_all_who_owe_once() -> None:
    payers = Payers()
    for n, patient in enumerate(("pat_1", "pat_2", "pat_3")):
        payers.owes(n, patient)
    payers.template("45d")
    payers.start_walk()
    payers.walk()
    assert len(payers.scheduled()) == 3
    before = payers.messages()
    payers.start_walk()
    payers.walk()
    assert payers.messages() == before


@pytest.mark.rule("D-02")
def test_existing_invoices_are_taken_along_only_as_previewed() -> None:
    payers = Payers()
    payers.owes(term=None)
    payers.now = at("2027-06-20 10:00")
    payers.template("45d", "60d", since=payers.now)
    payers.plan_payer(PAYER)
    assert payers.scheduled() == []
    preview = payers.take_along.preview("tpl_1")
    assert [(str(d.on), d.emails) for d in preview.days] == [("2027-06-21", 1)]
    payers.take_along("tpl_1", preview.in_all)
    payers.start_walk()
    payers.walk()
    assert [day for day, _ in payers.scheduled()] == ["2027-06-21 09:00"]


@pytest.mark.rule("D-02")
def test_a_preview_that_is_no_longer_true_takes_nothing_along() -> None:
    payers = Payers()
    invoice = payers.owes(term=None)
    payers.now = at("2027-06-20 10:00")
    payers.template("45d", since=payers.now)
    emails = payers.take_along.preview("tpl_1").in_all
    payers.paid(invoice, invoice.balance)
    with pytest.raises(Exception, match="it would send other reminders now"):
        payers.take_along("tpl_1", emails)


@pytest.mark.rule("D-02")
def test_the_forecast_of_a_template_is_what_it_sends() -> None:
    payers = Payers()
    line = payers.template("14d", active=False)
    for n, patient in enumerate(("pat_1", "pat_1", "pat_2")):
        payers.owes(n, patient)
    forecast = payers.forecast(line.with_(active=True, delays=payers.template("20d", id="tpl_x", active=False).delays))
    assert [(str(d.on), d.emails, d.invoices) for d in forecast.days] == [("2027-04-14", 2, 3)]
    assert (forecast.today, forecast.in_all, forecast.more) == (0, 2, 2)
    assert payers.messages() == []
