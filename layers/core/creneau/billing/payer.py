"""Who pays an invoice: the patient, another patient, a contact, or somebody typed in (B-05), as written on it."""

from enum import StrEnum

from creneau.agenda.catalogue import Address, Contact, Patient
from creneau.shared.model import Value


class PayerKind(StrEnum):
    PATIENT = "patient"
    CONTACT = "contact"
    FREE = "free"


class Payer(Value, frozen=True, kw_only=True):
    """`key` is the same for the same payer: it groups what one person owes. `patient_id` is the record that it comes from.

    `business` is a legal person's; its `ids` (`siret`, `vat`) are on the invoice.
    """

    kind: PayerKind
    name: str
    key: str
    patient_id: str | None = None
    contact_id: str | None = None
    address: Address | None = None
    email: str | None = None
    language: str | None = None
    business: bool = False
    ids: dict[str, str] = {}


def payer_of_patient(patient: Patient) -> Payer:
    return Payer(
        kind=PayerKind.PATIENT,
        name=patient.name,
        key=f"patient.{patient.id}",
        patient_id=patient.id,
        address=patient.address,
        email=patient.email,
        language=patient.language,
    )


def payer_of_contact(patient: Patient, contact: Contact, address: Address | None = None) -> Payer:
    """A contact without an address of their own lives where the patient does."""
    return Payer(
        kind=PayerKind.CONTACT,
        name=contact.name,
        key=f"contact.{patient.id}.{contact.id}",
        patient_id=patient.id,
        contact_id=contact.id,
        address=address or patient.address,
        email=contact.email,
        language=contact.language or patient.language,
    )


def record_of(payer_key: str) -> tuple[str | None, str | None]:
    """The patient's record that the payer is on, and which of its contacts; nothing for somebody typed in."""
    kind, _, rest = payer_key.partition(".")
    patient_id, _, contact_id = rest.partition(".")
    if kind == PayerKind.CONTACT and contact_id:
        return patient_id, contact_id
    return (rest, None) if kind == PayerKind.PATIENT else (None, None)


def usual_payer(patient: Patient, other: Patient | None = None) -> Payer:
    """Who pays for a patient where nobody says otherwise; `other` is the record of `payer_patient_id`.

    A contact or patient who is not there any more leaves it to the patient.
    """
    contact = next((c for c in patient.contacts if c.id == patient.payer_contact_id), None)
    if contact is not None:
        return payer_of_contact(patient, contact)
    named = other is not None and other.id == patient.payer_patient_id and not other.erased
    return payer_of_patient(other if named and other is not None else patient)
