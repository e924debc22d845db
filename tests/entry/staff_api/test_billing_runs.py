"""Automatic invoicing over the staff API: settings, forecast, runs by hand with their plan first, drafts confirmed."""

from datetime import timedelta

import pytest

from creneau.agenda.catalogue import Practitioner, patient_ref
from creneau.billing.billable import Billable, Due
from creneau.billing.issuer import Issuer
from creneau.messaging.message import Message
from creneau.shared.settings import SETTINGS as ALL
from creneau.shared.settings import Settings
from creneau.shared.store import require
from tests.support.books import ADDRESS
from tests.support.runs import FakeRuns
from tests.support.staff_api import Staff
from tests.support.world import World

SETTINGS = "/v1/settings/billing"


@pytest.fixture
def world() -> World:
    world = World().without_reminders()
    world.app.runs = FakeRuns()
    world.put(
        Issuer(id="iss_1", name="Dr Anne Favre", address=ADDRESS, prefix="F"),
        Issuer(id="iss_2", name="Dr Rey", address=ADDRESS, prefix="R", active=False),
        Practitioner(id="prc_1", name="Dr Anne Favre", issuer_id="iss_1"),
    )
    for n in (1, 2, 3):
        world.patient(f"pat_{n}", f"p{n}@mail.example")
        due(world, n)
    world.stream.clear()
    return world


def due(world: World, n: int, patient: str = "") -> str:
    at = world.now - timedelta(days=1)
    of = Due(text="Séance", price=12_000, currency="CHF", at=at)
    id = f"bil_{n}"
    patient = patient or f"pat_{n}"
    world.put(Billable(id=id, patient_id=patient, practitioner_id="prc_1", on=at.date(), due=of, created_at=at))
    return id


@pytest.fixture
def billing(world: World) -> Staff:
    return Staff(world, roles=("billing",), id="user-billing")


def runs_on(world: World) -> None:
    """Whatever was started by reaction goes through the machine's states."""
    world.drain()
    started = world.app.runs.started  # type: ignore[attr-defined]
    for given in list(started.values()):
        planned = world.app.plan_run(given.run_id)
        for page in planned.pages:
            world.app.bill_page(page.run_id, page.n)
        world.app.close_run(given.run_id)
    started.clear()


def turned_on(billing: Staff, **more: object) -> None:
    wanted = {"automatic": True, "mode": "draft", "cycle": "daily", **more}
    answer = billing.patch(SETTINGS, wanted, version=billing.get(SETTINGS)["version"])
    assert answer.status == 200, answer.text


@pytest.mark.rule("C-02")
def test_it_is_off_until_it_is_turned_on_by_who_may(world: World, billing: Staff) -> None:
    told = billing.get(SETTINGS)
    assert (told["automatic"], told["at"], told["notice_gap_days"], told["mode"]) == (False, "08:00", 7, "")
    turned_on(billing, issuer_id="iss_1")
    told = billing.get(SETTINGS)
    assert (told["automatic"], told["mode"], told["since"]) == (True, "draft", "2026-03-02T07:00:00Z")
    assert Staff(world).patch(SETTINGS, {"automatic": False}, version=told["version"]).status == 403
    assert billing.patch(SETTINGS, {"automatic": False}, version=99).status == 412


@pytest.mark.rule("C-02")
@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"automatic": True}, ["mode", "cycle"]),
        ({"automatic": True, "mode": "draft", "cycle": "daily", "channel": "sms"}, ["channel"]),
        ({"channel": "fax"}, ["channel"]),
        ({"mode": "free"}, ["mode"]),
        ({"cycle": "yearly"}, ["cycle"]),
        ({"at": "8 o'clock"}, ["at"]),
        ({"day": 31}, ["day"]),
        ({"notice_gap_days": -1}, ["notice_gap_days"]),
        ({"issuer_id": "iss_none"}, ["issuer_id"]),
        ({"issuer_id": "iss_2"}, ["issuer_id"]),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_field(billing: Staff, given: object, fields: list[str]) -> None:
    for answer in (billing.patch(SETTINGS, given, version=0), billing.post(f"{SETTINGS}/forecast", given)):
        assert answer.status == 422
        assert answer.fields == fields
        assert all(error["remedy"] for error in answer["errors"])


@pytest.mark.rule("C-02")
def test_the_forecast_comes_before_saving_and_saves_nothing(world: World, billing: Staff) -> None:
    given = {"automatic": True, "mode": "send_payment_link", "cycle": "weekly"}
    told = billing.post(f"{SETTINGS}/forecast", given)
    # three payers, on four Mondays and once more: a week apart each
    assert (told["documents"], told["links"], told["emails"], told["texts"]) == (0, 12, 12, 0)
    assert [run["links"] for run in told.items] == [3, 3, 3, 3]
    assert told["complete"] is True
    assert billing.get(SETTINGS)["automatic"] is False


@pytest.mark.rule("C-02")
def test_what_sms_would_cost_is_in_the_forecast(world: World, billing: Staff) -> None:
    world.put(require(world.store, patient_ref("pat_1")).with_(phone="+41791234567"))
    present = world.store.get(ALL) or Settings()
    world.put(present.with_(sms=present.sms.with_(enabled=True)))
    given = {"automatic": True, "mode": "send_invoice", "cycle": "daily", "channel": "both"}
    told = billing.post(f"{SETTINGS}/forecast", given)
    assert (told["documents"], told["emails"], told["texts"]) == (3, 3, 1)
    assert told["sms_cost"] == told["sms_credits"] * 10 > 0


# -- by hand
@pytest.fixture
def planned(world: World, billing: Staff) -> str:
    answer = billing.post("/v1/billing-runs", {"mode": "send_invoice"}, key="now")
    assert (answer.status, answer["state"]) == (201, "planning")
    assert billing.post("/v1/billing-runs", {"mode": "send_invoice"}, key="now")["id"] == answer["id"]
    runs_on(world)
    return str(answer["id"])


@pytest.mark.rule("C-03")
def test_by_hand_the_plan_says_who_would_get_what_and_why_the_others_nothing(
    world: World, billing: Staff, planned: str
) -> None:
    told = billing.get(f"/v1/billing-runs/{planned}")
    assert (told["state"], told["payers"], told["done"], told["cycle"]) == ("planned", 3, 0, None)
    world.put(require(world.store, patient_ref("pat_2")).with_(erased=True))
    listed = {p["payer_key"]: p for p in billing.get(f"/v1/billing-runs/{planned}/payers").items}
    first = listed["patient.pat_1"]
    assert (first["name"], first["total"], first["outcome"], first["would"], first["reason"]) == (
        "P pat_1",
        12_000,
        None,
        "invoiced",
        "",
    )
    assert listed["patient.pat_2"]["would"] == "changed"
    assert not world.all(Message)


@pytest.mark.rule("C-03")
def test_started_with_the_plans_digest_it_goes_on_and_shows_how_far_it_is(
    world: World, billing: Staff, planned: str
) -> None:
    where = f"/v1/billing-runs/{planned}"
    digest = billing.get(where)["digest"]
    stale = billing.post(f"{where}/start", {"digest": "0" * 32})
    assert (stale.status, stale["code"]) == (412, "plan_changed")
    assert billing.post(f"{where}/start", {"digest": digest})["state"] == "running"
    runs_on(world)
    told = billing.get(where)
    assert (told["state"], told["done"], told["counts"], told["started_by"]) == (
        "closed",
        3,
        {"invoiced": 3},
        "user-billing",
    )
    got = billing.get(f"{where}/payers", outcome="invoiced").items
    assert len(got) == 3
    invoice = billing.get(f"/v1/invoices/{got[0]['document_id']}")
    assert (invoice["batch_id"], invoice["state"], invoice["totals"]["total"]) == (planned, "finalised", 12_000)
    assert [s["message_id"] for s in invoice["sendings"]] == got[0]["message_ids"]
    assert billing.get(f"{where}/payers", outcome="failed").items == []
    assert [r["id"] for r in billing.get("/v1/billing-runs").items] == [planned]


def test_before_it_is_planned_it_does_not_start(world: World, billing: Staff) -> None:
    answer = billing.post("/v1/billing-runs", {"mode": "draft"})
    refused = billing.post(f"/v1/billing-runs/{answer['id']}/start", {"digest": "0" * 32})
    assert (refused.status, refused["code"]) == (409, "not_planned")
    assert billing.post("/v1/billing-runs", {"mode": "draft", "channel": "fax"}).fields == ["channel"]
    assert billing.get("/v1/billing-runs/run_none").status == 404


# -- drafts of runs
@pytest.mark.rule("C-04")
def test_drafts_of_runs_are_listed_apart_and_confirmed_which_sends_them(world: World, billing: Staff) -> None:
    turned_on(billing)
    world.now += timedelta(days=1)
    assert world.app.start_due_run().run_id == "run_daily_2026-03-03"
    runs_on(world)
    drafts = billing.get("/v1/invoices", state="draft_of_run").items
    assert len(drafts) == 3
    ids = [d["id"] for d in drafts]
    changed = billing.patch(
        f"/v1/invoices/{ids[0]}", {"note": "Merci"}, version=billing.get(f"/v1/invoices/{ids[0]}")["version"]
    )
    assert changed.status == 200
    done = billing.post("/v1/invoices/confirm", {"invoice_ids": [*ids[:2], "inv_none"]})
    assert [i["id"] for i in done.items] == ids[:2]
    assert all(i["number"] and i["sendings"] for i in done.items)
    assert [(n["invoice_id"], n["code"]) for n in done["not_final"]] == [("inv_none", "not_found")]
    assert done["unreached"] == []
    assert [d["id"] for d in billing.get("/v1/invoices", state="draft_of_run").items] == ids[2:]
    assert len(world.all(Message)) == 2


@pytest.mark.rule("P-01")
def test_a_practitioner_confirms_their_own_only(world: World, billing: Staff) -> None:
    turned_on(billing)
    world.now += timedelta(days=1)
    world.app.start_due_run()
    runs_on(world)
    ids = [d["id"] for d in billing.get("/v1/invoices", state="draft_of_run").items]
    other = Staff(world, roles=("practitioner",), id="user-other")
    assert other.post("/v1/invoices/confirm", {"invoice_ids": ids}).status == 403
