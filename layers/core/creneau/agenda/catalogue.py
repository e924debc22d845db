"""What a clinic offers and who offers it: practitioners, locations, agendas, resources, services, patients."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from creneau.shared.model import Stored, Value
from creneau.shared.money import Money
from creneau.shared.store import Ref


class Address(Value, frozen=True, kw_only=True):
    """A structured postal address; `country` is ISO 3166 alpha-2."""

    street: str
    postcode: str
    town: str
    country: str

    @property
    def one_line(self) -> str:
        return f"{self.street}, {self.postcode} {self.town}"


class Practitioner(Stored, frozen=True, kw_only=True):
    """`user` is the id of the practitioner's own sign-in: whoever signs in with it changes this practitioner's agenda.

    `sms_template_id` is the SMS that confirms what is booked with them, None: no SMS (A-09, M-04), `booking_sms_template_id`
    the one by which they learn of what is booked online (M-05). `issuer_id` and
    `invoice_template_id` are what their invoices are made with (B-10), `default_service_ids` what a consultation without
    an appointment is billed as (B-04).
    """

    id: str
    name: str
    profession: str = ""
    email: str | None = None
    phone: str | None = None
    user: str | None = None
    sms_template_id: str | None = None
    booking_sms_template_id: str | None = None
    issuer_id: str | None = None
    invoice_template_id: str | None = None
    default_service_ids: tuple[str, ...] = ()


class Location(Stored, frozen=True, kw_only=True):
    id: str
    name: str
    address: Address
    phone: str = ""


class Agenda(Stored, frozen=True, kw_only=True):
    """One practitioner in one location (A-07)."""

    id: str
    practitioner_id: str
    location_id: str
    name: str = ""


class Resource(Stored, frozen=True, kw_only=True):
    """A room or device that serves one appointment at a time."""

    id: str
    name: str
    location_id: str


class Category(Stored, frozen=True, kw_only=True):
    """A category of services that the clinic added; the predefined ones are not stored (A-01)."""

    id: str
    name: str


class Predefined(StrEnum):
    IN_PERSON = "in_person"
    HOME_VISIT = "home_visit"
    TELECONSULTATION = "teleconsultation"
    GROUP = "group"


class Service(Stored, frozen=True, kw_only=True):
    """What can be booked. `vat_rate` in basis points (2000 = 20 %), or `vat_note` naming the exemption. `created_at` is when
    it was added (B-04 asks for the oldest), None: before that was kept."""

    id: str
    name: str
    category: str
    duration_minutes: int
    price: Money | None = None
    vat_rate: int | None = None
    vat_note: str = ""
    resource_ids: tuple[str, ...] = ()
    instructions: str = ""
    video_link: str = ""
    active: bool = True
    created_at: datetime | None = None


class Contact(Value, frozen=True, kw_only=True):
    """Somebody around a patient: a guardian, a partner, an employer (M-21). `language`: as the patient's.
    `receives_payment_reminders` is theirs as a payer (D-03)."""

    id: str
    name: str
    relation: str = ""
    email: str | None = None
    email_blocked: bool = False
    phone: str | None = None
    phone_blocked: bool = False
    language: str | None = None
    receives_messages: bool = False
    receives_payment_reminders: bool = True


class Consent(StrEnum):
    """What a patient can agree to receive beside what their own appointments need (M-14, M-15, M-19)."""

    GROUP_SMS = "group_sms"
    BIRTHDAY = "birthday"
    REVIEWS = "reviews"


class Patient(Stored, frozen=True, kw_only=True):
    """`language` is one of the four, None: the clinic's. `email_blocked`: an address that bounced or complained;
    `phone_blocked`: a number that opted out. `consents`: since when which was given; `refusals`: since when which was
    refused or taken back; in neither: nobody asked. Who pays by default: the contact `payer_contact_id`, the patient
    `payer_patient_id`, or, with neither, the patient. `receives_payment_reminders` is about invoices that they pay, and
    those whose lines are all theirs (D-03)."""

    id: str
    first_name: str
    last_name: str
    born_on: date | None = None
    email: str | None = None
    email_blocked: bool = False
    phone: str | None = None
    phone_blocked: bool = False
    language: str | None = None
    address: Address | None = None
    contacts: tuple[Contact, ...] = ()
    consents: dict[str, datetime] = {}
    refusals: dict[str, datetime] = {}
    payer_contact_id: str | None = None
    payer_patient_id: str | None = None
    receives_payment_reminders: bool = True
    deceased: bool = False
    erased: bool = False

    NAME_LIMIT: ClassVar[int] = 140

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def reader(self) -> "Patient | Contact":
        """Who gets the patient's messages: the contact marked so, else the patient (M-21)."""
        return next((c for c in self.contacts if c.receives_messages), self)

    @property
    def reachable_by_email(self) -> bool:
        reader = self.reader
        return bool(reader.email) and not (reader.email_blocked or self.deceased or self.erased)


def practitioner_ref(id: str) -> Ref[Practitioner]:
    return Ref(Practitioner, (id,))


def location_ref(id: str) -> Ref[Location]:
    return Ref(Location, (id,))


def agenda_ref(id: str) -> Ref[Agenda]:
    return Ref(Agenda, (id,))


def resource_ref(id: str) -> Ref[Resource]:
    return Ref(Resource, (id,))


def category_ref(id: str) -> Ref[Category]:
    return Ref(Category, (id,))


def service_ref(id: str) -> Ref[Service]:
    return Ref(Service, (id,))


def patient_ref(id: str) -> Ref[Patient]:
    return Ref(Patient, (id,))
