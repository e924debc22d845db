"""A month's consultations invoiced on the deployed stack: drafts at once, numbers without a gap, PDFs to the payers."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest

from creneau.adapters.dynamodb import keys
from creneau.adapters.dynamodb.codec import encode
from creneau.agenda.catalogue import Patient
from creneau.billing.billable import Billable
from creneau.shared.model import Stored
from tests.support.small_clinic import SmallClinic

pytestmark = pytest.mark.engine
ALL = os.environ.get("FAULTS") == "all"
CONSULTATIONS = 500 if ALL else 30
AT_ONCE = 100 if ALL else 24
ADDRESS = {"street": "Rue du Lac 12", "postcode": "1003", "town": "Lausanne", "country": "CH"}


def put(clinic: SmallClinic, items: list[Stored]) -> None:
    """Straight into the table, as an import would."""
    client, table = clinic.running.client("dynamodb"), clinic.running.output("TableName")
    for n in range(0, len(items), 25):
        some = [encode(i) | {k: {"S": v} for k, v in keys.attributes(i).items()} for i in items[n : n + 25]]
        client.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": i}} for i in some]})


def consulted(clinic: SmallClinic, count: int) -> list[str]:
    """So many consultations of as many patients; the practitioner's issuer and a priced service."""
    staff, now = clinic.running.staff, clinic.running.now()
    issuer = staff.post("/issuers", {"name": f"Dr {clinic.tag}", "address": ADDRESS, "prefix": clinic.tag.upper()})
    practitioner = staff.get(f"/practitioners/{clinic.practitioner_id}")
    kept = {k: v for k, v in practitioner.items() if k not in ("id", "version")}
    staff.put(f"/practitioners/{clinic.practitioner_id}", kept | {"issuer_id": issuer["id"]}, practitioner["version"])
    service = {"name": "Séance", "category": "in_person", "duration_minutes": 30}
    priced = staff.post("/services", service | {"price": {"amount": 12_050, "currency": "CHF"}})
    items: list[Stored] = []
    for n in range(count):
        patient = Patient(
            id=f"pat_{clinic.tag}_{n:04}",
            first_name="Claire",
            last_name=f"{clinic.tag} {n:04}",
            email=f"{clinic.tag}.{n:04}@mail.example",
            version=1,
        )
        billable = Billable(
            id=f"bil_{clinic.tag}_{n:04}",
            patient_id=patient.id,
            practitioner_id=clinic.practitioner_id,
            on=now.date(),
            title="Suivi",
            consultation=True,
            service_id=priced["id"],
            created_at=now,
            version=1,
        )
        items += [patient, billable]
    put(clinic, items)
    return [i.id for i in items if isinstance(i, Billable)]


def drafted(clinic: SmallClinic, ids: list[str]) -> tuple[list[str], float]:
    """The drafts' ids, and how long it took from the request to its answer, in seconds."""
    staff = clinic.running.staff
    recap = staff.post("/invoices/recap", {"consultation_ids": ids})
    begun = time.monotonic()
    made = staff.post("/invoices", {"consultation_ids": ids, "digest": recap["digest"]}, key=f"{clinic.tag}-month")
    return made["invoice_ids"], time.monotonic() - begun


@pytest.mark.rule("B-03")
@pytest.mark.rule("B-06")
@pytest.mark.promise(24)
@pytest.mark.promise(25)
def test_a_month_becomes_drafts_and_those_numbers_without_a_gap_whoever_finalises(clinic: SmallClinic) -> None:
    staff = clinic.running.staff
    drafts, seconds = drafted(clinic, consulted(clinic, CONSULTATIONS))
    assert len(drafts) == CONSULTATIONS
    assert seconds < 10
    print(f"{CONSULTATIONS} consultations to drafts: {seconds:.1f} s")

    def final(id: str) -> dict[str, Any]:
        answer: dict[str, Any] = staff.post(f"/invoices/{id}/finalise", {})
        return answer

    with ThreadPoolExecutor(8) as people:  # everybody finalises, some of them the same one
        told = list(people.map(final, drafts[:AT_ONCE] + drafts[:4]))
    year = datetime.fromisoformat(told[0]["issued_on"]).year
    numbers = {answer["id"]: answer["number"] for answer in told}
    assert sorted(numbers.values()) == [f"{clinic.tag.upper()}{year}-{n:04}" for n in range(1, AT_ONCE + 1)]
    assert {answer["id"] for answer in told[AT_ONCE:]} == set(drafts[:4])


@pytest.mark.rule("B-08")
@pytest.mark.rule("B-09")
def test_an_invoice_arrives_with_its_pdf_and_says_so(clinic: SmallClinic) -> None:
    staff, run = clinic.running.staff, clinic.running
    (id,), _ = drafted(clinic, consulted(clinic, 1))
    number = staff.post(f"/invoices/{id}/finalise", {})["number"]
    staff.post(f"/invoices/{id}/send", {})
    run.rest()
    (mail,) = run.mails(f"{clinic.tag}.0000@mail.example")
    assert number in mail["subject"]
    (sending,) = staff.get(f"/invoices/{id}")["sendings"]
    assert sending["state"] in {"sent", "delivered"}
    assert number in str(mail["attachments"])
