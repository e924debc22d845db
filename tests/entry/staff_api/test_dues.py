"""Payments due as a frontend sees them: listed by standing, paid, sold, taken back, decided about (C-01, C-06)."""

from typing import Any

import pytest

from creneau.agenda.catalogue import Practitioner, Service, practitioner_ref, service_ref
from creneau.billing.issuer import Issuer
from creneau.shared.money import Money
from creneau.shared.store import require
from tests.entry.staff_api.conftest import HERE
from tests.support.staff_api import Staff
from tests.support.world import World, at

CARD = {"amount": 2_000, "currency": "CHF", "method": "card", "paid_on": "2026-03-20"}


@pytest.fixture
def billing(world: World, admin: Staff) -> Staff:
    """The service has a price, the practitioner an issuer; pat_1 was seen at 9:00."""
    service: Service = require(world.store, service_ref("srv_half"))
    practitioner: Practitioner = require(world.store, practitioner_ref("prc_1"))
    world.put(
        service.with_(price=Money(amount=12_050, currency="CHF")),
        Issuer(id="iss_1", name="Dr Anne Favre", address=HERE, prefix="F"),
        practitioner.with_(issuer_id="iss_1"),
    )
    assert admin.books("pat_1", "2026-03-20T09:00:00+01:00").status == 201
    world.rest()
    world.now = at("2026-03-20 18:00")
    return Staff(world, roles=("billing",), id="user-billing")


def due_of(billing: Staff, patient: str = "pat_1") -> Any:
    (due,) = billing.get(f"/v1/patients/{patient}/dues").items
    return due


def standings(billing: Staff) -> dict[str, list[str]]:
    """The dues of each standing, page by page."""
    found: dict[str, list[str]] = {}
    for standing in ("open", "taken", "invoiced", "paid", "void"):
        more: dict[str, str] = {}
        while True:
            page = billing.get("/v1/dues", standing=standing, limit="1", **more)
            assert page.status == 200, page.text
            found.setdefault(standing, []).extend(due["id"] for due in page.items)
            if page["next_cursor"] is None:
                break
            more = {"cursor": page["next_cursor"]}
    return found


def invoice(billing: Staff) -> str:
    asked = {"patient_id": "pat_1"}
    recap = billing.post("/v1/invoices/recap", asked)
    (id,) = billing.post("/v1/invoices", asked | {"digest": recap["digest"]})["invoice_ids"]
    return str(id)


@pytest.mark.rule("C-01")
def test_booked_then_taken_then_invoiced_then_paid(billing: Staff) -> None:
    due = due_of(billing)
    assert (due["standing"], due["price"], due["text"], due["kind"]) == ("open", 12_050, "Consultation", "visit")
    assert due["patient_name"]
    none: dict[str, list[str]] = {s: [] for s in ("open", "taken", "invoiced", "paid", "void")}
    assert standings(billing) == none | {"open": [due["id"]]}
    draft = invoice(billing)
    assert standings(billing) == none | {"taken": [due["id"]]}
    billing.post(f"/v1/invoices/{draft}/finalise")
    assert standings(billing) == none | {"invoiced": [due["id"]]}
    billing.post(f"/v1/dues/{due['id']}/payments", CARD | {"amount": 12_050})
    assert standings(billing) == none | {"paid": [due["id"]]}
    assert billing.get(f"/v1/invoices/{draft}")["standing"] == "paid"


@pytest.mark.rule("C-01")
def test_paid_before_any_invoice_which_then_counts_it(billing: Staff) -> None:
    due = due_of(billing)
    paid = billing.post(f"/v1/dues/{due['id']}/payments", CARD, key="k1")
    assert (paid.status, paid["invoice_id"], paid["due_id"]) == (201, None, due["id"])
    billing.post(f"/v1/dues/{due['id']}/payments", CARD, key="k1")
    assert billing.get(f"/v1/dues/{due['id']}")["still_to_pay"] == 10_050
    assert billing.get("/v1/payers/patient.pat_1/owed").items[0]["amount"] == 10_050
    assert billing.get("/v1/revenue", first="2026-03-01", last="2026-03-31").items[0]["paid_in"] == 2_000
    assert ",,P 1" not in billing.get("/v1/exports/payments", first="2026-03-20", last="2026-03-20")["content"]
    draft = invoice(billing)
    final = billing.post(f"/v1/invoices/{draft}/finalise")
    assert (final["paid"], final["balance"]) == (2_000, 10_050)
    assert [p["id"] for p in billing.get(f"/v1/invoices/{draft}/payments").items] == [paid["id"]]
    assert billing.post(f"/v1/dues/{due['id']}/payments", CARD | {"amount": 10_051}).status == 409


@pytest.mark.rule("C-01")
def test_a_payment_entered_by_mistake_is_taken_back(billing: Staff) -> None:
    due = due_of(billing)
    paid = billing.post(f"/v1/dues/{due['id']}/payments", CARD)
    gone = billing.post(f"/v1/dues/{due['id']}/payments/{paid['id']}/cancel")
    assert (gone.status, gone["cancelled_at"] is not None) == (200, True)
    assert (due_of(billing)["paid"], billing.get(f"/v1/dues/{due['id']}/payments").items) == (0, [])
    assert billing.post(f"/v1/dues/{due['id']}/payments/pay_none/cancel").status == 404


@pytest.mark.rule("C-01")
def test_a_missed_visit_that_is_paid_is_asked_about(billing: Staff, admin: Staff, world: World) -> None:
    due = due_of(billing)
    billing.post(f"/v1/dues/{due['id']}/payments", CARD)
    missed = {"to": "patient_absent"}
    id = due["appointment_id"]
    version = admin.get(f"/v1/appointments/{id}")["version"]
    assert admin.post(f"/v1/appointments/{id}/attendance", missed, version=version).status == 200
    world.rest()
    (task,) = billing.get("/v1/tasks").items
    assert (task["kind"], task["amount"], task["about"]["due_id"]) == ("cancelled_but_paid", 2_000, due["id"])
    assert billing.post(f"/v1/tasks/{task['id']}/decide", {"outcome": "done"}).status == 422
    kept = billing.post(f"/v1/tasks/{task['id']}/decide", {"outcome": "keep", "words": "règle des 24 h"})
    assert (kept.status, kept["outcome"], kept["done_by"]) == (200, "keep", "user-billing")
    assert billing.get("/v1/tasks").items == []
    assert [t["id"] for t in billing.get("/v1/tasks", state="done").items] == [task["id"]]
    assert (due_of(billing)["standing"], due_of(billing)["kept_as_fee"]) == ("open", True)


@pytest.mark.rule("C-06")
def test_a_package_is_sold_used_and_taken_back(billing: Staff, admin: Staff, world: World) -> None:
    wanted = {
        "name": "Cinq séances",
        "service_ids": ["srv_half"],
        "visits": 5,
        "price": {"amount": 50_000, "currency": "CHF"},
        "valid_days": 90,
    }
    package = admin.post("/v1/packages", wanted)
    assert package.status == 201, package.text
    changed = admin.put(f"/v1/packages/{package['id']}", wanted | {"visits": 6}, version=package["version"])
    assert (changed["visits"], [p["id"] for p in billing.get("/v1/packages").items]) == (6, [package["id"]])
    world.patient("pat_2")
    sale = {"package_id": package["id"], "practitioner_id": "prc_1"}
    sold = billing.post("/v1/patients/pat_2/packages", sale, key="k1")
    assert (sold.status, sold["left"], sold["sold_on"], sold["valid_until"]) == (201, 6, "2026-03-20", "2026-06-17")
    assert billing.post("/v1/patients/pat_2/packages", sale, key="k1")["id"] == sold["id"]
    world.open("2026-03-23 09:00", "12:00")
    admin.books("pat_2", "2026-03-23T09:00:00+01:00")
    world.rest()
    assert [p["left"] for p in billing.get("/v1/patients/pat_2/packages").items] == [5]
    covered, due = billing.get("/v1/patients/pat_2/dues").items
    assert (covered["standing"], covered["covered_by"], due["kind"]) == (None, sold["id"], "package")
    assert billing.post(f"/v1/dues/{due['id']}/take-back")["code"] == "package_used"


@pytest.mark.rule("C-01")
def test_a_product_is_sold_and_taken_back(billing: Staff) -> None:
    wanted = {
        "text": "Bandage",
        "price": {"amount": 1_250, "currency": "CHF"},
        "quantity": 2,
        "practitioner_id": "prc_1",
    }
    due = billing.post("/v1/patients/pat_1/products", wanted)
    assert (due.status, due["price"], due["quantity"], due["standing"]) == (201, 2_500, 2, "open")
    void = billing.post(f"/v1/dues/{due['id']}/take-back")
    assert (void.status, void["standing"]) == (200, "void")


@pytest.mark.rule("P-01", "C-01")
def test_a_practitioner_keeps_their_own_books_only(billing: Staff, world: World) -> None:
    due = due_of(billing)
    other = Staff(world, roles=("practitioner",), id="user-other")
    assert other.get(f"/v1/dues/{due['id']}").status == 403
    assert other.post(f"/v1/dues/{due['id']}/payments", CARD).status == 403
    assert other.get("/v1/dues").items == other.get("/v1/patients/pat_1/dues").items == []
    assert other.get("/v1/payers/patient.pat_1/owed").items == []


@pytest.mark.rule("B-05")
def test_who_pays_by_default_is_on_the_patients_record(admin: Staff, world: World) -> None:
    world.patient("pat_1")
    world.patient("pat_2")
    before = admin.get("/v1/patients/pat_2")
    read_only = (
        "id",
        "version",
        "email_blocked",
        "phone_blocked",
        "consents",
        "refusals",
        "erased",
        "reachable_by_email",
    )
    record = {k: v for k, v in before.json.items() if k not in read_only}
    wanted = record | {"payer_patient_id": "pat_1", "receives_payment_reminders": False}
    changed = admin.put("/v1/patients/pat_2", wanted, version=before["version"])
    assert (changed.status, changed["payer_patient_id"], changed["receives_payment_reminders"]) == (200, "pat_1", False)
    strange = admin.put("/v1/patients/pat_2", wanted | {"payer_patient_id": "pat_0"}, version=changed["version"])
    assert (strange.status, strange.fields) == (422, ["payer_patient_id"])


@pytest.mark.parametrize("cursor", ["7:", "x", "0:x"])
def test_a_cursor_of_another_list(billing: Staff, cursor: str) -> None:
    assert billing.get("/v1/dues", cursor=cursor).status == 422
