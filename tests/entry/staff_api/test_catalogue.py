"""What a clinic offers: services and their categories, practitioners, locations, agendas, resources (A-01 to A-04, A-07)."""

from datetime import timedelta

import pytest

from creneau.agenda.catalogue import service_ref

SERVICE = {"name": "Massage", "category": "in_person", "duration_minutes": 45}
ADDRESS = {"street": "Rue du Lac 1", "postcode": "1201", "town": "Genève", "country": "CH"}


def service(admin, **changes):
    return admin.post("/v1/services", SERVICE | changes)


@pytest.mark.rule("A-01")
class TestServices:
    def test_a_service_is_kept_as_given(self, admin):
        wanted = SERVICE | {
            "price": {"amount": 12000, "currency": "CHF"},
            "vat_rate": 810,
            "resource_ids": ["res_1"],
            "instructions": "Bring a towel.\nCome early.",
        }
        made = admin.post("/v1/services", wanted)
        assert made.status == 201
        read = admin.get(f"/v1/services/{made['id']}")
        assert read.json == wanted | {
            "id": made["id"],
            "version": 1,
            "active": True,
            "vat_note": "",
            "video_link": "",
        }

    def test_its_age_is_that_of_its_first_day_whatever_its_id_and_however_often_it_is_edited(self, world, admin):
        """B-04 asks for the oldest; an id made of a caller's key says nothing of age."""
        first = world.now
        made = admin.post("/v1/services", SERVICE, key="k1")
        world.now += timedelta(days=1)
        admin.put(f"/v1/services/{made['id']}", SERVICE | {"name": "Massage long"}, version=1)
        admin.delete(f"/v1/services/{made['id']}")
        kept = world.store.get(service_ref(made["id"]))
        assert (kept.name, kept.active, kept.created_at) == ("Massage long", False, first)

    def test_an_exemption_is_a_note(self, admin):
        assert service(admin, vat_note="Exempt, art. 21 LTVA")["vat_note"] == "Exempt, art. 21 LTVA"

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"name": " "}, "name"),
            ({"category": "none"}, "category"),
            ({"duration_minutes": 0}, "duration_minutes"),
            ({"duration_minutes": 1441}, "duration_minutes"),
            ({"duration_minutes": 30.5}, "duration_minutes"),
            ({"duration_minutes": "30"}, "duration_minutes"),
            ({"price": {"amount": 12.5, "currency": "CHF"}}, "price.amount"),
            ({"price": {"amount": -1, "currency": "CHF"}}, "price.amount"),
            ({"price": {"amount": 100, "currency": "EUR"}}, "price.currency"),
            ({"vat_rate": 810, "vat_note": "exempt"}, "vat_note"),
            ({"resource_ids": ["res_none"]}, "resource_ids[0]"),
            ({"resource_ids": ["res_1", "res_1"]}, "resource_ids"),
            ({"video_link": "http://meet.example"}, "video_link"),
        ],
    )
    def test_what_cannot_be_meant(self, world, admin, changes, field):
        before = dict(world.store.items)
        answer = service(admin, **changes)
        assert answer.status == 422
        assert answer.fields == [field]
        assert world.store.items == before

    def test_deleting_one_ends_that_it_is_offered(self, world, admin, secretary):
        booked = secretary.books("pat_1", "2026-03-20T09:00:00+01:00")
        assert admin.delete("/v1/services/srv_half")["active"] is False
        assert admin.delete("/v1/services/srv_half").status == 200
        assert secretary.get(f"/v1/appointments/{booked['id']}")["service_id"] == "srv_half"
        refused = secretary.books("pat_2", "2026-03-20T09:30:00+01:00")
        assert (refused.status, refused["code"]) == (409, "service_inactive")

    def test_a_service_can_be_offered_again(self, admin, secretary):
        admin.delete("/v1/services/srv_half")
        admin.put("/v1/services/srv_half", SERVICE | {"duration_minutes": 30}, version=2)
        assert secretary.books("pat_2", "2026-03-20T09:30:00+01:00").status == 201


@pytest.mark.rule("A-01")
class TestCategories:
    def test_the_four_predefined_come_first(self, admin):
        own = admin.post("/v1/categories", {"name": "Sport"})
        listed = admin.get("/v1/categories").items
        assert [c["id"] for c in listed] == ["in_person", "home_visit", "teleconsultation", "group", own["id"]]
        assert [c["predefined"] for c in listed] == [True] * 4 + [False]
        assert service(admin, category=own["id"]).status == 201

    @pytest.mark.parametrize("id", ["in_person", "home_visit", "teleconsultation", "group"])
    def test_nobody_edits_or_deletes_them(self, admin, id):
        assert admin.get(f"/v1/categories/{id}")["predefined"] is True
        for answer in (
            admin.put(f"/v1/categories/{id}", {"name": "Other"}, version=0),
            admin.delete(f"/v1/categories/{id}"),
        ):
            assert (answer.status, answer["code"]) == (409, "predefined_category")

    def test_names_are_not_given_twice(self, admin):
        assert admin.post("/v1/categories", {"name": "Sport"}).status == 201
        for name in ("sport", "group"):
            assert admin.post("/v1/categories", {"name": name}).fields == ["name"]

    def test_one_in_use_stays(self, admin):
        own = admin.post("/v1/categories", {"name": "Sport"})
        made = service(admin, category=own["id"])
        assert admin.delete(f"/v1/categories/{own['id']}")["code"] == "in_use"
        admin.put(f"/v1/services/{made['id']}", SERVICE, version=1)
        assert admin.delete(f"/v1/categories/{own['id']}").status == 204
        assert admin.get(f"/v1/categories/{own['id']}").status == 404

    def test_one_can_be_renamed(self, admin):
        own = admin.post("/v1/categories", {"name": "Sport"})
        assert admin.put(f"/v1/categories/{own['id']}", {"name": "Sports"}, version=1)["name"] == "Sports"


@pytest.mark.rule("A-02")
def test_a_home_visit_needs_an_address(world, admin, secretary):
    visit = service(admin, category="home_visit", duration_minutes=30)
    refused = secretary.books("pat_1", "2026-03-20T09:00:00+01:00", service_id=visit["id"])
    assert (refused.status, refused["code"]) == (409, "no_address")
    assert "address" in refused["remedy"]
    secretary.put("/v1/patients/pat_1", {"last_name": "A", "address": ADDRESS}, version=1)
    assert secretary.books("pat_1", "2026-03-20T09:00:00+01:00", service_id=visit["id"]).status == 201


@pytest.mark.rule("A-03")
def test_a_teleconsultation_needs_its_link(admin):
    assert service(admin, category="teleconsultation").fields == ["video_link"]
    made = service(admin, category="teleconsultation", video_link="https://meet.example/room")
    assert made["video_link"] == "https://meet.example/room"


@pytest.mark.rule("A-07")
class TestAgendas:
    def test_one_practitioner_in_one_location(self, admin):
        where = {"practitioner_id": "prc_2", "location_id": "loc_2"}
        made = admin.post("/v1/agendas", where)
        assert made.status == 201
        assert admin.post("/v1/agendas", where)["code"] == "agenda_exists"

    def test_both_must_exist(self, admin):
        answer = admin.post("/v1/agendas", {"practitioner_id": "prc_9", "location_id": "loc_9"})
        assert answer.fields == ["practitioner_id", "location_id"]

    def test_it_stays_with_them(self, admin):
        moved = {"practitioner_id": "prc_2", "location_id": "loc_2"}
        assert admin.put("/v1/agendas/agd_1", moved, version=1)["code"] == "agenda_fixed"
        same = {"practitioner_id": "prc_1", "location_id": "loc_1", "name": "Mornings"}
        assert admin.put("/v1/agendas/agd_1", same, version=1)["name"] == "Mornings"


class TestLocations:
    def test_forms(self, admin):
        made = admin.post(
            "/v1/locations",
            {"name": "Lyon", "address": ADDRESS | {"postcode": "69002", "country": "fr"}, "phone": "+33 4 78 42 00 00"},
        )
        assert made["address"]["country"] == "FR"
        assert made["phone"] == "+33478420000"

    @pytest.mark.parametrize(
        ("postcode", "country", "field"),
        [
            ("12010", "CH", "address.postcode"),
            ("1201", "FR", "address.postcode"),
            ("H2X1Y", "CA", "address.postcode"),
            ("1201", "C1", "address.country"),
        ],
    )
    def test_postcodes(self, admin, postcode, country, field):
        address = ADDRESS | {"postcode": postcode, "country": country}
        assert admin.post("/v1/locations", {"name": "X", "address": address}).fields == [field]

    def test_a_canadian_postcode_gets_its_space(self, admin):
        address = ADDRESS | {"postcode": "h2x1y4", "country": "CA"}
        assert admin.post("/v1/locations", {"name": "X", "address": address})["address"]["postcode"] == "H2X 1Y4"


def test_a_resource_in_use_stays(admin):
    made = service(admin, resource_ids=["res_1"])
    assert admin.delete("/v1/resources/res_1")["code"] == "in_use"
    for id in (made["id"], "srv_scan"):
        admin.put(f"/v1/services/{id}", SERVICE, version=1)
    assert admin.delete("/v1/resources/res_1").status == 204
    assert admin.get("/v1/resources").items == []


def test_a_sign_in_belongs_to_one_practitioner(admin):
    assert admin.put("/v1/practitioners/prc_1", {"name": "A", "user": "user-1"}, version=1).status == 200
    assert admin.put("/v1/practitioners/prc_2", {"name": "B", "user": "user-1"}, version=1)["code"] == "user_taken"


@pytest.mark.parametrize("email", ["x", "a@b", "a b@c.example", "é@c.example", "a@c.example\nBcc: d@e.example"])
def test_an_email_that_cannot_be_written_to(admin, email):
    assert admin.post("/v1/practitioners", {"name": "A", "email": email}).fields == ["email"]


@pytest.mark.parametrize("kind", ["practitioners", "locations", "agendas", "resources", "categories", "services"])
def test_what_does_not_exist(admin, kind):
    assert admin.get(f"/v1/{kind}/none").status == 404
