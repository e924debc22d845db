"""Patients and the settings: kept in one form, edited on a version; offers know at once whom they reach (W-05)."""

import pytest

from creneau.agenda.blocked_address import BlockedAddress, address_key
from tests.support.staff_api import Staff

PATIENT = {
    "first_name": "Zoé",
    "last_name": "Améry",
    "born_on": "1980-02-29",
    "email": "zoe@mail.example",
    "phone": "079 123 45 67",
    "language": "de",
}


def test_a_patient_is_kept_in_one_form(secretary):
    made = secretary.post("/v1/patients", PATIENT)
    assert made.status == 201
    assert made["phone"] == "+41791234567"
    assert made["born_on"] == "1980-02-29"
    assert made["reachable_by_email"] is True
    assert secretary.get(f"/v1/patients/{made['id']}").json == made.json


def test_the_list_is_by_name_without_accents(secretary):
    for name in ("Zeller", "Émery", "dubois", "Eberle"):
        secretary.post("/v1/patients", {"last_name": name})
    assert [p["last_name"] for p in secretary.get("/v1/patients").items] == ["dubois", "Eberle", "Émery", "Zeller"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"last_name": ""}, "last_name"),
        ({"phone": "12"}, "phone"),
        ({"phone": "+33 1"}, "phone"),
        ({"email": "zoe"}, "email"),
        ({"language": "es"}, "language"),
        ({"born_on": "2026-03-03"}, "born_on"),
        ({"born_on": "29.2.1980"}, "born_on"),
        ({"address": {"street": "a", "postcode": "x1", "town": "b", "country": "CH"}}, "address.postcode"),
        ({"erased": True}, "erased"),
        ({"id": "pat_9"}, "id"),
    ],
)
def test_what_cannot_be_meant(world, secretary, changes, field):
    before = dict(world.store.items)
    answer = secretary.post("/v1/patients", PATIENT | changes)
    assert answer.status == 422
    assert answer.fields == [field]
    assert world.store.items == before


def test_a_number_of_another_country_keeps_it(secretary):
    assert secretary.post("/v1/patients", PATIENT | {"phone": "+33 6 12 34 56 78"})["phone"] == "+33612345678"


class TestReach:
    """The diary says in the same write whether an offer would reach the patient."""

    def test_without_an_address_nobody_is_reached(self, world, secretary):
        made = secretary.post("/v1/patients", PATIENT | {"email": None})
        assert world.diary(made["id"]).reachable is False

    def test_an_address_added_lets_them_be_asked(self, world, secretary):
        made = secretary.post("/v1/patients", PATIENT | {"email": None})
        secretary.put(f"/v1/patients/{made['id']}", PATIENT, version=1)
        assert world.diary(made["id"]).reachable is True

    def test_a_death_ends_it(self, world, secretary):
        made = secretary.post("/v1/patients", PATIENT)
        assert world.diary(made["id"]).reachable is True
        secretary.put(f"/v1/patients/{made['id']}", PATIENT | {"deceased": True}, version=1)
        assert world.diary(made["id"]).reachable is False

    @pytest.mark.rule("M-12")
    def test_a_block_is_cleared_by_staff_or_by_another_address(self, world, secretary):
        world.put(BlockedAddress(id=address_key(PATIENT["email"]), because="bounced", blocked_at=world.now))
        made = secretary.post("/v1/patients", PATIENT)
        path = f"/v1/patients/{made['id']}"
        assert (made["email_blocked"], world.diary(made["id"]).reachable) == (True, False)
        kept = secretary.put(path, PATIENT | {"first_name": "Zoe"}, version=1)
        assert (kept["email_blocked"], world.diary(made["id"]).reachable) == (True, False)
        other = secretary.put(path, PATIENT | {"email": "new@mail.example"}, version=2)
        assert (other["email_blocked"], world.diary(made["id"]).reachable) == (False, True)
        secretary.put(path, PATIENT, version=3)
        assert world.diary(made["id"]).reachable is False
        cleared = secretary.post(f"{path}/clear-address")
        assert (cleared["email_blocked"], world.diary(made["id"]).reachable) == (False, True)
        assert secretary.post(f"{path}/clear-address").json == cleared.json
        assert secretary.post("/v1/patients/pat_none/clear-address").status == 404

    def test_staff_cannot_block(self, secretary):
        assert secretary.post("/v1/patients", PATIENT | {"email_blocked": True}).fields == ["email_blocked"]

    def test_it_meets_a_booking_at_the_same_moment(self, world, secretary):
        made = secretary.post("/v1/patients", PATIENT)
        rivals = [lambda: world.book(made["id"], "2026-03-20 09:00")]
        world.store.before_commit.append(lambda _: rivals and rivals.pop()())
        answer = secretary.put(f"/v1/patients/{made['id']}", PATIENT | {"email": None}, version=1)
        assert answer.status == 200
        diary = world.diary(made["id"])
        assert diary.reachable is False
        assert len(diary.engagements) == 1


def test_a_stale_edit_changes_nothing(secretary):
    made = secretary.post("/v1/patients", PATIENT)
    path = f"/v1/patients/{made['id']}"
    assert secretary.put(path, PATIENT | {"first_name": "A"}, version=1).status == 200
    assert secretary.put(path, PATIENT | {"first_name": "B"}, version=1).status == 412
    assert secretary.get(path)["first_name"] == "A"


def test_an_erased_record_stays_erased(world, secretary):
    made = secretary.post("/v1/patients", PATIENT)
    stored = world.store.items[("PATIENT#" + made["id"], "PATIENT")]
    world.put(stored.with_(erased=True))
    assert secretary.put(f"/v1/patients/{made['id']}", PATIENT, version=2)["code"] == "patient_erased"


MOTHER = {"name": "Léa Améry", "relation": "mother", "phone": "079 555 01 23", "receives_messages": True}


@pytest.mark.rule("M-21")
class TestContacts:
    def test_they_are_kept_in_one_form_with_ids_of_their_own(self, secretary):
        made = secretary.post("/v1/patients", PATIENT | {"contacts": [MOTHER, {"name": "Firm AG"}]})
        assert made.status == 201
        first, second = made["contacts"]
        assert (first["name"], first["phone"], first["receives_messages"]) == ("Léa Améry", "+41795550123", True)
        assert first["id"] != second["id"]
        assert made["reachable_by_email"] is False

    def test_they_are_edited_by_id_with_the_patient(self, secretary):
        made = secretary.post("/v1/patients", PATIENT | {"contacts": [MOTHER]})
        (contact,) = made["contacts"]
        sent = MOTHER | {"id": contact["id"], "email": "lea@mail.example"}
        path = f"/v1/patients/{made['id']}"
        changed = secretary.put(path, PATIENT | {"contacts": [sent]}, version=1)
        assert changed["contacts"] == [contact | {"email": "lea@mail.example"}]
        assert changed["reachable_by_email"] is True
        assert secretary.put(path, PATIENT, version=2)["contacts"] == []

    @pytest.mark.parametrize(
        ("contacts", "field"),
        [
            ([{"relation": "mother"}], "contacts[0].name"),
            ([MOTHER | {"email": "lea"}], "contacts[0].email"),
            ([MOTHER | {"phone": "12"}], "contacts[0].phone"),
            ([MOTHER | {"language": "es"}], "contacts[0].language"),
            ([MOTHER | {"phone": None}], "contacts[0].receives_messages"),
            ([MOTHER, MOTHER], "contacts[1].receives_messages"),
            ([MOTHER | {"email_blocked": True}], "contacts[0].email_blocked"),
            ([{"name": "N"}] * 11, "contacts"),
        ],
    )
    def test_what_cannot_be_meant(self, world, secretary, contacts, field):
        before = dict(world.store.items)
        answer = secretary.post("/v1/patients", PATIENT | {"contacts": contacts})
        assert (answer.status, answer.fields) == (422, [field])
        assert world.store.items == before

    def test_nobody_is_looked_up_by_an_address(self, secretary):
        secretary.post("/v1/patients", PATIENT)
        assert secretary.get("/v1/patients", email=PATIENT["email"]).fields == ["email"]


@pytest.mark.rule("M-14")
class TestConsents:
    def test_given_and_taken_back(self, world, secretary):
        made = secretary.post("/v1/patients", PATIENT)
        path = f"/v1/patients/{made['id']}/consents/birthday"
        given = secretary.put(path, {"given": True, "at": "2026-02-01T10:00:00+01:00"})
        assert given["consents"] == {"birthday": "2026-02-01T09:00:00Z"}
        back = secretary.put(path, {"given": False})
        assert back["consents"] == {}
        assert list(back["refusals"]) == ["birthday"]
        assert secretary.put(path, {"given": False})["version"] == back["version"]

    def test_only_those_that_there_are(self, secretary):
        made = secretary.post("/v1/patients", PATIENT)
        answer = secretary.put(f"/v1/patients/{made['id']}/consents/cakes", {"given": True})
        assert (answer.status, answer["remedy"]) == (404, "one of group_sms, birthday, reviews")
        assert secretary.put("/v1/patients/pat_none/consents/birthday", {"given": True}).status == 404

    def test_nothing_else_is_asked_for(self, secretary):
        assert "consents" in secretary.post("/v1/patients", PATIENT | {"consents": {"birthday": "x"}}).fields


@pytest.mark.rule("W-01")
class TestSettings:
    def test_defaults_until_somebody_changes_them(self, admin):
        from tests.support.world import World

        fresh = Staff(World(), roles=("admin",))
        read = fresh.get("/v1/settings")
        assert (read["version"], read["waitlist"]["enabled"]) == (0, False)
        assert read["waitlist"]["minimum_lead_days"] == 10
        changed = fresh.patch("/v1/settings", {"waitlist": {"enabled": True}}, version=0)
        assert (changed["version"], changed["waitlist"]["enabled"]) == (1, True)
        assert fresh.patch("/v1/settings", {}, version=0).status == 412

    @pytest.mark.parametrize(
        ("part", "name", "value"),
        [
            ("waitlist", "minimum_lead_days", 366),
            ("waitlist", "minimum_lead_days", -1),
            ("waitlist", "grace_minutes", 1441),
            ("waitlist", "answer_lead_hours", 169),
            ("waitlist", "offers_per_round", 0),
            ("waitlist", "offers_per_round", 6),
            ("waitlist", "offer_days", 0),
            ("waitlist", "enabled", "yes"),
            ("messaging", "paused", 1),
            ("look", "colour", "red"),
            ("look", "website", "javascript:alert(1)"),
        ],
    )
    def test_ranges(self, world, admin, part, name, value):
        version = admin.get("/v1/settings")["version"]
        answer = admin.patch("/v1/settings", {part: {name: value}}, version=version)
        assert answer.status == 422
        assert answer.fields == [f"{part}.{name}"]
        assert admin.get("/v1/settings")["version"] == version

    def test_kinds_and_pieces_are_known_ones(self, admin):
        answer = admin.patch("/v1/settings", {"messaging": {"off": ["spam"], "hide": ["price", "name"]}}, version=1)
        assert answer.fields == ["messaging.off[0]", "messaging.hide[1]"]
        good = admin.patch("/v1/settings", {"messaging": {"off": ["moved.email"], "hide": ["price"]}}, version=1)
        assert (good["messaging"]["off"], good["messaging"]["hide"]) == (["moved.email"], ["price"])

    def test_offers_are_not_made_in_silence(self, admin):
        answer = admin.patch("/v1/settings", {"messaging": {"off": ["moved.email", "offer.email"]}}, version=1)
        assert (answer.status, answer.fields) == (422, ["messaging.off[1]"])
        assert answer["errors"][0]["remedy"] == "to make none, set waitlist.enabled to false"

    def test_what_is_left_out_stays_as_it_is(self, admin):
        look = {"phone": "+41 22 700 00 00"}
        admin.patch("/v1/settings", {"waitlist": {"enabled": True, "refill": True}, "look": look}, version=1)
        admin.patch("/v1/settings", {"messaging": {"off": ["moved.email"], "hide": ["price"]}}, version=2)
        before = admin.get("/v1/settings").json
        assert (before["waitlist"]["enabled"], before["waitlist"]["refill"]) == (True, True)
        called = admin.patch("/v1/settings", {"look": {"phone_hours": "8-12"}}, version=3).json
        assert called == before | {"look": before["look"] | {"phone_hours": "8-12"}, "version": 4}
        waits = admin.patch("/v1/settings", {"waitlist": {"grace_minutes": 7}}, version=4).json
        assert waits == called | {"waitlist": called["waitlist"] | {"grace_minutes": 7}, "version": 5}
        shown = admin.patch("/v1/settings", {"messaging": {"hide": []}}, version=5).json
        assert shown["messaging"] == called["messaging"] | {"hide": []}
        assert (shown["messaging"]["off"], shown["messaging"]["paused"]) == (["moved.email"], False)
        assert admin.patch("/v1/settings", {"waitlist": None}, version=6).fields == ["waitlist"]

    @pytest.mark.rule("P-01")
    def test_only_administrators_change_them(self, secretary):
        assert secretary.patch("/v1/settings", {}, version=1).status == 403
