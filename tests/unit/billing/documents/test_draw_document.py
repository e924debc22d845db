"""Final documents are drawn once and stay as they are; previews are drawn anew and lie apart."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from creneau.billing.credit import DraftCredit
from creneau.billing.documents.document import Document, Printed
from creneau.billing.documents.draw_document import DrawDocument
from creneau.billing.documents.open_document import OpenDocument, file_name
from creneau.billing.documents.ports import Drawn
from creneau.billing.issuer import InvoiceTemplate, issuer_ref
from creneau.shared.errors import NotFound, Refused
from creneau.shared.settings import SETTINGS, Look, Settings
from creneau.shared.store import require
from tests.support.books import BILLER, CLINIC, Books
from tests.support.documents import FakeLogo, FakeShelf, sample

pytestmark = pytest.mark.rule("B-07")
INVOICE, RECEIPT = Printed.INVOICE, Printed.RECEIPT


@dataclass
class Desk:
    """Draws in words instead of pictures; `drawn` are the documents that were."""

    books: Books = field(default_factory=lambda: Books().open())
    shelf: FakeShelf = field(default_factory=FakeShelf)
    logo: FakeLogo = field(default_factory=FakeLogo)
    drawn: list[Document] = field(default_factory=list)

    def draw(self, id: str, printed: Printed = INVOICE) -> Drawn:
        def pen(document: Document, logo: bytes) -> bytes:
            self.drawn.append(document)
            return repr(document).encode() + logo

        draw = DrawDocument(self.books.store, CLINIC, lambda: self.books.now, self.shelf, pen, self.logo.read)
        return draw(id, printed)


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.books.visit("2027-03-01 09:00")
    return made


@pytest.mark.promise(29)
def test_a_final_document_is_drawn_once_for_ever(desk):
    invoice = desk.books.invoiced()
    first = desk.draw(invoice.id)
    assert first.key == f"documents/{invoice.id}/{invoice.digest}.invoice.pdf"
    content, _ = desk.shelf.lies[first.key]
    assert first.sha256 == hashlib.sha256(content).hexdigest()
    issuer = require(desk.books.store, issuer_ref("iss_1"))
    desk.books.put(issuer.with_(name="Dr Anne Favre-Rey"), Settings(look=Look(colour="#aa0000")))
    desk.books.paid(invoice, 100)
    assert desk.draw(invoice.id) == first
    assert len(desk.drawn) == 1
    assert desk.shelf.lies == {first.key: (content, first.sha256)}


@pytest.mark.promise(29)
def test_of_two_who_draw_at_once_the_first_stays(desk):
    invoice = desk.books.invoiced()
    key = f"documents/{invoice.id}/{invoice.digest}.invoice.pdf"
    real, asked = desk.shelf.sha256, list[str]()

    def late(asked_key: str) -> str | None:
        asked.append(asked_key)
        if len(asked) == 1:
            desk.shelf.lies[key] = (b"theirs", "5" * 64)
            return None
        found: str | None = real(asked_key)
        return found

    desk.shelf.sha256 = late
    assert desk.draw(invoice.id).sha256 == "5" * 64
    assert desk.shelf.lies[key][0] == b"theirs"


def test_a_draft_is_drawn_anew_with_what_its_issuer_is_now(desk):
    (id,) = desk.books.drafted().invoice_ids
    first = desk.draw(id)
    assert first.key == f"documents/drafts/{id}/1.pdf"
    issuer = require(desk.books.store, issuer_ref("iss_1"))
    desk.books.put(issuer.with_(name="Dr Anne Favre-Rey"), Settings(look=Look(colour="#aa0000")))
    second = desk.draw(id)
    assert (second.key, second.sha256 != first.sha256) == (first.key, True)
    assert [d.sender[0] for d in desk.drawn] == [("Dr Anne Favre",), ("Dr Anne Favre-Rey",)]
    assert [d.colour for d in desk.drawn] == [Look().colour, "#aa0000"]
    assert [d.mark for d in desk.drawn] == ["BROUILLON", "BROUILLON"]
    assert desk.books.store.get(SETTINGS) is not None


def test_the_logo_is_on_it_unless_its_template_hides_it(desk):
    desk.logo.put(b" logo")
    desk.books.put(InvoiceTemplate(id="tpl_1", name="Plain", hide=("logo",)))
    ids = [desk.books.consultation(n) for n in (1, 2)]
    (shown,) = desk.books.drafted("bat_1", consultation_ids=(ids[0],)).invoice_ids
    (hidden,) = desk.books.drafted("bat_2", consultation_ids=(ids[1],), template_id="tpl_1").invoice_ids
    contents = [desk.shelf.lies[desk.draw(id).key][0] for id in (shown, hidden)]
    assert [content.endswith(b" logo") for content in contents] == [True, False]


def test_a_receipt_is_another_one_once_more_is_paid_and_when_a_payment_is_taken_back(desk):
    invoice = desk.books.invoiced()
    with pytest.raises(Refused) as refused:
        desk.draw(invoice.id, RECEIPT)
    assert refused.value.code == "nothing_paid"
    desk.books.paid(invoice, 2_000)
    part = desk.draw(invoice.id, RECEIPT)
    assert desk.draw(invoice.id, RECEIPT) == part
    desk.books.paid(invoice, 10_050, "pay_2")
    whole = desk.draw(invoice.id, RECEIPT)
    desk.books.cancel_payment("pay_2")
    again = desk.draw(invoice.id, RECEIPT)
    assert len({part.key, whole.key, again.key}) == 3
    assert [len(d.payments) for d in desk.drawn] == [1, 2, 1]
    assert [d.title.split(" F")[0] for d in desk.drawn] == ["Reçu d’acompte", "Quittance", "Reçu d’acompte"]


def test_a_draft_and_a_credit_note_have_no_receipt(desk):
    invoice = desk.books.invoiced()
    note = DraftCredit(desk.books.store, lambda: desk.books.now)("inv_note", invoice.id, None, "", BILLER)
    final = desk.books.finalise(note.id)
    assert desk.draw(final.id).key.endswith(".invoice.pdf")
    for id in (note.id, desk.books.drafted("bat_2", consultation_ids=(desk.books.consultation(7),)).invoice_ids[0]):
        with pytest.raises(Refused) as refused:
            desk.draw(id, RECEIPT)
        assert refused.value.code == "not_final"
    with pytest.raises(NotFound):
        desk.draw("inv_gone")


def test_staff_get_a_link_that_ends_after_five_minutes(desk):
    now = datetime(2027, 3, 15, 17, tzinfo=UTC)
    invoice = desk.books.invoiced()
    open_document = OpenDocument(lambda: now, desk.draw, desk.shelf)
    link = open_document(invoice, INVOICE)
    assert link.expires_at == now + timedelta(minutes=5)
    key = f"documents/{invoice.id}/{invoice.digest}.invoice.pdf"
    assert desk.shelf.links == [(key, "F2027-0001.pdf", 300)]
    with pytest.raises(Refused):
        open_document(invoice, RECEIPT)
    assert len(desk.shelf.links) == 1


def test_file_names_are_plain():
    invoice = sample("CH")
    assert invoice.frozen is not None
    odd = invoice.with_(frozen=invoice.frozen.with_(number='É"/..\r\n 7'))
    assert file_name(odd, RECEIPT) == "7-receipt.pdf"
    assert file_name(sample("CH", final=False), INVOICE) == "draft.pdf"
