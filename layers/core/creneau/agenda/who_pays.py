"""Who pays for a patient by default, as their record says: one of their contacts, another patient, or neither (B-05)."""

from collections.abc import Callable, Sequence

from creneau.agenda.catalogue import Patient
from creneau.shared.errors import Fault
from creneau.shared.store import Write

KeptOfPayer = Callable[[Patient | None, Patient], Sequence[Write]]
"""What others keep of who pays for whom, before and after a change of the record: written together with it."""


def nothing_kept(_before: Patient | None, _after: Patient) -> Sequence[Write]:
    return ()


def check_who_pays(patient: Patient, named: Patient | None, faults: list[Fault]) -> None:
    """`named` is the record of `payer_patient_id`. What is wrong is added to `faults`."""
    contact, other = patient.payer_contact_id, patient.payer_patient_id
    if contact is not None and other is not None:
        faults.append(Fault("payer_patient_id", "a contact is said to pay already", "name one of the two, or neither"))
    if contact is not None and all(c.id != contact for c in patient.contacts):
        faults.append(Fault("payer_contact_id", "not one of the patient's contacts", "use a contact's id as read"))
    if other == patient.id:
        faults.append(Fault("payer_patient_id", "this is the patient", "leave it out: then they pay themselves"))
    elif other is not None and (named is None or named.erased):
        faults.append(Fault("payer_patient_id", "there is no such patient", "use a patient's id as listed"))
