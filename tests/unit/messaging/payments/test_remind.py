"""D-05, D-06: staff see what would go out, and send just that."""

from datetime import date
from typing import Any

import pytest

from creneau.messaging.message import MessageState
from creneau.messaging.payments.choose import LeftOutBecause, Options
from creneau.messaging.payments.remind import Chosen, Reminded
from creneau.shared.actor import Actor, Role
from creneau.shared.errors import Invalid
from tests.support.books import BILLER
from tests.unit.messaging.payments.payers import PAYER, Payers, at

SENT = MessageState.SENT


@pytest.fixture
def payers() -> Payers:
    """Two invoices of the first patient, one of the second, all due and sent; it is 20 April, 10:00."""
    clinic = Payers()
    clinic.owes(1), clinic.owes(2), clinic.owes(3, "pat_2")
    clinic.now = at("2027-04-20 10:00")
    return clinic


def send(
    payers: Payers,
    options: Options = Options(),  # noqa: B008 - a value
    template: str | None = None,
    by: Actor = BILLER,
) -> Reminded:
    chosen = [Chosen(payer_key=p.payer_key, digest=p.digest) for p in payers.list(options, by) if p.invoices]
    return payers.remind(chosen, options, template, by)


def reminded_on(payers: Payers, id: str, day: str) -> None:
    payers.put(payers.invoice(id).with_(last_reminded_on=date.fromisoformat(day)))


@pytest.mark.rule("D-05")
def test_one_email_a_payer_with_all_that_they_owe(payers: Payers) -> None:
    done = send(payers)
    assert sorted((m.payer_key, len(m.invoice_ids), m.occurrence) for m in done.messages) == [
        (PAYER, 2, "2027-04-20"),
        ("patient.pat_2", 1, "2027-04-20"),
    ]
    assert {(m.due_at, m.state, m.given["by"]) for m in done.messages} == {
        (payers.now, MessageState.SCHEDULED, BILLER.id)
    }


@pytest.mark.rule("D-05")
def test_the_list_writes_nothing_and_says_who_is_left_out(payers: Payers) -> None:
    (invoice,) = payers.owed.of_payer("patient.pat_2")
    reminded_on(payers, invoice.id, "2027-04-19")
    before = dict(payers.store.items)
    first, second = payers.list(Options(within_days=7), BILLER)
    assert [len(first.invoices), [r.because for r in second.left_out]] == [2, [LeftOutBecause.REMINDED_LATELY]]
    assert payers.store.items == before


@pytest.mark.rule("D-05")
@pytest.mark.promise(30)
def test_what_changed_since_the_list_is_left_out_and_told(payers: Payers) -> None:
    chosen = [Chosen(payer_key=p.payer_key, digest=p.digest) for p in payers.list(Options(), BILLER)]
    invoice = payers.invoice(payers.owed.of_payer(PAYER)[0].id)
    payers.paid(invoice, 5_000)
    done = payers.remind(chosen, Options(), None, BILLER)
    assert [m.payer_key for m in done.messages] == ["patient.pat_2"]
    assert [(n.payer_key, n.code) for n in done.not_reminded] == [(PAYER, "changed")]


@pytest.mark.rule("D-05")
def test_who_paid_everything_since_is_not_reminded(payers: Payers) -> None:
    chosen = [Chosen(payer_key=p.payer_key, digest=p.digest) for p in payers.list(Options(), BILLER)]
    for n, seen in enumerate(payers.owed.of_payer(PAYER)):
        invoice = payers.invoice(seen.id)
        payers.paid(invoice, invoice.balance, id=f"pay_{n}")
    done = payers.remind(chosen, Options(), None, BILLER)
    assert [(n.payer_key, n.code) for n in done.not_reminded] == [(PAYER, "nothing_to_remind_of")]


@pytest.mark.rule("D-05")
def test_sent_twice_in_a_row_goes_once(payers: Payers) -> None:
    chosen = [Chosen(payer_key=p.payer_key, digest=p.digest) for p in payers.list(Options(), BILLER)]
    payers.remind(chosen, Options(), None, BILLER)
    again = payers.remind(chosen, Options(), None, BILLER)
    assert again.messages == ()
    assert {n.code for n in again.not_reminded} == {"on_its_way"}
    assert len(payers.messages()) == 2


@pytest.mark.rule("D-06")
def test_a_second_one_of_a_day_is_another_message_when_staff_want_it(payers: Payers) -> None:
    for message in send(payers).messages:
        payers.settle(message)
    second = send(payers, Options(within_days=0))
    assert {m.occurrence for m in second.messages} == {"r2-2027-04-20"}


@pytest.mark.rule("D-05")
def test_the_automatic_one_of_today_goes_now_as_theirs(payers: Payers) -> None:
    payers.template("36d")
    payers.now = at("2027-04-20 08:00")
    payers.plan_payer(PAYER)
    (automatic,) = payers.messages()
    assert automatic.due_at == at("2027-04-20 09:00")
    mine = next(m for m in send(payers).messages if m.payer_key == PAYER)
    assert (mine.id, mine.due_at, mine.invoice_ids) == (automatic.id, payers.now, automatic.invoice_ids)
    payers.plan_payer(PAYER)
    assert payers.messages(MessageState.SCHEDULED)[0].due_at == payers.now


@pytest.mark.rule("D-06")
def test_one_payer_and_invoices_never_sent(payers: Payers) -> None:
    fresh = payers.owes(4, sent=False, term=0)
    plan = payers.list.of_payer(PAYER, Options(), BILLER)
    assert plan is not None
    assert [(r.invoice_id, r.because) for r in plan.left_out] == [(fresh.id, LeftOutBecause.NEVER_SENT)]
    taken = payers.list.of_payer(PAYER, Options(never_sent=True), BILLER)
    assert taken is not None
    assert fresh.id in [r.invoice_id for r in taken.invoices]


@pytest.mark.rule("D-03")
def test_a_reason_overrides_and_is_kept(payers: Payers) -> None:
    payers.keep(receives_reminders=False)
    assert PAYER not in [m.payer_key for m in send(payers).messages]
    mine = next(m for m in send(payers, Options(although="asked for it by telephone")).messages if m.payer_key == PAYER)
    assert mine.given["although"] == mine.why[-1].facts["although"] == "asked for it by telephone"


@pytest.mark.rule("P-01")
def test_a_practitioner_reminds_of_their_own_invoices(payers: Payers) -> None:
    luc = Actor(id="usr_2", roles=(Role.PRACTITIONER,), practitioner_id="prc_2")
    assert payers.list(Options(), luc) == []
    anne = Actor(id="usr_3", roles=(Role.PRACTITIONER,), practitioner_id="prc_1")
    assert len(payers.list(Options(), anne)) == 2


@pytest.mark.parametrize("given", [{"template_id": "tpl_none"}, {"template_id": "reminder.email"}])
def test_a_template_that_is_none_of_reminders_is_refused(payers: Payers, given: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        payers.remind([Chosen(payer_key=PAYER, digest="")], Options(), by=BILLER, **given)
    assert refused.value.faults[0].field == "template_id"


def test_more_than_one_request_holds_are_sent_in_parts(payers: Payers) -> None:
    many = [Chosen(payer_key=f"patient.pat_{n}", digest="") for n in range(201)]
    with pytest.raises(Invalid):
        payers.remind(many, Options(), None, BILLER)
