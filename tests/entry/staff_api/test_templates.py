"""Templates over the API: seen by all staff, changed by administrators, each fault told with its place (M-08)."""

from datetime import timedelta

import pytest

from creneau.agenda.catalogue import Patient
from creneau.messaging.message import Channel, Kind
from creneau.messaging.template import SYSTEM, TEMPLATE_BOOK, TemplateBook, template_ref
from creneau.shared.settings import LANGUAGES, SETTINGS, Settings
from tests.support.staff_api import Staff

pytestmark = pytest.mark.rule("M-08")

WORDS = {"subject": "Rappel : {{ appointment.start }}", "body": "Bonjour {{ recipient.name }},\n\nÀ bientôt."}
OWN = {
    "kind": "reminder",
    "channel": "email",
    "title": "Two days before",
    "delays": [{"number": 2, "unit": "days"}, {"number": 48, "unit": "hours"}],
    "wordings": {"fr": WORDS},
}
SMS = {"kind": "reminder", "channel": "sms", "title": "SMS", "delays": OWN["delays"], "wordings": {"fr": {"body": "x"}}}


def custom_module(admin, on: bool = True) -> None:
    version = admin.get("/v1/settings")["version"]
    assert admin.patch("/v1/settings", {"sms": {"custom_module": on}}, version=version).status == 200


@pytest.fixture
def own(admin):
    return admin.post("/v1/templates", OWN)["id"]


def book(world) -> TemplateBook:
    return world.store.get(TEMPLATE_BOOK) or TemplateBook()


def wordings(answer) -> dict:
    return {wording["key"]: wording for wording in answer["wordings"]}


class TestReading:
    def test_a_new_clinic_has_the_system_ones_with_their_words_in_four_languages(self, secretary):
        items = secretary.get("/v1/templates").items
        assert [item["id"] for item in items] == list(SYSTEM)
        assert all(item["system"] and item["version"] == 0 and item["title"] for item in items)
        for item in items:
            assert {w["key"] for w in item["wordings"]} >= set(LANGUAGES)
            assert all(w["shipped"] and w["body"] for w in item["wordings"])

    def test_one_by_its_id(self, secretary):
        answer = secretary.get("/v1/templates/moved.email")
        assert (answer["kind"], answer["channel"], answer["active"], answer["title"]) == (
            "moved",
            "email",
            True,
            "Rendez-vous déplacé",
        )
        assert set(wordings(answer)) == {f"{language}{v}" for language in LANGUAGES for v in ("", ".accepted")}
        assert secretary.get("/v1/templates/reminder.sms")["active"] is False
        assert secretary.get("/v1/templates/reminder.sms")["delays"] == [{"number": 1, "unit": "days"}]

    @pytest.mark.parametrize("id", ["tpl_none", "moved.sms", "moved"])
    def test_what_is_not_there(self, secretary, id):
        assert secretary.get(f"/v1/templates/{id}").status == 404


class TestWords:
    def test_a_system_template_says_what_the_clinic_wrote(self, world, admin):
        path = "/v1/templates/reminder.email/wordings/fr"
        answer = admin.put(path, WORDS, version=0)
        assert (answer.status, answer["version"]) == (200, 1)
        assert wordings(answer)["fr"] == {"key": "fr", **WORDS, "shipped": False}
        assert wordings(answer)["de"]["shipped"] is True
        (line,) = book(world).stored
        assert (line.id, line.wording) == ("reminder.email", 1)
        again = admin.put(path, {**WORDS, "subject": "Bis"}, version=1)
        assert (wordings(again)["fr"]["subject"], book(world).stored[0].wording) == ("Bis", 2)

    def test_and_goes_back_to_the_shipped_words(self, admin):
        path = "/v1/templates/reminder.email/wordings/fr"
        shipped = wordings(admin.get("/v1/templates/reminder.email"))["fr"]
        admin.put(path, WORDS, version=0)
        assert wordings(admin.delete(path, version=1))["fr"] == shipped
        assert admin.delete(path, version=2).status == 404

    def test_the_case_of_an_accepted_offer_has_words_of_its_own(self, admin):
        answer = admin.put("/v1/templates/moved.email/wordings/fr.accepted", WORDS, version=0)
        assert not wordings(answer)["fr.accepted"]["shipped"]
        assert wordings(answer)["fr"]["shipped"]

    @pytest.mark.parametrize("key", ["es", "fr.accepted", "fr.", "FR", "fr.by_patient.x"])
    def test_a_wording_that_does_not_exist(self, admin, key):
        answer = admin.put(f"/v1/templates/reminder.email/wordings/{key}", WORDS, version=0)
        assert (answer.status, answer.fields) == (422, ["key"])
        assert "fr" in answer["errors"][0]["remedy"]

    def test_every_fault_is_told_with_its_place(self, world, admin):
        wrong = {"subject": "{{ appointment.service }}", "body": "Hi\n\n{{ patient.nme }} {{7*7}}"}
        answer = admin.put("/v1/templates/reminder.email/wordings/fr", wrong, version=0)
        assert (answer.status, answer.fields) == (422, ["subject", "body", "body"])
        assert [e["problem"].split(":")[0] for e in answer["errors"]] == [
            "line 1, column 1",
            "line 3, column 1",
            "line 3, column 19",
        ]
        assert answer["errors"][1]["remedy"] == "did you mean {{ patient.name }}?"
        assert book(world).stored == ()

    @pytest.mark.parametrize("version", [1, 7])
    def test_an_edit_of_what_nobody_wrote_is_decided_on_version_0(self, admin, version):
        assert admin.put("/v1/templates/reminder.email/wordings/fr", WORDS, version=version).status == 412

    def test_a_rival_makes_it_stale_and_loses_no_edit(self, world, admin):
        path = "/v1/templates/reminder.email/wordings/fr"
        rivals = [lambda: admin.put(path, {**WORDS, "subject": "Rival"}, version=0)]
        world.store.before_commit.append(lambda _: rivals and rivals.pop()())
        assert admin.put(path, WORDS, version=0).status == 412
        assert wordings(admin.get("/v1/templates/reminder.email"))["fr"]["subject"] == "Rival"

    def test_two_templates_edited_at_once_both_stand_in_the_book(self, world, admin):
        rivals = [lambda: admin.put("/v1/templates/moved.email/wordings/de", WORDS, version=0)]
        world.store.before_commit.append(lambda _: rivals and rivals.pop()())
        assert admin.put("/v1/templates/reminder.email/wordings/fr", WORDS, version=0).status == 200
        assert {line.id for line in book(world).stored} == {"moved.email", "reminder.email"}


class TestOwn:
    def test_it_is_made_with_all_that_it_has(self, world, admin):
        answer = admin.post("/v1/templates", OWN)
        assert (answer.status, answer["version"], answer["system"], answer["active"]) == (201, 1, False, True)
        assert [f"{d['number']} {d['unit']}" for d in answer["delays"]] == ["2 days", "48 hours"]
        assert list(wordings(answer)) == ["fr"]
        (line,) = book(world).stored
        assert [d.code for d in line.delays] == ["2d", "48h"]
        assert answer.headers["Location"] == f"/v1/templates/{answer['id']}"
        assert admin.get("/v1/templates").items[-1] == answer.json

    def test_the_same_key_makes_one(self, world, admin):
        first, again = (admin.post("/v1/templates", OWN, key="k") for _ in range(2))
        assert first.json == again.json
        assert len(book(world).stored) == 1

    @pytest.mark.parametrize(
        ("given", "fields"),
        [
            ({"kind": "offer"}, ["kind"]),
            ({"kind": "confirmed"}, ["kind"]),
            ({"kind": "spam"}, ["kind"]),
            ({"title": ""}, ["title"]),
            ({"delays": []}, ["delays"]),
            ({"delays": [{"number": 0, "unit": "days"}]}, ["delays[0].number"]),
            ({"delays": [{"number": 400, "unit": "days"}]}, ["delays[0].number"]),
            ({"delays": [{"number": 1, "unit": "weeks"}]}, ["delays[0].unit"]),
            ({"delays": [{"number": 1, "unit": "days"}] * 2}, ["delays[1]"]),
            ({"sender": "Cabinet"}, ["sender"]),
            ({"wordings": {}}, ["wordings"]),
            ({"wordings": {"es": WORDS}}, ["wordings.es"]),
            ({"wordings": {"fr.accepted": WORDS}}, ["wordings.fr.accepted"]),
            ({"wordings": {"fr": {**WORDS, "body": "{{ x }}"}, "de": WORDS}}, ["wordings.fr.body"]),
            ({"wordings": {"fr": {"body": ""}}}, ["wordings.fr.subject", "wordings.fr.body"]),
            ({"wordings": {"fr": {**WORDS, "subject": "a\r\nBcc: x"}}}, ["wordings.fr.subject"]),
        ],
    )
    def test_what_can_not_be_meant_is_refused_with_its_place(self, world, admin, given, fields):
        answer = admin.post("/v1/templates", OWN | given)
        assert (answer.status, answer.fields) == (422, fields)
        assert all(error["problem"] and error["remedy"] for error in answer["errors"])
        assert book(world).stored == ()

    @pytest.mark.parametrize(
        ("given", "fields"),
        [
            ({"kind": "custom"}, ["delays"]),
            ({"sender": "Cabinet du Lac"}, ["sender"]),
            ({"wordings": {"fr": WORDS}}, ["wordings.fr.subject"]),
            ({"wordings": {"fr": {"body": "x" * 1001}}}, ["wordings.fr.body"]),
            ({"wordings": {"fr": {"body": "{{ appointment.service }}"}}}, ["wordings.fr.body"]),
            ({"wordings": {"fr": {"body": "x" * 50_000}}}, ["wordings.fr.body"]),
        ],
    )
    def test_an_sms_too(self, admin, given, fields):
        answer = admin.post("/v1/templates", SMS | given)
        assert (answer.status, answer.fields) == (422, fields)

    @pytest.mark.rule("S-05")
    def test_a_sender_that_is_no_number_is_said_to_be_without_answer(self, admin):
        custom_module(admin)
        answer = admin.post("/v1/templates", SMS | {"sender": "CabinetLac"})
        assert (answer["sender"], len(answer["notices"])) == ("CabinetLac", 1)
        number = admin.post("/v1/templates", SMS | {"sender": "079 123 45 67"})
        assert (number["sender"], number["notices"]) == ("+41791234567", [])

    def test_its_settings_change_on_the_version_read(self, world, admin, own):
        path = f"/v1/templates/{own}"
        answer = admin.patch(path, {"title": "Later", "delays": [{"number": 3, "unit": "days"}]}, version=1)
        assert (answer["title"], answer["version"], book(world).stored[0].delays[0].code) == ("Later", 2, "3d")
        assert answer["wordings"][0]["subject"] == WORDS["subject"]
        assert admin.patch(path, {"title": "Stale"}, version=1).status == 412
        assert admin.patch(path, {"delays": []}, version=2).fields == ["delays"]
        assert admin.patch(path, {"title": "x"}).status == 428

    def test_a_system_templates_settings_are_fixed(self, admin):
        for answer in (
            admin.patch("/v1/templates/reminder.email", {"title": "x"}, version=0),
            admin.delete("/v1/templates/reminder.email"),
        ):
            assert (answer.status, answer["code"]) == (409, "system_template")

    def test_its_words_in_another_language_and_not_without_any(self, admin, own):
        path = f"/v1/templates/{own}/wordings"
        assert set(wordings(admin.put(f"{path}/de", WORDS, version=1))) == {"fr", "de"}
        assert set(wordings(admin.delete(f"{path}/fr", version=2))) == {"de"}
        assert admin.delete(f"{path}/de", version=3)["code"] == "last_wording"

    def test_it_is_deleted_from_the_book_too(self, world, admin, own):
        assert admin.delete(f"/v1/templates/{own}").status == 204
        assert (book(world).stored, world.store.get(template_ref(own))) == ((), None)
        assert admin.get(f"/v1/templates/{own}").status == 404
        assert admin.delete(f"/v1/templates/{own}").status == 404

    def test_there_is_an_end_to_them(self, world, admin, own, monkeypatch):
        monkeypatch.setattr("creneau.messaging.templates.edit.MOST", 1)
        assert admin.post("/v1/templates", OWN)["code"] == "too_many"


class TestCopies:
    def test_of_a_system_one_with_the_words_as_they_are_and_off(self, admin):
        custom_module(admin)
        admin.put("/v1/templates/reminder.sms/wordings/fr", {"body": "Le {{ appointment.date }}"}, version=0)
        copy = admin.post("/v1/templates/reminder.sms/duplicate", {"title": "Mine"})
        assert (copy.status, copy["system"], copy["active"], copy["title"]) == (201, False, False, "Mine")
        assert wordings(copy)["fr"]["body"] == "Le {{ appointment.date }}"
        assert set(wordings(copy)) == set(LANGUAGES)
        assert copy["delays"] == [{"number": 1, "unit": "days"}]

    def test_of_an_own_one(self, admin, own):
        copy = admin.post(f"/v1/templates/{own}/duplicate", {"title": "Copy"})
        assert copy["id"] != own
        assert [copy[name] for name in ("kind", "delays", "wordings")] == [
            admin.get(f"/v1/templates/{own}")[name] for name in ("kind", "delays", "wordings")
        ]

    def test_not_of_what_a_clinic_has_one_of(self, admin):
        answer = admin.post("/v1/templates/moved.email/duplicate", {"title": "Mine"})
        assert (answer.status, answer.fields) == (422, ["kind"])


@pytest.mark.rule("S-04")
def test_reminders_by_sms_keep_the_standard_words_without_the_custom_module(admin):
    words = {"body": "Le {{ appointment.date }}"}
    refused = (
        admin.put("/v1/templates/reminder.sms/wordings/fr", words, version=0),
        admin.post("/v1/templates", SMS),
        admin.post("/v1/templates/reminder.sms/duplicate", {"title": "Mine"}),
    )
    assert [(answer.status, answer["code"]) for answer in refused] == [(409, "custom_sms_off")] * 3
    custom_module(admin)
    assert admin.put("/v1/templates/reminder.sms/wordings/fr", words, version=0).status == 200
    custom_module(admin, on=False)
    assert admin.delete("/v1/templates/reminder.sms/wordings/fr", version=1).status == 200, "back to the standard"


class TestOnAndOff:
    def test_a_system_one_is_a_setting(self, world, admin):
        assert admin.put("/v1/templates/moved.email/active", {"active": False})["active"] is False
        assert "moved.email" in admin.get("/v1/settings")["messaging"]["off"]
        world.now += timedelta(hours=1)
        on = admin.put("/v1/templates/moved.email/active", {"active": True})
        assert (on["active"], on["since"]) == (True, world.app.clock().isoformat().replace("+00:00", "Z"))
        settings = world.store.get(SETTINGS) or Settings()
        told = [settings.messaging.tells("moved.email", at) for at in (world.now - timedelta(minutes=1), world.now)]
        assert told == [False, True]

    def test_an_own_one_is_in_the_book(self, world, admin, own):
        path = f"/v1/templates/{own}/active"
        assert admin.put(path, {"active": False})["active"] is False
        assert book(world).stored[0].active is False
        on = admin.put(path, {"active": True})
        assert (on["active"], on["version"]) == (True, 1)
        assert book(world).stored[0].since == world.app.clock()

    def test_repeating_it_changes_nothing(self, world, admin, own):
        before = dict(world.store.items)
        admin.put(f"/v1/templates/{own}/active", {"active": True})
        assert world.store.items == before

    @pytest.mark.parametrize("id", ["offer.email", "custom.sms", "voucher.email"])
    def test_what_is_always_on(self, admin, id):
        answer = admin.put(f"/v1/templates/{id}/active", {"active": False})
        assert (answer.status, answer["code"]) == (409, "always_on")
        assert admin.get(f"/v1/templates/{id}")["can_be_off"] is False
        assert admin.patch("/v1/settings", {"messaging": {"off": [id]}}, version=1).fields == ["messaging.off[0]"]

    def test_two_at_once_are_both_off(self, world, admin):
        rivals = [lambda: admin.put("/v1/templates/moved.email/active", {"active": False})]
        world.store.before_commit.append(lambda _: rivals and rivals.pop()())
        admin.put("/v1/templates/cancelled.email/active", {"active": False})
        assert set(admin.get("/v1/settings")["messaging"]["off"]) >= {"moved.email", "cancelled.email"}


class TestPreview:
    @pytest.mark.parametrize("id", list(SYSTEM))
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_template_in_every_language(self, secretary, id, language):
        answer = secretary.post(f"/v1/templates/{id}/preview", {"key": language})
        assert (answer.status, answer["language"]) == (200, language)
        shown = ("sms",) if id.endswith(".sms") else ("subject", "text", "html")
        for part in ("subject", "text", "html", "sms"):
            assert bool(answer[part]) == (part in shown)
            assert "{{" not in answer[part]

    def test_of_words_that_are_not_saved(self, world, secretary):
        given = {"key": "de", "wording": {"subject": "Am {{ appointment.date }}", "body": "Guten Tag <b>"}}
        before = dict(world.store.items)
        answer = secretary.post("/v1/templates/reminder.email/preview", given)
        assert answer["subject"] == "Am Montag, 16.\u00a0März 2026"
        assert "Guten Tag &lt;b&gt;" in answer["html"]
        assert world.store.items == before

    def test_of_a_template_that_is_not_there_yet(self, secretary):
        given = {"kind": "custom", "channel": "sms", "key": "it", "wording": {"body": "Ciao {{ patient.first_name }}"}}
        assert secretary.post("/v1/template-preview", given)["sms"] == "Ciao Giulia"

    def test_about_a_real_appointment(self, world, secretary):
        world.put(Patient(id="pat_1", first_name="Zora", last_name="Blanc"))
        visit = secretary.books("pat_1", "2026-03-20T09:00:00+01:00")["id"]
        for id in ("confirmed.email", "moved.email", "cancelled.email", "offer.email"):
            answer = secretary.post(f"/v1/templates/{id}/preview", {"key": "fr", "appointment_id": visit})
            assert "Zora Blanc" in answer["text"]
            assert "vendredi 20 mars 2026" in answer["text"]
            assert "Centre" in answer["text"] or id == "cancelled.email"

    @pytest.mark.parametrize(
        ("id", "given", "status", "fields"),
        [
            ("reminder.email", {"key": "es"}, 422, ["key"]),
            ("reminder.email", {"key": "fr.accepted"}, 422, ["key"]),
            ("reminder.email", {"key": "fr", "wording": {"body": "{{ x }}"}}, 422, ["wording.subject", "wording.body"]),
            ("custom.sms", {"key": "fr", "appointment_id": "apt_none"}, 422, ["appointment_id"]),
            ("reminder.email", {"key": "fr", "appointment_id": "apt_none"}, 404, []),
        ],
    )
    def test_what_can_not_be_shown(self, secretary, id, given, status, fields):
        answer = secretary.post(f"/v1/templates/{id}/preview", given)
        assert (answer.status, answer.fields) == (status, fields)

    def test_an_own_one_in_a_language_that_it_has_not(self, secretary, own):
        assert secretary.post(f"/v1/templates/{own}/preview", {"key": "de"})["code"] == "not_written"

    def test_no_such_kind_and_channel(self, secretary):
        given = {"kind": "moved", "channel": "sms", "key": "fr", "wording": {"body": "x"}}
        assert secretary.post("/v1/template-preview", given).fields == ["channel"]

    @pytest.mark.rule("M-07")
    def test_it_leaves_out_what_the_clinic_hides(self, admin, secretary):
        path = "/v1/templates/confirmed.email/preview"
        assert "Dre Claire Favre" in secretary.post(path, {"key": "fr"})["text"]
        admin.patch("/v1/settings", {"messaging": {"hide": ["practitioner"]}}, version=1)
        assert "Dre Claire Favre" not in secretary.post(path, {"key": "fr"})["text"]


class TestFields:
    @pytest.mark.parametrize("id", list(SYSTEM))
    def test_each_message_has_its_fields_with_a_sample(self, secretary, id):
        kind, channel = id.split(".")
        items = secretary.get("/v1/template-fields", kind=kind, channel=channel, language="de").items
        assert {"clinic.name", "recipient.name"} <= {item["name"] for item in items}
        for item in items:
            assert item["sample"] or item["block"] or item["name"] == "clinic.website", item["name"]
            if channel == Channel.SMS:
                assert item["privacy"] != "health"
                assert not item["block"]
            assert not (item["in_subject"] and (item["privacy"] == "health" or channel == Channel.SMS))

    def test_they_differ_by_kind(self, secretary):
        offer, moved = (
            {item["name"] for item in secretary.get("/v1/template-fields", kind=kind, channel="email").items}
            for kind in (Kind.OFFER, Kind.MOVED)
        )
        assert "offer.button" in offer - moved
        assert "previous.start" in moved - offer

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({"kind": "spam", "channel": "email"}, "kind"),
            ({"kind": "moved", "channel": "sms"}, "channel"),
            ({"kind": "moved", "channel": "email", "language": "es"}, "language"),
            ({"kind": "moved"}, "channel"),
        ],
    )
    def test_what_can_not_be_asked(self, secretary, query, field):
        answer = secretary.get("/v1/template-fields", **query)
        assert (answer.status, answer.fields) == (422, [field])


@pytest.mark.rule("P-01")
def test_only_administrators_change_them(world, own):
    before = dict(world.store.items)
    for role in ("secretary", "practitioner", "billing"):
        staff = Staff(world, roles=(role,))
        for answer in (
            staff.post("/v1/templates", OWN),
            staff.patch(f"/v1/templates/{own}", {"title": "x"}, version=1),
            staff.put(f"/v1/templates/{own}/wordings/fr", WORDS, version=1),
            staff.put(f"/v1/templates/{own}/active", {"active": False}),
            staff.delete(f"/v1/templates/{own}"),
        ):
            assert answer.status == 403
    assert world.store.items == before
