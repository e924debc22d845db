"""What staff see and set of SMS: a month's consumption, the messages behind it, senders, limits (S-02 to S-06)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from creneau.messaging.message import Kind
from creneau.messaging.sms.month import Credits, SmsMonth, SmsUse, Tariff, UseState, reserve, settle
from creneau.shared.store import Put
from tests.support.staff_api import Staff
from tests.support.world import World

AT = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
TARIFF = Tariff(included=4, price=10, custom_price=15, currency="CHF")


def handed_over(world: World, *uses: tuple[Kind, int, UseState], tariff: Tariff = TARIFF) -> None:
    """In the order given, a minute apart, in November 2026."""
    month = SmsMonth(id="2026-11", tariff=tariff)
    for n, (kind, credits, state) in enumerate(uses):
        at = AT + timedelta(minutes=n)
        use = SmsUse(month="2026-11", at=at, message_id=f"{kind}.sms.apt_{n}.1", kind=kind, credits=credits)
        month, use = settle(reserve(month, use), use, state)
        world.store.commit([Put(use)])
    world.store.commit([Put(month)])


@pytest.mark.rule("S-03")
def test_a_month_by_kind_and_in_all(world, secretary):
    handed_over(
        world,
        (Kind.REMINDER, 3, UseState.USED),
        (Kind.CONFIRMED, 2, UseState.USED),
        (Kind.REMINDER, 1, UseState.RETURNED),
        (Kind.CUSTOM, 2, UseState.USED),
        (Kind.REMINDER, 1, UseState.UNCERTAIN),
    )
    answer = secretary.get("/v1/sms/consumption", month="2026-11")
    assert answer.status == 200
    lines = {line["kind"]: line for line in answer["lines"]}
    assert list(lines) == ["confirmed", "reminder", "custom"]
    assert (lines["reminder"]["included"], lines["reminder"]["billable"], lines["reminder"]["uncertain"]) == (3, 0, 1)
    assert (lines["confirmed"]["included"], lines["confirmed"]["billable"], lines["confirmed"]["amount"]) == (1, 1, 10)
    assert (lines["custom"]["included"], lines["custom"]["amount"]) == (0, 30)
    total = answer["total"]
    assert (total["messages"], total["credits"], total["amount"], total["uncertain"]) == (3, 7, 40, 1)
    assert (answer["currency"], answer["included"], answer["price"], answer["custom_price"]) == ("CHF", 4, 10, 15)


@pytest.mark.rule("S-03")
def test_the_messages_behind_it_page_by_page(world, secretary):
    handed_over(world, *[(Kind.REMINDER, 2, UseState.USED)] * 5, (Kind.CUSTOM, 1, UseState.USED))
    first = secretary.get("/v1/sms/consumption/messages", month="2026-11", limit="2")
    assert [(m["message_id"], m["included"], m["billable"], m["amount"]) for m in first.items] == [
        ("reminder.sms.apt_0.1", 2, 0, 0),
        ("reminder.sms.apt_1.1", 2, 0, 0),
    ]
    rest: list[Any] = []
    cursor = first["next_cursor"]
    while cursor:
        page = secretary.get("/v1/sms/consumption/messages", month="2026-11", limit="2", cursor=cursor)
        rest, cursor = rest + page.items, page["next_cursor"]
    assert [m["billable"] for m in rest] == [2, 2, 2, 1]
    total = secretary.get("/v1/sms/consumption", month="2026-11")["total"]
    assert sum(m["amount"] for m in first.items + rest) == total["amount"] == 75
    custom = secretary.get("/v1/sms/consumption/messages", month="2026-11", kind="custom")
    assert [m["message_id"] for m in custom.items] == ["custom.sms.apt_5.1"]
    assert secretary.get("/v1/sms/consumption/messages", month="2026-11", cursor="x").fields == ["cursor"]


@pytest.mark.rule("S-02")
def test_a_month_without_sms_is_empty_and_the_present_one_needs_no_name(world, secretary):
    answer = secretary.get("/v1/sms/consumption")
    assert answer["month"] == f"{world.now.astimezone(world.app.clinic.zone):%Y-%m}"
    assert (answer["lines"], answer["total"]["amount"], answer["limit"]) == ([], 0, None)
    assert secretary.get("/v1/sms/consumption/messages", month="2020-01").items == []
    for nonsense in ("2026-13", "2026-1", "11/2026", "2026-11-01"):
        assert secretary.get("/v1/sms/consumption", month=nonsense).fields == ["month"]


@pytest.mark.rule("S-06")
def test_how_much_of_the_limit_is_spent(world, admin):
    handed_over(world, (Kind.REMINDER, 12, UseState.USED))
    assert admin.patch("/v1/settings", {"sms": {"monthly_limit": 100}}, version=settings_version(admin)).status == 200
    answer = admin.get("/v1/sms/consumption", month="2026-11")
    assert (answer["limit"], answer["spent_percent"]) == (100, 80)


def settings_version(who: Staff) -> int:
    version: int = who.get("/v1/settings")["version"]
    return version


@pytest.mark.rule("S-05")
def test_saving_a_name_says_that_patients_cannot_reply(world, admin):
    saved = admin.patch("/v1/settings", {"sms": {"sender": " CabinetLac "}}, version=settings_version(admin))
    assert saved["sms"]["sender"] == "CabinetLac"
    assert saved["sms"]["notices"][0] == "patients cannot reply to CabinetLac: it is not a number"
    number = admin.patch("/v1/settings", {"sms": {"sender": "079 123 45 67"}}, version=saved["version"])
    assert (number["sms"]["sender"], number["sms"]["notices"]) == ("+41791234567", [])


@pytest.mark.rule("S-05")
def test_what_is_no_sender_is_refused_in_its_place(world, admin):
    answer = admin.patch("/v1/settings", {"sms": {"sender": "Cabinet du Lac"}}, version=settings_version(admin))
    assert (answer.status, answer.fields) == (422, ["sms.sender"])
    assert "3 to 11 letters and digits" in answer["errors"][0]["remedy"]
    world.app.clinic = world.app.clinic.with_(country="CA")
    canadian = admin.patch("/v1/settings", {"sms": {"sender": "CabinetLac"}}, version=settings_version(admin))
    assert (canadian.status, canadian.fields) == (422, ["sms.sender"])
    assert "register a number" in canadian["errors"][0]["remedy"]


@pytest.mark.rule("S-05")
def test_a_sender_can_be_checked_before_it_is_saved(world, secretary):
    before = dict(world.store.items)
    checked = secretary.post("/v1/sms/check-sender", {"sender": "CabinetLac"})
    assert (checked.status, checked["sender"], len(checked["notices"])) == (200, "CabinetLac", 1)
    assert secretary.post("/v1/sms/check-sender", {"sender": "CabinetDuLac"}).fields == ["sender"]
    assert world.store.items == before


@pytest.mark.rule("S-02")
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"included": -1}, "sms.included"),
        ({"price": -1}, "sms.price"),
        ({"price": 1.5}, "sms.price"),
        ({"custom_price": 10_001}, "sms.custom_price"),
        ({"monthly_limit": -5}, "sms.monthly_limit"),
        ({"confirmation_minutes": 121}, "sms.confirmation_minutes"),
        ({"countries": ["ch"]}, "sms.countries[0]"),
        ({"countries": ["CH", "XX"]}, "sms.countries[1]"),
        ({"free": True}, "sms.free"),
    ],
)
def test_figures_that_cannot_be_meant_are_refused(world, admin, given, field):
    answer = admin.patch("/v1/settings", {"sms": given}, version=settings_version(admin))
    assert (answer.status, answer.fields) == (422, [field])


@pytest.mark.rule("S-02")
def test_all_figures_are_settings(world, admin):
    wanted = {
        "enabled": True,
        "confirmation_minutes": 10,
        "included": 50,
        "price": 12,
        "custom_module": True,
        "custom_price": 20,
        "monthly_limit": 5000,
        "countries": ["CH", "FR"],
    }
    saved = admin.patch("/v1/settings", {"sms": wanted}, version=settings_version(admin))
    assert saved.status == 200
    assert {name: saved["sms"][name] for name in wanted} == wanted
    again = admin.patch("/v1/settings", {"sms": {"monthly_limit": None}}, version=saved["version"])
    assert again["sms"]["monthly_limit"] is None
    assert again["sms"]["price"] == 12


@pytest.mark.rule("S-02")
def test_credits_are_included_once_patients_book_online(world, admin):
    assert admin.get("/v1/sms/consumption")["included"] == 0
    saved = admin.patch("/v1/settings", {"booking": {"online": True}}, version=settings_version(admin))
    assert saved["booking"] == {"online": True, "manual_confirmation": False}
    assert admin.get("/v1/sms/consumption")["included"] == saved["sms"]["included"] == 200


@pytest.mark.rule("S-03")
def test_the_present_month_is_reckoned_by_todays_prices_and_limit(world, admin):
    version = admin.patch("/v1/settings", {"sms": {"monthly_limit": 100, "price": 20}}, version=settings_version(admin))
    assert version.status == 200
    month = admin.get("/v1/sms/consumption")["month"]
    dear = Tariff(included=0, price=10, custom_price=15, currency="CHF")
    world.store.commit([Put(SmsMonth(id=month, tariff=dear, included=Credits(used=5)))])
    answer = admin.get("/v1/sms/consumption")
    assert (answer["price"], answer["spent_percent"]) == (20, 100)


@pytest.mark.rule("S-04")
def test_what_a_wording_costs_and_which_character_costs_the_second_credit(world, secretary):
    before = dict(world.store.items)
    body = "Rappel de votre rendez-vous {{ appointment.date }} au cabinet, avec {{ practitioner.name }}."
    answer = secretary.post("/v1/sms/credits", {"kind": "reminder", "language": "fr", "body": body})
    assert answer.status == 200
    assert (answer["least"]["credits"], answer["least"]["encoding"]) == (1, "gsm7")
    assert (answer["most"]["credits"], answer["most"]["encoding"], answer["without"]) == (2, "ucs2", 1)
    (costly,) = answer["costly"]
    assert costly == {"character": "û", "at": answer["most"]["text"].index("û"), "word": "août", "in_wording": False}
    assert world.store.items == before


@pytest.mark.rule("S-04")
def test_it_never_refuses_a_text(world, secretary):
    for body in ("", "{{ no.field }} {% x %}", "ça coûte", "x" * 2000):
        assert secretary.post("/v1/sms/credits", {"kind": "custom", "language": "fr", "body": body}).status == 200
    long = secretary.post("/v1/sms/credits", {"kind": "custom", "language": "fr", "body": "x" * 2000})
    assert long["most"]["too_long"] is True
