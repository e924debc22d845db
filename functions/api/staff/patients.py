"""Patients: registered, read, changed, listed by name; their contacts, and what they agreed to (W-05, M-21, M-14)."""

from datetime import date, datetime

import msgspec
from pydantic import Field

from api.staff.given import AddressGiven, Email, Given, Id, Instant, Language, Line, Name, Nothing, Paged, Phone
from api.staff.routing import AGENDA, STAFF, Call, Routes
from api.staff.shown import Listed, View, view
from creneau.agenda.catalogue import Address, Consent, Patient, patient_ref
from creneau.agenda.collections import patients_by_name
from creneau.agenda.contacts import MOST
from creneau.shared.errors import NotFound
from creneau.shared.store import require

routes = Routes()


class ContactView(View, frozen=True, kw_only=True):
    """Somebody around the patient; whoever `receives_messages` gets them in the patient's place."""

    id: str
    name: str
    relation: str
    email: str | None
    email_blocked: bool
    phone: str | None
    phone_blocked: bool
    language: str | None
    receives_messages: bool
    receives_payment_reminders: bool


class PatientView(View, frozen=True, kw_only=True):
    """`email_blocked`: the address bounced or complained, and is not written to until staff clear it, in whatever record;
    `phone_blocked`: the number opted out.

    `consents`: since when each of `group_sms`, `birthday` and `reviews` was given; `refusals`: since when it was refused
    or taken back. One that is in neither was never asked for. `payer_contact_id` or `payer_patient_id`: who pays by
    default, both null: the patient.
    """

    id: str
    first_name: str
    last_name: str
    born_on: date | None
    email: str | None
    email_blocked: bool
    phone: str | None
    phone_blocked: bool
    language: str | None
    address: Address | None
    contacts: list[ContactView]
    consents: dict[str, datetime]
    refusals: dict[str, datetime]
    payer_contact_id: str | None
    payer_patient_id: str | None
    receives_payment_reminders: bool
    deceased: bool
    erased: bool
    reachable_by_email: bool
    version: int


class ContactGiven(Given):
    """`id`: as read, left out: a new contact. `language` null: the patient's."""

    id: Id | None = None
    name: Name
    relation: Line = ""
    email: Email | None = None
    phone: Phone | None = None
    language: Language | None = None
    receives_messages: bool = Field(default=False, description="One contact at most, with an address or a number.")
    receives_payment_reminders: bool = Field(default=True, description="As a payer.")


class ConsentGiven(Given):
    """`at`: when the patient said so, left out: now."""

    given: bool
    at: Instant | None = None


class PatientGiven(Given):
    """`language` null: the clinic's. `payer_contact_id` or `payer_patient_id`: who pays by default; neither: the patient."""

    first_name: Line = ""
    last_name: Name
    born_on: date | None = None
    email: Email | None = None
    phone: Phone | None = None
    language: Language | None = None
    address: AddressGiven | None = None
    contacts: tuple[ContactGiven, ...] = Field(default=(), max_length=MOST)
    payer_contact_id: Id | None = Field(default=None, description="One of the contacts, by its id as read.")
    payer_patient_id: Id | None = Field(default=None, description="Another patient.")
    receives_payment_reminders: bool = Field(
        default=True, description="Of invoices that they pay, and of those whose lines are all theirs."
    )
    deceased: bool = False


def _patient(call: Call, id: str, given: PatientGiven) -> Patient:
    known = given.model_dump()
    contacts = [c | {"id": c["id"] or call.app.new_id("con")} for c in known["contacts"]]
    return msgspec.convert({"id": id, **known, "contacts": contacts}, Patient)


def _shown(patient: Patient) -> PatientView:
    return view(PatientView, patient, contacts=[view(ContactView, contact) for contact in patient.contacts])


@routes("GET", "/v1/patients", STAFF, takes=Paged, answers=Listed[PatientView])
def list_patients(call: Call, given: Paged) -> Listed[PatientView]:
    page = call.app.store.page(patients_by_name(), given.limit, given.cursor)
    return Listed(items=[_shown(patient) for patient in page.items], next_cursor=page.cursor)


@routes("POST", "/v1/patients", AGENDA, takes=PatientGiven, answers=PatientView, creates=True)
def add_patient(call: Call, given: PatientGiven) -> PatientView:
    return _shown(call.app.register_patient.add(_patient(call, call.new_id("pat"), given)))


@routes("GET", "/v1/patients/{patient_id}", STAFF, answers=PatientView)
def read_patient(call: Call, _: Nothing) -> PatientView:
    return _shown(require(call.app.store, patient_ref(call.id("patient_id"))))


@routes("PUT", "/v1/patients/{patient_id}", AGENDA, takes=PatientGiven, answers=PatientView, version="required")
def change_patient(call: Call, given: PatientGiven) -> PatientView:
    """As a whole, contacts too; consents stay as they are."""
    changed = _patient(call, call.id("patient_id"), given)
    return _shown(call.app.register_patient.change(changed, call.required_version))


@routes("POST", "/v1/patients/{patient_id}/clear-address", AGENDA, answers=PatientView)
def clear_address(call: Call, _: Nothing) -> PatientView:
    """What bounced, complained or opted out in this record is written to again, for everybody who has that address."""
    return _shown(call.app.clear_addresses(call.id("patient_id"), call.actor))


@routes("PUT", "/v1/patients/{patient_id}/consents/{consent}", AGENDA, takes=ConsentGiven, answers=PatientView)
def change_consent(call: Call, given: ConsentGiven) -> PatientView:
    """What the patient said about `group_sms`, `birthday` or `reviews`. Harmless to repeat: the first date stays."""
    name = call.id("consent")
    if name not in set(Consent):
        raise NotFound(f"there is no consent {name}", code="not_found", remedy=f"one of {', '.join(Consent)}")
    patient = call.app.change_consent(call.id("patient_id"), [Consent(name)], given.given, given.at)
    return _shown(patient)
