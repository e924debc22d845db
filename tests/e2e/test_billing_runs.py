"""Automatic invoicing on the deployed stack: settings on, the clock to eight, and what payers owe is drafted, invoiced or
asked for, each once; one email in each mailbox."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from creneau.agenda.catalogue import Patient
from creneau.billing.billable import Billable, Due
from creneau.shared.model import Stored
from tests.e2e.test_invoices import ADDRESS, put
from tests.support.small_clinic import SmallClinic

pytestmark = pytest.mark.engine
PAYERS = 3


def owed(clinic: SmallClinic, per_payer: int = 2) -> list[Patient]:
    """So many payers, each with payments due since an hour; the practitioner's issuer."""
    staff, now = clinic.running.staff, clinic.running.now()
    issuer = staff.post("/issuers", {"name": f"Dr {clinic.tag}", "address": ADDRESS, "prefix": clinic.tag.upper()})
    practitioner = staff.get(f"/practitioners/{clinic.practitioner_id}")
    kept = {k: v for k, v in practitioner.items() if k not in ("id", "version")}
    staff.put(f"/practitioners/{clinic.practitioner_id}", kept | {"issuer_id": issuer["id"]}, practitioner["version"])
    items: list[Stored] = []
    people = [
        Patient(
            id=f"pat_{clinic.tag}_{n}",
            first_name="Claire",
            last_name=f"{clinic.tag} {n}",
            email=f"{clinic.tag}.{n}@mail.example",
            language="en",
            version=1,
        )
        for n in range(PAYERS)
    ]
    for patient in people:
        for n in range(per_payer):
            at = now - timedelta(hours=1 + n)
            due = Due(text="Séance", price=12_050, currency="CHF", at=at)
            billable = Billable(
                id=f"bil_{patient.id[4:]}_{n}",
                patient_id=patient.id,
                practitioner_id=clinic.practitioner_id,
                on=at.date(),
                visit_id=f"vis_{patient.id[4:]}_{n}",
                due=due,
                created_at=at,
                version=1,
            )
            items.append(billable)
    put(clinic, [*people, *items])
    return people


def turn(clinic: SmallClinic, **settings: Any) -> dict[str, Any]:
    staff = clinic.running.staff
    version = staff.get("/settings/billing")["version"]
    answer: dict[str, Any] = staff.patch("/settings/billing", settings, version)
    return answer


def to_eight(clinic: SmallClinic) -> datetime:
    """The next eight o'clock of the clinic, and the ten minutes after it in which the billing clock looks."""
    run = clinic.running
    today = run.now().astimezone(clinic.zone).date()
    eight = datetime.combine(today + timedelta(days=1), time(8), clinic.zone)
    run.later(to=eight)
    for _ in range(3):
        run.later(minutes=5)
    return eight


def the_run(clinic: SmallClinic, eight: datetime) -> dict[str, Any]:
    found: dict[str, Any] = clinic.running.staff.get(f"/billing-runs/run_daily_{eight.date()}")
    return found


@pytest.fixture
def off(clinic: SmallClinic) -> Any:
    yield
    turn(clinic, automatic=False)


@pytest.mark.rule("C-02")
@pytest.mark.rule("C-03")
@pytest.mark.promise(25)
@pytest.mark.usefixtures("off")
def test_at_eight_everybody_is_invoiced_once_and_told_by_one_email(clinic: SmallClinic) -> None:
    run, people = clinic.running, owed(clinic)
    turn(clinic, automatic=True, mode="send_invoice", cycle="daily", channel="email")
    eight = to_eight(clinic)
    told = the_run(clinic, eight)
    assert (told["state"], told["done"]) == ("closed", told["payers"])
    mine = [p for p in payers(clinic, told["id"]) if clinic.tag in p["payer_key"]]
    assert [p["outcome"] for p in mine] == ["invoiced"] * PAYERS
    invoices = [run.staff.get(f"/invoices/{p['document_id']}") for p in mine]
    assert [i["totals"]["total"] for i in invoices] == [24_100] * PAYERS
    assert sorted(i["number"] for i in invoices) == [
        f"{clinic.tag.upper()}{eight.year}-{n:04}" for n in range(1, PAYERS + 1)
    ]
    for patient in people:
        (mail,) = run.mails(str(patient.email))
        assert mail["attachments"]
    (execution,) = run.executions(f"{eight.date()}", run.output("BillingRunArn"))
    assert execution["status"] == "SUCCEEDED"
    to_eight(clinic)  # another day: nobody owes anything new
    assert all(len(run.mails(str(p.email))) == 1 for p in people)


def payers(clinic: SmallClinic, run_id: str) -> list[dict[str, Any]]:
    return list(clinic.running.staff.listed(f"/billing-runs/{run_id}/payers"))


@pytest.mark.rule("C-02")
@pytest.mark.rule("C-04")
@pytest.mark.usefixtures("off")
def test_drafts_of_the_morning_are_confirmed_and_go(clinic: SmallClinic) -> None:
    run, people = clinic.running, owed(clinic, per_payer=1)
    turn(clinic, automatic=True, mode="draft", cycle="daily", channel="email")
    eight = to_eight(clinic)
    mine = [p for p in payers(clinic, the_run(clinic, eight)["id"]) if clinic.tag in p["payer_key"]]
    assert [p["outcome"] for p in mine] == ["drafted"] * PAYERS
    assert not [m for p in people for m in run.mails(str(p.email))]
    drafts = {d["id"] for d in run.staff.listed("/invoices", state="draft_of_run")}
    ids = [p["document_id"] for p in mine]
    assert set(ids) <= drafts
    run.staff.post("/invoices/confirm", {"invoice_ids": ids})
    run.rest()
    assert [len(run.mails(str(p.email))) for p in people] == [1] * PAYERS


@pytest.mark.rule("C-02")
@pytest.mark.usefixtures("off")
def test_links_to_pay_go_to_everybody_who_owes_and_not_again_the_next_morning(clinic: SmallClinic) -> None:
    run, people = clinic.running, owed(clinic)
    turn(clinic, automatic=True, mode="send_payment_link", cycle="daily", channel="email")
    to_eight(clinic)
    for patient in people:
        (mail,) = run.mails(str(patient.email))
        assert "241.00" in mail["text"]
    to_eight(clinic)
    assert all(len(run.mails(str(p.email))) == 1 for p in people)
