"""Each state of an offer in each language: its own page, its status, its dates."""

import gzip

import pytest

from api.pages.words import words
from creneau.agenda.catalogue import location_ref, practitioner_ref, service_ref
from creneau.shared.locale import day_and_time, deadline
from creneau.shared.settings import LANGUAGES, SETTINGS, MessagingSettings
from creneau.shared.store import require
from tests.entry.patient_api import states
from tests.entry.patient_api.states import STATES
from tests.support.world import HALF_AN_HOUR, ZONE, at

OFFERED, OWN, ANSWER_BEFORE = at("2026-03-20 09:00"), at("2026-04-06 10:00"), at("2026-03-17 08:05")


def said(instant, language, year=False, form=day_and_time):
    text = form(instant, ZONE, language, "CH", year=year)
    return " ".join(text.replace("\u00a0", " ").split())


@pytest.mark.rule("W-06", "W-12", "M-11")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("bring", STATES, ids=lambda bring: bring.__name__)
def test_each_state_has_its_page_in_each_language(offer, browser, bring, language):
    offer.speak(language)
    bring(offer)
    state, status = STATES[bring]
    page = browser.get(offer.path)
    assert (page.status, page.language, page.headers["Content-Language"]) == (status, language, language)
    assert page.title == f"{words(language)[f'{state}.title']} – Cabinet du Lac"
    assert page.answerable is (state == "open")
    assert any(said(OFFERED, language, year).lower() in page.plain.lower() for year in (True, False))
    assert not {"{", "}", "None", "Undefined"} & set(page.plain.replace(",", " ").split())
    assert "{" not in page.text
    assert page.links[0] == "tel:+41215550123"
    assert len(gzip.compress(page.body.encode(), 9)) <= 5 * 1024
    assert not {"script", "img", "iframe"} & set(page.tags)
    assert not any(link.startswith(("http", "//")) for link in page.links), "one request, nothing from elsewhere"


@pytest.mark.rule("W-06")
@pytest.mark.promise(38)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_open_page_says_what_who_where_until_when_and_what_silence_means(offer, browser, language):
    """The offer lies before the change of clocks, the own appointment after it."""
    offer.speak(language)
    page = browser.get(offer.path)
    order = [
        "Cabinet du Lac, Lausanne",
        words(language)["open.heading"],
        "2026",
        "Dr Favre",
        "Rue du Lac 12, 1003 Lausanne",
        said(OWN, language),
        said(ANSWER_BEFORE, language, form=deadline),
        words(language)["open.legend"],
        words(language)["open.yes"].format(offered=said(OFFERED, language)),
        words(language)["open.no"].format(own=said(OWN, language)),
        words(language)["open.send"],
        words(language)["open.silence"],
        words(language)["open.others"],
        "021 555 01 23",
        "lun–ven",
        "Français Deutsch Italiano English",
    ]
    places = [page.plain.find(" ".join(part.replace("\u00a0", " ").replace("\u202f", " ").split())) for part in order]
    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)
    assert [f["value"] for f in page.fields if f["type"] == "radio"] == ["accept", "decline"]
    assert not any("checked" in f for f in page.fields)
    assert all("required" in f for f in page.fields if f["type"] == "radio")


@pytest.mark.rule("W-07")
def test_the_accepted_page_says_what_was_done_and_how_to_undo_it(offer, browser):
    states.is_accepted(offer)
    page = browser.get(offer.path)
    assert "Vendredi 20 mars 2026 à 9 h" in page.plain
    assert "Votre ancien rendez-vous du lundi 6 avril à 10 h n’est plus réservé" in page.plain
    assert "Un e-mail vous le confirme" in page.plain
    assert "Appelez-nous. 021 555 01 23" in page.plain
    assert "restez sur la liste" not in page.plain, "who accepted has left the list (W-10)"


@pytest.mark.parametrize("messaging", [MessagingSettings(paused=True), MessagingSettings(off=("moved.email",))])
def test_no_email_is_promised_that_the_clinic_does_not_send(offer, browser, messaging):
    offer.world.put(require(offer.world.store, SETTINGS).with_(messaging=messaging))
    states.is_accepted(offer)
    assert "e-mail" not in browser.get(offer.path).plain


@pytest.mark.rule("W-08", "W-10")
@pytest.mark.parametrize("bring", [states.is_taken, states.is_declined, states.is_expired, states.is_bounced])
def test_who_did_not_get_it_keeps_the_appointment_and_stays_in_line(offer, browser, bring):
    bring(offer)
    page = browser.get(offer.path)
    assert "Votre rendez-vous, inchangé Lundi 6 avril 2026 à 10 h" in page.plain
    assert "Vous restez sur la liste" in page.plain


@pytest.mark.rule("W-12")
def test_a_withdrawn_offer_shows_the_appointment_as_it_is_now(offer, browser):
    states.is_moved_by_staff(offer)
    page = browser.get(offer.path)
    assert "Votre rendez-vous est maintenant Lundi 6 avril 2026 à 14 h" in page.plain
    assert "Vous restez sur la liste" in page.plain


@pytest.mark.rule("W-12")
def test_a_cancelled_appointment_is_not_said_to_be_kept(offer, browser):
    states.is_cancelled(offer)
    page = browser.get(offer.path)
    assert "Votre rendez-vous du lundi 6 avril à 10 h n’est plus prévu" in page.plain
    assert "restez sur la liste" not in page.plain
    assert "inchangé" not in page.plain


@pytest.mark.rule("W-12")
def test_who_left_the_list_is_not_told_to_be_on_it(offer, browser):
    states.is_unticked(offer)
    page = browser.get(offer.path)
    assert "inchangé Lundi 6 avril 2026 à 10 h" in page.plain
    assert "restez sur la liste" not in page.plain


@pytest.mark.parametrize(
    ("bring", "title"), [(states.is_accepted, "Vous avez accepté"), (states.is_declined, "Vous avez refusé")]
)
def test_what_changed_after_the_answer_is_not_hidden_behind_it(offer, browser, bring, title):
    bring(offer)
    seen = offer.world.show(offer.live)
    offer.world.cancel(seen.new or seen.own)
    page = browser.get(offer.path)
    assert page.title.startswith(f"{title} cette proposition")
    assert "n’est plus prévu" in page.plain


def test_an_appointment_that_was_is_told_as_past(offer, browser):
    states.is_declined(offer)
    offer.world.later(days=40)
    assert "Votre rendez-vous était le lundi 6 avril à 10 h" in browser.get(offer.path).plain


@pytest.mark.rule("A-02", "A-03")
@pytest.mark.parametrize(("category", "where"), [("teleconsultation", "en vidéo"), ("home_visit", "à votre domicile")])
def test_where_there_is_no_place_no_address_is_shown(offer, browser, category, where):
    world = offer.world
    world.put(require(world.store, service_ref(HALF_AN_HOUR)).with_(category=category))
    page = browser.get(offer.path)
    assert where in page.plain
    assert "Rue du Lac" not in page.plain


@pytest.mark.rule("M-07")
def test_what_the_clinic_hides_in_its_emails_is_hidden_here(offer, browser):
    hidden = MessagingSettings(hide=("practitioner", "address"))
    offer.world.put(require(offer.world.store, SETTINGS).with_(messaging=hidden))
    page = browser.get(offer.path)
    assert "Favre" not in page.plain
    assert "Rue du Lac" not in page.plain


def test_who_it_is_and_what_for_is_not_on_the_page(offer, browser):
    """Whoever reads the mail reads the page: no name of the patient, no clinical reason."""
    patient, page = offer.patient(), browser.get(offer.path)
    assert patient.last_name not in page.body
    assert "Consultation" not in page.body


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "{{ 7*7 }}", "Dr \u202eervaF", "a\u2028b\x00c", "é" * 10_000, "😀", "=1+1"]
)
def test_stored_names_are_only_ever_text(offer, browser, name):
    world = offer.world
    world.put(require(world.store, practitioner_ref("prc_1")).with_(name=name))
    world.put(require(world.store, location_ref("loc_1")).with_(name=name, phone=name))
    page = browser.get(offer.path)
    assert page.status == 200
    assert "script" not in page.tags
    assert "49" not in page.plain
    assert not {"\u202e", "\u2028", "\x00"} & set(page.body)
