"""Whether offers reach a patient, kept in the diary by the write that changes the record (W-05)."""

from datetime import datetime

from creneau.agenda.catalogue import Patient
from creneau.agenda.diary import PatientDiary
from creneau.shared.store import Put, Write


def diary_after(diary: PatientDiary, before: Patient | None, after: Patient, now: datetime) -> PatientDiary:
    """The diary that belongs to the record as changed; another address, or a cleared one, makes them reachable anew."""
    reachable = after.reachable_by_email
    anew = reachable and before is not None and (_goes_to(before) != _goes_to(after) or not before.reachable_by_email)
    return diary.with_(reachable=reachable, reachable_since=now if anew else diary.reachable_since)


def _goes_to(patient: Patient) -> str | None:
    return patient.reader.email


def record_writes(before: Patient | None, after: Patient, diary: PatientDiary | None, now: datetime) -> list[Write]:
    """The record, and the diary where it says otherwise now."""
    present = diary or PatientDiary(patient_id=after.id)
    new = diary_after(present, before, after, now)
    return [Put(after)] if new == present else [Put(after), Put(new)]
