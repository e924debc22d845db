"""Who pays for whom, read for many payments due at once."""

from collections.abc import Iterable, Mapping

from creneau.agenda.catalogue import Patient, Practitioner, patient_ref, practitioner_ref
from creneau.billing.billable import Billable
from creneau.billing.payer import Payer, usual_payer
from creneau.shared.store import Store

People = Mapping[str, Patient]


def people_of(store: Store, billables: Iterable[Billable]) -> dict[str, Patient]:
    """Their patients, and the patients who pay for those, by id."""
    ids = list(dict.fromkeys(b.patient_id for b in billables))
    found = {p.id: p for p in store.get_many([patient_ref(id) for id in ids]) if p is not None} if ids else {}
    others = {p.payer_patient_id for p in found.values() if p.payer_patient_id} - set(found)
    if others:
        found |= {p.id: p for p in store.get_many([patient_ref(id) for id in sorted(others)]) if p is not None}
    return found


def payer_of(billable: Billable, people: People) -> Payer | None:
    """None: the patient is not there any more, or was erased."""
    patient = people.get(billable.patient_id)
    if patient is None:
        return None
    payer = usual_payer(patient, people.get(patient.payer_patient_id or ""))
    return None if payer.patient_id == patient.id and patient.erased else payer


def practitioners_of(store: Store, billables: Iterable[Billable]) -> dict[str, Practitioner]:
    ids = list(dict.fromkeys(b.practitioner_id for b in billables if b.practitioner_id))
    found = store.get_many([practitioner_ref(id) for id in ids]) if ids else []
    return {p.id: p for p in found if p is not None}
