"""What a frontend does step by step: what would be invoiced, drafts, final, paid, credited."""

from pathlib import Path

import pytest

from creneau.billing.documents.reference import reference_of
from creneau.billing.invoice import invoice_ref
from creneau.billing.payer import Payer
from creneau.messaging.message import MessageState, message_ref
from creneau.shared.store import require
from tests.support.staff_api import Staff
from tests.support.world import at

ISSUER = {
    "name": "Dr Anne Favre",
    "address": {"street": "Rue du Lac 1", "postcode": "1201", "town": "Genève", "country": "CH"},
    "account": {"holder": "Anne Favre", "iban": "CH9300762011623852957"},
    "prefix": "F",
}


@pytest.fixture
def books(world) -> Staff:
    """Two patients who were seen; prices in the catalogue; the issuer preset."""
    admin = Staff(world, roles=("admin",), id="user-admin")
    made = admin.post("/v1/issuers", ISSUER)
    assert made.status == 201, made.text
    practitioner = admin.get("/v1/practitioners/prc_1")
    kept = {k: v for k, v in practitioner.json.items() if k not in ("id", "version")}
    wanted = kept | {"issuer_id": made["id"]}
    assert admin.put("/v1/practitioners/prc_1", wanted, version=practitioner["version"]).status == 200
    service = admin.get("/v1/services/srv_half")
    priced = {k: v for k, v in service.json.items() if k not in ("id", "version")}
    admin.put(
        "/v1/services/srv_half", priced | {"price": {"amount": 12_050, "currency": "CHF"}}, version=service["version"]
    )
    for n, patient in enumerate(("pat_1", "pat_2")):
        booked = admin.books(patient, f"2026-03-20T09:{n * 30:02}:00+01:00")
        assert booked.status == 201, booked.text
    world.now = at("2026-03-20 18:00")
    return Staff(world, roles=("billing",), id="user-billing")


def drafted(books, **asked):
    wanted = {"patient_id": "pat_1"} | asked
    recap = books.post("/v1/invoices/recap", wanted)
    assert recap.status == 200, recap.text
    return books.post("/v1/invoices", wanted | {"digest": recap["digest"]})


@pytest.mark.rule("B-01")
@pytest.mark.rule("B-02")
@pytest.mark.rule("B-06")
def test_from_the_recap_to_paid_in_full(books):
    recap = books.post("/v1/invoices/recap", {"patient_id": "pat_1"})
    (planned,) = recap["invoices"]
    assert (planned["totals"]["total"], planned["lines"][0]["text"]) == (12_050, "Consultation")
    assert (recap["issuer_id"][:4], recap["template_id"]) == ("iss_", None)
    assert books.get("/v1/consultations").items == []
    made = drafted(books)
    (id,) = made["invoice_ids"]
    draft = books.get(f"/v1/invoices/{id}")
    assert (made.status, draft["standing"], draft["number"], draft["reference"]) == (201, "draft", None, None)
    lines = [planned["lines"][0] | {"text": "Première consultation"}]
    for line in lines:
        line.pop("amount")
    edited = books.patch(f"/v1/invoices/{id}", {"lines": lines, "term": {"days": 10}}, version=draft["version"])
    assert (edited.status, edited["lines"][0]["text"]) == (200, "Première consultation")
    final = books.post(f"/v1/invoices/{id}/finalise")
    assert (final["number"], final["due_on"], final["balance"]) == ("F2026-0001", "2026-03-30", 12_050)
    part = {"amount": 5_000, "currency": "CHF", "method": "card", "paid_on": "2026-03-20"}
    assert books.post(f"/v1/invoices/{id}/payments", part, key="k1").status == 201
    books.post(f"/v1/invoices/{id}/payments", part, key="k1")
    assert books.get(f"/v1/invoices/{id}")["standing"] == "partly_paid"
    owed = books.get("/v1/invoices", state="owed").items
    assert [i["id"] for i in owed] == [id]
    books.post(f"/v1/invoices/{id}/payments", part | {"amount": 7_050})
    assert (books.get(f"/v1/invoices/{id}")["standing"], books.get("/v1/invoices", state="owed").items) == ("paid", [])
    assert {p["amount"] for p in books.get(f"/v1/invoices/{id}/payments").items} == {5_000, 7_050}
    assert [i["id"] for i in books.get(f"/v1/payers/{final['payer']['key']}/invoices").items] == [id]


def test_what_is_empty_is_said_too_in_the_parts_of_an_answer(books):
    draft = books.get(f"/v1/invoices/{drafted(books)['invoice_ids'][0]}")
    assert draft["term"] == {"days": 30, "on": None}
    assert set(draft["payer"]) == set(Payer.__struct_fields__)
    assert (draft["payer"]["business"], draft["payer"]["contact_id"], draft["payer"]["ids"]) == (False, None, {})
    issuer = books.get(f"/v1/issuers/{draft['issuer_id']}")
    assert issuer["account"] == {"holder": "Anne Favre", "iban": "CH9300762011623852957", "bic": "", "qr_iban": ""}
    recap = books.post("/v1/invoices/recap", {"patient_id": "pat_2"})
    assert recap["invoices"][0]["payer"].keys() == draft["payer"].keys()


@pytest.mark.rule("B-03")
def test_a_batch_of_consultations_is_final_at_once(books):
    ids = []
    for patient in ("pat_1", "pat_2"):
        given = {"patient_id": patient, "practitioner_id": "prc_1", "on": "2026-03-19", "title": "Suivi"}
        ids.append(books.post("/v1/consultations", given | {"service_id": "srv_half"})["id"])
    assert [c["id"] for c in books.get("/v1/consultations").items] == sorted(ids)
    made = drafted(books, patient_id=None, consultation_ids=ids, finalise=True)
    assert (len(made["invoice_ids"]), made["not_final"]) == (2, [])
    numbers = [books.get(f"/v1/invoices/{i}")["number"] for i in made["invoice_ids"]]
    assert numbers == ["F2026-0001", "F2026-0002"]
    assert books.get("/v1/consultations").items == []


@pytest.mark.rule("B-03")
def test_a_practitioners_month_is_listed_and_handed_to_the_recap_as_it_is(books):
    by_hand = {"patient_id": "pat_2", "practitioner_id": "prc_1", "on": "2026-03-19", "title": "Suivi"}
    consultation = books.post("/v1/consultations", by_hand | {"service_id": "srv_half"})["id"]
    month = {"first": "2026-03-01", "last": "2026-03-31", "practitioner_id": "prc_1"}
    one = books.get("/v1/not-invoiced", **month, limit="2")
    listed = one.items + books.get("/v1/not-invoiced", **month, limit="2", cursor=one["next_cursor"]).items
    assert [(i["consultation_id"], i["on"], i["local_start"]) for i in listed] == [
        (consultation, "2026-03-19", None),
        (None, "2026-03-20", "2026-03-20T09:00:00+01:00"),
        (None, "2026-03-20", "2026-03-20T09:30:00+01:00"),
    ]
    chosen = {
        f"{what}_ids": [i[f"{what}_id"] for i in listed if i[f"{what}_id"]] for what in ("consultation", "appointment")
    }
    made = drafted(books, patient_id=None, **chosen, grouping="per_payer", finalise=True)
    assert (len(made["invoice_ids"]), made["left_out"], made["not_final"]) == (2, [], [])
    assert books.get("/v1/not-invoiced", **month).items == []
    longer = books.get("/v1/not-invoiced", first="2026-03-01", last="2027-05-01")
    assert (longer.status, longer["errors"][0]["remedy"]) == (422, "give a shorter period")


@pytest.mark.rule("B-05")
def test_one_for_all_goes_to_somebody_typed_in(books):
    given = {"patient_id": "pat_1", "practitioner_id": "prc_1", "on": "2026-03-19", "title": "Suivi"}
    id = books.post("/v1/consultations", given | {"service_id": "srv_half"})["id"]
    refused = books.post("/v1/invoices/recap", {"consultation_ids": [id], "grouping": "one_for_all"})
    assert (refused.status, refused["errors"][0]["remedy"]) == (422, "give payer or payer_patient_id")
    payer = {"name": "Clinique du Parc", "business": True, "ids": {"vat": "CHE-116.281.710"}}
    made = drafted(books, patient_id=None, consultation_ids=[id], grouping="one_for_all", payer=payer)
    assert books.get(f"/v1/invoices/{made['invoice_ids'][0]}")["payer"]["name"] == "Clinique du Parc"


@pytest.mark.rule("B-06")
def test_what_can_no_longer_be_is_refused_with_the_remedy(books):
    (id,) = drafted(books)["invoice_ids"]
    payment = {"amount": 1, "currency": "CHF", "method": "cash", "paid_on": "2026-03-20"}
    assert books.post(f"/v1/invoices/{id}/payments", payment)["code"] == "not_final"
    final = books.post(f"/v1/invoices/{id}/finalise")
    assert books.delete(f"/v1/invoices/{id}")["code"] == "not_a_draft"
    assert books.patch(f"/v1/invoices/{id}", {"note": "x"}, version=final["version"])["code"] == "not_a_draft"
    too_much = books.post(f"/v1/invoices/{id}/payments", payment | {"amount": 12_051})
    assert (too_much.status, too_much["code"]) == (409, "more_than_owed")
    note = books.post(f"/v1/invoices/{id}/credit-notes", {})
    credited = books.post(f"/v1/invoices/{note['id']}/finalise")
    assert (credited["kind"], credited["corrects"]) == ("credit_note", id)
    assert books.get(f"/v1/invoices/{id}")["standing"] == "credited"


@pytest.mark.rule("B-04")
def test_a_consultation_is_marked_not_invoiceable_and_back(books):
    given = {"patient_id": "pat_2", "practitioner_id": "prc_1", "on": "2026-03-19", "title": "Appel"}
    made = books.post("/v1/consultations", given)
    off = books.patch(f"/v1/consultations/{made['id']}", {"wanted": False}, version=made["version"])
    assert (off["wanted"], books.get("/v1/consultations").items) == (False, [])
    recap = books.post("/v1/invoices/recap", {"consultation_ids": [made["id"]]})
    assert recap["left_out"] == [{"id": made["id"], "reason": "marked_not_invoiceable"}]


@pytest.mark.rule("B-10")
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"account": {"iban": "CH9300762011623852958"}}, "account.iban"),
        ({"account": {"qr_iban": "CH9300762011623852957"}}, "account.qr_iban"),
        ({"account": {"iban": "CH4431999123000889012"}}, "account.iban"),
        ({"ids": {"siret": "73282932000074"}}, "ids.siret"),
        ({"ids": {"uid": "CHE-100.155.213"}}, "ids.uid"),
        ({"taxes": [{"name": "TPS", "rate": 5000}]}, "taxes"),
    ],
)
def test_an_issuers_numbers_are_checked_by_their_own_digits(admin, wrong, field):
    answer = admin.post("/v1/issuers", ISSUER | wrong)
    assert (answer.status, answer.fields[0]) == (422, field)


@pytest.mark.rule("B-08")
@pytest.mark.rule("B-09")
def test_an_invoice_is_sent_and_its_sendings_are_shown_before_a_second_one(books, world):
    (id,) = drafted(books)["invoice_ids"]
    assert books.post(f"/v1/invoices/{id}/send", {})["code"] == "invoice_not_final"
    books.post(f"/v1/invoices/{id}/finalise")
    sent = books.post(f"/v1/invoices/{id}/send", {})
    (sending,) = sent["sendings"]
    assert (sent.status, sending["state"], sending["sent_at"]) == (200, "scheduled", None)
    assert sending["message_id"] == f"invoice.email.{id}.1"
    message = require(world.store, message_ref(sending["message_id"]))
    left = message.with_(sent_at=world.now).ended(MessageState.SENT)
    world.put(left)
    again = books.post(f"/v1/invoices/{id}/send", {})
    assert (again.status, again["code"]) == (409, "already_sent")
    assert again["detail"].startswith("already sent on 2026-03-20 at 18:00 to ")
    assert "`again`" in again["remedy"]
    many = {"invoice_ids": [id, "inv_none"]}
    told = books.post("/v1/invoices/send", many)
    assert (told["items"], [n["code"] for n in told["not_sent"]]) == ([], ["already_sent", "not_found"])
    told = books.post("/v1/invoices/send", many | {"again": True})
    assert [len(i["sendings"]) for i in told["items"]] == [2]
    assert [len(i["sendings"]) for i in books.get("/v1/invoices").items] == [2]
    stranger = Staff(world, roles=("practitioner",), id="user-else")
    assert stranger.post(f"/v1/invoices/{id}/send", {}).status == 403
    assert stranger.post("/v1/invoices/send", many).status == 403


@pytest.mark.rule("P-01")
def test_a_practitioner_invoices_for_themselves_only(books, world):
    other = Staff(world, roles=("practitioner",), id="user-other")
    assert other.post("/v1/invoices/recap", {"patient_id": "pat_1"})["code"] == "not_your_books"
    (id,) = drafted(books)["invoice_ids"]
    assert other.post(f"/v1/invoices/{id}/finalise").status == 403


@pytest.mark.rule("P-01")
def test_a_payment_is_cancelled_through_its_own_invoice_only(books):
    first, second = (drafted(books, patient_id=p)["invoice_ids"][0] for p in ("pat_1", "pat_2"))
    for id in (first, second):
        books.post(f"/v1/invoices/{id}/finalise")
    payment = {"amount": 100, "currency": "CHF", "method": "cash", "paid_on": "2026-03-20"}
    paid = books.post(f"/v1/invoices/{first}/payments", payment)
    assert books.post(f"/v1/invoices/{second}/payments/{paid['id']}/cancel").status == 404
    assert books.get(f"/v1/invoices/{first}")["paid"] == 100
    assert books.post(f"/v1/invoices/{first}/payments/{paid['id']}/cancel").status == 200


class TestBooks:
    @pytest.fixture
    def invoice(self, books):
        (id,) = drafted(books)["invoice_ids"]
        return books.post(f"/v1/invoices/{id}/finalise")

    @pytest.fixture
    def paid(self, books, invoice):
        part = {"amount": 5_000, "currency": "CHF", "method": "card", "paid_on": "2026-03-20"}
        return books.post(f"/v1/invoices/{invoice['id']}/payments", part | {"reference": "=1+1"})

    @pytest.mark.usefixtures("paid")
    def test_an_account_says_what_is_owed_paid_and_overdue(self, books, world):
        (account,) = books.get("/v1/patients/pat_1/account")["items"]
        sums = {"invoiced": 12_050, "paid": 5_000, "credited": 0, "owed": 7_050, "overdue": 0, "drafts": 0}
        assert account == {"currency": "CHF", **sums}
        world.now = at("2026-05-20 18:00")
        assert books.get("/v1/payers/patient.pat_1/account")["items"][0]["overdue"] == 7_050
        assert [i["standing"] for i in books.get("/v1/invoices", state="overdue").items] == ["overdue"]

    @pytest.mark.usefixtures("paid")
    def test_revenue_by_month_and_practitioner(self, books):
        (march,) = books.get("/v1/revenue", first="2026-01-01", last="2026-12-31")["items"]
        assert (march["month"], march["practitioner_id"]) == ("2026-03", "prc_1")
        assert (march["invoiced"], march["paid_in"]) == (12_050, 5_000)
        too_long = books.get("/v1/revenue", first="2024-01-01", last="2026-12-31")
        assert too_long.status == 422

    @pytest.mark.usefixtures("paid")
    def test_exports_hold_no_formula(self, books):
        period = {"first": "2026-03-01", "last": "2026-03-31"}
        documents = books.get("/v1/exports/documents", **period)
        assert documents["filename"] == "documents-2026-03-01-2026-03-31.csv"
        header, row = documents["content"].splitlines()
        found = dict(zip(header.split(","), row.split(","), strict=True))
        assert (found["number"], found["total"], found["balance"]) == ("F2026-0001", "120.50", "70.50")
        assert ",'=1+1," in books.get("/v1/exports/payments", **period)["content"]

    def test_a_bank_file_pays_by_reference_once(self, books, invoice, world):
        reference = books.get(f"/v1/invoices/{invoice['id']}")["reference"]
        assert reference == reference_of(world.app.store.get(invoice_ref(invoice["id"])))
        content = read("camt.053").replace("REFERENCE", reference)
        (planned,) = books.post("/v1/bank-files/plan", {"content": content})["items"]
        assert (planned["match"], planned["amount"], planned["excess"]) == ("reference", 12_050, 0)
        chosen = [{"credit_id": planned["credit_id"], "invoice_id": invoice["id"]}]
        done = books.post("/v1/bank-files", {"content": content, "chosen": chosen})
        assert (len(done["payment_ids"]), done["not_recorded"]) == (1, [])
        assert books.get(f"/v1/invoices/{invoice['id']}")["standing"] == "paid"
        (again,) = books.post("/v1/bank-files/plan", {"content": content})["items"]
        assert again["match"] == "recorded"
        books.post("/v1/bank-files", {"content": content, "chosen": chosen})
        assert books.get(f"/v1/invoices/{invoice['id']}")["paid"] == 12_050

    def test_a_bank_credit_pays_what_the_chosen_invoice_owes_and_again_once_that_was_cancelled(self, books, invoice):
        (id,) = drafted(books, patient_id="pat_2")["invoice_ids"]
        other = books.post(f"/v1/invoices/{id}/finalise")
        part = {"amount": 5_000, "currency": "CHF", "method": "card", "paid_on": "2026-03-20"}
        books.post(f"/v1/invoices/{invoice['id']}/payments", part)
        content = read("camt.053").replace("REFERENCE", "")

        def choose(invoice_id):
            (planned,) = books.post("/v1/bank-files/plan", {"content": content})["items"]
            chosen = [{"credit_id": planned["credit_id"], "invoice_id": invoice_id}]
            return books.post("/v1/bank-files", {"content": content, "chosen": chosen})

        (payment,) = choose(other["id"])["payment_ids"]
        assert books.get(f"/v1/invoices/{other['id']}")["paid"] == 12_050
        assert choose(invoice["id"])["not_recorded"][0]["code"] == "recorded_already"
        books.post(f"/v1/invoices/{other['id']}/payments/{payment}/cancel")
        (again,) = choose(invoice["id"])["payment_ids"]
        assert (again != payment, books.get(f"/v1/invoices/{invoice['id']}")["paid"]) == (True, 12_050)
        assert choose(invoice["id"])["payment_ids"] == [again]
        assert books.get(f"/v1/invoices/{other['id']}")["paid"] == 0

    def test_another_file_is_refused(self, books):
        answer = books.post("/v1/bank-files/plan", {"content": "<html/>"})
        assert (answer.status, answer.fields) == (422, ["content"])


def read(name: str) -> str:
    return (Path(__file__).parents[2] / "support" / f"{name}.xml").read_text()
