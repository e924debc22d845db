"""Whose invoices a practitioner sees and changes, and on which version a draft is deleted."""

from itertools import chain
from typing import Any

import pytest

from tests.support.staff_api import Staff
from tests.support.world import World, at

ISSUER: dict[str, Any] = {
    "name": "Cabinet",
    "address": {"street": "Rue du Lac 1", "postcode": "1201", "town": "Genève", "country": "CH"},
}


@pytest.fixture
def billing(world) -> Staff:
    """Two practitioners who saw the same patient, one draft each."""
    admin = Staff(world, roles=("admin",), id="user-admin")
    issuer = admin.post("/v1/issuers", ISSUER)["id"]
    world.patient("pat_1")
    world.now = at("2026-03-20 18:00")
    for practitioner_id in ("prc_1", "prc_2"):
        before = admin.get(f"/v1/practitioners/{practitioner_id}")
        kept = {name: value for name, value in before.json.items() if name not in ("id", "version")}
        wanted = kept | {"user": f"user-{practitioner_id}", "issuer_id": issuer}
        assert admin.put(f"/v1/practitioners/{practitioner_id}", wanted, version=before["version"]).status == 200
        seen = {"patient_id": "pat_1", "practitioner_id": practitioner_id, "on": "2026-03-20", "title": "Séance"}
        consultation = admin.post("/v1/consultations", seen | {"service_id": "srv_half"})["id"]
        asked = {"consultation_ids": [consultation]}
        digest = admin.post("/v1/invoices/recap", asked)["digest"]
        assert admin.post("/v1/invoices", asked | {"digest": digest}).status == 201
    return Staff(world, roles=("billing",), id="user-billing")


def drafts(staff: Staff) -> dict[str, str]:
    """Invoice ids by practitioner."""
    return {i["lines"][0]["practitioner_id"]: i["id"] for i in staff.get("/v1/invoices", state="draft").items}


@pytest.mark.rule("P-01")
def test_lists_and_accounts_show_a_practitioner_what_may_be_read(billing, world):
    of = drafts(billing)
    assert sorted(of) == ["prc_1", "prc_2"]
    own = Staff(world, roles=("practitioner",), id="user-prc_2")
    assert (own.get(f"/v1/invoices/{of['prc_1']}").status, own.get(f"/v1/invoices/{of['prc_2']}").status) == (403, 200)
    assert drafts(own) == {"prc_2": of["prc_2"]}
    assert [i["id"] for i in own.get("/v1/payers/patient.pat_1/invoices").items] == [of["prc_2"]]
    assert [b["drafts"] for b in billing.get("/v1/patients/pat_1/account").items] == [2]
    for account in ("/v1/patients/pat_1/account", "/v1/payers/patient.pat_1/account"):
        assert [b["drafts"] for b in own.get(account).items] == [1]


def pages(world: World, practitioner_id: str) -> list[list[str]]:
    own, asked = Staff(world, roles=("practitioner",), id=f"user-{practitioner_id}"), {"state": "draft", "limit": "1"}
    found = [own.get("/v1/invoices", **asked)]
    while cursor := found[-1]["next_cursor"]:
        found.append(own.get("/v1/invoices", **asked, cursor=cursor))
    return [[invoice["id"] for invoice in page.items] for page in found]


@pytest.mark.rule("P-01")
def test_a_page_that_holds_only_others_has_a_next_one(billing, world):
    of = drafts(billing)
    first, second = pages(world, "prc_1"), pages(world, "prc_2")
    assert ([*chain(*first)], [*chain(*second)]) == ([of["prc_1"]], [of["prc_2"]])
    assert [] in (first[0], second[0])


@pytest.mark.rule("B-06")
def test_a_draft_is_deleted_on_the_version_that_was_read(billing):
    id = drafts(billing)["prc_1"]
    read = billing.get(f"/v1/invoices/{id}")["version"]
    assert billing.patch(f"/v1/invoices/{id}", {"note": "Corrigée"}, version=read).status == 200
    stale = billing.delete(f"/v1/invoices/{id}", version=read)
    assert (stale.status, stale["code"], billing.get(f"/v1/invoices/{id}")["note"]) == (412, "stale", "Corrigée")
    assert billing.delete(f"/v1/invoices/{id}", version=read + 1).status == 204
    assert billing.get(f"/v1/invoices/{id}").status == 404
    assert billing.delete(f"/v1/invoices/{drafts(billing)['prc_2']}").status == 204


@pytest.mark.rule("B-06")
def test_a_term_is_days_or_a_date(billing):
    asked = {"patient_id": "pat_1", "term": {"days": 3, "on": "2026-05-01"}}
    refused = billing.post("/v1/invoices/recap", asked)
    assert (refused.status, refused.fields) == (422, ["term"])


@pytest.mark.rule("B-10")
def test_an_issuer_is_of_a_country_whose_law_is_known(billing):
    refused = billing.post("/v1/issuers", ISSUER | {"address": ISSUER["address"] | {"country": "ZZ"}})
    assert (refused.status, refused.fields) == (422, ["address.country"])
    assert "CA, CH, FR" in refused.text
