"""What a patient's answer does, and what every page says after it."""

from datetime import timedelta

import pytest

from creneau.shared.errors import Busy
from creneau.waitlist.round import OfferState
from tests.entry.patient_api import states
from tests.entry.patient_api.browser import Browser
from tests.support.world import at


def state_of(offer):
    return offer.world.offer(offer.live).state


@pytest.mark.rule("W-07")
@pytest.mark.promise(1)
def test_accepting_moves_and_shows_it(offer, browser):
    page = browser.choose(offer.path, "accept")
    assert page.title.startswith("Accepté")
    seen = offer.world.show(offer.live)
    assert (state_of(offer), seen.new.start) == (OfferState.ACCEPTED, at("2026-03-20 09:00"))


@pytest.mark.rule("W-06")
def test_declining_keeps_and_shows_it(offer, browser):
    page = browser.choose(offer.path, "decline")
    assert page.title.startswith("Refusé")
    assert state_of(offer) is OfferState.DECLINED
    assert offer.world.appointment(offer.live.appointment_id).is_booked


@pytest.mark.rule("W-07")
@pytest.mark.promise(2)
@pytest.mark.parametrize(("first", "then"), [("accept", "decline"), ("decline", "accept"), ("accept", "accept")])
def test_a_second_answer_shows_what_the_first_one_did(offer, browser, first, then):
    page = browser.get(offer.path)
    offer.world.later(seconds=20)
    sent = browser.post(offer.path, nonce=page.nonce, answer=first)
    done, items = browser.follow(sent), None
    offer.world.rest()
    items = dict(offer.world.store.items)
    again = browser.follow(browser.post(offer.path, nonce=page.nonce, answer=then))
    assert (again.title, again.plain, again.status) == (done.title, done.plain, done.status)
    assert offer.world.store.items == items


@pytest.mark.rule("W-07")
def test_reloading_what_came_of_it_reads_and_does_not_send_again(offer, browser):
    page = browser.get(f"{offer.path}?lang=it")
    offer.world.later(seconds=20)
    sent = browser.post(f"{offer.path}?lang=it", nonce=page.nonce, answer="decline")
    assert (sent.status, sent.body) == (303, "")
    assert browser.follow(sent).path == f"{offer.path}?lang=it"
    assert browser.follow(sent).language == "it"


@pytest.mark.rule("W-08")
@pytest.mark.promise(6)
def test_who_comes_second_is_told_and_it_is_recorded_before_it_is_said(offer, browser):
    page = browser.get(offer.path)
    states.is_taken(offer)
    offer.world.now += timedelta(seconds=20)
    sent = browser.post(offer.path, nonce=page.nonce, answer="accept")
    assert state_of(offer) is OfferState.SUPERSEDED
    assert browser.follow(sent).status == 409
    assert offer.world.appointment(offer.live.appointment_id).is_booked


@pytest.mark.rule("W-09")
@pytest.mark.promise(4)
@pytest.mark.parametrize(("stamp", "title"), [(-1, "Accepté"), (0, "Délai de réponse passé")])
def test_an_answer_counts_by_the_gateway_s_clock(offer, browser, stamp, title):
    """It reaches the function ten seconds after the last moment, and the gateway a millisecond before or at it."""
    expires = offer.world.round(offer.slot).expires_at
    offer.world.now = expires - timedelta(seconds=60)
    page = browser.get(offer.path)
    offer.world.now = expires + timedelta(seconds=10)
    late = Browser(offer.world, late_stamp=-10_000 + stamp)
    sent = late.post(offer.path, nonce=page.nonce, answer="accept")
    shown = late.follow(sent) if sent.status == 303 else sent
    assert shown.title.startswith(title)
    assert (state_of(offer) is OfferState.ACCEPTED) is (stamp < 0)


@pytest.mark.rule("A-06")
def test_a_clash_is_told_and_leaves_the_choice_open(offer, browser):
    states.has_a_clash(offer)
    before = dict(offer.world.store.items)
    page = browser.choose(offer.path, "accept")
    assert (page.status, page.answerable) == (409, True)
    assert "Ce changement n’est pas possible en ce moment" in page.plain
    assert page.title.startswith("Attention")
    assert offer.world.store.items == before
    assert browser.choose(offer.path, "decline").title.startswith("Refusé")


@pytest.mark.rule("W-06")
@pytest.mark.parametrize("seconds", [0, 1])
def test_an_answer_quicker_than_reading_is_asked_for_again(offer, browser, seconds):
    page = browser.choose(offer.path, "accept", reading=seconds)
    assert (page.status, page.answerable) == (422, True)
    assert "n’est pas encore enregistrée. Vous avez répondu très vite" in page.plain
    assert not any("checked" in f for f in page.fields)
    assert state_of(offer) is OfferState.SENT


@pytest.mark.rule("W-06")
@pytest.mark.parametrize(("hours", "recorded"), [(11.9, True), (12.1, False)])
def test_a_page_left_open_too_long_is_asked_for_again(offer, browser, hours, recorded):
    page = browser.choose(offer.path, "accept", reading=hours * 3600)
    assert page.title.startswith("Accepté" if recorded else "Attention")
    assert (state_of(offer) is OfferState.ACCEPTED) is recorded
    assert ("La page était ouverte depuis trop longtemps" in page.plain) is not recorded


@pytest.mark.rule("W-06")
def test_who_was_too_quick_once_is_not_made_to_wait_again(offer, browser):
    """The page that comes back counts from when the first one was shown."""
    again = browser.choose(offer.path, "accept", reading=1)
    offer.world.later(seconds=1)
    sent = browser.post(offer.path, nonce=again.nonce, answer="accept")
    assert browser.follow(sent).title.startswith("Accepté")


@pytest.mark.rule("W-06")
def test_who_is_told_of_a_clash_may_decline_at_once(offer, browser):
    states.has_a_clash(offer)
    told = browser.choose(offer.path, "accept")
    assert browser.follow(browser.post(offer.path, nonce=told.nonce, answer="decline")).title.startswith("Refusé")


@pytest.mark.rule("W-06")
def test_a_page_that_was_open_too_long_comes_back_as_a_new_one(offer, browser):
    again = browser.choose(offer.path, "accept", reading=13 * 3600)
    offer.world.later(seconds=2)
    sent = browser.post(offer.path, nonce=again.nonce, answer="accept")
    assert browser.follow(sent).title.startswith("Accepté")


@pytest.mark.rule("W-06")
def test_a_page_sent_without_a_choice_says_so(offer, browser):
    page = browser.get(offer.path)
    offer.world.later(seconds=20)
    again = browser.post(offer.path, nonce=page.nonce)
    assert again.status == 422
    assert "Choisissez « oui » ou « non »" in again.plain
    assert state_of(offer) is OfferState.SENT


@pytest.mark.promise(1)
@pytest.mark.parametrize(("error", "status"), [(Busy("busy", code="busy"), 503), (RuntimeError("lost"), 500)])
def test_trouble_is_told_by_a_page_that_promises_nothing(offer, browser, error, status, monkeypatch):
    def fail(*_):
        raise error

    page = browser.get(offer.path)
    offer.world.later(seconds=20)
    monkeypatch.setitem(offer.world.app.__dict__, "answer_offer", fail)
    told = browser.post(offer.path, nonce=page.nonce, answer="accept")
    assert (told.status, told.headers["Retry-After"]) == (status, "5")
    assert "la page dit ce qui est enregistré" in told.plain
    assert "lost" not in told.body


def test_even_without_the_table_there_is_a_page(offer, browser, monkeypatch):
    def fail(*_):
        raise RuntimeError("no table")

    monkeypatch.setattr(offer.world.store, "get", fail)
    told = browser.get(offer.path)
    assert told.status == 500
    assert told.title.startswith("Un instant")
