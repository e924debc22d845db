"""The one composition root: which adapters the use cases run on. Everything is built when first used."""

import os
from collections.abc import Mapping
from functools import cached_property

from creneau.adapters import aws, identifiers, wall_clock
from creneau.adapters.dynamodb.table import Table
from creneau.agenda.absence import AddAbsence, AppointmentsIn, MarkAbsence, RemoveAbsence
from creneau.agenda.book import Book
from creneau.agenda.change_attendance import ChangeAttendance
from creneau.agenda.move import Move
from creneau.agenda.opening import RemoveOpening, SetOpening
from creneau.agenda.wants_earlier import SetWantsEarlier
from creneau.shared.again import Again
from creneau.shared.settings import Clinic
from creneau.shared.store import Store
from creneau.shared.time import Clock


class App:
    """`environment` is the process's; tests hand in their own, and override what they want to hold in their hands."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment

    # -- the world
    @cached_property
    def clinic(self) -> Clinic:
        env = self.environment
        return Clinic(
            name=env["CLINIC_NAME"],
            zone_name=env["CLINIC_ZONE"],
            country=env["CLINIC_COUNTRY"],
            currency=env["CLINIC_CURRENCY"],
            language=env["CLINIC_LANGUAGE"],
            sender=env["SENDER_ADDRESS"],
        )

    @cached_property
    def clock(self) -> Clock:
        return wall_clock.now

    @cached_property
    def again(self) -> Again:
        return Again(pause=wall_clock.pause, dice=wall_clock.dice)

    @cached_property
    def store(self) -> Store:
        return Table(aws.client("dynamodb"), self.environment["TABLE_NAME"])

    def new_id(self, prefix: str) -> str:
        return identifiers.new_id(prefix)

    # -- agenda
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
    def set_opening(self) -> SetOpening:
        return SetOpening(self.store, self.clinic, self.clock, self.again)

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


_present: App | None = None


def app() -> App:
    """The process's application."""
    global _present
    if _present is None:
        _present = App(os.environ)
    return _present


def use(other: App | None) -> None:
    """Tests: what `app()` answers from now on (None: the process's own again)."""
    global _present
    _present = other
