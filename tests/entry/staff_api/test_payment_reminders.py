"""What a frontend does to remind payers: the list, then the list sent; templates forecast; a payer's own switch."""

import pytest

from creneau.billing.invoice import invoice_ref
from creneau.messaging.message import MessageState, message_ref
from creneau.shared.store import Put, require
from tests.support.staff_api import Staff
from tests.support.world import World, at

ISSUER = {
    "name": "Dr Anne Favre",
    "address": {"street": "Rue du Lac 1", "postcode": "1201", "town": "Genève", "country": "CH"},
    "account": {"holder": "Anne Favre", "iban": "CH9300762011623852957"},
}
PAYER = "patient.pat_1"


@pytest.fixture
def books(world: World) -> Staff:
    """Two invoices of 120.50 of two patients, due on 19 April; it is the 25th."""
    admin = Staff(world, roles=("admin",), id="user-admin")
    issuer = admin.post("/v1/issuers", ISSUER)["id"]
    world.now = at("2026-03-20 18:00")
    for n, patient in enumerate(("pat_1", "pat_2")):
        world.patient(patient)
        given = {"patient_id": patient, "practitioner_id": "prc_1", "on": "2026-03-19", "title": "Suivi"}
        id = admin.post("/v1/consultations", given | {"service_id": "srv_half"}, key=str(n))["id"]
        wanted = {"consultation_ids": [id], "issuer_id": issuer}
        recap = admin.post("/v1/invoices/recap", wanted)
        draft = admin.post("/v1/invoices", wanted | {"digest": recap["digest"]})["invoice_ids"][0]
        lines = [recap["invoices"][0]["lines"][0] | {"price": 12_050}]
        lines[0].pop("amount")
        version = admin.get(f"/v1/invoices/{draft}")["version"]
        assert admin.patch(f"/v1/invoices/{draft}", {"lines": lines}, version=version).status == 200
        final = admin.post(f"/v1/invoices/{draft}/finalise")
        assert final.status == 200, final.text
        invoice = require(world.store, invoice_ref(draft))
        world.store.commit([Put(invoice.with_(sendings=1))])
    world.now = at("2026-04-25 10:00")
    return Staff(world, roles=("billing",), id="user-billing")


@pytest.mark.rule("D-05")
def test_the_list_and_then_that_very_list(books):
    listed = books.post("/v1/payment-reminders/list", {})
    assert (listed.status, listed["emails"], listed["reminded"], listed["left_out"]) == (200, 2, 2, {})
    row = listed["payers"][0]["invoices"][0]
    assert (row["due_on"], row["balance"], row["last_reminded_on"]) == (
        "2026-04-19",
        {"amount": 12_050, "currency": "CHF"},
        None,
    )
    chosen = [{"payer_key": p["payer_key"], "digest": p["digest"]} for p in listed["payers"]]
    done = books.post("/v1/payment-reminders", {"payers": chosen})
    assert (done.status, len(done["message_ids"]), done["not_reminded"]) == (201, 2, [])
    message = require(books.world.store, message_ref(done["message_ids"][0]))
    assert (message.state, message.given["by"]) == (MessageState.SCHEDULED, "user-billing")


@pytest.mark.rule("D-05")
def test_who_paid_since_is_told_and_left_out(books):
    listed = books.post("/v1/payment-reminders/list", {})
    chosen = [{"payer_key": p["payer_key"], "digest": p["digest"]} for p in listed["payers"]]
    paid = listed["payers"][0]
    payment = {"amount": 12_050, "currency": "CHF", "method": "card", "paid_on": "2026-04-25"}
    assert books.post(f"/v1/invoices/{paid['invoices'][0]['invoice_id']}/payments", payment).status == 201
    done = books.post("/v1/payment-reminders", {"payers": chosen})
    assert len(done["message_ids"]) == 1
    assert [(n["payer_key"], n["code"]) for n in done["not_reminded"]] == [(paid["payer_key"], "nothing_to_remind_of")]


@pytest.mark.rule("D-03")
@pytest.mark.rule("D-06")
def test_one_payer_who_gets_no_reminders_only_with_a_reason(books):
    off = books.put(f"/v1/payers/{PAYER}", {"receives_reminders": False})
    assert (off.status, off["receives_reminders"], off["paused_until"]) == (200, False, None)
    listed = books.post(f"/v1/payers/{PAYER}/reminders/list", {})
    assert ([r["because"] for r in listed["left_out"]], listed["invoices"]) == (["reminders_off"], [])
    although = {"although": "asked for it by telephone"}
    listed = books.post(f"/v1/payers/{PAYER}/reminders/list", although)
    done = books.post(f"/v1/payers/{PAYER}/reminders", although | {"digest": listed["digest"]})
    message = require(books.world.store, message_ref(done["message_ids"][0]))
    assert message.given["although"] == "asked for it by telephone"


@pytest.mark.rule("D-06")
def test_of_who_owes_nothing_the_list_is_empty(books):
    listed = books.post("/v1/payers/patient.pat_9/reminders/list", {})
    assert (listed.status, listed["invoices"], listed["left_out"]) == (200, [], [])
    done = books.post("/v1/payers/patient.pat_9/reminders", {"digest": "0" * 32})
    assert [n["code"] for n in done["not_reminded"]] == ["nothing_to_remind_of"]


@pytest.mark.rule("D-02")
def test_a_template_is_forecast_and_existing_invoices_are_taken_along_as_previewed(books):
    admin = Staff(books.world, roles=("admin",), id="user-admin")
    delays = [{"number": 10, "unit": "days"}]
    forecast = admin.post("/v1/payment-reminders/forecast", {"delays": delays})
    assert (forecast.status, forecast["in_all"]) == (200, 0)
    words = {"fr": {"subject": "Rappel", "body": "Bonjour,\n\n{{ owed.details }}"}}
    given = {"kind": "payment_reminder", "channel": "email", "title": "Rappel", "delays": delays, "wordings": words}
    made = admin.post("/v1/templates", given)
    assert made.status == 201, made.text
    place = f"/v1/templates/{made['id']}/existing-invoices"
    preview = admin.post(f"{place}/preview", {})
    assert [(d["on"], d["emails"]) for d in preview["days"]] == [("2026-04-26", 2)]
    stale = admin.post(place, {"emails": 7})
    assert (stale.status, stale["code"]) == (412, "forecast_changed")
    assert admin.post(place, {"emails": 2}).status == 200


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/payment-reminders/list", {"within_days": -1}, "within_days"),
        ("/v1/payment-reminders", {"payers": []}, "payers"),
        ("/v1/payment-reminders", {"payers": [{"payer_key": "a b", "digest": "0" * 32}]}, "payers[0].payer_key"),
        ("/v1/payment-reminders/forecast", {"delays": [{"number": -2, "unit": "days"}]}, "delays[0].number"),
        (
            "/v1/payment-reminders/forecast",
            {"delays": [{"number": 2, "unit": "days"}], "template_id": "x"},
            "template_id",
        ),
    ],
)
def test_what_can_not_be_meant_is_refused_with_its_place(books, path, body, field):
    answer = Staff(books.world, roles=("admin",)).post(path, body)
    assert (answer.status, answer.fields) == (422, [field]), answer.text


@pytest.mark.rule("P-01")
def test_a_practitioner_changes_no_payer_and_sets_no_template(books):
    anne = Staff(books.world, roles=("practitioner",), id="user-anne")
    assert anne.put(f"/v1/payers/{PAYER}", {"receives_reminders": False}).status == 403
    assert anne.post("/v1/payment-reminders/forecast", {"delays": [{"number": 2, "unit": "days"}]}).status == 403
