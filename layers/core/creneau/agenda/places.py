"""What a change of places touches: read together, changed here in memory, written together with their versions."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from creneau.agenda.appointment import Appointment
from creneau.agenda.day import PractitionerDay, day_ref
from creneau.agenda.diary import Engagement, PatientDiary, diary_ref
from creneau.agenda.line import entry_of
from creneau.agenda.resource_day import ResourceDay, resource_day_ref
from creneau.agenda.slot import Slot
from creneau.shared.errors import Refused
from creneau.shared.model import Stored
from creneau.shared.store import Delete, Put, Ref, Snapshot, Write
from creneau.shared.time import local_date


def slot_of(appointment: Appointment) -> Slot:
    return Slot(agenda_id=appointment.agenda_id, start=appointment.start, end=appointment.end)


def refs_of(appointments: Iterable[Appointment], zone: ZoneInfo) -> list[Ref[Any]]:
    """Everything that taking or leaving these places reads, each named once."""
    refs: dict[Ref[Any], None] = {}
    for a in appointments:
        on = local_date(a.start, zone)
        refs[day_ref(a.practitioner_id, on)] = None
        refs[diary_ref(a.patient_id)] = None
        refs.update({resource_day_ref(r, on): None for r in a.resource_ids})
    return list(refs)


class Places:
    """Days, diaries and resource days under change. Nothing is stored until `writes` are committed."""

    def __init__(self, snapshot: Snapshot, zone: ZoneInfo, now: datetime) -> None:
        self._snapshot, self._zone, self._now = snapshot, zone, now
        self._changed: dict[Ref[Any], Stored] = {}
        self._entries: list[Write] = []

    def day(self, practitioner_id: str, on: date) -> PractitionerDay:
        ref = day_ref(practitioner_id, on)
        found = self._changed.get(ref) or self._snapshot.get(ref)
        return found if isinstance(found, PractitionerDay) else PractitionerDay(practitioner_id=practitioner_id, on=on)

    def day_of(self, appointment: Appointment) -> PractitionerDay:
        return self.day(appointment.practitioner_id, local_date(appointment.start, self._zone))

    def diary(self, patient_id: str) -> PatientDiary:
        ref = diary_ref(patient_id)
        found = self._changed.get(ref) or self._snapshot.get(ref)
        return found if isinstance(found, PatientDiary) else PatientDiary(patient_id=patient_id)

    def resource_day(self, resource_id: str, on: date) -> ResourceDay:
        ref = resource_day_ref(resource_id, on)
        found = self._changed.get(ref) or self._snapshot.get(ref)
        return found if isinstance(found, ResourceDay) else ResourceDay(resource_id=resource_id, on=on)

    def put_day(self, day: PractitionerDay) -> None:
        self._changed[day_ref(day.practitioner_id, day.on)] = day

    def put_diary(self, diary: PatientDiary) -> None:
        self._changed[diary_ref(diary.patient_id)] = diary

    def take(self, appointment: Appointment, *, outside_availability: bool = False) -> None:
        """The appointment holds its place, in the practitioner's, the patient's and the resources' days.

        Refused when the time is taken, not offered (unless `outside_availability`), or overlaps another engagement.
        """
        slot, day, diary = slot_of(appointment), self.day_of(appointment), self.diary(appointment.patient_id)
        if diary.closed:
            raise Refused("this patient's record was erased", code="patient_erased", remedy="register the patient anew")
        if not outside_availability and day.availability_of(slot, appointment.service_id) is None:
            raise Refused(
                "the agenda is not open for this service at this time",
                code="outside_availability",
                remedy="choose an offered time, or set outside_availability to true to book it on purpose",
            )
        clash = diary.overlapping(slot.interval, but=appointment.id)
        if clash is not None:
            raise Refused(
                "the patient has another appointment at this time",
                code="patient_busy",
                remedy="choose another time, or move the other appointment first",
            )
        self.put_day(day.take(appointment.id, slot, self._now))
        entry = entry_of(appointment)
        engagement = Engagement(
            appointment_id=appointment.id,
            start=appointment.start,
            end=appointment.end,
            waiting_since=entry.waiting_since if entry else None,
        )
        self.put_diary(diary.engaged(engagement, self._now))
        for resource_id in appointment.resource_ids:
            taken = self.resource_day(resource_id, day.on).take(appointment.id, slot)
            self._changed[resource_day_ref(resource_id, day.on)] = taken
        if entry:
            self._entries.append(Put(entry))

    def leave(self, appointment: Appointment) -> None:
        """The place, the patient's and the resources' time are free again, and the line is left. Releases nothing."""
        day = self.day_of(appointment)
        self.put_day(day.leave(appointment.id))
        self.put_diary(self.diary(appointment.patient_id).disengaged(appointment.id))
        for resource_id in appointment.resource_ids:
            left = self.resource_day(resource_id, day.on).leave(appointment.id)
            self._changed[resource_day_ref(resource_id, day.on)] = left
        entry = entry_of(appointment)
        if entry:
            self._entries.append(Delete(entry))

    def release(self, appointment: Appointment) -> None:
        """The place left opens a release, by this patient (W-03)."""
        day = self.day_of(appointment)
        self.put_day(day.opened(slot_of(appointment), appointment.patient_id, self._now))

    def join_line(self, appointment: Appointment) -> None:
        entry = entry_of(appointment)
        if entry:
            self.put_diary(self.diary(appointment.patient_id).in_line(appointment.id, entry.waiting_since))
            self._entries.append(Put(entry))

    def leave_line(self, appointment: Appointment) -> None:
        entry = entry_of(appointment)
        if entry:
            self.put_diary(self.diary(appointment.patient_id).out_of_line(appointment.id))
            self._entries.append(Delete(entry))

    def writes(self) -> list[Write]:
        return [*(Put(item) for ref, item in self._changed.items() if item != self._snapshot.get(ref)), *self._entries]
