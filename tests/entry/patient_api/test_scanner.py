"""A mail scanner that opens, follows and presses whatever it finds never answers for a patient (W-06)."""

from urllib.parse import urljoin

import pytest

from creneau.waitlist.round import OfferState


def offers_and_appointments(world):
    return {key: item for key, item in world.store.items.items() if type(item).__name__ != "Link"}


@pytest.fixture
def untouched(offer):
    """Fails when anything changed."""
    offer.world.rest()
    before = offers_and_appointments(offer.world)
    yield
    assert offers_and_appointments(offer.world) == before
    assert all(o.state is OfferState.SENT for o in offer.world.round(offer.slot).offers.values())


def every_page(offer, browser):
    """The email's link, and every page that its pages lead to."""
    paths, seen = [offer.path], {}
    while paths:
        path = paths.pop()
        if path in seen:
            continue
        seen[path] = page = browser.get(path)
        assert browser.get(path, "HEAD").status == page.status
        paths += [urljoin(path, link) for link in page.links if not link.startswith("tel:")]
    return seen


@pytest.mark.rule("W-06")
@pytest.mark.promise(3)
@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("patience", [0, 5, 3600])
def test_one_that_opens_everything_and_presses_the_first_button(offer, browser, patience):
    pages = every_page(offer, browser)
    assert len(pages) == 5, "the page, in four languages"
    offer.world.later(seconds=patience)
    for path, page in pages.items():
        filled = {f["name"]: f["value"] for f in page.fields if f["type"] == "hidden"}
        pressed = browser.post(path, **filled)
        assert (pressed.status, pressed.answerable) == (422, True)
        offer.world.later(seconds=patience)
        assert browser.post(path, nonce=pressed.nonce).status == 422


@pytest.mark.rule("W-06")
@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("answer", ["accept", "decline"])
def test_one_that_fills_the_form_at_once(offer, browser, answer):
    page = browser.get(offer.path)
    assert browser.post(offer.path, nonce=page.nonce, answer=answer).status == 422


@pytest.mark.rule("W-06")
@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    "fields",
    [
        {"answer": "accept"},
        {"answer": "accept", "nonce": ""},
        {"answer": "accept", "nonce": "0.0"},
        {"answer": "accept", "nonce": "1772434790." + "0" * 32},
        {"answer": "on"},
        {},
    ],
)
def test_one_that_never_saw_the_page(offer, browser, fields):
    assert browser.post(offer.path, **fields).status == 422


@pytest.mark.rule("W-06", "P-02")
@pytest.mark.usefixtures("untouched")
def test_a_nonce_of_another_link_is_none(offer, browser):
    other = f"/o/{offer.link(9, key='another key')}"
    page = browser.get(other)
    offer.world.later(seconds=20)
    assert browser.post(offer.path, nonce=page.nonce, answer="accept").status == 422


@pytest.mark.rule("W-06")
@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("at", range(43))
def test_a_nonce_with_a_character_changed_is_none(offer, browser, at):
    nonce = browser.get(offer.path).nonce
    offer.world.later(seconds=20)
    changed = nonce[:at] + ("1" if nonce[at] != "1" else "2") + nonce[at + 1 :]
    assert browser.post(offer.path, nonce=changed, answer="accept").status == 422


@pytest.mark.rule("W-06")
@pytest.mark.parametrize("query", ["answer=accept", "nonce=1&answer=accept"])
@pytest.mark.usefixtures("untouched")
def test_one_that_puts_the_answer_into_the_address(offer, browser, query):
    for method in ("GET", "HEAD"):
        assert browser.get(f"{offer.path}?{query}", method).status == 200
    assert browser.send(f"{offer.path}?{query}", b"").status == 422
