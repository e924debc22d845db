"""Whose consultations a practitioner sees: their own, as of all that is in the books."""

import pytest

from tests.support.staff_api import Staff
from tests.support.world import at


@pytest.mark.rule("P-01")
def test_a_practitioner_sees_their_own_consultations_and_billing_all(world):
    admin = Staff(world, roles=("admin",), id="user-admin")
    world.patient("pat_1")
    world.now = at("2026-03-20 18:00")
    ids = {}
    for practitioner_id in ("prc_1", "prc_2"):
        before = admin.get(f"/v1/practitioners/{practitioner_id}")
        kept = {name: value for name, value in before.json.items() if name not in ("id", "version")}
        wanted = kept | {"user": f"user-{practitioner_id}"}
        assert admin.put(f"/v1/practitioners/{practitioner_id}", wanted, version=before["version"]).status == 200
        seen = {"patient_id": "pat_1", "practitioner_id": practitioner_id, "on": "2026-03-20", "title": "Séance"}
        ids[practitioner_id] = admin.post("/v1/consultations", seen)["id"]
    billing = Staff(world, roles=("billing",), id="user-billing")
    own = Staff(world, roles=("practitioner",), id="user-prc_2")
    for listed in ("/v1/consultations", "/v1/patients/pat_1/consultations"):
        assert {c["id"] for c in billing.get(listed).items} == set(ids.values())
        assert [c["id"] for c in own.get(listed).items] == [ids["prc_2"]]
    assert own.get(f"/v1/consultations/{ids['prc_2']}").status == 200
    assert own.get(f"/v1/consultations/{ids['prc_1']}")["code"] == "not_your_books"
