"""A link opens its own offer and nothing else; all that open nothing look the same (P-02)."""

import io
from datetime import timedelta

import pytest

from creneau.entry import logger
from tests.support.world import World

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def opens_nothing(offer, browser, path):
    """Neither shown nor answered, with the one page of all such links."""
    before, reads = dict(offer.world.store.items), offer.world.store.reads
    page = browser.get(path)
    cost = offer.world.store.reads - reads
    nonce = browser.get(offer.path).nonce
    offer.world.later(seconds=20)
    sent = browser.post(path, nonce=nonce, answer="accept")
    unknown = browser.get("/o/" + "u" * 22)
    for told in (page, sent):
        assert (told.status, told.body, told.headers) == (404, unknown.body, unknown.headers)
    assert cost == 2, "the link and the clinic's settings, whatever the reason"
    assert offer.world.store.items == before


@pytest.mark.rule("P-02")
@pytest.mark.parametrize("at", range(22))
def test_every_character_of_a_token_counts(offer, browser, at):
    token = offer.token
    other = ALPHABET[(ALPHABET.index(token[at]) + 1) % 64]
    opens_nothing(offer, browser, f"/o/{token[:at]}{other}{token[at + 1 :]}")


@pytest.mark.rule("P-02")
@pytest.mark.parametrize(
    "change",
    [
        lambda t: t[:-1],
        lambda t: t + "A",
        lambda t: t[:11],
        lambda t: "",
        lambda t: t.swapcase(),
        lambda t: f"{t}/",
        lambda t: f"{t}/more",
        lambda t: f"../o/{t}",
        lambda t: f"{t[:-1]}é",
        lambda t: f"{t}%00",
        lambda t: "\ud800" * 22,
        lambda t: "x" * 8000,
    ],
)
def test_what_is_not_the_whole_token_is_not_the_token(offer, browser, change):
    opens_nothing(offer, browser, f"/o/{change(offer.token)}")


@pytest.mark.rule("P-02")
def test_a_link_of_another_purpose_opens_no_offer(offer, browser):
    opens_nothing(offer, browser, f"/o/{offer.link(9, purpose='pay')}")


@pytest.mark.rule("P-02")
def test_a_forgotten_link_looks_like_an_unknown_one(offer, browser):
    """The table may keep what has expired for days."""
    in_a_minute = int((offer.world.now + timedelta(minutes=1)).timestamp())
    token = offer.link(9, ttl=in_a_minute)
    assert browser.get(f"/o/{token}").status == 200
    offer.world.later(minutes=1)
    opens_nothing(offer, browser, f"/o/{token}")


@pytest.mark.rule("P-02")
@pytest.mark.parametrize("appointment_id", ["apt_of_nobody", ""])
def test_a_link_to_an_offer_that_is_not_there_opens_nothing(offer, browser, appointment_id):
    token = offer.link(9, subject={"round_id": offer.live.round_id, "appointment_id": appointment_id})
    page, unknown = browser.get(f"/o/{token}"), browser.get("/o/" + "u" * 22)
    assert (page.status, page.body) == (404, unknown.body)


@pytest.mark.rule("P-02")
def test_another_clinic_knows_nothing_of_it(offer, browser):
    browser.world = World().clinic()
    assert browser.get(offer.path).status == 404


@pytest.mark.rule("P-02")
def test_a_link_answers_for_its_own_offer_only(offer, browser):
    rivals = [o.state for o in offer.world.round(offer.slot).offers.values()][1:]
    browser.choose(offer.path, "decline")
    states = [o.state for o in offer.world.round(offer.slot).offers.values()]
    assert (states[0], states[1:]) == ("declined", rivals)


@pytest.mark.rule("P-02")
def test_neither_token_nor_names_reach_the_log(offer, browser, monkeypatch):
    written = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", written)
    page = browser.get(offer.path)
    offer.world.later(seconds=20)
    browser.post(offer.path, nonce=page.nonce, answer="decline")
    browser.get("/o/secretsecretsecret1234")
    text = written.getvalue()
    assert '"answered"' in text
    assert offer.live.appointment_id in text
    for secret in (offer.token, page.nonce, "secretsecretsecret", "Favre", "mail.example", "192.0.2.1"):
        assert secret not in text
