"""Whatever staff do in whatever order, on whatever intervals: no place is held twice, nobody is in two places (A-06)."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from creneau.agenda.appointment import Appointment
from creneau.agenda.attendance import Attendance
from creneau.agenda.resource_day import ResourceDay
from creneau.shared.actor import SYSTEM
from creneau.shared.errors import DomainError
from tests.support.judge import faults as faults_of
from tests.support.judge import holding, overlap, same_slot
from tests.support.world import AGENDA, ELSEWHERE, GROUP, OTHER_AGENDA, World

DAYS = ("2026-03-20", "2026-03-21")
TIMES = st.builds("{} {:02}:{:02}".format, st.sampled_from(DAYS), st.integers(8, 11), st.sampled_from([0, 15, 30, 45]))
PATIENTS = st.sampled_from(["pat_1", "pat_2", "pat_3", "pat_4"])
AGENDAS = st.sampled_from([AGENDA, AGENDA, OTHER_AGENDA, ELSEWHERE])
SERVICES = st.sampled_from(["srv_half", "srv_half", "srv_hour", "srv_scan", GROUP])
PICK = st.integers(0, 30)


class Staff(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World().clinic()
        self.openings = [
            (self.world.open(f"{DAYS[0]} 08:00", "12:00"), DAYS[0]),
            (self.world.open(f"{DAYS[1]} 09:00", "10:00", service_ids=(GROUP,), places=2), DAYS[1]),
            (self.world.open(f"{DAYS[1]} 10:00", "12:00"), DAYS[1]),
        ]

    def some(self, pick: int) -> Appointment:
        known: list[Appointment] = sorted(self.world.all(Appointment), key=lambda a: a.id)
        return known[pick % len(known)]

    def try_to(self, act) -> None:
        before = dict(self.world.store.items)
        try:
            act()
        except DomainError:
            # A refusal changes nothing (patients registered on the way aside).
            after = self.world.store.items
            assert {k: v for k, v in after.items() if k in before} == before

    @rule(patient=PATIENTS, start=TIMES, agenda=AGENDAS, service=SERVICES, anywhere=st.booleans(), waits=st.booleans())
    def book(self, patient, start, agenda, service, anywhere, waits):
        self.try_to(
            lambda: self.world.book(
                patient,
                start,
                agenda_id=agenda,
                service_id=service,
                outside_availability=anywhere,
                wants_earlier=waits,
            )
        )

    @precondition(lambda self: self.world.all(Appointment))
    @rule(pick=PICK, start=TIMES, agenda=st.none() | AGENDAS, anywhere=st.booleans())
    def move(self, pick, start, agenda, anywhere):
        chosen = self.some(pick)
        self.try_to(lambda: self.world.move(chosen, start, agenda_id=agenda, outside_availability=anywhere))

    @precondition(lambda self: self.world.all(Appointment))
    @rule(pick=PICK, to=st.sampled_from(Attendance))
    def change(self, pick, to):
        chosen = self.some(pick)
        self.try_to(lambda: self.world.app.change_attendance(chosen.id, to, SYSTEM))

    @precondition(lambda self: self.world.all(Appointment))
    @rule(pick=PICK, wanted=st.booleans())
    def tick(self, pick, wanted):
        chosen = self.some(pick)
        self.try_to(lambda: self.world.tick(chosen, wanted))

    @precondition(lambda self: self.world.all(Appointment))
    @rule(pick=PICK)
    def delete(self, pick):
        chosen = self.some(pick)
        self.try_to(lambda: self.world.app.delete_appointment(chosen.id, SYSTEM))

    @precondition(lambda self: self.openings)
    @rule(pick=PICK)
    def close(self, pick):
        id, on = self.openings.pop(pick % len(self.openings))
        self.world.close(on, id)

    @invariant()
    def nothing_is_wrong(self):
        assert list(faults_of(self.world)) == []

    @invariant()
    def rooms_serve_one_at_a_time(self):
        users = [a for a in holding(self.world) if "res_1" in a.resource_ids]
        for n, a in enumerate(users):
            assert not any(overlap(a, b) and not same_slot(a, b) for b in users[n + 1 :])
        assert {h.appointment_id for d in self.world.all(ResourceDay) for h in d.held} == {a.id for a in users}


@pytest.mark.rule("A-06")
@pytest.mark.promise(1)
@pytest.mark.promise(8)
class TestStaff(Staff.TestCase):  # type: ignore[misc,valid-type]
    settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
