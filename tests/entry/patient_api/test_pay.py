"""What a payer sees behind their link, how they pay from it, and what they can promise instead (C-05, D-08)."""

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest

from creneau import wiring
from creneau.adapters.stripe import signature
from creneau.adapters.stripe_keys import StripeKeys
from creneau.agenda.catalogue import Patient, patient_ref
from creneau.billing import promise
from creneau.billing.issuer import Account, Issuer
from creneau.billing.online import pay_page
from creneau.billing.payer_record import payer_record_ref
from creneau.billing.task import TaskKind, open_tasks
from creneau.messaging.payments.pay_link import PURPOSE, new_pay_link
from creneau.shared.settings import LANGUAGES
from creneau.shared.store import everything, require
from inbound.stripe_events import handler as stripe_events
from tests.entry.patient_api.browser import ANSWER, Browser
from tests.support.books import ADDRESS, Books
from tests.support.online import FakeStripe
from tests.support.world import World

SECRET = "whsec_test"
PAYER = "patient.pat_1"


class Keys(StripeKeys):
    def __init__(self) -> None:
        super().__init__(None, "arn")

    def webhook_secret(self) -> str:
        return SECRET


@pytest.fixture
def world() -> World:
    """Claire owes an invoice of 120.50 and a visit of the same, and can pay online."""
    world = World().clinic()
    books = Books(world.store)
    books.now = world.now
    account = Account(iban="CH9300762011623852957", qr_iban="CH4431999123000889012")
    world.put(Issuer(id="iss_1", name="Dr Anne Favre", address=ADDRESS, prefix="F", account=account))
    if world.store.get(patient_ref("pat_1")) is None:
        world.put(Patient(id="pat_1", first_name="Claire", last_name="Martin", language="fr", address=ADDRESS))
    prices(world)
    books.consultation(1, on=world.now.date() - timedelta(days=10))
    books.invoiced(consultation_ids=("bil_1_0001",))
    books.due_of(books.visit(f"{world.now - timedelta(days=5):%Y-%m-%d} 09:00"))
    world.app.environment = {**world.app.environment, "STRIPE_SECRET": "arn", "PUBLIC_BASE_URL": "https://rdv.example"}
    world.app.stripe = FakeStripe(lambda: world.now)
    world.app.stripe_keys = Keys()
    return world


def prices(world: World) -> None:
    from creneau.agenda.catalogue import Practitioner, Service, practitioner_ref
    from creneau.shared.money import Money

    price = Money(amount=12_050, currency="CHF")
    world.put(Service(id="srv_2", name="Séance", category="in_person", duration_minutes=30, price=price))
    known = world.store.get(practitioner_ref("prc_1")) or Practitioner(id="prc_1", name="Dr Anne Favre")
    world.put(known.with_(issuer_id="iss_1"))


@pytest.fixture
def browser(world: World) -> Browser:
    return Browser(world)


def link(world: World, byte: int = 7, payer_key: str = PAYER, **changes: Any) -> str:
    token, made = new_pay_link(payer_key, lambda n: bytes([byte]) * n, world.app.clinic, world.now)
    world.put(made.with_(**changes))
    return f"/p/{token}"


def sent(browser: Browser, path: str, reading: float = 20, **fields: str) -> Any:
    page = browser.get(path)
    browser.world.later(seconds=reading)
    return browser.post(path, nonce=page.nonce, **fields)


def record(world: World) -> Any:
    return world.store.get(payer_record_ref(PAYER))


def tasks(world: World) -> list[Any]:
    return [t for t in everything(world.store, open_tasks()) if t.kind is TaskKind.PROMISE]


def test_the_link_of_a_message_is_the_one_that_the_page_opens() -> None:
    assert pay_page.PURPOSE == PURPOSE


# -- what it says
@pytest.mark.rule("C-05")
@pytest.mark.rule("M-11")
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_what_is_owed_now_in_the_payers_language(world, browser, language) -> None:
    patient = require(world.store, patient_ref("pat_1"))
    world.put(patient.with_(language=language))
    page = browser.get(link(world))
    assert (page.status, page.language) == (200, language)
    assert "241" in page.title + page.plain
    assert re.search(r"F\d{4}-0001", page.plain)
    assert page.tags.count("svg") == 2, "a code for the invoice, and one for what is on none"
    assert "Séance" not in page.body, "others may look on"


@pytest.mark.rule("C-05")
def test_without_stripe_the_transfer_is_what_there_is(world, browser) -> None:
    world.app.environment = {**world.app.environment, "STRIPE_SECRET": ""}
    page = browser.get(link(world))
    assert [f["name"] for f in page.fields if f["name"] == "pay"] == []
    assert "CH44 3199 9123 0008 8901 2" in page.plain, "with a reference: the QR-IBAN"
    assert "CH93 0076 2011 6238 5295 7" in page.plain, "without: the other one"
    assert sent(browser, page.path, pay="CHF").status == 404


@pytest.mark.rule("C-05")
def test_it_shows_what_is_owed_when_it_is_opened(world, browser) -> None:
    path = link(world)
    browser.get(path)
    invoice = next(i for i in world.store.items.values() if type(i).__name__ == "Invoice")
    world.put(invoice.with_(paid=invoice.total))
    page = browser.get(path)
    assert "120" in page.plain
    assert "241" not in page.plain


@pytest.mark.rule("P-02")
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_changes_nothing(world, browser, method) -> None:
    path = link(world)
    before = dict(world.store.items)
    for address in (path, f"{path}?lang=de", "/p", "/p/", "/p/done", "/p/left", f"{path}/nothing"):
        browser.get(address, method)
    assert dict(world.store.items) == before
    assert world.app.stripe.sessions == {}


@pytest.mark.rule("P-02")
@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: t + "A", lambda t: t.swapcase(), lambda t: f"{t}/more"])
def test_what_is_not_the_whole_token_opens_nothing(browser, world, change) -> None:
    path = link(world)
    assert browser.get(f"/p/{change(path.removeprefix('/p/'))}").status == 404


@pytest.mark.rule("P-02")
def test_a_link_opens_what_it_is_for_and_nothing_else(world, browser) -> None:
    assert browser.get(link(world, purpose="opt_out")).status == 404
    mine = link(world, 8)
    assert browser.get(mine.replace("/p/", "/o/")).status == 404
    assert browser.get(link(world, 9, "patient.pat_gone")).status == 404


@pytest.mark.rule("P-02")
def test_only_the_payers_own_documents_open(world, browser) -> None:
    opened: list[str] = []

    class Link:
        url = "https://bucket.example/pdf"

    def open_document(invoice: Any, _: object) -> Link:
        opened.append(invoice.id)
        return Link()

    world.app.open_document = open_document
    invoice = next(i for i in world.store.items.values() if type(i).__name__ == "Invoice")
    seen = browser.get(f"{link(world)}/{invoice.id}")
    assert (seen.status, seen.headers["Location"]) == (303, Link.url)
    other = link(world, 8, "free.1")
    assert browser.get(f"{other}/{invoice.id}").status == 404
    assert opened == [invoice.id]


# -- paying
@pytest.mark.rule("C-05")
def test_the_button_leads_to_stripe_and_the_payment_is_booked(world, browser) -> None:
    path = link(world)
    page = browser.get(path)
    assert "https://checkout.stripe.com" in page.headers["Content-Security-Policy"]
    went = sent(browser, path, pay="CHF")
    assert (went.status, went.headers["Location"]) == (303, "https://checkout.stripe.com/c/pay/cs_1")
    world.app.stripe.pay("cs_1")
    assert told(world, "checkout.session.completed", "cs_1")["statusCode"] == 200
    assert browser.get(path).title.startswith("Rien à payer")
    assert browser.get("/p/done?lang=en").title.startswith("Thank you")


@pytest.mark.rule("C-05")
def test_nobody_pays_who_did_not_see_the_page(world, browser) -> None:
    path = link(world)
    for fields in ({}, {"nonce": "1." + "0" * 32}):
        assert browser.post(path, pay="CHF", **fields).status == 422
    assert sent(browser, path, reading=0, pay="CHF").status == 422
    assert world.app.stripe.sessions == {}


@pytest.mark.rule("C-05")
@pytest.mark.parametrize(("fails", "status"), [("refused", 409), ("lost", 503)])
def test_where_stripe_does_not_the_page_says_so(world, browser, fails, status) -> None:
    from creneau.billing.online.ports import NotReached, RefusedByStripe

    def step(_: str) -> None:
        raise RefusedByStripe("amount_too_small") if fails == "refused" else NotReached("timed out")

    world.app.stripe.step = step
    assert sent(browser, link(world), pay="CHF").status == status


# -- the webhook
def told(world: World, kind: str, session_id: str, *, secret: str = SECRET, age: int = 0, **more: Any) -> Any:
    stripe: Any = world.app.stripe
    session = stripe.sessions[session_id]
    about = {"id": session.id, "object": "checkout.session", "client_reference_id": session.checkout_id} | more
    body = json.dumps({"id": "evt_1", "object": "event", "type": kind, "data": {"object": about}})
    stamp = str(int(world.now.timestamp()) - age)
    event = {**ANSWER, "rawPath": "/webhooks/stripe", "body": body, "isBase64Encoded": False}
    event["headers"] = {"stripe-signature": f"t={stamp},v1={signature(stamp, body.encode(), secret)}"}
    wiring.use(world.app)
    try:
        return stripe_events(event, None)
    finally:
        wiring.use(None)


@pytest.mark.rule("C-05")
@pytest.mark.parametrize("wrong", [{"secret": "other"}, {"age": 301}, {"age": -301}, {"secret": ""}])
def test_what_stripe_did_not_sign_or_not_now_is_not_heard(world, browser, wrong) -> None:
    sent(browser, link(world), pay="CHF")
    world.app.stripe.pay("cs_1")
    before = dict(world.store.items)
    assert told(world, "checkout.session.completed", "cs_1", **wrong)["statusCode"] == 400
    assert dict(world.store.items) == before


@pytest.mark.rule("C-05")
def test_events_of_other_kinds_are_heard_and_nothing_follows(world, browser) -> None:
    sent(browser, link(world), pay="CHF")
    before = dict(world.store.items)
    assert told(world, "customer.created", "cs_1")["statusCode"] == 200
    assert dict(world.store.items) == before


# -- promises
@pytest.mark.rule("D-08")
@pytest.mark.parametrize(
    ("says", "days", "until"),
    [("pays_on", 12, 12), ("already_paid", -3, 14), ("not_mine", None, 30), ("pays_on", 0, 0)],
)
def test_a_promise_pauses_reminders_and_is_told(world, browser, says, days, until) -> None:
    path, today = link(world), world.now.date()
    on = {} if days is None else {"on": (today + timedelta(days=days)).isoformat()}
    went = sent(browser, path, says=says, **on)
    assert went.status == 303
    assert (record(world).paused_until, record(world).paused_because) == (today + timedelta(days=until), says)
    (task,) = tasks(world)
    assert task.about == {"payer_key": PAYER, "says": says} | on
    assert task.patient_id == "pat_1"
    assert "C’est noté" in browser.follow(went).plain


@pytest.mark.rule("D-08")
def test_repeating_it_changes_nothing_and_another_word_replaces_it(world, browser) -> None:
    path, today = link(world), world.now.date()
    for _ in range(2):
        sent(browser, path, says="pays_on", on=str(today + timedelta(days=5)))
    assert len(tasks(world)) == 1
    sent(browser, path, says="pays_on", on=str(today + timedelta(days=9)))
    assert [t.about["on"] for t in tasks(world)] == [str(today + timedelta(days=9))]
    assert record(world).paused_until == today + timedelta(days=9)


@pytest.mark.rule("D-08")
def test_after_staff_dealt_with_it_another_one_is_told_anew(world, browser) -> None:
    path, today = link(world), world.now.date()
    sent(browser, path, says="not_mine")
    (task,) = tasks(world)
    world.put(task.with_(done_at=world.now))
    sent(browser, path, says="pays_on", on=str(today))
    assert [t.about["says"] for t in tasks(world)] == ["pays_on"]


@pytest.mark.rule("D-08")
@pytest.mark.parametrize(
    ("says", "on"),
    [
        ("pays_on", ""),
        ("pays_on", -1),
        ("pays_on", 61),
        ("already_paid", 1),
        ("already_paid", -400),
        ("pays_on", "x"),
        ("", 3),
    ],
)
def test_a_day_that_can_not_be_meant_is_asked_for_again(world, browser, says, on) -> None:
    given = str(world.now.date() + timedelta(days=on)) if isinstance(on, int) else on
    page = sent(browser, link(world), says=says, on=given)
    assert (page.status, page.answerable) == (422, True)
    assert (record(world), tasks(world)) == (None, [])


@pytest.mark.rule("D-08")
def test_a_scanner_that_presses_every_button_promises_nothing(world, browser) -> None:
    path = link(world)
    page = browser.get(path)
    browser.world.later(seconds=60)
    assert browser.post(path, nonce=page.nonce).status == 422
    assert browser.post(path, says="not_mine").status == 422
    assert (record(world), tasks(world)) == (None, [])


@pytest.mark.rule("D-08")
def test_the_last_day_of_a_promise_is_one_without_reminders() -> None:
    on = date(2027, 4, 5)
    assert promise.paused_until(promise.Says.PAYS_ON, on, date(2027, 3, 30)) == on
