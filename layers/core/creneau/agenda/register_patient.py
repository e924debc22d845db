"""Patients: registered and changed; whether offers reach them is said in their diary by the same write (W-05)."""

from dataclasses import dataclass

from creneau.agenda.blocked_address import blocked_ref, keys_of, marked
from creneau.agenda.catalogue import Patient, patient_ref
from creneau.agenda.catalogue_rules import address_in_form, not_as_needed
from creneau.agenda.contacts import contacts_in_form
from creneau.agenda.diary import diary_ref
from creneau.agenda.reach import record_writes
from creneau.agenda.who_pays import KeptOfPayer, check_who_pays, nothing_kept
from creneau.shared.again import Again
from creneau.shared.contact import phone_in_form
from creneau.shared.edit import editable
from creneau.shared.errors import Fault, Refused
from creneau.shared.settings import LANGUAGES, Clinic
from creneau.shared.store import Store
from creneau.shared.time import Clock, local_date


@dataclass(frozen=True)
class RegisterPatient:
    """Adds, or changes on the version that the caller read. Raises Invalid, NotFound, Refused, Stale, Busy."""

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again
    kept_of_payer: KeptOfPayer = nothing_kept

    def add(self, patient: Patient) -> Patient:
        """Adding the same id again answers who is there."""
        patient = self._checked(patient)
        return self.again(lambda: self._add(patient))

    def change(self, patient: Patient, expected_version: int) -> Patient:
        patient = self._checked(patient)
        return self.again(lambda: self._change(patient, expected_version))

    def _add(self, patient: Patient) -> Patient:
        present = self.store.get(patient_ref(patient.id))
        return present or self._write(None, patient)

    def _change(self, patient: Patient, expected_version: int) -> Patient:
        ref = patient_ref(patient.id)
        before = editable(self.store.get(ref), expected_version, f"Patient {patient.id}")
        if before.erased:
            raise Refused("this patient's record was erased", code="patient_erased", remedy="register the patient anew")
        patient = patient.with_(consents=before.consents, refusals=before.refusals)  # changed by themselves
        return self._write(before, patient.with_(version=before.version))

    def _write(self, before: Patient | None, patient: Patient) -> Patient:
        """Whether an address may be written to is known of the address, not of the record that it was taken from."""
        keys = keys_of(patient)
        read = self.store.snapshot([diary_ref(patient.id), *map(blocked_ref, keys)])
        known = {key: read.get(blocked_ref(key)) for key in keys}
        after = marked(patient, {key: address is not None and address.is_blocked for key, address in known.items()})
        writes = record_writes(before, after, read.get(diary_ref(patient.id)), self.clock())
        self.store.commit([*writes, *self.kept_of_payer(before, after)])
        return after.with_(version=after.version + 1)

    def _checked(self, patient: Patient) -> Patient:
        faults: list[Fault] = []
        kept = patient.with_(
            phone=phone_in_form(patient.phone, self.clinic.country, "phone", faults),
            address=address_in_form(patient.address, faults) if patient.address else None,
            contacts=contacts_in_form(patient.contacts, self.clinic.country, faults),
        )
        if patient.born_on and patient.born_on > local_date(self.clock(), self.clinic.zone):
            faults.append(Fault("born_on", "this date is ahead", "check the date of birth"))
        if patient.language is not None and patient.language not in LANGUAGES:
            faults.append(Fault("language", "not one of the four languages", f"one of {', '.join(LANGUAGES)}"))
        other = patient.payer_patient_id
        check_who_pays(patient, self.store.get(patient_ref(other)) if other else None, faults)
        if faults:
            raise not_as_needed(faults)
        return kept
