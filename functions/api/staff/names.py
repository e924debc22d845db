"""Patients' names beside their ids, read together however many they are."""

from collections.abc import Iterable

from creneau.agenda.catalogue import patient_ref
from creneau.wiring import App


def names_of(app: App, patient_ids: Iterable[str]) -> dict[str, str]:
    """By patient id; without those that are not there."""
    refs = [patient_ref(id) for id in dict.fromkeys(patient_ids)]
    found = app.store.get_many(refs) if refs else []
    return {patient.id: patient.name for patient in found if patient is not None}
