"""D-02, B-08: an invoice goes to its payer once by itself, whoever causes it; a second time only by staff."""

from typing import Any

import pytest

from creneau.agenda.catalogue import Contact
from creneau.billing.invoice import Invoice, invoice_ref
from creneau.billing.payer import PayerKind
from creneau.changes import name_changes
from creneau.messaging.delay import parse_delay
from creneau.messaging.message import Channel, Kind, MessageState
from creneau.messaging.mime import ATTACHED_LIMIT
from creneau.messaging.template import TEMPLATE_BOOK, Line, Template, TemplateBook
from creneau.messaging.templates.rules import faults_of_delays
from creneau.messaging.verdict import Reason
from creneau.messaging.wording.wording import Wording
from creneau.shared.errors import Refused
from tests.support.books import BILLER
from tests.support.post import body
from tests.unit.messaging.payments.collector import URL, Collector
from tests.unit.messaging.payments.payers import PAYER, at

EMAIL, SMS = Channel.EMAIL, Channel.SMS
SENT = MessageState.SENT


@pytest.fixture
def desk() -> Collector:
    desk = Collector()
    desk.now = at("2027-03-16 10:00")
    desk.texting()
    desk.patient_is(phone="+41791234567")
    return desk


@pytest.fixture
def invoice(desk: Collector) -> Invoice:
    return desk.owes(sent=False)


def at_once(desk: Collector, id: str = "tpl_all", **more: Any) -> None:
    """A template by which every invoice sends itself."""
    given: dict[str, Any] = {"delays": (parse_delay("0h"),), "wording": 1} | more
    line = Line(id=id, kind=Kind.INVOICE, channel=EMAIL, **given)
    words = Wording(subject="Facture", body="Voici votre facture {{ invoice.number }}.")
    template = Template(
        id=id, kind=Kind.INVOICE, channel=EMAIL, wordings={"fr": words}, created_at=desk.now, changed_at=desk.now
    )
    desk.put(template, (desk.store.get(TEMPLATE_BOOK) or TemplateBook()).with_line(line))


@pytest.mark.rule("D-02", "C-02")
def test_the_email_with_its_pdf_and_the_notice_are_one_occurrence(desk: Collector, invoice: Invoice) -> None:
    email, sms = desk.send_invoice.by_itself(invoice.id, (EMAIL, SMS), "run_1")
    assert [email.id, sms.id] == [f"invoice.email.{invoice.id}.1", f"invoice.sms.{invoice.id}.1"]
    assert [desk.left(m).state for m in (email, sms)] == [SENT, SENT]
    assert desk.invoice(invoice.id).sendings == 1
    assert [m.id for m in desk.send_invoice.sendings([(invoice.id, 1)])[invoice.id]] == [email.id, sms.id]
    (mail,), (text,) = desk.mails(), desk.texter.sent
    assert len(list(mail.iter_attachments())) == 1
    assert invoice.frozen is not None
    for word in (invoice.frozen.number, "120.50", f"{URL}/p/"):
        assert word in text.body
    assert "Favre" not in text.body
    assert f"{URL}/p/" not in body(mail)
    (link,) = desk.links()
    assert link.subject == {"payer_key": PAYER}


@pytest.mark.rule("D-02")
@pytest.mark.promise(13)
def test_whoever_causes_it_it_is_one(desk: Collector, invoice: Invoice) -> None:
    at_once(desk)
    (first,) = desk.send_invoice.by_itself(invoice.id, (EMAIL,), "run_1")
    assert desk.send_new(invoice.id) == (first,)
    assert desk.send_invoice(invoice.id, BILLER) == first  # on its way still
    desk.left(first)
    assert desk.send_new(invoice.id)[0].state is SENT
    with pytest.raises(Refused, match="already sent") as refused:
        desk.send_invoice(invoice.id, BILLER)
    assert refused.value.code == "already_sent"
    assert (desk.invoice(invoice.id).sendings, len(desk.mailer.sent)) == (1, 1)


@pytest.mark.rule("D-02", "B-08")
@pytest.mark.promise(13)
def test_what_staff_sent_does_not_go_again_by_itself(desk: Collector, invoice: Invoice) -> None:
    at_once(desk)
    mine = desk.send_invoice(invoice.id, BILLER)
    desk.left(mine)
    for sent in (desk.send_new(invoice.id), desk.send_invoice.by_itself(invoice.id, (EMAIL,), "run_1")):
        assert [m.id for m in sent] == [mine.id]
    second = desk.send_invoice(invoice.id, BILLER, once_more=True)
    assert second.id == f"invoice.email.{invoice.id}.2"
    assert desk.send_new(invoice.id)[0].id == mine.id


@pytest.mark.rule("D-02")
@pytest.mark.promise(13)
def test_two_causes_at_once_send_it_once(desk: Collector, invoice: Invoice) -> None:
    at_once(desk)
    desk.store.slip_in(lambda: desk.send_invoice.by_itself(invoice.id, (EMAIL, SMS), "run_1"))
    (mine,) = desk.send_new(invoice.id)
    assert desk.invoice(invoice.id).sendings == 1
    assert [m.id for m in desk.messages()] == [mine.id, f"invoice.sms.{invoice.id}.1"]


@pytest.mark.rule("C-02", "D-02")
def test_a_notice_that_joins_later_is_the_same_delivery(desk: Collector, invoice: Invoice) -> None:
    desk.left(desk.send_invoice(invoice.id, BILLER))
    _, sms = desk.send_invoice.by_itself(invoice.id, (EMAIL, SMS), "run_1")
    assert (sms.is_scheduled, sms.occurrence, desk.invoice(invoice.id).sendings) == (True, "1", 1)


@pytest.mark.rule("C-02")
def test_what_would_not_leave_is_a_record_that_says_why(desk: Collector, invoice: Invoice) -> None:
    desk.patient_is(phone=None)
    email, sms = desk.send_invoice.by_itself(invoice.id, (EMAIL, SMS), "run_1")
    assert (email.is_scheduled, desk.reason(sms)) == (True, "no_mobile")
    other = desk.owes(2, "pat_2", sent=False)
    desk.patient_is("pat_2", email=None)
    (email,) = desk.send_invoice.by_itself(other.id, (EMAIL,), "run_1")
    assert desk.reason(email) == Reason.NO_EMAIL
    desk.patient_is("pat_2", email="new@mail.example")
    assert desk.left(desk.send_invoice(other.id, BILLER)).state is SENT


@pytest.mark.rule("D-02")
def test_a_draft_does_not_go(desk: Collector) -> None:
    (id,) = desk.drafted(consultation_ids=(desk.consultation(1),)).invoice_ids
    with pytest.raises(Refused) as refused:
        desk.send_invoice.by_itself(id, (EMAIL,), "run_1")
    assert refused.value.code == Reason.NOT_FINAL
    assert desk.messages() == []


@pytest.mark.rule("D-02")
def test_a_new_invoice_goes_in_the_words_of_the_template_that_says_so(desk: Collector, invoice: Invoice) -> None:
    at_once(desk)
    (message,) = desk.send_new(invoice.id)
    assert (message.template_id, desk.left(message).state) == ("tpl_all", SENT)
    (mail,) = desk.mails()
    assert invoice.frozen is not None
    assert f"Voici votre facture {invoice.frozen.number}." in body(mail)
    assert next(c.name for c in name_changes(None, invoice)) == "InvoiceIssued"


@pytest.mark.rule("D-02")
def test_none_goes_by_itself_without_such_a_template(desk: Collector, invoice: Invoice) -> None:
    assert desk.send_new(invoice.id) == ()
    at_once(desk, active=False)
    assert desk.send_new(invoice.id) == ()
    assert desk.messages() == []


@pytest.mark.rule("D-02")
def test_it_acts_on_invoices_issued_since_it_is_on(desk: Collector, invoice: Invoice) -> None:
    at_once(desk, since=at("2027-03-16 10:01"))
    assert desk.send_new(invoice.id) == ()
    desk.now = at("2027-03-16 10:01")
    assert len(desk.send_new(desk.owes(2, sent=False).id)) == 1


@pytest.mark.rule("D-02")
def test_a_credit_note_goes_by_hand_only(desk: Collector, invoice: Invoice) -> None:
    at_once(desk)
    note = desk.finalise(desk.draft_credit("inv_note", invoice.id, None, "", BILLER).id)
    assert desk.send_new(note.id) == ()


@pytest.mark.rule("D-02")
def test_it_goes_no_more_once_its_template_is_off(desk: Collector, invoice: Invoice) -> None:
    at_once(desk)
    (message,) = desk.send_new(invoice.id)
    book = desk.store.get(TEMPLATE_BOOK) or TemplateBook()
    desk.put(book.with_(stored=tuple(line.with_(active=False) for line in book.stored)))
    assert desk.reason(desk.left(message)) == Reason.TEMPLATE_OFF


@pytest.mark.rule("B-08")
def test_a_pdf_too_large_for_an_email_goes_as_a_link(desk: Collector, invoice: Invoice) -> None:
    key = desk.deliver.read.invoices.seen(invoice).document_key
    desk.documents.drawn[key] = b"x" * (ATTACHED_LIMIT + 1)
    assert desk.left(desk.send_invoice(invoice.id, BILLER)).state is SENT
    (mail,) = desk.mails()
    assert list(mail.iter_attachments()) == []
    assert f"{URL}/p/" in body(mail)


@pytest.mark.rule("D-01")
def test_a_template_that_attaches_none_has_the_link(desk: Collector, invoice: Invoice) -> None:
    at_once(desk, attach=False)
    (message,) = desk.send_new(invoice.id)
    desk.left(message)
    (mail,) = desk.mails()
    assert list(mail.iter_attachments()) == []
    assert f"{URL}/p/" in body(mail)


@pytest.mark.rule("C-02")
def test_a_contact_who_pays_gets_the_notice_at_their_own_number(desk: Collector, invoice: Invoice) -> None:
    contact = Contact(id="con_1", name="Anne Martin", email="anne@mail.example", phone="+41791112233")
    desk.patient_is(contacts=(contact,))
    payer = invoice.payer.with_(kind=PayerKind.CONTACT, key="contact.pat_1.con_1", contact_id="con_1")
    desk.edit_item(invoice_ref(invoice.id), payer=payer)
    (sms,) = desk.send_invoice.by_itself(invoice.id, (SMS,), "run_1")
    assert desk.left(sms).address == contact.phone


@pytest.mark.rule("D-01")
@pytest.mark.parametrize("size", [100, ATTACHED_LIMIT + 1])
def test_what_is_settled_has_no_link_and_is_attached_or_does_not_go(
    desk: Collector, invoice: Invoice, size: int
) -> None:
    at_once(desk, attach=False)
    desk.paid(invoice, invoice.balance)
    key = desk.deliver.read.invoices.seen(invoice).document_key
    desk.documents.drawn[key] = b"x" * size
    (message,) = desk.send_new(invoice.id)
    left = desk.left(message)
    if size > ATTACHED_LIMIT:
        assert (left.is_scheduled, left.why[-1].facts["code"]) == (True, "too_large_to_attach")
    else:
        (mail,) = desk.mails()
        assert (len(list(mail.iter_attachments())), f"{URL}/p/" in body(mail)) == (1, False)


@pytest.mark.rule("D-02")
def test_the_template_of_all_invoices_sends_them_at_once_and_at_no_other_time() -> None:
    assert faults_of_delays(Kind.INVOICE, (parse_delay("0h"),)) == []
    for code in ("1h", "1d", "30m"):
        (fault,) = faults_of_delays(Kind.INVOICE, (parse_delay(code),))
        assert (fault.field, fault.remedy) == ("delays[0]", "give 0 hours")
    with pytest.raises(ValueError, match="no delay"):
        parse_delay("0d")
