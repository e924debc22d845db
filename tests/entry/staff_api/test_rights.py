"""P-01: every role on every route of the OpenAPI document is let in or refused as declared; a route without a row fails."""

import json
import re

import pytest

from api.staff.handler import ROUTES
from creneau.shared.actor import Role
from tests.support.documents import FakeLogo
from tests.support.staff_api import Staff
from tests.support.world import World
from tools.openapi import TARGET

pytestmark = pytest.mark.rule("P-01")

READ_BY_ALL = {"admin", "practitioner", "secretary", "billing"}
AGENDA = {"admin", "practitioner", "secretary"}
ADMIN = {"admin"}
BILLING_SETTINGS = {"admin", "billing"}

RIGHTS = {
    "GET /v1/now": READ_BY_ALL,
    "GET /v1/me": READ_BY_ALL,
    "GET /v1/settings": READ_BY_ALL,
    "PATCH /v1/settings": ADMIN,
    "GET /v1/settings/logo": READ_BY_ALL,
    "PUT /v1/settings/logo": ADMIN,
    "DELETE /v1/settings/logo": ADMIN,
    "GET /v1/settings/quiet-hours/visits": ADMIN,
    "GET /v1/settings/billing": BILLING_SETTINGS,
    "PATCH /v1/settings/billing": BILLING_SETTINGS,
    "POST /v1/settings/billing/forecast": BILLING_SETTINGS,
    "GET /v1/billing-runs": BILLING_SETTINGS,
    "POST /v1/billing-runs": BILLING_SETTINGS,
    "GET /v1/billing-runs/{run_id}": BILLING_SETTINGS,
    "GET /v1/billing-runs/{run_id}/payers": BILLING_SETTINGS,
    "POST /v1/billing-runs/{run_id}/start": BILLING_SETTINGS,
    "POST /v1/invoices/confirm": READ_BY_ALL,
    "GET /v1/dues": READ_BY_ALL,
    "GET /v1/dues/{due_id}": READ_BY_ALL,
    "POST /v1/dues/{due_id}/take-back": READ_BY_ALL,
    "GET /v1/dues/{due_id}/payments": READ_BY_ALL,
    "POST /v1/dues/{due_id}/payments": READ_BY_ALL,
    "POST /v1/dues/{due_id}/payments/{payment_id}/cancel": READ_BY_ALL,
    "GET /v1/patients/{patient_id}/dues": READ_BY_ALL,
    "GET /v1/payers/{payer_key}/owed": READ_BY_ALL,
    "GET /v1/packages": READ_BY_ALL,
    "POST /v1/packages": BILLING_SETTINGS,
    "GET /v1/packages/{package_id}": READ_BY_ALL,
    "PUT /v1/packages/{package_id}": BILLING_SETTINGS,
    "GET /v1/patients/{patient_id}/packages": READ_BY_ALL,
    "POST /v1/patients/{patient_id}/packages": READ_BY_ALL,
    "POST /v1/patients/{patient_id}/products": READ_BY_ALL,
    "GET /v1/tasks": READ_BY_ALL,
    "POST /v1/tasks/{task_id}/decide": READ_BY_ALL,
    "GET /v1/reminders/replanning": AGENDA,
    "GET /v1/payers/{payer_key}/checkouts": {"admin", "secretary", "billing"},
    "PUT /v1/payers/{payer_key}": {"admin", "secretary", "billing"},
    **{
        f"GET /v1/{many}{one}": READ_BY_ALL
        for many, one_of in (
            ("practitioners", "practitioner"),
            ("locations", "location"),
            ("agendas", "agenda"),
            ("resources", "resource"),
            ("categories", "category"),
            ("services", "service"),
            ("patients", "patient"),
        )
        for one in ("", f"/{{{one_of}_id}}")
    },
    **{
        f"{method} /v1/{many}{one}": ADMIN
        for many, one_of in (
            ("practitioners", "practitioner"),
            ("locations", "location"),
            ("agendas", "agenda"),
            ("resources", "resource"),
            ("categories", "category"),
            ("services", "service"),
        )
        for method, one in (("POST", ""), ("PUT", f"/{{{one_of}_id}}"))
    },
    "GET /v1/signatures": READ_BY_ALL,
    "GET /v1/signatures/{signature_id}": READ_BY_ALL,
    "POST /v1/signatures": ADMIN,
    "PUT /v1/signatures/{signature_id}": ADMIN,
    "DELETE /v1/signatures/{signature_id}": ADMIN,
    "DELETE /v1/categories/{category_id}": ADMIN,
    "DELETE /v1/resources/{resource_id}": ADMIN,
    "DELETE /v1/services/{service_id}": ADMIN,
    "POST /v1/patients": AGENDA,
    "PUT /v1/patients/{patient_id}": AGENDA,
    "POST /v1/patients/{patient_id}/clear-address": AGENDA,
    "PUT /v1/patients/{patient_id}/consents/{consent}": AGENDA,
    "GET /v1/patients/{patient_id}/messages": AGENDA,
    "POST /v1/patients/{patient_id}/sms": AGENDA,
    "POST /v1/sms/preview": AGENDA,
    "POST /v1/sms/groups/preview": AGENDA,
    "POST /v1/sms/groups": AGENDA,
    "GET /v1/sms/groups": AGENDA,
    "GET /v1/sms/groups/{group_id}": AGENDA,
    "GET /v1/sms/groups/{group_id}/messages": AGENDA,
    "POST /v1/sms/groups/{group_id}/cancel": AGENDA,
    "GET /v1/vouchers": AGENDA,
    "POST /v1/vouchers": AGENDA,
    "GET /v1/vouchers/{voucher_id}": AGENDA,
    "POST /v1/vouchers/{voucher_id}/send": AGENDA,
    "GET /v1/agendas/{agenda_id}/days/{date}": AGENDA,
    "GET /v1/agendas/{agenda_id}/free-slots": AGENDA,
    "POST /v1/agendas/{agenda_id}/availabilities": AGENDA,
    "PUT /v1/agendas/{agenda_id}/days/{date}/availabilities/{availability_id}": AGENDA,
    "DELETE /v1/agendas/{agenda_id}/days/{date}/availabilities/{availability_id}": AGENDA,
    "GET /v1/appointments": AGENDA,
    "POST /v1/appointments": AGENDA,
    "GET /v1/appointments/{appointment_id}": AGENDA,
    "PATCH /v1/appointments/{appointment_id}": AGENDA,
    "DELETE /v1/appointments/{appointment_id}": AGENDA,
    "POST /v1/appointments/{appointment_id}/attendance": AGENDA,
    "POST /v1/appointments/{appointment_id}/move": AGENDA,
    "POST /v1/appointments/{appointment_id}/earlier": AGENDA,
    "GET /v1/appointments/{appointment_id}/messages": AGENDA,
    "GET /v1/absences": AGENDA,
    "GET /v1/absences/preview": AGENDA,
    "POST /v1/absences": AGENDA,
    "GET /v1/absences/{absence_id}": AGENDA,
    "DELETE /v1/absences/{absence_id}": AGENDA,
    "GET /v1/absences/{absence_id}/appointments": AGENDA,
    "POST /v1/absences/{absence_id}/cancellations": AGENDA,
    "POST /v1/absences/{absence_id}/moves": AGENDA,
    "GET /v1/waitlist": AGENDA,
    "GET /v1/rounds/{round_id}": AGENDA,
    "GET /v1/slots/{slot_id}/history": AGENDA,
    "GET /v1/messages": AGENDA,
    "GET /v1/messages/{message_id}": AGENDA,
    "GET /v1/messages/{message_id}/content": AGENDA,
    "POST /v1/sending/resume": ADMIN,
    "POST /v1/messages/{message_id}/cancel": AGENDA,
    "POST /v1/messages/{message_id}/outcome": AGENDA,
    "POST /v1/messages/{message_id}/resend": AGENDA,
    "POST /v1/appointments/{appointment_id}/confirmation": AGENDA,
    "GET /v1/sms/consumption": READ_BY_ALL,
    "GET /v1/sms/consumption/messages": READ_BY_ALL,
    "POST /v1/sms/check-sender": READ_BY_ALL,
    "POST /v1/sms/credits": READ_BY_ALL,
    "GET /v1/templates": READ_BY_ALL,
    "POST /v1/templates": BILLING_SETTINGS,
    "GET /v1/templates/{template_id}": READ_BY_ALL,
    "PATCH /v1/templates/{template_id}": BILLING_SETTINGS,
    "DELETE /v1/templates/{template_id}": BILLING_SETTINGS,
    "PUT /v1/templates/{template_id}/active": BILLING_SETTINGS,
    "POST /v1/templates/{template_id}/duplicate": BILLING_SETTINGS,
    "PUT /v1/templates/{template_id}/wordings/{key}": BILLING_SETTINGS,
    "DELETE /v1/templates/{template_id}/wordings/{key}": BILLING_SETTINGS,
    "POST /v1/templates/{template_id}/preview": READ_BY_ALL,
    "POST /v1/template-preview": READ_BY_ALL,
    "GET /v1/template-fields": READ_BY_ALL,
    **{
        f"{method} /v1/{path}": READ_BY_ALL
        for method, path in (
            ("GET", "issuers"),
            ("GET", "issuers/{issuer_id}"),
            ("GET", "invoice-templates"),
            ("GET", "invoice-templates/{template_id}"),
            ("GET", "consultations"),
            ("POST", "consultations"),
            ("GET", "consultations/{consultation_id}"),
            ("PATCH", "consultations/{consultation_id}"),
            ("GET", "patients/{patient_id}/consultations"),
            ("GET", "not-invoiced"),
            ("POST", "invoices/recap"),
            ("POST", "invoices"),
            ("GET", "invoices"),
            ("POST", "invoices/finalise"),
            ("POST", "invoices/send"),
            ("POST", "invoices/{invoice_id}/send"),
            ("GET", "invoices/{invoice_id}"),
            ("GET", "invoices/{invoice_id}/document"),
            ("PATCH", "invoices/{invoice_id}"),
            ("DELETE", "invoices/{invoice_id}"),
            ("POST", "invoices/{invoice_id}/finalise"),
            ("POST", "invoices/{invoice_id}/credit-notes"),
            ("PUT", "invoices/{invoice_id}/instalments"),
            ("GET", "invoices/{invoice_id}/payments"),
            ("POST", "invoices/{invoice_id}/payments"),
            ("POST", "invoices/{invoice_id}/payments/{payment_id}/cancel"),
            ("GET", "payers/{payer_key}/invoices"),
            ("GET", "payers/{payer_key}/account"),
            ("GET", "payers/{payer_key}/messages"),
            ("GET", "payers/{payer_key}"),
            ("POST", "payers/{payer_key}/reminders/list"),
            ("POST", "payers/{payer_key}/reminders"),
            ("POST", "payment-reminders/list"),
            ("POST", "payment-reminders"),
            ("GET", "patients/{patient_id}/account"),
        )
    },
    **{
        f"{method} /v1/{path}": BILLING_SETTINGS
        for method, path in (
            ("POST", "issuers"),
            ("PUT", "issuers/{issuer_id}"),
            ("POST", "invoice-templates"),
            ("PUT", "invoice-templates/{template_id}"),
            ("POST", "payment-reminders/forecast"),
            ("POST", "templates/{template_id}/existing-invoices/preview"),
            ("POST", "templates/{template_id}/existing-invoices"),
            ("GET", "revenue"),
            ("GET", "exports/documents"),
            ("GET", "exports/payments"),
            ("POST", "bank-files/plan"),
            ("POST", "bank-files"),
        )
    },
}
"""Who may, written down apart from the declarations: changing a right takes two hands."""

DOCUMENT = json.loads(TARGET.read_text())
DOCUMENTED = {
    f"{method.upper()} {path}": set(operation["x-roles"])
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}


def test_every_route_has_its_row():
    assert {f"{r.method} {r.path}" for r in ROUTES} == set(RIGHTS)
    assert set(DOCUMENTED) == set(RIGHTS)


@pytest.mark.parametrize("route", sorted(RIGHTS))
def test_the_document_says_who_may(route):
    assert DOCUMENTED[route] == RIGHTS[route]


@pytest.fixture(scope="module")
def world():
    world = World().clinic()
    world.app.kept_contents = {}  # type: ignore[assignment]
    world.app.logo = FakeLogo()
    return world


@pytest.mark.parametrize("role", [*Role, "nobody"])
@pytest.mark.parametrize("route", sorted(RIGHTS))
def test_each_cell(world, route, role):
    method, path = route.split(" ")
    path = re.sub(r"\{date\}", "2026-03-20", path)
    path = re.sub(r"\{slot_id\}", "agd_1.20260301T090000Z.20260301T093000Z", path)
    path = re.sub(r"\{round_id\}", "agd_1.20260301T090000Z.20260301T093000Z.1.1", path)
    path = re.sub(r"\{\w+\}", "none", path)
    before = dict(world.store.items)
    answer = Staff(world, roles=(str(role),)).ask(method, path, {} if method in {"POST", "PUT", "PATCH"} else None)
    if role in RIGHTS[route]:
        assert answer.status not in {401, 403, 500}
    else:
        assert (answer.status, answer["code"]) == (403, "role")
        assert world.store.items == before
