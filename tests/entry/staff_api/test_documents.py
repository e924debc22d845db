"""Staff open the PDF of an invoice: a link that soon ends, to a document that was drawn where typst is."""

import base64
import io

import pytest
from PIL import Image

from tests.entry.staff_api.test_invoices import books, drafted
from tests.support.documents import FakeLogo, FakeShelf
from tests.support.staff_api import Staff

__all__ = ["books"]
pytestmark = pytest.mark.rule("B-07")


@pytest.fixture
def shelf(world) -> FakeShelf:
    """What the other function draws onto, run here, with a pen that writes words."""
    from creneau.billing.documents.draw_document import DrawDocument

    held, shelf = world.app, FakeShelf()
    draw = DrawDocument(
        held.store, held.clinic, held.clock, shelf, lambda document, logo: repr(document).encode() + logo, lambda: b""
    )
    held.shelf, held.drawer = shelf, draw
    return shelf


def test_a_draft_then_the_final_invoice_then_its_receipt(books, shelf, world):
    (id,) = drafted(books)["invoice_ids"]
    preview = books.get(f"/v1/invoices/{id}/document")
    assert (preview.status, preview["url"]) == (200, f"https://files.example/documents/drafts/{id}/1.pdf")
    final = books.post(f"/v1/invoices/{id}/finalise")
    link = books.get(f"/v1/invoices/{id}/document")
    assert link["url"].endswith(f"documents/{id}/{final['digest']}.invoice.pdf")
    assert link["expires_at"] == "2026-03-20T17:05:00Z"
    assert shelf.links[-1][1:] == ("F2026-0001.pdf", 300)
    unpaid = books.get(f"/v1/invoices/{id}/document", kind="receipt")
    assert (unpaid.status, unpaid["code"], unpaid["remedy"]) == (409, "nothing_paid", "record the payment first")
    payment = {"amount": 12_050, "currency": "CHF", "method": "card", "paid_on": "2026-03-20"}
    books.post(f"/v1/invoices/{id}/payments", payment)
    assert books.get(f"/v1/invoices/{id}/document", kind="receipt").status == 200
    assert books.get(f"/v1/invoices/{id}/document", kind="letter").status == 422
    assert books.get("/v1/invoices/inv_gone/document").status == 404


@pytest.mark.rule("B-10")
def test_whatever_a_template_can_hide_is_left_out(books, shelf, world):
    hidden = {"name": "Sans paiement", "hide": ["logo", "payment_code"]}
    template = Staff(world, roles=("admin",), id="user-admin").post("/v1/invoice-templates", hidden)
    drawn = {}
    for patient, more in (("pat_1", {}), ("pat_2", {"template_id": template["id"]})):
        (id,) = drafted(books, patient_id=patient, **more)["invoice_ids"]
        books.post(f"/v1/invoices/{id}/finalise")
        books.get(f"/v1/invoices/{id}/document")
        drawn[patient] = next(content for key, (content, _) in shelf.lies.items() if id in key)
    assert [b"slip=None" in content for content in drawn.values()] == [False, True]
    refused = books.post("/v1/invoice-templates", {"name": "x", "hide": ["practitioner"]})
    assert (refused.status, refused.fields) == (422, ["hide[0]"])


def test_a_practitioner_opens_none_of_anothers(books, shelf, world):
    (id,) = drafted(books)["invoice_ids"]
    stranger = Staff(world, roles=("practitioner",), id="user-else")
    assert stranger.get(f"/v1/invoices/{id}/document").status == 403
    assert shelf.lies == {}


def test_an_admin_sets_the_logo_and_takes_it_away(world):
    written, held = io.BytesIO(), world.app
    Image.new("RGB", (3, 2)).save(written, "PNG")
    given = {"content": base64.b64encode(written.getvalue()).decode()}
    held.logo = FakeLogo()
    admin = Staff(world, roles=("admin",), id="user-admin")
    assert admin.get("/v1/settings/logo")["content"] is None
    assert admin.put("/v1/settings/logo", given).status == 204
    assert admin.get("/v1/settings/logo").json == given
    for wrong in ("%%%", base64.b64encode(b"no picture").decode()):
        refused = admin.put("/v1/settings/logo", {"content": wrong})
        assert (refused.status, refused.fields) == (422, ["content"])
    assert admin.put("/v1/settings/logo", {"content": "A" * 500_000}).status in (413, 422)
    assert admin.delete("/v1/settings/logo").status == 204
    assert admin.get("/v1/settings/logo")["content"] is None
