"""Custom SMS and vouchers over the API: shown, sent, listed, taken back (M-14, M-19)."""

import pytest

from creneau.agenda.catalogue import Patient
from creneau.shared.settings import SETTINGS
from creneau.shared.store import require
from tests.support.staff_api import Staff

TEXT = "Bonjour {{ recipient.name }}, appelez-nous."


@pytest.fixture(autouse=True)
def sms(world):
    present = require(world.store, SETTINGS)
    world.put(present.with_(sms=present.sms.with_(enabled=True, custom_module=True)))
    world.app.dispatch_message = lambda _: "queued"
    luc = Patient(id="pat_2", first_name="Luc", last_name="Baud", phone="+41791234567", language="fr")
    world.put(luc, luc.with_(id="pat_1", first_name="Zoé", last_name="Améry", consents={"group_sms": world.now}))


@pytest.mark.rule("M-14")
class TestToOnePatient:
    PATH = "/v1/patients/pat_1/sms"

    def test_shown_with_its_credits_before_it_goes(self, secretary):
        shown = secretary.post("/v1/sms/preview", {"text": TEXT, "patient_id": "pat_1"})
        assert shown.json == {
            "language": "fr",
            "text": "Bonjour Zoé Améry, appelez-nous.",
            "encoding": "gsm7",
            "credits": 1,
            "left": 128,
            "outside": [],
            "too_long": False,
        }

    def test_the_character_that_makes_it_dearer(self, secretary):
        shown = secretary.post("/v1/sms/preview", {"text": "A" * 71 + "û"})
        assert (shown["encoding"], shown["credits"]) == ("ucs2", 2)
        assert shown["outside"] == [{"character": "û", "at": [71]}]

    def test_sent_and_found_among_the_messages(self, secretary):
        sent = secretary.post(self.PATH, {"text": TEXT})
        assert (sent.status, sent["state"]) == (201, "scheduled")
        assert sent.headers["Location"] == f"/v1/messages/{sent['id']}"
        assert secretary.get(sent.headers["Location"])["kind"] == "custom"
        assert [m["id"] for m in secretary.get("/v1/patients/pat_1/messages").items] == [sent["id"]]

    @pytest.mark.rule("M-16")
    def test_what_is_asked_for_in_the_quiet_hours_is_shown_to_leave_in_the_morning(self, secretary):
        sent = secretary.post(self.PATH, {"text": TEXT, "at": "2026-03-07T22:00:00+01:00"})
        assert sent["leaves_at"] == "2026-03-08T07:00:00Z"
        to_group = {"text": TEXT, "filter": {"language": "fr"}, "at": "2026-03-07T22:00:00+01:00"}
        for path in ("/v1/sms/groups/preview", "/v1/sms/groups"):
            assert secretary.post(path, to_group)["leaves_at"] == "2026-03-09T07:00:00Z", "not on the Sunday either"

    def test_the_same_key_sends_once(self, secretary):
        first = secretary.post(self.PATH, {"text": TEXT}, key="k")
        assert secretary.post(self.PATH, {"text": TEXT}, key="k").json == first.json
        assert len(secretary.get("/v1/patients/pat_1/messages").items) == 1

    def test_later_and_taken_back(self, secretary):
        sent = secretary.post(self.PATH, {"text": TEXT, "at": "2026-03-08T10:00:00+01:00"})
        assert sent["leaves_at"] == "2026-03-08T09:00:00Z"
        assert secretary.post(f"/v1/messages/{sent['id']}/cancel")["state"] == "cancelled"

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({}, "text"),
            ({"text": TEXT, "template_id": "custom.sms"}, "text"),
            ({"text": "a" * 10_001}, "text"),
            ({"text": "a" * 10_000}, "text"),
            ({"text": "{{ patient.born_on }}"}, "text"),
            ({"text": TEXT, "at": "2026-03-01T10:00:00+01:00"}, "at"),
            ({"text": TEXT, "at": "tomorrow"}, "at"),
            ({"text": TEXT, "sender": "X"}, "sender"),
        ],
    )
    def test_what_cannot_be_meant(self, secretary, given, field):
        answer = secretary.post(self.PATH, given)
        assert (answer.status, answer.fields) == (422, [field])

    @pytest.mark.rule("S-02")
    def test_not_while_the_module_is_off(self, world, secretary):
        present = require(world.store, SETTINGS)
        world.put(present.with_(sms=present.sms.with_(custom_module=False)))
        answer = secretary.post(self.PATH, {"text": TEXT})
        assert (answer.status, answer["code"]) == (409, "custom_sms_off")
        assert "sms.custom_module" in answer["remedy"]


@pytest.mark.rule("M-14")
class TestToAGroup:
    GIVEN = {"text": "Fermé vendredi.", "filter": {"language": "fr"}}

    def test_seen_before_it_goes(self, secretary):
        shown = secretary.post("/v1/sms/groups/preview", self.GIVEN | {"at": "2026-03-08T10:00:00+01:00"})
        assert shown["looked_at"] == 2
        assert shown["items"] == [
            {"patient_id": "pat_1", "name": "Zoé Améry", "left_out": None},
            {"patient_id": "pat_2", "name": "Luc Baud", "left_out": "no_consent"},
        ]
        assert shown["leaves_at"] == "2026-03-09T09:00:00Z"

    def test_page_by_page(self, secretary):
        first = secretary.post("/v1/sms/groups/preview", self.GIVEN | {"limit": 1})
        assert (len(first["items"]), first["next_cursor"] is None) == (1, False)
        second = secretary.post("/v1/sms/groups/preview", self.GIVEN | {"limit": 1, "cursor": first["next_cursor"]})
        assert [i["patient_id"] for i in second["items"]] == ["pat_2"]
        assert second["next_cursor"] is None

    def test_it_goes_on_by_itself(self, world, secretary):
        begun = secretary.post("/v1/sms/groups", self.GIVEN, key="k")
        assert (begun.status, begun["state"], begun["planned"]) == (201, "planning", 0)
        world.drain()
        path = begun.headers["Location"]
        read = secretary.get(path)
        assert (read["state"], read["planned"], read["left_out"]) == ("planned", 1, {"no_consent": 1})
        assert [m["patient_id"] for m in secretary.get(f"{path}/messages").items] == ["pat_1"]
        assert secretary.post("/v1/sms/groups", self.GIVEN, key="k").json == read.json
        assert secretary.get("/v1/sms/groups").items == [read.json]

    def test_and_is_taken_back(self, world, secretary):
        given = self.GIVEN | {"at": "2026-03-10T10:00:00+01:00"}
        path = secretary.post("/v1/sms/groups", given).headers["Location"]
        world.drain()
        assert secretary.post(f"{path}/cancel")["state"] == "cancelling"
        world.drain()
        assert (secretary.get(path)["state"], secretary.get(path)["cancelled"]) == ("cancelled", 1)
        assert [m["state"] for m in secretary.get(f"{path}/messages").items] == ["cancelled"]

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"text": "x"}, "filter"),
            ({"text": "x", "filter": {"town": "Bern"}}, "filter.town"),
            ({"text": "x", "filter": {"language": "es"}}, "filter.language"),
            ({"text": "x", "filter": {"last_from": "2026-02-02", "last_to": "2026-02-01"}}, "filter.last_to"),
        ],
    )
    def test_what_cannot_be_meant(self, secretary, given, field):
        for path in ("/v1/sms/groups", "/v1/sms/groups/preview"):
            answer = secretary.post(path, given)
            assert (answer.status, answer.fields) == (422, [field])

    @pytest.mark.rule("P-01")
    def test_a_practitioner_names_themselves(self, world):
        stored = next(p for p in world.all(type(world.store.items[("PRACTITIONER", "prc_1")])) if p.id == "prc_1")
        world.put(stored.with_(user="user-favre"))
        own = Staff(world, roles=("practitioner",), id="user-favre")
        assert own.post("/v1/sms/groups", self.GIVEN)["code"] == "not_your_agenda"
        assert own.post("/v1/sms/groups", {"text": "x", "filter": {"practitioner_id": "prc_1"}}).status == 201


@pytest.mark.rule("M-19")
class TestVouchers:
    GIVEN = {
        "amount": {"amount": 5000, "currency": "CHF"},
        "name": "Paul Roy",
        "email": "paul@mail.example",
        "expires_on": "2027-03-02",
    }

    def test_issued_listed_and_sent_again(self, secretary):
        made = secretary.post("/v1/vouchers", self.GIVEN, key="k")
        assert made.status == 201
        assert len(made["code"]) == 14
        assert secretary.post("/v1/vouchers", self.GIVEN, key="k").json == made.json
        path = made.headers["Location"]
        assert secretary.get(path).json == made.json
        again = secretary.post(f"{path}/send", {"sendings": 1})
        assert again["message_ids"] == [f"voucher.email.{made['id']}.{n}" for n in (1, 2)]
        assert secretary.get("/v1/vouchers").items == [again.json]
        message = secretary.get(f"/v1/messages/{again['message_ids'][1]}")
        assert (message["recipient"], message["address"]) == ("address", "paul@mail.example")

    def test_its_code_is_its_own(self, secretary):
        secretary.post("/v1/vouchers", self.GIVEN | {"code": "LAC-50"})
        answer = secretary.post("/v1/vouchers", self.GIVEN | {"code": "LAC-50"})
        assert (answer.status, answer["code"]) == (409, "code_taken")

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"email": "paul"}, "email"),
            ({"code": "a"}, "code"),
            ({"code": "lac 50"}, "code"),
            ({"name": ""}, "name"),
            ({"amount": {"amount": 0, "currency": "CHF"}}, "amount.amount"),
            ({"amount": {"amount": 5000, "currency": "EUR"}}, "amount.currency"),
            ({"expires_on": "2026-03-01"}, "expires_on"),
            ({"signature_id": "sig_none"}, "signature_id"),
        ],
    )
    def test_what_cannot_be_meant(self, secretary, changes, field):
        answer = secretary.post("/v1/vouchers", self.GIVEN | changes)
        assert (answer.status, answer.fields) == (422, [field])
        assert secretary.get("/v1/vouchers").items == []
