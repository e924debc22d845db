"""What happened to a slot: every appointment ever made on it, and under each released one the offers it caused (W-13)."""

from collections.abc import Iterable
from dataclasses import dataclass

from creneau.agenda.appointment import Appointment
from creneau.agenda.attendance import GIVEN_UP, Attendance
from creneau.agenda.catalogue import agenda_ref
from creneau.agenda.collections import appointments_of_slot
from creneau.agenda.day import PractitionerDay, Release, day_ref
from creneau.agenda.slot import Slot
from creneau.shared.settings import Clinic
from creneau.shared.store import Store, everything, require
from creneau.shared.time import local_date
from creneau.waitlist.eligible import FindEligible, question
from creneau.waitlist.round import PassedOver, Round, rounds_of_slot


@dataclass(frozen=True)
class Chapter:
    """One appointment of the slot; `releases` are those that it opened or added to, with the rounds of them all."""

    appointment: Appointment
    releases: list[Release]
    rounds: list[Round]


def releases_by(appointment: Appointment, releases: Iterable[Release]) -> list[Release]:
    """The releases that an appointment caused: by its patient, and alive while the appointment was or as it ended.

    A release that ended as the appointment was made was somebody's before it; one opened later is a later one's. What
    was set back may have caused one too, and several if it was given up again: each opened since it was made.
    """
    gave_up = appointment.attendance in GIVEN_UP | {Attendance.MOVED}
    caused = (
        r
        for r in releases
        if appointment.patient_id in r.released_by
        and r.opened_at <= appointment.attendance_at
        and (r.ended_at is None or r.ended_at > appointment.created_at)
        and (gave_up or r.opened_at >= appointment.created_at)
    )
    return sorted(caused, key=lambda r: r.n)


@dataclass(frozen=True)
class ShowHistory:
    """A slot's chapters in the order in which its appointments were made. Raises NotFound (no such agenda)."""

    store: Store
    clinic: Clinic

    def __call__(self, slot: Slot) -> list[Chapter]:
        agenda = require(self.store, agenda_ref(slot.agenda_id))
        on = local_date(slot.start, self.clinic.zone)
        day = self.store.get(day_ref(agenda.practitioner_id, on))
        releases = [r for r in (day or PractitionerDay(practitioner_id="", on=on)).releases if r.slot == slot]
        rounds = everything(self.store, rounds_of_slot(slot))
        made = sorted(everything(self.store, appointments_of_slot(slot)), key=lambda a: (a.created_at, a.id))
        return [self._chapter(a, releases, rounds) for a in made]

    def _chapter(self, appointment: Appointment, releases: list[Release], rounds: list[Round]) -> Chapter:
        caused = releases_by(appointment, releases)
        numbers = {release.n for release in caused}
        return Chapter(appointment, caused, [r for r in rounds if r.n in numbers])


@dataclass(frozen=True)
class ShowNotAsked:
    """Who in line can't be asked about a released place that is offered to nobody, and why. An open round says so itself.

    Empty when the place is not released; without those behind the first who can be asked. Raises NotFound.
    """

    store: Store
    clinic: Clinic

    def __call__(self, slot: Slot) -> list[PassedOver]:
        agenda = require(self.store, agenda_ref(slot.agenda_id))
        day = self.store.get(day_ref(agenda.practitioner_id, local_date(slot.start, self.clinic.zone)))
        release = day.open_release(slot) if day else None
        availability = day.availability_of(slot) if day else None
        rounds = everything(self.store, rounds_of_slot(slot))
        if release is None or availability is None or any(r.is_open for r in rounds):
            return []
        about = question(slot, availability, release, rounds)
        return FindEligible(self.store, self.clinic.zone)(about, 1).passed_over
