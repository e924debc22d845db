"""The front door: what it hands on, what it answers itself, whom it turns away."""

import json
import re
from pathlib import Path

import pytest

from local.sign_in import SignInError
from local.site.mailbox import frame_style
from tests.unit.local.conftest import StubEngine

pytestmark = pytest.mark.usefixtures("engine")


def test_a_request_reaches_the_api_as_it_came(call):
    got = call("PUT", "/v1/a%2Fb?x=1&x=2", body=b'{"a": 1}', headers={"Authorization": "Bearer t", "If-Match": '"2"'})
    seen = json.loads(got.data)
    headers = {name.lower(): value for name, value in seen["headers"]}
    assert (seen["method"], seen["path"], seen["body"]) == ("PUT", "/api/$default/v1/a%2Fb?x=1&x=2", '{"a": 1}')
    assert (headers["authorization"], headers["if-match"]) == ("Bearer t", '"2"')


def test_an_answer_comes_back_as_it_is(call):
    got = call("POST", "/o/token", body=b"answer=accept")
    assert got.status == 303
    assert got.headers.getlist("Set-Cookie") == ["a=1", "b=2"]
    assert (got.headers["Location"], got.headers["ETag"]) == ("next", '"3"')
    assert call("GET", "/o/token").status == 418


def test_every_address_of_the_stack_is_handed_on(call):
    """Each is somebody's link: a refusal of group SMS led nowhere once."""
    template = (Path(__file__).parents[3] / "template.yaml").read_text()
    firsts = set(re.findall(r"Path: '/([^/]+)/\{proxy\+\}'", template))
    assert firsts >= {"o", "u", "v1"}
    assert {first: call("GET", f"/{first}/token").status for first in firsts} == dict.fromkeys(firsts, 418)


def test_head_has_no_body_and_the_connection_lives_on(call):
    got = call("HEAD", "/o/token")
    assert (got.status, got.data) == (418, b"")
    assert call("GET", "/o/token").status == 418


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 303),
    ],
)
def test_only_the_site_itself_moves_the_clock(call, engine: type[StubEngine], headers, status):
    got = call("POST", "/clock", body=b"seconds=300", headers={"Content-Type": "x", **headers})
    assert got.status == status
    assert engine.jumps == ([300.0] if status == 303 else [])


def test_a_browser_names_the_site_as_the_origin_of_its_own_forms(call, site):
    """It sends `null` from a page whose policy is to name no referrer."""
    assert call("GET", "/").headers["Referrer-Policy"] == "same-origin"
    assert call("POST", "/clock", body=b"seconds=60", headers={"Origin": site.url}).status == 303


@pytest.mark.parametrize("seconds", ["", "-5", "0", "1e3", "99999999999"])
def test_the_clock_takes_no_nonsense(call, engine: type[StubEngine], seconds):
    got = call("POST", "/clock", body=f"seconds={seconds}".encode())
    assert got.status == 400
    assert b"seconds" in got.data
    assert engine.jumps == []


def test_names_of_the_clinic_and_subjects_are_text_not_html(call):
    assert b"Cabinet &lt;du Lac&gt;" in call("GET", "/").data
    assert b"Bonjour &lt;b&gt;" in call("GET", "/mailbox").data


def test_the_mailbox_lists_the_newest_first_and_finds_by_recipient(call):
    everything = call("GET", "/mailbox").data.decode()
    assert everything.index("Kurz") < everything.index("Bonjour")
    found = call("GET", "/mailbox?to=ANNA%40").data.decode()
    assert "Bonjour" in found
    assert "Kurz" not in found


def test_an_email_runs_in_a_frame_without_rights_and_its_links_leave_it(call):
    page = call("GET", "/mailbox/m-1").data.decode()
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    mail = call("GET", "/mailbox/m-1/html")
    assert "sandbox" in mail.headers["Content-Security-Policy"]
    assert "script" not in mail.headers["Content-Security-Policy"]
    assert '<head><base target="_blank">' in mail.data.decode()
    assert "src='/mailbox/m-1/file/0'" in mail.data.decode()


def test_attachments_are_downloads_unless_they_are_pictures(call):
    picture, page = call("GET", "/mailbox/m-1/file/0"), call("GET", "/mailbox/m-1/file/1")
    assert (picture.headers["Content-Type"], picture.data) == ("image/png", b"hi")
    assert page.headers["Content-Type"] == "application/octet-stream"
    assert page.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("path", ["/mailbox/none", "/mailbox/m-1/file/7", "/mailbox/..%2f", "/mailbox/m-1/other", "/x"])
def test_what_is_not_there_is_a_page_that_says_so(call, path):
    got = call("GET", path)
    assert got.status == 404
    assert b"no such" in got.data


def test_before_the_stack_is_up_the_page_says_what_is_awaited(call, home):
    (home / "stack.json").unlink()
    for path in ("/", "/o/token", "/v1/now"):
        got = call("GET", path)
        assert got.status == 503
        assert b"being deployed" in got.data


def test_a_body_beyond_all_measure_is_refused(call):
    assert call("POST", "/v1/x", headers={"Content-Length": "99999999999"}).status == 413


@pytest.mark.parametrize(("method", "allowed"), [("GET", "POST"), ("PUT", "POST")])
def test_an_address_without_that_method_says_which_it_has(call, method, allowed):
    got = call(method, "/sign-in")
    assert (got.status, got.headers["Allow"]) == (405, allowed)
    assert json.loads(got.data)["detail"] == f"use {allowed}"


def test_who_does_not_sign_in_with_this_is_unauthorized(call, monkeypatch):
    def nobody(*_):
        raise SignInError("nobody signs in with these")

    monkeypatch.setattr("local.site.pages.sign_in", nobody)
    got = call("POST", "/sign-in", body=b"user=x&password=y")
    assert (got.status, got.headers["Content-Type"]) == (401, "application/problem+json")
    assert json.loads(got.data)["detail"] == "nobody signs in with these"


def test_after_a_jump_the_mailbox_loads_again_for_a_while(call, monkeypatch):
    assert b"http-equiv" not in call("GET", "/mailbox").data
    call("POST", "/clock", body=b"seconds=300")
    assert b'http-equiv="refresh"' in call("GET", "/mailbox").data
    assert b"Moved" in call("GET", "/").data
    monkeypatch.setattr("local.site.pages.SETTLES", 0.0)
    assert b"http-equiv" not in call("GET", "/mailbox").data
    assert b"Moved" not in call("GET", "/").data


def heights(style: str) -> tuple[int, int]:
    wide, narrow = re.findall(r"height: (\d+)px", style)
    return int(wide), int(narrow)


def test_the_frame_of_an_email_is_as_high_as_its_text_is_long(call):
    style = call("GET", "/mailbox/m-1/frame.css")
    assert style.headers["Content-Type"] == "text/css"
    wide, narrow = heights(style.data.decode())
    long = heights(frame_style("Une phrase assez longue pour deux lignes sur un téléphone, pas sur un bureau.\n" * 20))
    assert wide < long[0] < long[1]
    assert wide <= narrow
    assert b'href="/mailbox/m-1/frame.css"' in call("GET", "/mailbox/m-1").data
