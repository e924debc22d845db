"""C-02: the link to pay goes by the channels that were asked for, once for each run, and never for what is paid."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from creneau.agenda.catalogue import Contact
from creneau.billing.billable import Billable
from creneau.messaging.message import Channel, Message, MessageState
from creneau.messaging.ports import Unknown
from creneau.messaging.sms.month import SmsMonth, SmsUse, UseState
from creneau.messaging.verdict import Reason
from creneau.shared.errors import Refused
from tests.support.post import body
from tests.unit.messaging.payments.collector import URL, Collector
from tests.unit.messaging.payments.payers import PAYER, at

EMAIL, SMS = Channel.EMAIL, Channel.SMS
BOTH = (EMAIL, SMS)
SENT, SUPPRESSED = MessageState.SENT, MessageState.SUPPRESSED
MOBILE, LANDLINE = "+41791234567", "+41215550123"


@pytest.fixture
def desk() -> Collector:
    desk = Collector()
    desk.now = at("2027-03-16 10:00")
    desk.texting()
    desk.patient_is(phone=MOBILE)
    return desk


@pytest.fixture
def due(desk: Collector) -> Billable:
    """A visit of 120.50 that took place."""
    return desk.due_of(desk.visit("2027-03-10 09:00"))


def send(desk: Collector, *channels: Channel, total: int = 12_050, run: str = "run_1", **how: Any) -> list[Message]:
    given: dict[str, Any] = {"payer_key": PAYER, "currency": "CHF"} | how
    planned = desk.send_link(run_id=run, total=total, channels=channels or BOTH, **given)
    return [desk.left(m) if m.is_scheduled else m for m in planned]


@pytest.mark.rule("C-02")
@pytest.mark.usefixtures("due")
def test_it_goes_by_both_with_the_total_and_a_link_of_its_own(desk: Collector) -> None:
    email, sms = send(desk)
    assert [email.id, sms.id] == [f"payment_link.email.{PAYER}.run_1", f"payment_link.sms.{PAYER}.run_1"]
    assert (email.state, email.address) == (SENT, "p1@mail.example")
    assert (sms.state, sms.address) == (SENT, MOBILE)
    (mail,), (text,) = desk.mails(), desk.texter.sent
    for told in (body(mail), text.body):
        assert "120.50" in told
        assert told.count(f"{URL}/p/") == 1
    links = desk.links()
    assert [(link.purpose, link.subject) for link in links] == [("pay", {"payer_key": PAYER})] * 2
    assert len({link.hash for link in links}) == 2
    for message in (email, sms):
        assert json.loads(desk.contents.kept[message.content_key or ""])["text"].count("/p/…") == 1


@pytest.mark.rule("M-08", "C-02")
@pytest.mark.usefixtures("due")
def test_nothing_is_told_of_what_it_is_for(desk: Collector) -> None:
    send(desk)
    (mail,), (text,) = desk.mails(), desk.texter.sent
    told = f"{mail['Subject']} {body(mail)} {body(mail, 'html')} {text.body}"
    for word in ("Séance", "Bilan", "Favre", "10 mars"):
        assert word not in told
    assert list(mail.iter_attachments()) == []


@pytest.mark.rule("C-02")
@pytest.mark.usefixtures("due")
@pytest.mark.parametrize("phone", [None, "", LANDLINE])
def test_without_a_mobile_the_email_goes_and_the_sms_says_why_not(desk: Collector, phone: str | None) -> None:
    desk.patient_is(phone=phone)
    email, sms = send(desk)
    assert (email.state, sms.state, desk.reason(sms)) == (SENT, SUPPRESSED, "no_mobile")


@pytest.mark.rule("C-02")
@pytest.mark.usefixtures("due")
def test_with_sms_alone_it_is_suppressed_and_nothing_goes(desk: Collector) -> None:
    desk.patient_is(phone=None)
    (sms,) = send(desk, SMS)
    assert (sms.state, desk.reason(sms)) == (SUPPRESSED, "no_mobile")
    assert (desk.mailer.sent, desk.texter.sent) == ([], [])


@pytest.mark.rule("C-02", "M-10")
@pytest.mark.promise(13)
@pytest.mark.usefixtures("due")
def test_a_run_that_is_repeated_asks_once_and_the_next_run_again(desk: Collector) -> None:
    first = send(desk)
    assert send(desk) == first
    assert (len(desk.mailer.sent), len(desk.texter.sent)) == (1, 1)
    assert [m.state for m in send(desk, run="run_2")] == [SENT, SENT]


@pytest.mark.rule("C-02", "M-09")
def test_what_is_paid_before_it_leaves_is_not_asked_for(desk: Collector, due: Billable) -> None:
    planned = desk.send_link(PAYER, "run_1", 12_050, "CHF", BOTH)
    desk.paid_due(due, 12_050)
    for message in planned:
        assert desk.reason(desk.left(message)) == Reason.PAID
    assert (desk.mailer.sent, desk.texter.sent) == ([], [])


@pytest.mark.rule("C-02", "M-09")
def test_of_what_is_paid_in_part_the_rest_is_told(desk: Collector, due: Billable) -> None:
    planned = desk.send_link(PAYER, "run_1", 12_050, "CHF", (EMAIL,))
    desk.paid_due(due, 2_000)
    assert desk.left(planned[0]).state is SENT
    assert "100.50" in body(desk.mails()[0])


@pytest.mark.rule("C-02")
@pytest.mark.usefixtures("due")
def test_what_else_is_owed_is_not_added(desk: Collector) -> None:
    desk.owes(2)
    send(desk, EMAIL)
    assert "120.50" in body(desk.mails()[0])


@pytest.mark.rule("C-03")
@pytest.mark.parametrize("total", [0, -100])
def test_nothing_to_pay_asks_nobody(desk: Collector, total: int) -> None:
    with pytest.raises(Refused) as refused:
        send(desk, total=total)
    assert refused.value.code == Reason.PAID


@pytest.mark.rule("C-03")
@pytest.mark.usefixtures("due")
def test_another_currency_has_a_message_of_its_own(desk: Collector) -> None:
    send(desk, EMAIL)
    (other,) = desk.send_link(PAYER, "run_1", 3_000, "EUR", (EMAIL,))
    assert other.id == f"payment_link.email.{PAYER}.run_1-EUR"
    assert desk.reason(desk.left(other)) == Reason.PAID  # nothing is owed in euros


@pytest.mark.rule("C-02")
def test_a_contact_who_pays_gets_it_at_their_own(desk: Collector) -> None:
    parent = Contact(id="con_1", name="Anne Martin", email="anne@mail.example", phone="+41791112233", language="de")
    desk.patient_is(contacts=(parent,), payer_contact_id="con_1", phone=None)
    desk.due_of(desk.visit("2027-03-10 09:00"))
    email, sms = send(desk, payer_key="contact.pat_1.con_1")
    assert (email.address, sms.address, email.template) == (parent.email, parent.phone, "de/payment_link.email")
    assert (email.state, sms.state) == (SENT, SENT)


@pytest.mark.rule("C-02")
@pytest.mark.usefixtures("due")
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"erased": True}, Reason.ERASED),
        ({"deceased": True}, Reason.DECEASED),
        ({"phone_blocked": True, "email_blocked": True}, None),
    ],
)
def test_who_cannot_be_written_to(desk: Collector, changes: dict[str, Any], reason: Reason | None) -> None:
    desk.patient_is(**changes)
    reasons = [desk.reason(m) for m in send(desk)]
    assert reasons == ([reason, reason] if reason else [Reason.BLOCKED, Reason.PHONE_BLOCKED])


@pytest.mark.rule("S-02")
@pytest.mark.usefixtures("due")
def test_while_sms_are_off_the_email_goes(desk: Collector) -> None:
    desk.texting(enabled=False)
    email, sms = send(desk)
    assert (email.state, desk.reason(sms)) == (SENT, Reason.SMS_OFF)


@pytest.mark.rule("S-03")
@pytest.mark.promise(30)
@pytest.mark.usefixtures("due")
def test_its_credits_are_counted_and_an_outcome_that_nobody_learnt_is_not_repeated(desk: Collector) -> None:
    desk.texter.lost = [Unknown()]
    (sms,) = send(desk, SMS)
    assert sms.state is MessageState.CLAIMED
    (use,) = [item for item in desk.store.items.values() if isinstance(item, SmsUse)]
    assert (use.credits, use.state, use.message_id) == (1, UseState.RESERVED, sms.id)
    (month,) = [item for item in desk.store.items.values() if isinstance(item, SmsMonth)]
    assert month.included.reserved == 1
    desk.now = at("2027-03-16 10:30")
    desk.sweep()
    assert desk.left(sms).state is MessageState.UNCONFIRMED
    assert len(desk.texter.sent) == 1


@pytest.mark.rule("M-16")
@pytest.mark.usefixtures("due")
def test_the_sms_waits_for_the_morning(desk: Collector) -> None:
    desk.now = at("2027-03-16 22:00")
    (sms,) = send(desk, SMS)
    assert (sms.is_scheduled, desk.texter.sent) == (True, [])
    desk.now = at("2027-03-17 08:00")
    assert desk.left(sms).state is SENT


@pytest.mark.rule("S-06")
@pytest.mark.usefixtures("due")
@pytest.mark.parametrize("channels", [(SMS,), (EMAIL, SMS)])
def test_over_the_limit_one_email_goes_in_place_of_the_sms(desk: Collector, channels: tuple[Channel, ...]) -> None:
    desk.texting(monthly_limit=1)
    *_, sms = send(desk, *channels)
    assert desk.reason(sms) == Reason.SPENDING_LIMIT
    email = desk.message(f"payment_link.email.{PAYER}.run_1")
    assert (desk.left(email) if email.is_scheduled else email).state is SENT
    (mail,) = desk.mails()
    assert "120.50" in body(mail)


@pytest.mark.rule("C-02")
@pytest.mark.usefixtures("due")
def test_the_link_is_known_for_a_year(desk: Collector) -> None:
    send(desk, EMAIL)
    (link,) = desk.links()
    assert datetime.fromtimestamp(link.ttl, UTC) == at("2028-03-16 10:00")
