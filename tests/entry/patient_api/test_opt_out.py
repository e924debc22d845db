"""A patient ends what is not about appointments: by the page, or by the mail program's own button (M-14, RFC 8058)."""

import io
from datetime import timedelta
from urllib.parse import urljoin

import pytest

from creneau.agenda.catalogue import Consent, Contact, Patient, patient_ref
from creneau.agenda.consent import ChangeConsent
from creneau.entry import logger
from creneau.messaging.opt_out import new_opt_out_link
from creneau.shared.settings import LANGUAGES
from creneau.shared.store import require
from tests.entry.patient_api.browser import Browser
from tests.support.world import World

pytestmark = [pytest.mark.rule("M-14"), pytest.mark.promise(23)]

ONE_CLICK = b"List-Unsubscribe=One-Click"
MULTIPART = (
    b'--xyz\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--xyz--\r\n',
    "multipart/form-data; boundary=xyz",
)


@pytest.fixture
def world() -> World:
    world = World().clinic()
    consents = {consent.value: world.now for consent in Consent}
    world.put(Patient(id="pat_1", first_name="Claire", last_name="Martin", language="fr", consents=consents))
    return world


@pytest.fixture
def browser(world: World) -> Browser:
    return Browser(world)


def path(world: World, byte: int = 7, patient_id: str = "pat_1", **changes) -> str:
    """Of a link as a message carries it."""
    token, link = new_opt_out_link(patient_id, lambda n: bytes([byte]) * n, world.app.clinic, world.now)
    world.put(link.with_(**changes))
    return f"/u/{token}"


def patient(world: World) -> Patient:
    return require(world.store, patient_ref("pat_1"))


def receives(world: World) -> set[str]:
    return set(patient(world).consents)


def ticked(browser: Browser, link: str, reading: float = 20):
    page = browser.get(link)
    browser.world.later(seconds=reading)
    sent = browser.post(link, nonce=page.nonce, end="all")
    return browser.follow(sent) if sent.status == 303 else sent


# -- by the page
def test_the_page_says_what_ends_and_what_goes_on(world, browser):
    page = browser.get(path(world))
    assert (page.status, page.language) == (200, "fr")
    assert "demandes d’avis" in page.plain
    assert "Les messages qui concernent vos rendez-vous continuent" in page.plain
    assert [f["name"] for f in page.fields] == ["nonce", "end"]
    assert "checked" not in page.fields[1]


def test_who_ticks_and_sends_gets_nothing_more(world, browser):
    told = ticked(browser, path(world))
    assert (told.status, told.answerable) == (200, False)
    assert told.title.startswith("Enregistré")
    assert receives(world) == set()
    assert set(patient(world).refusals) == set(Consent)


def test_repeating_it_gives_the_same_page_and_changes_nothing(world, browser):
    link = path(world)
    first = ticked(browser, link)
    before = dict(world.store.items)
    again = browser.post(link, nonce="1." + "0" * 32, end="all")
    other = browser.get(path(world, 8))
    before |= {ref: item for ref, item in world.store.items.items() if type(item).__name__ == "Link"}
    assert first.body == browser.get(link).body == again.body == other.body
    assert browser.send(link, ONE_CLICK).status == 200
    assert world.store.items == before


def test_a_consent_given_later_can_be_ended_by_the_same_link(world, browser):
    link = path(world)
    ticked(browser, link)
    ChangeConsent(world.store, lambda: world.now, world.app.again)("pat_1", [Consent.BIRTHDAY], given=True)
    assert browser.get(link).answerable
    ticked(browser, link)
    assert receives(world) == set()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_changes_nothing(world, browser, method):
    link = path(world)
    before = dict(world.store.items)
    for address in (link, f"{link}?lang=de", "/u", "/u/", "/o", "/o/", f"{link}/more"):
        browser.get(address, method)
    assert world.store.items == before


# -- by a mail program's button
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (ONE_CLICK, "application/x-www-form-urlencoded"),
        (ONE_CLICK, "application/x-www-form-urlencoded; charset=utf-8"),
        MULTIPART,
        (MULTIPART[0].replace(b"\r\n\r\nOne", b"\r\nContent-Type: text/plain\r\n\r\nOne"), MULTIPART[1]),
    ],
)
def test_one_click_ends_them_without_a_page(world, browser, body, kind):
    """RFC 8058: no page was read, no cookie, and no redirect, which mail programs do not follow."""
    answer = browser.send(path(world), body, kind)
    assert (answer.status, "Location" in answer.headers) == (200, False)
    assert answer.title.startswith("Enregistré")
    assert receives(world) == set()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"List-Unsubscribe=", "application/x-www-form-urlencoded"),
        (b"List-Unsubscribe=One-Click&List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
        (b"list=One-Click", "application/x-www-form-urlencoded"),
        (MULTIPART[0], "application/x-www-form-urlencoded"),
        (ONE_CLICK, "multipart/form-data; boundary=xyz"),
        (MULTIPART[0].replace(b"One-Click", b"Two-Clicks"), MULTIPART[1]),
        (ONE_CLICK + b"&a=" + b"x" * 3000, "application/x-www-form-urlencoded"),
    ],
)
def test_anything_else_is_no_click(world, browser, body, kind):
    assert browser.send(path(world), body, kind).status == 422
    assert receives(world) == set(Consent)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_only_a_post_is_a_click(world, browser, method):
    browser.get(path(world) + "?List-Unsubscribe=One-Click", method)
    assert receives(world) == set(Consent)


# -- a mail scanner
def test_a_scanner_that_opens_all_and_presses_the_first_button_ends_nothing(world, browser):
    link = path(world)
    pages, paths = {}, [link]
    while paths:
        address = paths.pop()
        if address not in pages:
            pages[address] = page = browser.get(address)
            paths += [urljoin(address, found) for found in page.links if not found.startswith("tel:")]
    assert len(pages) == 5, "the page, in four languages"
    for patience in (0, 5, 3600):
        world.later(seconds=patience)
        for address, page in pages.items():
            hidden = {f["name"]: f["value"] for f in page.fields if f["type"] == "hidden"}
            pressed = browser.post(address, **hidden)
            assert (pressed.status, pressed.answerable) == (422, True)
    assert receives(world) == set(Consent)


@pytest.mark.parametrize("reading", [0, 1])
def test_one_that_ticks_at_once_is_asked_again(world, browser, reading):
    page = ticked(browser, path(world), reading)
    assert (page.status, page.answerable) == (422, True)
    assert "cochez la case et enregistrez encore une fois" in page.plain
    assert receives(world) == set(Consent)
    world.later(seconds=2)
    sent = browser.post(page.path, nonce=page.nonce, end="all")
    assert browser.follow(sent).title.startswith("Enregistré")


@pytest.mark.parametrize(
    "fields",
    [{"end": "all"}, {"end": "all", "nonce": "0.0"}, {"end": "some"}, {"end": "all", "nonce": "1." + "0" * 32}],
)
def test_one_that_never_saw_the_page_ends_nothing(world, browser, fields):
    assert browser.post(path(world), **fields).status == 422
    assert receives(world) == set(Consent)


def test_a_nonce_of_another_link_is_none(world, browser):
    page = browser.get(path(world, 8))
    world.later(seconds=20)
    assert browser.post(path(world), nonce=page.nonce, end="all").status == 422
    assert receives(world) == set(Consent)


# -- links
def opens_nothing(browser: Browser, address: str) -> None:
    unknown = browser.get("/u/" + "u" * 22)
    before, reads = dict(browser.world.store.items), browser.world.store.reads
    seen = browser.get(address)
    cost = browser.world.store.reads - reads
    clicked = browser.send(address, ONE_CLICK)
    for told in (seen, clicked):
        assert (told.status, told.body, told.headers) == (404, unknown.body, unknown.headers)
    assert cost <= 3
    assert browser.world.store.items == before


@pytest.mark.rule("P-02")
@pytest.mark.parametrize(
    "change",
    [
        lambda t: t[:-1],
        lambda t: t + "A",
        lambda t: "",
        lambda t: t.swapcase(),
        lambda t: f"{t}/",
        lambda t: f"{t}/more",
        lambda t: f"../u/{t}",
        lambda t: f"{t[:-1]}é",
        lambda t: "\ud800" * 22,
    ],
)
def test_what_is_not_the_whole_token_is_not_the_token(world, browser, change):
    opens_nothing(browser, f"/u/{change(path(world).removeprefix('/u/'))}")


@pytest.mark.rule("P-02")
@pytest.mark.parametrize("at", range(22))
def test_every_character_of_a_token_counts(world, browser, at):
    token = path(world).removeprefix("/u/")
    opens_nothing(browser, f"/u/{token[:at]}{'B' if token[at] != 'B' else 'C'}{token[at + 1 :]}")


@pytest.mark.rule("P-02")
def test_a_link_opens_what_it_is_for_and_nothing_else(world, browser):
    opens_nothing(browser, path(world, purpose="offer", subject={"round_id": "x", "appointment_id": "y"}))
    ours = path(world, 8)
    assert browser.get(ours.replace("/u/", "/o/")).status == 404
    assert browser.get(ours).status == 200


@pytest.mark.rule("P-02")
@pytest.mark.parametrize("address", ["/u", "/u/", "/o", "/o/", "/", "", "/x/y"])
def test_a_link_that_was_cut_is_told_as_a_page(browser, address):
    page = browser.get(address)
    assert (page.status, page.title) == (404, "Lien non valable – Cabinet du Lac")


@pytest.mark.rule("P-02")
@pytest.mark.parametrize("more", [{"erased": True}, None])
def test_who_is_not_there_any_more_is_not_named(world, browser, more):
    link = path(world)
    if more:
        world.put(patient(world).with_(**more))
    else:
        link = path(world, 9, "pat_gone")
    opens_nothing(browser, link)


@pytest.mark.rule("P-02")
def test_a_link_lasts_a_year(world, browser):
    link = path(world)
    world.later(seconds=timedelta(days=364).total_seconds())
    assert browser.get(link).status == 200
    world.later(seconds=timedelta(days=2).total_seconds())
    opens_nothing(browser, link)


# -- in which language, and what is kept from others
@pytest.mark.rule("M-11", "M-21")
@pytest.mark.parametrize("language", LANGUAGES)
def test_who_reads_the_messages_reads_the_page(world, browser, language):
    reader = Contact(id="con_1", name="Anne Martin", language=language, receives_messages=True)
    world.put(patient(world).with_(contacts=(reader,)))
    page = browser.get(path(world))
    assert page.language == language
    assert len(page.plain.split()) <= 120
    assert ticked(browser, page.path).language == language


@pytest.mark.rule("P-02")
def test_the_page_names_nobody(world, browser):
    link = path(world)
    for page in (browser.get(link), ticked(browser, link)):
        for name in ("Claire", "Martin", "pat_1"):
            assert name not in page.body
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")


@pytest.mark.rule("P-02")
def test_neither_token_nor_names_reach_the_log(world, browser, monkeypatch):
    written = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", written)
    link = path(world)
    ticked(browser, link)
    text = written.getvalue()
    assert '"opted_out"' in text
    assert "/u/{token}" in text
    for secret in (link.removeprefix("/u/"), "Claire", "Martin"):
        assert secret not in text
