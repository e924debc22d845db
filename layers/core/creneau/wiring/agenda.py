"""The agenda and what it is made of: its use cases on their adapters."""

from functools import cached_property

from creneau.agenda.absence import AddAbsence, AppointmentsIn, MarkAbsence, RemoveAbsence
from creneau.agenda.annotate import Annotate
from creneau.agenda.book import Book
from creneau.agenda.change_attendance import ChangeAttendance
from creneau.agenda.clear_absence import ClearAbsence
from creneau.agenda.consent import ChangeConsent
from creneau.agenda.delete import DeleteAppointment
from creneau.agenda.free_slots import FreeSlots
from creneau.agenda.mark_address import ClearAddresses, MarkAddress
from creneau.agenda.move import Move
from creneau.agenda.opening import ChangeOpening, RemoveOpening
from creneau.agenda.opening_series import AddOpenings
from creneau.agenda.practitioner_of_user import PractitionerOfUser
from creneau.agenda.register import Register
from creneau.agenda.register_patient import RegisterPatient
from creneau.agenda.wants_earlier import SetWantsEarlier
from creneau.billing.pays_for import KeepPaysFor
from creneau.shared.change_settings import ChangeSettings
from creneau.shared.request_key import UseRequestKey
from creneau.wiring.ground import Ground


class Agenda(Ground):
    @cached_property
    def book(self) -> Book:
        return Book(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def change_attendance(self) -> ChangeAttendance:
        return ChangeAttendance(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def move(self) -> Move:
        return Move(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def set_wants_earlier(self) -> SetWantsEarlier:
        return SetWantsEarlier(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def change_opening(self) -> ChangeOpening:
        return ChangeOpening(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def remove_opening(self) -> RemoveOpening:
        return RemoveOpening(self.store, self.clock, self.again)

    @cached_property
    def add_absence(self) -> AddAbsence:
        return AddAbsence(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def mark_absence(self) -> MarkAbsence:
        return MarkAbsence(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def remove_absence(self) -> RemoveAbsence:
        return RemoveAbsence(self.store, self.clinic, self.again)

    @cached_property
    def appointments_in(self) -> AppointmentsIn:
        return AppointmentsIn(self.store, self.clinic)

    @cached_property
    def clear_absence(self) -> ClearAbsence:
        return ClearAbsence(self.store, self.change_attendance, self.move)

    @cached_property
    def delete_appointment(self) -> DeleteAppointment:
        return DeleteAppointment(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def annotate(self) -> Annotate:
        return Annotate(self.store, self.clock, self.again)

    @cached_property
    def add_openings(self) -> AddOpenings:
        return AddOpenings(self.store, self.clinic, self.clock, self.again)

    @cached_property
    def free_slots(self) -> FreeSlots:
        return FreeSlots(self.store, self.clinic, self.clock)

    # -- catalogue, patients, settings, who asks
    @cached_property
    def register(self) -> Register:
        return Register(self.store, self.clinic, self.clock)

    @cached_property
    def register_patient(self) -> RegisterPatient:
        return RegisterPatient(self.store, self.clinic, self.clock, self.again, KeepPaysFor(self.store))

    @cached_property
    def change_consent(self) -> ChangeConsent:
        return ChangeConsent(self.store, self.clock, self.again)

    @cached_property
    def mark_address(self) -> MarkAddress:
        return MarkAddress(self.store, self.clock, self.again)

    @cached_property
    def clear_addresses(self) -> ClearAddresses:
        return ClearAddresses(self.store, self.clock, self.again)

    @cached_property
    def practitioner_of_user(self) -> PractitionerOfUser:
        return PractitionerOfUser(self.store, self.clock)

    @cached_property
    def use_request_key(self) -> UseRequestKey:
        return UseRequestKey(self.store, self.clock)

    @cached_property
    def change_settings(self) -> ChangeSettings:
        return ChangeSettings(self.store, self.clock)
