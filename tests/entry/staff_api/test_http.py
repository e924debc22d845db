"""What holds for every request: who is let in, what is refused and how, headers, and the one line in the log."""

import base64
import json
import logging

import pytest

from api.gateway import LARGEST_BODY
from creneau.entry import logger
from creneau.shared.errors import Busy
from tests.support.staff_api import Staff, event, send

PROBLEM_FIELDS = {"type", "title", "status", "detail", "code", "remedy", "instance", "errors"}
BOOKING = {"agenda_id": "agd_1", "patient_id": "pat_1", "service_id": "srv_half", "start": "2026-03-20T09:00:00+01:00"}


def test_the_clinic_tells_its_time(secretary):
    answer = secretary.get("/v1/now")
    assert answer.status == 200
    assert answer.json == {
        "now": "2026-03-02T07:00:00Z",
        "local_now": "2026-03-02T08:00:00+01:00",
        "zone": "Europe/Zurich",
        "clinic": "Cabinet du Lac",
        "country": "CH",
        "currency": "CHF",
        "language": "fr",
    }


@pytest.mark.parametrize("path", ["/v1/now", "/v1/nowhere", "/v1/appointments/apt_none"])
def test_every_answer_has_the_security_headers(secretary, path):
    headers = secretary.get(path).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "max-age=63072000" in headers["Strict-Transport-Security"]


@pytest.mark.parametrize(
    "claims",
    [{"token_use": "id"}, {"client_id": "another"}, {"client_id": None}, {"token_use": None}, {"sub": ""}],
    ids=["id token", "another client", "no client", "no use", "nobody"],
)
@pytest.mark.rule("P-01")
def test_only_an_access_token_of_this_client_is_taken(world, claims):
    answer = Staff(world, roles=("admin",), claims=claims).get("/v1/now")
    assert (answer.status, answer["code"]) == (401, "access_token_required")


@pytest.mark.parametrize("groups", ["[admin secretary]", ["admin", "secretary"], "[admin, secretary, cleaning]"])
def test_groups_come_as_a_text_or_a_list(world, groups):
    answer = Staff(world, claims={"cognito:groups": groups}).get("/v1/me")
    assert answer["roles"] == ["admin", "secretary"]


@pytest.mark.parametrize("groups", ["[]", "", None, "[cleaning]", "[administrators]"])
@pytest.mark.rule("P-01")
def test_without_a_role_nothing_is_allowed(world, groups):
    answer = Staff(world, claims={"cognito:groups": groups}).get("/v1/now")
    assert (answer.status, answer["code"]) == (403, "role")


def test_an_unknown_address(secretary):
    answer = secretary.get("/v1/nowhere")
    assert (answer.status, answer["code"]) == (404, "no_such_route")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert set(answer.json) == PROBLEM_FIELDS
    assert answer["instance"] == "urn:creneau:request:JKJaXmPLvHcESHA="


def test_a_method_that_the_address_has_not(secretary):
    answer = secretary.ask("PATCH", "/v1/patients")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, POST")


def test_head_is_get_without_a_body(secretary):
    answer = secretary.ask("HEAD", "/v1/now")
    assert (answer.status, answer.text) == (200, "")


@pytest.mark.parametrize("body", ["{", "", "[", '"\\ud800"', "nothing"])
def test_a_body_that_is_not_json(secretary, body):
    answer = secretary.ask("POST", "/v1/appointments", body)
    assert (answer.status, answer["code"]) == ((400, "not_json") if body else (422, "invalid"))


@pytest.mark.parametrize("body", ["[]", "null", "1", '"text"'])
def test_a_body_that_is_no_object(secretary, body):
    answer = secretary.ask("POST", "/v1/appointments", body)
    assert answer.status == 422
    assert answer.fields == ["body"]


def test_a_body_that_is_too_large(secretary):
    answer = secretary.post("/v1/patients", {"last_name": "x" * LARGEST_BODY})
    assert (answer.status, answer["code"]) == (413, "too_large")


def test_everything_wrong_is_told_at_once_with_its_remedy(secretary):
    answer = secretary.post(
        "/v1/locations",
        {"name": "", "adress": 1, "address": {"street": "a", "postcode": 1201, "town": "b", "country": "CH"}},
    )
    assert answer.status == 403  # rights come first
    answer = Staff(secretary.world, roles=("admin",)).post(
        "/v1/locations",
        {"name": "", "adress": 1, "address": {"street": "a", "postcode": 1201, "town": "b", "country": "CH"}},
    )
    assert answer.status == 422
    assert set(answer.fields) == {"name", "adress", "address.postcode"}
    assert all(error["problem"] and error["remedy"] for error in answer["errors"])
    assert "1201" not in answer.text


@pytest.mark.parametrize(
    ("start", "remedy"),
    [
        ("2026-03-20T09:00:00", "add the offset"),
        ("2026-03-20", "write it as"),
        ("20.3.2026 9:00", "write it as"),
        ("1767261600", "write it as"),
        ("3026-03-20T09:00:00Z", "check the date"),
        (1767261600, ""),
        (None, ""),
    ],
)
def test_an_instant_needs_its_offset(secretary, start, remedy):
    answer = secretary.books("pat_1", start)
    assert answer.status == 422
    assert answer.fields == ["start"]
    assert remedy in answer["errors"][0]["remedy"]


@pytest.mark.parametrize("text", ["a\x00b", "a\r\nBcc: x@y.example", "\u202eabc", "a\u2028b", "\ufeffa"])
def test_invisible_characters_are_refused(secretary, text):
    answer = secretary.post("/v1/patients", {"last_name": text})
    assert answer.status == 422
    assert answer.fields == ["last_name"]


@pytest.mark.parametrize("id", ["%00", "a b", "../x", "é", "x" * 300, "'", "a%2Fb"])
def test_an_id_that_is_none(secretary, id):
    assert secretary.get(f"/v1/appointments/{id}").status in {404, 422}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"page": "2"}, "page"),
        ({"cursor": "made up"}, "cursor"),
    ],
)
def test_a_query_that_cannot_be_meant(secretary, query, field):
    answer = secretary.get("/v1/patients", **query)
    assert answer.status == 422
    assert answer.fields == [field]


def test_lists_page_to_their_end(world, secretary):
    for n in range(7):
        world.patient(f"pat_{n}")
    seen, cursor = [], None
    while True:
        answer = secretary.get("/v1/patients", limit="3", **({"cursor": cursor} if cursor else {}))
        seen += [p["id"] for p in answer.items]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"pat_{n}" for n in range(7)]


def test_busy_says_when_to_come_again(world, secretary):
    def busy(*_args, **_more):
        raise Busy("too many", code="busy", remedy="later")

    world.app.book = busy
    answer = secretary.books("pat_1", "2026-03-20T09:00:00+01:00")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")


def test_what_we_did_wrong_stays_in_the_log(world, secretary, caplog):
    def broken(*_args, **_more):
        raise KeyError("table creneau-secret")

    world.app.book = broken
    with caplog.at_level(logging.ERROR):
        answer = secretary.books("pat_1", "2026-03-20T09:00:00+01:00")
    assert answer.status == 500
    assert "secret" not in answer.text


def test_one_line_in_the_log_and_no_one_in_it(world, caplog):
    caplog.set_level(logging.INFO)
    staff = Staff(world)
    staff.post(
        "/v1/patients",
        {"last_name": "Canary", "email": "canary@mail.example", "phone": "+41791234567"},
        key="a-secret-key",
    )
    lines = [logger.registered_formatter.format(record) for record in caplog.records]
    assert len(lines) == 1
    logged = json.loads(lines[0])
    assert (logged["method"], logged["route"], logged["status"]) == ("POST", "/v1/patients", 201)
    assert logged["actor"] == "user-1"
    assert logged["ms"] >= 0
    for secret in ("anary", "791234567", "a-secret-key", "eyJ"):
        assert secret not in lines[0]


def test_the_published_events_are_understood(world):
    world.patient("pat_1")
    assert send(world, event("read_now")).status == 200
    booked = send(world, event("book"))
    assert booked.status == 201
    assert [a["id"] for a in send(world, event("list_appointments")).items] == [booked["id"]]
    cancel = event("cancel")
    cancel["rawPath"] = f"/v1/appointments/{booked['id']}/attendance"
    assert send(world, cancel)["attendance"] == "cancelled_by_patient"


def test_a_body_in_base64(world):
    world.patient("pat_1")
    sent = event("book")
    sent["body"], sent["isBase64Encoded"] = base64.b64encode(sent["body"].encode()).decode(), True
    assert send(world, sent).status == 201


def test_a_stage_in_the_path(world):
    sent = event("read_now")
    sent["rawPath"], sent["requestContext"]["stage"] = "/test/v1/now", "test"
    assert send(world, sent).status == 200


class TestIdempotencyKey:
    def test_the_same_request_makes_one_thing(self, world, secretary):
        world.patient("pat_1")
        first = secretary.post("/v1/appointments", BOOKING, key="k1")
        again = secretary.post("/v1/appointments", dict(reversed(BOOKING.items())), key="k1")
        assert (first.status, again.status) == (201, 201)
        assert first.json == again.json
        assert first.headers["Location"] == f"/v1/appointments/{first['id']}"

    def test_another_body_is_refused(self, world, secretary):
        world.patient("pat_1")
        secretary.post("/v1/appointments", BOOKING, key="k1")
        answer = secretary.post("/v1/appointments", BOOKING | {"note": "other"}, key="k1")
        assert answer.status == 422
        assert answer.fields == ["Idempotency-Key"]

    def test_another_caller_or_route_has_keys_of_its_own(self, world, secretary):
        mine = secretary.post("/v1/patients", {"last_name": "A"}, key="k1")
        other = Staff(world, id="user-2").post("/v1/patients", {"last_name": "A"}, key="k1")
        assert mine["id"] != other["id"]

    def test_what_was_refused_is_tried_anew(self, world, secretary):
        world.patient("pat_1")
        taken = world.book("pat_2", "2026-03-20 09:00")
        assert secretary.post("/v1/appointments", BOOKING, key="k1").status == 409
        world.cancel(taken)
        assert secretary.post("/v1/appointments", BOOKING, key="k1").status == 201

    @pytest.mark.parametrize("key", ["", "two words", "x" * 201, "é"])
    def test_a_key_that_is_none(self, secretary, key):
        answer = secretary.post("/v1/patients", {"last_name": "A"}, key=key)
        assert answer.fields == ["Idempotency-Key"]


class TestVersions:
    def test_an_edit_needs_the_version(self, admin):
        answer = admin.put("/v1/practitioners/prc_1", {"name": "Dr Favre-Blanc"})
        assert (answer.status, answer["code"]) == (428, "version_required")

    def test_the_etag_is_the_version(self, admin):
        read = admin.get("/v1/practitioners/prc_1")
        assert read.headers["ETag"] == '"1"'
        changed = admin.put("/v1/practitioners/prc_1", {"name": "Dr Favre-Blanc"}, version=read.headers["ETag"])
        assert (changed.status, changed.headers["ETag"], changed["name"]) == (200, '"2"', "Dr Favre-Blanc")

    def test_an_older_version_is_stale(self, admin):
        admin.put("/v1/practitioners/prc_1", {"name": "One"}, version=1)
        answer = admin.put("/v1/practitioners/prc_1", {"name": "Two"}, version=1)
        assert (answer.status, answer["code"]) == (412, "stale")
        assert admin.get("/v1/practitioners/prc_1")["name"] == "One"

    @pytest.mark.parametrize(
        ("method", "path", "given"),
        [
            ("PUT", "/v1/practitioners/prc_1", {"name": "Mine"}),
            ("PATCH", "/v1/settings", {}),
            ("PUT", "/v1/patients/pat_1", {"last_name": "Mine"}),
        ],
    )
    def test_a_rival_between_reading_and_writing_makes_it_stale(self, world, admin, method, path, given):
        world.patient("pat_1")
        version = admin.get(path)["version"]
        rivals = [lambda: Staff(world, roles=("admin",), id="rival").ask(method, path, given, version=version)]
        world.store.before_commit.append(lambda _: rivals and rivals.pop()())
        assert admin.ask(method, path, given, version=version).status == 412
        assert admin.get(path)["version"] == version + 1

    @pytest.mark.parametrize("version", ["*", "abc", "-1", '"1.0"'])
    def test_a_version_that_is_none(self, admin, version):
        answer = admin.put("/v1/practitioners/prc_1", {"name": "Two"}, version=version)
        assert answer.status == 422
        assert answer.fields == ["If-Match"]
