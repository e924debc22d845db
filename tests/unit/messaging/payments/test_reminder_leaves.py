"""D-03, D-04, D-08, M-09: a reminder is judged invoice by invoice when it leaves, and lists what may still be asked for."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from creneau.agenda.catalogue import Contact
from creneau.billing.invoice import Instalment, Invoice, invoice_ref
from creneau.billing.payer import PayerKind
from creneau.billing.payer_record import PayerRecord, payer_record_ref
from creneau.changes import name_changes
from creneau.messaging.message import Channel, Kind, MessageState
from creneau.messaging.mime import ATTACHED_LIMIT
from creneau.messaging.ports import NotSent, Unknown
from creneau.messaging.template import Template
from creneau.messaging.verdict import Reason
from creneau.messaging.wording.wording import Wording
from creneau.shared.link import hash_of
from creneau.shared.store import require
from tests.support.post import CountingStore, body
from tests.unit.messaging.payments.collector import URL, Collector
from tests.unit.messaging.payments.payers import PAYER, at

LINK = re.compile(rf"{re.escape(URL)}/p/([A-Za-z0-9_-]{{22}})\b")
PARENT = Contact(id="con_1", name="Anne Martin", email="anne@mail.example")
SENT, SUPPRESSED = MessageState.SENT, MessageState.SUPPRESSED


@pytest.fixture
def desk() -> Collector:
    """It is the day on which invoices of 15 March are due."""
    desk = Collector()
    desk.now = at("2027-03-15 18:00")
    return desk


def owing(desk: Collector, count: int = 1, **how: Any) -> list[Invoice]:
    invoices = [desk.owes(n, **how) for n in range(1, count + 1)]
    desk.now = at("2027-04-20 10:00")
    return invoices


def settle(desk: Collector, invoice: Invoice, id: str = "pay_1") -> None:
    desk.paid(desk.invoice(invoice.id), desk.invoice(invoice.id).balance, id=id)


@pytest.mark.rule("D-05", "M-01")
def test_all_that_is_owed_is_listed_and_attached_with_one_link_to_pay(desk: Collector) -> None:
    first, second = owing(desk, 2)
    left = desk.left(desk.ask(first, second))
    assert (left.state, left.address, left.invoice_ids) == (SENT, "p1@mail.example", (first.id, second.id))
    (mail,) = desk.mails()
    text = body(mail)
    for invoice in (first, second):
        assert invoice.frozen is not None
        assert invoice.frozen.number in text
        assert "14 avril 2027" in text
    assert "241.00" in text.replace("\u00a0", " ")
    assert [part.get_filename() for part in mail.iter_attachments()] == [
        f"{i.frozen.number}.pdf" for i in (first, second) if i.frozen
    ]
    (token,) = set(LINK.findall(text))
    (link,) = desk.links()
    assert (link.hash, link.purpose, link.subject) == (hash_of(token), "pay", {"payer_key": PAYER})
    assert token.encode() not in desk.contents.kept[left.content_key or ""]


@pytest.mark.rule("M-08")
def test_neither_the_email_nor_its_subject_tells_what_was_invoiced(desk: Collector) -> None:
    desk.left(desk.ask(*owing(desk)))
    (mail,) = desk.mails()
    told = f"{mail['Subject']} {body(mail)} {body(mail, 'html')}"
    for word in ("Séance", "Consultation", "Bilan", "Favre"):
        assert word not in told
    assert "120" not in mail["Subject"]


def inserted_at(call: int, desk: Collector, act: Callable[[], None]) -> None:
    """The act happens right before the n-th call that the store gets from now on, on its own."""
    store, seen = desk.store, 0

    def watching(name: str) -> Callable[..., Any]:
        real = getattr(CountingStore, name)

        def called(*given: Any) -> Any:
            nonlocal seen
            seen += 1
            if seen == call:
                for other in ("get", "snapshot", "get_many", "commit"):
                    store.__dict__.pop(other, None)
                act()
            return real(store, *given)

        return called

    for name in ("snapshot", "get_many", "commit"):
        setattr(store, name, watching(name))


@pytest.mark.rule("D-04", "M-09")
@pytest.mark.promise(26)
@pytest.mark.parametrize("call", range(1, 5))
@pytest.mark.parametrize("of_both", [False, True])
def test_no_reminder_is_claimed_after_its_payment_whenever_that_comes(call: int, of_both: bool) -> None:
    """Two invoices, one paid or both, with the payment put in before each call that the hand-over makes."""
    desk = Collector()
    first, second = owing(desk, 2)
    message = desk.ask(first, second)

    def pay() -> None:
        for invoice in [first, second] if of_both else [first]:
            settle(desk, invoice, f"pay_{invoice.id}")

    inserted_at(call, desk, pay)
    desk.deliver(message.id, message.version)
    left = desk.message(message.id)
    paid_before_claim = call <= 3  # snapshot, get_many, commit of the claim; then the mail is gone
    if not paid_before_claim:
        assert (left.state, left.invoice_ids) == (SENT, (first.id, second.id))
    elif of_both:
        assert (left.state, desk.mailer.sent) == (SUPPRESSED, [])
        assert desk.reason(left) == Reason.PAID
        assert left.why[-1].facts[first.id] == Reason.PAID
    else:
        assert (left.state, left.invoice_ids) == (SENT, (second.id,))
        told = next(d for d in left.why if d.step == "hand_over")
        assert told.facts[second.id] == str(desk.invoice(second.id).version)
        assert first.id not in told.facts
        (mail,) = desk.mails()
        assert first.frozen is not None
        assert first.frozen.number not in body(mail)
        assert len(list(mail.iter_attachments())) == 1


@pytest.mark.rule("D-04")
@pytest.mark.promise(26)
def test_its_record_names_the_version_of_each_invoice_that_it_was_decided_on(desk: Collector) -> None:
    (invoice,) = owing(desk)
    desk.paid(desk.invoice(invoice.id), 1_000)
    left = desk.left(desk.ask(invoice))
    told = next(d for d in left.why if d.step == "hand_over")
    assert told.facts[invoice.id] == str(desk.invoice(invoice.id).version)
    assert "110.50" in body(desk.mails()[0])


@pytest.mark.rule("D-04")
def test_none_before_its_due_date_and_one_on_it(desk: Collector) -> None:
    (invoice,) = owing(desk)
    assert invoice.due_on == date(2027, 4, 14)
    desk.now = at("2027-04-13 23:59")
    assert desk.reason(desk.left(desk.ask(invoice))) == Reason.NOT_DUE_YET
    desk.now = at("2027-04-14 00:00")
    assert desk.left(desk.ask(invoice)).state is SENT


@pytest.mark.rule("D-04")
def test_none_while_what_is_left_is_collected_by_itself(desk: Collector) -> None:
    (invoice,) = owing(desk)
    plan = (Instalment(on=date(2027, 4, 1), amount=6_000), Instalment(on=date(2027, 6, 1), amount=6_050))
    desk.instalments(invoice.id, tuple(i.with_(preauthorised=True) for i in plan), None)
    assert desk.reason(desk.left(desk.ask(invoice))) == Reason.NOT_DUE_YET
    desk.now = at("2027-06-02 09:00")
    assert desk.left(desk.ask(invoice)).state is SENT


@pytest.mark.rule("D-04")
def test_what_credit_notes_took_back_is_not_asked_for(desk: Collector) -> None:
    (invoice,) = owing(desk)
    desk.edit_item(invoice_ref(invoice.id), credited=invoice.total)
    assert desk.reason(desk.left(desk.ask(invoice))) == Reason.CREDITED


@pytest.mark.rule("D-04")
def test_an_invoice_that_is_gone_or_another_payers_is_not_asked_for(desk: Collector) -> None:
    (mine,) = owing(desk)
    assert desk.reason(desk.left(desk.ask(mine, payer_key="patient.pat_2"))) == Reason.NO_INVOICE
    assert desk.mailer.sent == []


class TestWhoGetsNone:
    """D-03: off on the payer's record, or on the record of the one patient whose lines all are; the invoice still goes."""

    def check(self, desk: Collector, invoice: Invoice) -> None:
        key = invoice.payer.key
        assert desk.reason(desk.left(desk.ask(invoice, payer_key=key))) == Reason.REMINDERS_OFF
        (sent,) = desk.send_invoice.by_itself(invoice.id, (Channel.EMAIL,), "test")
        assert desk.left(sent).state is SENT

    @pytest.mark.rule("D-03")
    def test_a_patient_who_pays(self, desk: Collector) -> None:
        (invoice,) = owing(desk, sent=False)
        desk.patient_is(receives_payment_reminders=False)
        self.check(desk, invoice)

    @pytest.mark.rule("D-03")
    def test_a_contact_who_pays(self, desk: Collector) -> None:
        (invoice,) = owing(desk, sent=False)
        contact = {"kind": PayerKind.CONTACT, "key": "contact.pat_1.con_1", "contact_id": "con_1"}
        desk.edit_item(invoice_ref(invoice.id), payer=invoice.payer.with_(**contact))
        desk.patient_is(contacts=(PARENT,))
        assert desk.left(desk.ask(desk.invoice(invoice.id), payer_key="contact.pat_1.con_1")).address == PARENT.email
        desk.patient_is(contacts=(PARENT.with_(receives_payment_reminders=False),))
        self.check(desk, desk.invoice(invoice.id))

    @pytest.mark.rule("D-03")
    def test_somebody_typed_in(self, desk: Collector) -> None:
        (invoice,) = owing(desk, sent=False)
        typed = {"kind": PayerKind.FREE, "key": "free.1", "patient_id": None, "email": "office@firm.example"}
        desk.edit_item(invoice_ref(invoice.id), payer=invoice.payer.with_(**typed))
        assert desk.left(desk.ask(desk.invoice(invoice.id), payer_key="free.1")).address == "office@firm.example"
        desk.put(PayerRecord(id="free.1", receives_reminders=False))
        self.check(desk, desk.invoice(invoice.id))

    @pytest.mark.rule("D-03")
    def test_the_patient_whose_lines_all_are(self, desk: Collector) -> None:
        (invoice,) = owing(desk, sent=False)
        other = {"key": "patient.pat_2", "patient_id": "pat_2"}
        desk.edit_item(invoice_ref(invoice.id), payer=invoice.payer.with_(**other))
        desk.patient_is(receives_payment_reminders=False)
        self.check(desk, desk.invoice(invoice.id))

    @pytest.mark.rule("D-03")
    def test_but_not_where_another_patients_lines_are_on_it_too(self, desk: Collector) -> None:
        (invoice,) = owing(desk)
        theirs = invoice.lines[0].with_(billable_id="bil_x", patient_id="pat_3")
        other = invoice.payer.with_(key="patient.pat_2", patient_id="pat_2")
        desk.edit_item(invoice_ref(invoice.id), payer=other, lines=(*invoice.lines, theirs))
        desk.patient_is(receives_payment_reminders=False)
        assert desk.left(desk.ask(desk.invoice(invoice.id), payer_key="patient.pat_2")).state is SENT

    @pytest.mark.rule("D-03")
    def test_turned_off_between_the_decision_and_the_claim(self, desk: Collector) -> None:
        (invoice,) = owing(desk)
        other = {"key": "patient.pat_2", "patient_id": "pat_2"}
        desk.edit_item(invoice_ref(invoice.id), payer=invoice.payer.with_(**other))
        message = desk.ask(desk.invoice(invoice.id), payer_key="patient.pat_2")
        inserted_at(4, desk, lambda: desk.patient_is(receives_payment_reminders=False))  # the fourth call is the claim
        assert desk.reason(desk.left_at(message)) == Reason.REMINDERS_OFF

    @pytest.mark.rule("D-06")
    def test_staff_remind_even_so_with_a_reason(self, desk: Collector) -> None:
        (invoice,) = owing(desk)
        desk.patient_is(receives_payment_reminders=False)
        desk.keep(paused_until=date(2027, 5, 1))
        left = desk.left(desk.ask(invoice, although="they asked for it on the phone"))
        assert left.state is SENT
        settle(desk, invoice)
        again = desk.left(desk.ask(invoice, although="they asked for it on the phone"))
        assert desk.reason(again) == Reason.PAID


class TestPromised:
    @pytest.mark.rule("D-08")
    def test_none_up_to_the_day_that_the_payer_named(self, desk: Collector) -> None:
        (invoice,) = owing(desk)
        desk.keep(paused_until=date(2027, 4, 20))
        assert desk.reason(desk.left(desk.ask(invoice))) == Reason.PROMISED
        desk.now = at("2027-04-21 09:00")
        assert desk.left(desk.ask(invoice)).state is SENT

    @pytest.mark.rule("D-08")
    @pytest.mark.parametrize("kept", [{}, {"last_reminded_on": date(2027, 4, 1)}])
    def test_promised_between_the_decision_and_the_claim(self, desk: Collector, kept: dict[str, Any]) -> None:
        (invoice,) = owing(desk)
        if kept:
            desk.keep(**kept)
        message = desk.ask(invoice)
        inserted_at(3, desk, lambda: desk.keep(paused_until=date(2027, 5, 1)))
        assert desk.reason(desk.left_at(message)) == Reason.PROMISED


class TestFiles:
    @pytest.mark.rule("D-05")
    def test_what_is_too_large_together_goes_as_a_link(self, desk: Collector) -> None:
        first, second = owing(desk, 2)
        desk.documents.drawn = dict.fromkeys(keys_of(desk, first, second), b"x" * (ATTACHED_LIMIT // 2 + 1))
        assert desk.left(desk.ask(first, second)).state is SENT
        (mail,) = desk.mails()
        assert list(mail.iter_attachments()) == []
        text = body(mail)
        assert "À télécharger sur la page" in text
        assert len(LINK.findall(text)) == 1
        assert "À télécharger sur la page" in body(mail, "html")

    @pytest.mark.rule("D-05")
    def test_just_as_much_as_an_email_holds_is_attached(self, desk: Collector) -> None:
        first, second = owing(desk, 2)
        desk.documents.drawn = dict.fromkeys(keys_of(desk, first, second), b"x" * (ATTACHED_LIMIT // 2))
        desk.left(desk.ask(first, second))
        assert len(list(desk.mails()[0].iter_attachments())) == 2

    @pytest.mark.rule("D-01")
    def test_a_template_that_attaches_none_has_the_link_whatever_it_says(self, desk: Collector) -> None:
        (invoice,) = owing(desk)
        desk.template("14d", id="tpl_9", attach=False)
        words = Wording(subject="Rappel", body="Bonjour,\n\n{{ owed.details }}")
        desk.put(
            Template(
                id="tpl_9",
                kind=Kind.PAYMENT_REMINDER,
                channel=Channel.EMAIL,
                wordings={"fr": words},
                created_at=desk.now,
                changed_at=desk.now,
            )
        )
        message = desk.ask(invoice)
        desk.put(message.with_(template_id="tpl_9"))
        assert desk.left(desk.message(message.id)).state is SENT
        (mail,) = desk.mails()
        assert (mail["Subject"], list(mail.iter_attachments())) == ("Rappel", [])
        text = body(mail)
        assert "À télécharger sur la page" in text
        assert len(LINK.findall(text)) == 1  # the button that its words leave out

    @pytest.mark.rule("D-05")
    def test_a_pdf_that_cannot_be_drawn_holds_it_back(self, desk: Collector) -> None:
        (invoice,) = owing(desk)
        desk.documents.faults = ["broken"]
        left = desk.left(desk.ask(invoice))
        assert (left.state, desk.mailer.sent) == (MessageState.SCHEDULED, [])


class TestLeavingOnce:
    @pytest.mark.rule("M-10")
    @pytest.mark.promise(13)
    def test_an_outcome_that_nobody_learnt_waits_for_staff(self, desk: Collector) -> None:
        (invoice,) = owing(desk)
        desk.mailer.lost = [Unknown()]
        message = desk.left(desk.ask(invoice))
        assert message.state is MessageState.CLAIMED
        desk.now += timedelta(minutes=11)
        desk.sweep()
        assert desk.left(message).state is MessageState.UNCONFIRMED
        assert len(desk.mailer.sent) == 1

    @pytest.mark.rule("M-10")
    def test_what_was_not_taken_goes_a_little_later_if_it_is_still_owed(self, desk: Collector) -> None:
        (invoice,) = owing(desk)
        desk.mailer.faults = [NotSent("down")]
        message = desk.left(desk.ask(invoice))
        assert message.is_scheduled
        settle(desk, invoice)
        desk.now += timedelta(minutes=20)
        assert desk.reason(desk.left(message)) == Reason.PAID
        assert desk.mailer.sent == []

    @pytest.mark.rule("M-20")
    def test_none_while_sending_is_paused(self, desk: Collector) -> None:
        (invoice,) = owing(desk)
        desk.settings(messaging={"paused": True})
        assert desk.left(desk.ask(invoice)).is_scheduled
        assert desk.mailer.sent == []

    @pytest.mark.rule("M-09")
    def test_none_by_a_template_that_is_off(self, desk: Collector) -> None:
        (invoice,) = owing(desk)
        desk.template("14d", active=False)
        message = desk.ask(invoice)
        desk.put(message.with_(template_id="tpl_1"))
        assert desk.reason(desk.left(desk.message(message.id))) == Reason.TEMPLATE_OFF

    @pytest.mark.rule("M-12", "M-09")
    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"email_blocked": True}, Reason.BLOCKED),
            ({"email": None}, Reason.NO_EMAIL),
            ({"erased": True}, Reason.ERASED),
            ({"deceased": True}, Reason.DECEASED),
        ],
    )
    def test_none_to_who_cannot_or_must_not_be_written_to(
        self, desk: Collector, changes: dict[str, Any], reason: Reason
    ) -> None:
        (invoice,) = owing(desk)
        desk.patient_is(**changes)
        assert desk.reason(desk.left(desk.ask(invoice))) == reason


class TestLastReminded:
    @pytest.mark.rule("D-07")
    def test_the_day_shows_on_each_invoice_that_was_listed_and_on_the_payer(self, desk: Collector) -> None:
        first, second = owing(desk, 2)
        settle(desk, first)
        scheduled = desk.ask(first, second)
        left = desk.left(scheduled)
        assert [c.name for c in name_changes(scheduled, left)] == ["PayerReminded"]
        desk.mark(left.id)
        assert [desk.invoice(i.id).last_reminded_on for i in (first, second)] == [None, date(2027, 4, 20)]
        kept = require(desk.store, payer_record_ref(PAYER))
        assert kept.last_reminded_on == date(2027, 4, 20)
        before = dict(desk.store.items)
        desk.mark(left.id)
        assert desk.store.items == before

    @pytest.mark.rule("D-07")
    def test_a_later_day_stays(self, desk: Collector) -> None:
        (invoice,) = owing(desk)
        left = desk.left(desk.ask(invoice))
        desk.keep(last_reminded_on=date(2027, 5, 1), paused_until=date(2027, 6, 1))
        desk.mark(left.id)
        kept = require(desk.store, payer_record_ref(PAYER))
        assert (kept.last_reminded_on, kept.paused_until) == (date(2027, 5, 1), date(2027, 6, 1))

    @pytest.mark.rule("D-07")
    def test_what_did_not_leave_reminded_nobody(self, desk: Collector) -> None:
        (invoice,) = owing(desk)
        desk.mark(desk.ask(invoice).id)
        assert desk.invoice(invoice.id).last_reminded_on is None


def test_it_reads_twice_and_a_third_time_for_somebody_elses_record(desk: Collector) -> None:
    (invoice,) = owing(desk)
    message = desk.ask(invoice)
    desk.store.calls.clear()
    desk.left_at(message)
    assert desk.store.calls[:3] == ["snapshot", "get_many", "commit"]


def keys_of(desk: Collector, *invoices: Invoice) -> list[str]:
    seen = desk.deliver.read.invoices.seen
    return [seen(desk.invoice(i.id)).document_key for i in invoices]
