"""An invoice goes to its payer with its PDF, counted and traced, and a second time only knowingly."""

from datetime import timedelta
from typing import Any

import pytest

from creneau.adapters.invoices import BilledInvoices
from creneau.agenda.blocked_address import BlockedAddress, address_key
from creneau.agenda.catalogue import Contact, patient_ref
from creneau.billing.documents.document import Printed
from creneau.billing.documents.draw_document import key_of
from creneau.billing.invoice import DocumentKind, Invoice, invoice_ref
from creneau.billing.payer import PayerKind
from creneau.messaging.message import Message, MessageState, message_ref
from creneau.messaging.ports import Throttled, Unknown
from creneau.messaging.send_invoice import SendInvoice
from creneau.messaging.signature import Occasion, Signature, Signatures
from creneau.shared.actor import Actor, Role
from creneau.shared.again import Again
from creneau.shared.errors import Invalid, Refused
from creneau.shared.store import require
from tests.support.documents import sample
from tests.support.post import CLINIC, Post, body, read_mail

BILLER = Actor(id="usr_1", roles=(Role.BILLING,))
BLOCKED = "wrong@mail.example"


def told(message: Message, verdict: str) -> int:
    return sum(decision.verdict == verdict for decision in message.why)


class Desk(Post):
    """A post with the use case under test, and one final invoice."""

    def __init__(self) -> None:
        super().__init__()
        self.send = SendInvoice(
            self.store, BilledInvoices(), CLINIC, self.clock, Again(pause=lambda _: None, dice=lambda: 0.5)
        )

    def invoice(self, contact: str | None = None, typed: str | None = None, **more: Any) -> Invoice:
        """Paid by the patient, one of their contacts, or somebody typed in."""
        kind = PayerKind.FREE if typed else PayerKind.CONTACT if contact else PayerKind.PATIENT
        whose = {"patient_id": None if typed else "pat_1", "contact_id": contact, "email": typed}
        self.put(sample(of_payer={"kind": kind, "key": "k"} | whose, **more))
        return self.present()

    def present(self) -> Invoice:
        return require(self.store, invoice_ref("inv_01"))

    def sending(self, n: int = 1) -> Message:
        return require(self.store, message_ref(f"invoice.email.inv_01.{n}"))

    def sent(self, **how: Any) -> Message:
        message = self.send("inv_01", BILLER, **how)
        self.deliver(message.id, message.version)
        return require(self.store, message_ref(message.id))


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.patient()
    return desk


@pytest.mark.rule("B-08")
@pytest.mark.rule("B-09")
def test_it_leaves_with_its_pdf_and_is_counted_on_the_invoice(desk):
    invoice = desk.invoice()
    message = desk.sent()
    assert (message.state, message.address, desk.present().sendings) == (MessageState.SENT, "pat_1@mail.example", 1)
    left = read_mail(desk.mailer.sent[0].mime)
    (pdf,) = left.iter_attachments()
    assert (pdf.get_filename(), pdf.get_content_type()) == ("F2027-0042.pdf", "application/pdf")
    assert list(desk.documents.drawn) == [key_of(invoice, Printed.INVOICE, [])]
    assert "F2027-0042" in left["subject"]
    assert b"F2027-0042.pdf" in desk.contents.kept[message.content_key]


@pytest.mark.rule("B-08")
def test_a_second_sending_is_refused_with_the_date_until_it_is_meant(desk):
    desk.invoice()
    desk.sent()
    with pytest.raises(Refused, match=r"already sent on 2027-02-01 at 10:00 to pat_1@mail.example") as refused:
        desk.send("inv_01", BILLER)
    assert refused.value.code == "already_sent"
    assert desk.sent(once_more=True).state is MessageState.SENT
    told = desk.send.sendings([("inv_01", desk.present().sendings)])
    assert [m.id for m in told["inv_01"]] == ["invoice.email.inv_01.1", "invoice.email.inv_01.2"]
    assert len(desk.mailer.sent) == 2


@pytest.mark.rule("B-08")
def test_asking_again_while_it_is_on_its_way_sends_once(desk):
    desk.invoice()
    first = desk.send("inv_01", BILLER)
    assert desk.send("inv_01", BILLER, once_more=True) == first
    assert desk.present().sendings == 1


@pytest.mark.rule("B-08")
def test_two_at_once_send_it_once(desk):
    desk.invoice()

    def rival(_writes):
        desk.store.before_commit.clear()
        desk.send("inv_01", BILLER)

    desk.store.before_commit.append(rival)
    desk.send("inv_01", BILLER)
    assert desk.present().sendings == 1


@pytest.mark.rule("B-08")
def test_what_failed_was_not_sent(desk):
    desk.invoice()
    desk.documents.faults = ["broken"] * 3
    message = desk.send("inv_01", BILLER)
    for _ in range(3):
        desk.deliver(message.id)
        desk.now += timedelta(minutes=1)
    failed = desk.sending()
    assert (failed.state, told(failed, "failed"), desk.mailer.sent) == (MessageState.FAILED, 1, [])
    assert desk.sent().state is MessageState.SENT


@pytest.mark.rule("B-08")
def test_a_document_that_is_not_drawn_yet_is_waited_for(desk):
    desk.invoice()
    desk.documents.faults = ["busy"]
    message = desk.send("inv_01", BILLER)
    assert desk.deliver(message.id).outcome == "deferred"
    waiting = desk.sending()
    assert (waiting.state, waiting.goes_at - desk.now) == (MessageState.SCHEDULED, timedelta(minutes=1))
    desk.now += timedelta(minutes=1)
    assert desk.deliver(message.id).outcome == "sent"


@pytest.mark.rule("B-09")
@pytest.mark.parametrize(
    ("contact", "typed", "to"),
    [
        (None, None, "new@mail.example"),
        ("con_1", None, "mother@mail.example"),
        ("con_gone", None, None),
        (None, "buero@firma.example", "buero@firma.example"),
    ],
)
def test_it_goes_to_the_payer_at_their_present_address(desk, contact, typed, to):
    mother = Contact(id="con_1", name="Anne Martin", email="mother@mail.example")
    desk.edit(patient_ref("pat_1"), contacts=(mother,))
    desk.invoice(contact, typed)
    if to is None:
        with pytest.raises(Refused) as refused:
            desk.send("inv_01", BILLER)
        assert refused.value.code == "no_email_address"
        return
    message = desk.send("inv_01", BILLER)
    desk.edit(patient_ref("pat_1"), email="new@mail.example")
    desk.deliver(message.id)
    assert [m.to for m in desk.mailer.sent] == [to]


@pytest.mark.rule("B-09")
@pytest.mark.rule("M-21")
def test_a_payer_who_is_a_patient_is_reached_as_in_all_their_messages(desk):
    mother = Contact(id="con_1", name="Anne Martin", email="mother@mail.example", receives_messages=True)
    desk.edit(patient_ref("pat_1"), contacts=(mother,))
    desk.invoice()
    assert desk.sent().address == "mother@mail.example"
    assert "Anne Martin" in body(read_mail(desk.mailer.sent[0].mime))


AGAINST = [
    ({"credited": 19_235}, {}, False, "invoice_credited_in_full"),
    ({}, {"erased": True}, False, "patient_erased"),
    ({}, {"deceased": True}, False, "patient_deceased"),
    ({}, {"email": None}, False, "no_email_address"),
    ({}, {"email_blocked": True}, False, "email_address_blocked"),
    ({}, {}, True, "email_address_blocked"),
]


@pytest.mark.rule("B-06")
@pytest.mark.rule("B-09")
@pytest.mark.parametrize(("invoice", "patient", "typed", "code"), AGAINST)
def test_what_cannot_leave_is_refused_and_stopped_at_its_hand_over(desk, invoice, patient, typed, code):
    desk.invoice(typed=BLOCKED if typed else None)
    message = desk.send("inv_01", BILLER)
    desk.edit(patient_ref("pat_1"), **patient)
    desk.edit(invoice_ref("inv_01"), **invoice)
    if typed:
        desk.put(BlockedAddress(id=address_key(BLOCKED), because="bounced", blocked_at=desk.now))
    assert desk.deliver(message.id).outcome == "suppressed"
    assert desk.sending().why[-1].facts["reason"] == code
    with pytest.raises(Refused) as refused:
        desk.send("inv_01", BILLER)
    assert (refused.value.code, desk.mailer.sent) == (code, [])


@pytest.mark.rule("B-06")
def test_a_draft_is_not_sent(desk):
    desk.invoice(final=False)
    with pytest.raises(Refused, match="still a draft") as refused:
        desk.send("inv_01", BILLER)
    assert refused.value.code == "invoice_not_final"


def test_a_deceased_patients_contact_still_gets_what_they_pay(desk):
    child = Contact(id="con_1", name="Anne Martin", email="anne@mail.example")
    desk.edit(patient_ref("pat_1"), contacts=(child,), deceased=True)
    desk.invoice("con_1")
    assert desk.sent().state is MessageState.SENT


def test_a_credit_note_is_sent_as_such(desk):
    desk.invoice(kind=DocumentKind.CREDIT_NOTE, corrects="F2027-0041")
    desk.sent()
    text = body(read_mail(desk.mailer.sent[0].mime))
    assert "un avoir" in text
    assert "Reste" not in text


@pytest.mark.rule("G-04")
def test_its_signature_is_the_one_picked_else_the_one_for_invoices(desk):
    own = Signature(id="sig_1", title="t", text="Le secrétariat", occasions=(Occasion.INVOICES,))
    other = Signature(id="sig_2", title="t", text="La comptabilité")
    desk.put(Signatures(default="Le cabinet", others=(own, other)))
    desk.invoice()
    desk.sent()
    desk.sent(once_more=True, signature_id="sig_2")
    texts = [body(read_mail(m.mime)) for m in desk.mailer.sent]
    assert ["Le secrétariat" in texts[0], "La comptabilité" in texts[1]] == [True, True]
    with pytest.raises(Invalid, match="no such signature"):
        desk.send("inv_01", BILLER, once_more=True, signature_id="sig_none")


def test_many_say_which_were_not_sent_and_why(desk):
    desk.invoice()
    sent = desk.send.many(["inv_01", "inv_none"], BILLER)
    assert [m.invoice_id for m in sent.messages] == ["inv_01"]
    assert [(n.invoice_id, n.code) for n in sent.not_sent] == [("inv_none", "not_found")]


@pytest.mark.promise(26)
def test_a_payment_at_the_last_instant_is_told(desk):
    """Between the decision and the claim: what is claimed says the balance of the version that it names."""
    desk.invoice()
    message = desk.send("inv_01", BILLER)

    def pays(_writes):
        desk.store.before_commit.clear()
        desk.edit(invoice_ref("inv_01"), paid=19_000)

    desk.store.before_commit.append(pays)
    desk.deliver(message.id)
    assert "2.35" in body(read_mail(desk.mailer.sent[0].mime))
    assert desk.sending().why[-1].facts["invoice_version"] == str(desk.present().version)


def test_a_hand_over_reads_twice_and_a_refusal_by_the_provider_is_tried_again(desk):
    desk.invoice()
    message = desk.send("inv_01", BILLER)
    desk.mailer.faults = [Throttled("slow")]
    desk.store.calls = []
    assert desk.deliver(message.id).outcome == "throttled"
    assert [c for c in desk.store.calls if c != "commit"] == ["snapshot", "get_many"]


@pytest.mark.rule("B-08")
def test_one_that_may_have_arrived_is_not_repeated_by_itself(desk):
    desk.invoice()
    message = desk.send("inv_01", BILLER)
    desk.mailer.lost = [Unknown()]
    assert desk.deliver(message.id).outcome == "unknown"
    desk.now += timedelta(minutes=11)
    desk.sweep()
    assert (desk.sending().state, len(desk.mailer.sent)) == (MessageState.UNCONFIRMED, 1)
    with pytest.raises(Refused) as refused:
        desk.send("inv_01", BILLER)
    assert refused.value.code == "already_sent"
