"""Patients: registered, read, changed, listed by name; and what was written to them (W-05, M-01)."""

from datetime import date
from typing import Literal

import msgspec

from api.staff.catalogue import AddressGiven
from api.staff.given import Email, Given, Line, Name, Nothing, Paged, Phone
from api.staff.routing import AGENDA, STAFF, Call, Routes
from api.staff.shown import Listed, View, view
from creneau.agenda.catalogue import Address, Patient, patient_ref
from creneau.agenda.collections import patients_by_name
from creneau.shared.store import require

routes = Routes()


class PatientView(View, frozen=True, kw_only=True):
    """`email_blocked`: the address bounced or complained, and is not written to until staff clear it."""

    id: str
    first_name: str
    last_name: str
    born_on: date | None
    email: str | None
    email_blocked: bool
    phone: str | None
    language: str | None
    address: Address | None
    deceased: bool
    erased: bool
    reachable_by_email: bool
    version: int


class PatientGiven(Given):
    """`language` null: the clinic's. `email_blocked` false clears a block; staff can't set one."""

    first_name: Line = ""
    last_name: Name
    born_on: date | None = None
    email: Email | None = None
    email_blocked: bool = False
    phone: Phone | None = None
    language: Literal["fr", "de", "it", "en"] | None = None
    address: AddressGiven | None = None
    deceased: bool = False


def _patient(id: str, given: PatientGiven) -> Patient:
    return msgspec.convert({"id": id, **given.model_dump()}, Patient)


@routes("GET", "/v1/patients", STAFF, takes=Paged, answers=Listed[PatientView])
def list_patients(call: Call, given: Paged) -> Listed[PatientView]:
    page = call.app.store.page(patients_by_name(), given.limit, given.cursor)
    return Listed(items=[view(PatientView, patient) for patient in page.items], next_cursor=page.cursor)


@routes("POST", "/v1/patients", AGENDA, takes=PatientGiven, answers=PatientView, creates=True)
def add_patient(call: Call, given: PatientGiven) -> PatientView:
    new = _patient(call.new_id("pat"), given).with_(email_blocked=False)
    return view(PatientView, call.app.register_patient.add(new))


@routes("GET", "/v1/patients/{patient_id}", STAFF, answers=PatientView)
def read_patient(call: Call, _: Nothing) -> PatientView:
    return view(PatientView, require(call.app.store, patient_ref(call.id("patient_id"))))


@routes("PUT", "/v1/patients/{patient_id}", AGENDA, takes=PatientGiven, answers=PatientView, version="required")
def change_patient(call: Call, given: PatientGiven) -> PatientView:
    changed = _patient(call.id("patient_id"), given)
    return view(PatientView, call.app.register_patient.change(changed, call.required_version))
