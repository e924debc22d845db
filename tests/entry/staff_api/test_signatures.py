"""Signatures as administrators keep them (G-01 to G-04)."""

import pytest

from creneau.messaging.signature import SIGNATURES, Signatures
from creneau.shared.settings import SETTINGS, BookingSettings, Settings

PATH = "/v1/signatures"
GIVEN = {"title": "Ultrasound room", "text": "Cabinet du Lac\nPlateau d'imagerie", "resource_ids": ["res_1"]}


def add(admin, **changes):
    return admin.post(PATH, GIVEN | changes)


def by_hand(admin):
    version = admin.get("/v1/settings")["version"]
    saved = admin.patch("/v1/settings", {"booking": {"manual_confirmation": True}}, version=version)
    assert saved.status == 200


@pytest.mark.rule("G-01")
class TestKeeping:
    def test_there_is_always_a_default_one(self, admin):
        (only,) = admin.get(PATH).items
        assert (only["id"], only["text"], only["version"]) == ("default", "", 0)

    def test_the_default_one_is_changed(self, admin):
        answer = admin.put(f"{PATH}/default", {"text": "Cabinet du Lac\n021 555 01 23"}, version=0)
        assert (answer.status, answer["version"], answer.headers["ETag"]) == (200, 1, '"1"')
        assert admin.get(f"{PATH}/default")["text"] == "Cabinet du Lac\n021 555 01 23"

    def test_one_is_added_read_changed_and_removed(self, admin):
        made = add(admin, agenda_ids=["agd_1"], service_ids=["srv_half"], occasions=["cancelled"])
        assert (made.status, made.headers["Location"]) == (201, f"{PATH}/{made['id']}")
        read = admin.get(f"{PATH}/{made['id']}").json
        given = {**GIVEN, "agenda_ids": ["agd_1"], "service_ids": ["srv_half"], "occasions": ["cancelled"]}
        assert read == {**given, "id": made["id"], "version": 1}
        changed = admin.put(f"{PATH}/{made['id']}", {"title": "T", "text": "X"}, version=1)
        assert (changed["text"], changed["resource_ids"], changed["version"]) == ("X", [], 2)
        assert [s["id"] for s in admin.get(PATH).items] == ["default", made["id"]]
        assert admin.delete(f"{PATH}/{made['id']}").status == 204
        assert admin.get(f"{PATH}/{made['id']}").status == 404
        assert [s["id"] for s in admin.get(PATH).items] == ["default"]

    def test_the_default_one_stays(self, world, admin):
        refused = admin.delete(f"{PATH}/default")
        assert (refused.status, refused["code"]) == (409, "default_signature")

    def test_a_repetition_adds_nothing(self, world, admin):
        first, again = (admin.post(PATH, GIVEN, key="k1") for _ in range(2))
        assert first["id"] == again["id"]
        assert len((world.store.get(SIGNATURES) or Signatures()).others) == 1

    def test_an_edit_is_made_on_the_version_that_was_read(self, admin):
        made = add(admin)
        assert admin.put(f"{PATH}/{made['id']}", GIVEN).status == 428
        assert admin.put(f"{PATH}/{made['id']}", GIVEN, version=7).status == 412
        assert admin.delete(f"{PATH}/{made['id']}", version=7).status == 412
        assert admin.put(f"{PATH}/sig_none", GIVEN, version=1).status == 404
        assert admin.delete(f"{PATH}/sig_none").status == 404

    def test_fifty_at_most(self, world, admin):
        for n in range(50):
            assert add(admin, title=f"S{n}", resource_ids=[]).status == 201
        refused = add(admin, resource_ids=[])
        assert (refused.status, refused["code"]) == (409, "too_many")


@pytest.mark.rule("G-02")
class TestWhatCannotBeMeant:
    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"text": ""}, "text"),
            ({"text": "x" * 1001}, "text"),
            ({"text": "x\n" * 12 + "x"}, "text"),
            ({"text": "a\u202eb"}, "text"),
            ({"title": ""}, "title"),
            ({"title": "a\nb"}, "title"),
            ({"resource_ids": ["res_none"]}, "resource_ids[0]"),
            ({"service_ids": ["srv_half", "srv_none"]}, "service_ids[1]"),
            ({"agenda_ids": ["agd_none"]}, "agenda_ids[0]"),
            ({"agenda_ids": ["agd_1", "agd_1"]}, "agenda_ids[1]"),
            ({"agenda_ids": [f"agd_{n}" for n in range(31)]}, "agenda_ids"),
            ({"occasions": ["birthdays"]}, "occasions[0]"),
            ({"colour": "red"}, "colour"),
        ],
    )
    def test_is_refused_with_the_place(self, world, admin, changes, field):
        before = dict(world.store.items)
        answer = add(admin, **changes)
        assert answer.status == 422
        assert answer.fields == [field]
        assert world.store.items == before

    def test_at_the_limits_it_is_taken(self, admin):
        assert add(admin, text="x" * 1000).status == 201
        assert add(admin, text="x\n" * 11 + "x", resource_ids=[]).status == 201

    @pytest.mark.parametrize("link", [{"agenda_ids": ["agd_1"]}, {"occasions": ["reviews"]}])
    def test_the_default_one_is_for_all_that_no_other_is_for(self, admin, link):
        answer = admin.put(f"{PATH}/default", {"text": "X"} | link, version=0)
        assert (answer.status, answer.fields) == (422, [next(iter(link))])

    @pytest.mark.parametrize("link", [{"resource_ids": ["res_1"]}, {"occasions": ["reviews"]}])
    def test_each_thing_has_one_signature(self, admin, link):
        first = admin.post(PATH, {"title": "T", "text": "X", **link})
        refused = admin.post(PATH, {"title": "U", "text": "Y", **link})
        assert (refused.status, refused["code"], refused.fields) == (409, "signature_taken", [next(iter(link))])
        assert first["id"] in refused["remedy"]
        assert admin.put(f"{PATH}/{first['id']}", {"title": "T", "text": "Z", **link}, version=1).status == 200


@pytest.mark.rule("G-03")
def test_pending_is_only_set_while_appointments_are_confirmed_by_hand(world, admin):
    refused = add(admin, occasions=["pending"])
    assert (refused.status, refused["code"]) == (409, "manual_confirmation_off")
    by_hand(admin)
    made = add(admin, occasions=["pending"])
    assert made.status == 201
    world.put((world.store.get(SETTINGS) or Settings()).with_(booking=BookingSettings()))
    kept = admin.put(f"{PATH}/{made['id']}", GIVEN | {"text": "Other", "occasions": ["pending"]}, version=1)
    assert kept.status == 200, "one that has it already may keep it"


@pytest.mark.rule("G-01")
def test_two_edits_at_once_are_both_made_or_one_is_told(world, admin):
    """Somebody adds one between the reading and the writing of another: neither is lost."""
    rivals = [lambda: admin.post(PATH, {"title": "Rival", "text": "R"})]
    world.store.before_commit.append(lambda _: rivals.pop()() if rivals else None)
    assert add(admin).status == 201
    assert sorted(s["title"] for s in admin.get(PATH).items) == ["", "Rival", "Ultrasound room"]
    rivals.append(lambda: admin.post(PATH, {"title": "Another", "text": "A"}))
    assert admin.put(f"{PATH}/default", {"text": "D"}, version=2).status == 412


@pytest.mark.rule("G-01", "G-02")
def test_a_templates_preview_is_signed_as_its_emails_are(world, admin):
    admin.put(f"{PATH}/default", {"text": "Cabinet du Lac, signed"}, version=0)
    add(admin, text="Agenda, signed", agenda_ids=["agd_1"], resource_ids=[])
    sample = admin.post("/v1/templates/confirmed.email/preview", {"key": "fr"})
    assert sample["text"].rstrip().endswith("\nCabinet du Lac, signed")
    booked = world.book("pat_1", "2026-03-20 09:00")
    real = admin.post("/v1/templates/confirmed.email/preview", {"key": "fr", "appointment_id": booked.id})
    assert real["text"].rstrip().endswith("\nAgenda, signed")
