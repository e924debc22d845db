"""Reading a page changes nothing, whoever reads it and however often (W-06)."""

import pytest

from tests.entry.patient_api.states import STATES


@pytest.mark.rule("W-06")
@pytest.mark.promise(3)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("bring", STATES, ids=lambda bring: bring.__name__)
def test_reading_changes_nothing(offer, browser, bring, method):
    bring(offer)
    offer.world.rest()
    before, looks = dict(offer.world.store.items), dict(offer.world.store.looks)
    for path in (
        offer.path,
        f"{offer.path}?lang=de",
        f"{offer.path}?lang=xx",
        "/o/",
        "/o/unknown",
        f"{offer.path}/more",
    ):
        browser.get(path, method)
    assert offer.world.store.items == before
    assert offer.world.store.looks == looks
    assert not offer.world.stream


@pytest.mark.rule("W-06")
def test_head_answers_as_get_without_its_page(offer, browser):
    shown, asked = browser.get(offer.path), browser.get(offer.path, "HEAD")
    assert (asked.status, asked.headers, asked.body) == (shown.status, shown.headers, "")
    assert browser.get("/o/unknown", "HEAD").body == ""


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused_by_a_page(offer, browser, method):
    before = dict(offer.world.store.items)
    page = browser.get(offer.path, method)
    assert (page.status, page.headers["Allow"]) == (405, "GET, HEAD, POST")
    assert page.title.startswith("Demande impossible")
    assert offer.world.store.items == before


@pytest.mark.parametrize("bring", STATES, ids=lambda bring: bring.__name__)
def test_every_answer_has_the_headers_that_keep_it_private(offer, browser, bring):
    bring(offer)
    pages = [browser.get(offer.path), browser.get("/o/x"), browser.get(offer.path, "PUT"), browser.post(offer.path)]
    for page in pages:
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["X-Robots-Tag"] == "noindex"
        assert page.headers["Strict-Transport-Security"].startswith("max-age=")
        policy = page.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in policy
        for part in ("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert part in policy


@pytest.mark.parametrize("asked", ["fr", "de", "it", "en"])
def test_a_page_can_be_asked_for_in_another_language(offer, browser, asked):
    assert browser.get(f"{offer.path}?lang={asked}").language == asked


@pytest.mark.parametrize("asked", ["xx", "", "DE", "../fr", "fr,de"])
def test_a_language_that_is_none_of_the_four_is_the_patient_s(offer, browser, asked):
    offer.speak("it")
    assert browser.get(f"{offer.path}?lang={asked}").language == "it"


def test_the_language_links_are_in_their_own_language_and_lead_to_the_same_page(offer, browser):
    page = browser.get(offer.path)
    assert [link for link in page.links if link.startswith("?")] == ["?lang=fr", "?lang=de", "?lang=it", "?lang=en"]
    assert 'lang="de" hreflang="de"' in page.body
