"""Documents on the deployed stack: drawn by the function that has typst, opened by the link that staff get (B-07)."""

import hashlib
import io

import pypdf
import pytest
import urllib3

from local.staff import StaffError
from tests.support.small_clinic import SmallClinic

pytestmark = [pytest.mark.engine, pytest.mark.rule("B-07")]
ADDRESS = {"street": "Rue du Lac 12", "postcode": "1003", "town": "Lausanne", "country": "CH"}


def drafted(clinic: SmallClinic) -> str:
    staff, today = clinic.running.staff, clinic.running.now().astimezone(clinic.zone).date()
    account = {"holder": "Anne Favre", "qr_iban": "CH4431999123000889012"}
    issuer = staff.post("/issuers", {"name": "Dr Anne Favre", "address": ADDRESS, "account": account, "prefix": "F"})
    patient = staff.post("/patients", {"first_name": "Claire", "last_name": "Martin", "address": ADDRESS})
    service = {"name": "Séance", "category": "in_person", "duration_minutes": 30}
    priced = staff.post("/services", service | {"price": {"amount": 12_050, "currency": "CHF"}})
    given = {"patient_id": patient["id"], "practitioner_id": clinic.practitioner_id, "on": f"{today}", "title": "Suivi"}
    made = staff.post("/consultations", given | {"service_id": priced["id"]})
    asked = {"consultation_ids": [made["id"]], "issuer_id": issuer["id"]}
    recap = staff.post("/invoices/recap", asked)
    (id,) = staff.post("/invoices", asked | {"digest": recap["digest"]})["invoice_ids"]
    return str(id)


def opened(clinic: SmallClinic, id: str, **query: str) -> bytes:
    link = clinic.running.staff.get(f"/invoices/{id}/document", **query)
    answer = urllib3.request("GET", link["url"])
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/pdf")
    return answer.data


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


@pytest.mark.promise(29)
def test_a_preview_the_invoice_and_its_receipt(clinic: SmallClinic) -> None:
    staff, id = clinic.running.staff, drafted(clinic)
    assert "BROUILLON" in text_of(opened(clinic, id))
    number = staff.post(f"/invoices/{id}/finalise", {})["number"]
    final = opened(clinic, id)
    text = text_of(final)
    assert f"Facture {number}" in text
    assert "Section paiement" in text
    assert hashlib.sha256(opened(clinic, id)).digest() == hashlib.sha256(final).digest()
    with pytest.raises(StaffError) as refused:
        opened(clinic, id, kind="receipt")
    assert refused.value.problem["code"] == "nothing_paid"
    today = clinic.running.now().astimezone(clinic.zone).date()
    paid = {"amount": 12_050, "currency": "CHF", "method": "card", "paid_on": f"{today}"}
    staff.post(f"/invoices/{id}/payments", paid)
    assert f"Quittance {number}" in text_of(opened(clinic, id, kind="receipt"))
