"""The visits, and what is billed of them already, that a recap rests on (B-01, B-03)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.agenda.catalogue import Patient, patient_ref
from creneau.agenda.collections import appointments_of_patient
from creneau.billing.all_of import all_of
from creneau.billing.billable import Billable, billable_ref, billables_of_patient
from creneau.billing.consultations import billable_visits
from creneau.billing.recap import LeftOut
from creneau.shared.errors import invalid
from creneau.shared.store import Store
from creneau.shared.time import Clock

MOST_UNKNOWN = 300
"""Patients of a batch whose visits are read, four calls each, to learn what their consultations are billed as."""
MOST_OF_A_PATIENT = 5_000


@dataclass(frozen=True)
class Read:
    """What one patient's part of a recap rests on."""

    patient: Patient
    visits: list[Appointment]
    known: list[Billable]


@dataclass(frozen=True)
class ReadVisits:
    """Raises Invalid, Refused (`too_many`)."""

    store: Store
    clock: Clock

    def named(
        self, consultation_ids: Sequence[str], appointment_ids: Sequence[str]
    ) -> tuple[dict[str, Billable], list[Appointment], list[LeftOut]]:
        """The consultations and visits of a batch that are there, and what is not."""
        ids, visit_ids = list(dict.fromkeys(consultation_ids)), list(dict.fromkeys(appointment_ids))
        found = zip(ids, self.store.get_many([billable_ref(i) for i in ids]), strict=True)
        there = {id: b for id, b in found if b is not None and (b.consultation or b.due is not None)}
        visits = [v for v in self.store.get_many([appointment_ref(i) for i in visit_ids]) if v is not None]
        known = {*there, *(v.id for v in visits)}
        return there, visits, [LeftOut(id=id, reason="unknown") for id in (*ids, *visit_ids) if id not in known]

    def of_batch(self, billables: Collection[Billable], visits: Sequence[Appointment]) -> dict[str, Read]:
        """Of each patient who is there. Visits are read where a consultation may stand for one."""
        alone = {b.patient_id for b in billables if not (b.service_id or b.visit_id or b.due)}
        alone |= {v.patient_id for v in visits}
        if len(alone) > MOST_UNKNOWN:
            raise invalid(
                "consultation_ids",
                f"more than {MOST_UNKNOWN} patients have visits, or consultations without a service",
                "name the service on these consultations, or make two batches of them",
            )
        ids = list(dict.fromkeys([*(b.patient_id for b in billables), *(v.patient_id for v in visits)]))
        found = [p for p in self.store.get_many([patient_ref(i) for i in ids]) if p is not None]
        return {p.id: self.of_patient(p) if p.id in alone else Read(p, [], []) for p in found}

    def of_patient(self, patient: Patient) -> Read:
        remedy = "invoice them by consultation, without asking for this patient's visits"
        booked = all_of(self.store, appointments_of_patient(patient.id), MOST_OF_A_PATIENT, "appointments", remedy)
        known = all_of(self.store, billables_of_patient(patient.id), MOST_OF_A_PATIENT, "consultations", remedy)
        return Read(patient, billable_visits(booked, self.clock()), known)
