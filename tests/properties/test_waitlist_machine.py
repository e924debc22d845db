"""Everything that people, time, a faulty stream and dying executions can do to a waitlist, in any order, judged throughout.

`CRENEAU_EXAMPLES=2000 pytest tests/properties/test_waitlist_machine.py` searches longer, and elsewhere each time.
"""

import os
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from creneau.agenda.appointment import Appointment
from creneau.agenda.attendance import GIVEN_UP, Attendance
from creneau.shared.actor import SYSTEM
from creneau.shared.errors import DomainError
from creneau.shared.store import Conflict
from creneau.waitlist.answer import Answer, Outcome
from creneau.waitlist.round import OfferState, Round, ref_of
from tests.support.judge import Transitions, always, at_rest
from tests.support.world import GROUP, HALF_AN_HOUR, Live, World, at

DAYS = ["2026-03-06", "2026-03-20", "2026-04-02"]
TIMES = ["09:00", "09:30", "10:00", "09:15"]
GROUP_TIME = "14:00"
PATIENTS = [f"pat_{n}" for n in range(5)]
FINAL = {Outcome.ACCEPTED, Outcome.DECLINED, Outcome.SUPERSEDED, Outcome.EXPIRED, Outcome.WITHDRAWN, Outcome.BOUNCED}

some = st.integers(0, 1000)
starts = st.sampled_from([f"{day} {time}" for day in DAYS for time in [*TIMES, GROUP_TIME]])
early_starts = st.sampled_from([f"{day} {time}" for day in DAYS[:2] for time in [*TIMES[:2], GROUP_TIME]])
late_starts = st.sampled_from([f"{day} {time}" for day in DAYS[1:] for time in [*TIMES[1:], GROUP_TIME, GROUP_TIME]])
gaps = st.sampled_from([0.001, 1, 1, 20, 60, 60, 60, 300, 3600, 86400])


class Waitlist(RuleBasedStateMachine):
    """Each rule is one step; refusals are answers as any other. `told` keeps what patients were told for good."""

    @initialize(
        refill=st.booleans(),
        further=st.sampled_from([True, True, False]),
        five=st.integers(1, 3),
        waiting=st.lists(late_starts, min_size=4, max_size=8),
        freed=st.lists(early_starts, min_size=1, max_size=3),
        opened=st.sampled_from([True, True, True, False]),
    )
    def begin(self, refill: bool, further: bool, five: int, waiting: list[str], freed: list[str], opened: bool) -> None:
        """Some wait; some places were freed; as a rule their rounds are open."""
        self.world = World().clinic(
            minimum_lead_days=0, refill=refill, further_rounds=further, offers_per_round=five, grace_minutes=1
        )
        self.told: dict[Live, tuple[Outcome, Any]] = {}
        self.past: list[tuple[Any, Any]] = []
        self.open_days: dict[str, list[str]] = {}
        for on in DAYS:
            self._open(on)
        Transitions(self.world)
        for n, start in enumerate(waiting):
            self._try(lambda p=PATIENTS[n % 5], s=start: self._book(p, s, True))
        for n, start in enumerate(freed):
            self._try(lambda p=f"pat_gone{n}", s=start: self.world.cancel(self._book(p, s, False)))
        if opened:
            self.world.later(minutes=1, seconds=5)

    # -- people
    @rule(patient=st.sampled_from(PATIENTS), start=starts, waits=st.booleans())
    def book(self, patient: str, start: str, waits: bool) -> None:
        self._try(lambda: self._book(patient, start, waits))

    @rule(n=some, to=st.sampled_from(sorted(GIVEN_UP)))
    def give_up(self, n: int, to: Attendance) -> None:
        self._with_one(n, lambda a: self.world.cancel(a, to), only_booked=True)

    @rule(n=some, to=st.sampled_from([Attendance.BOOKED, Attendance.ATTENDED]))
    def set_attendance(self, n: int, to: Attendance) -> None:
        self._with_one(n, lambda a: self.world.app.change_attendance(a.id, to, SYSTEM))

    @rule(n=some, start=starts)
    def move(self, n: int, start: str) -> None:
        self._with_one(n, lambda a: self.world.move(a, start), only_booked=True)

    @rule(n=some, wanted=st.booleans())
    def tick(self, n: int, wanted: bool) -> None:
        self._with_one(n, lambda a: self.world.tick(a, wanted), only_booked=True)

    @rule(day=st.sampled_from(DAYS))
    def change_hours(self, day: str) -> None:
        if self.open_days[day]:
            self._try(lambda: self.world.close(day, self.open_days[day].pop()))
        else:
            self._open(day)

    @rule(n=some, answer=st.sampled_from(Answer))
    def answer(self, n: int, answer: Answer) -> None:
        self._answer(n, answer)

    @rule(
        n=some, m=some, answer=st.sampled_from(Answer), rival=st.sampled_from(["answer", "book", "give up", "settle"])
    )
    def answer_against(self, n: int, m: int, answer: Answer, rival: str) -> None:
        """A rival's change slips between what the answer reads and its write."""

        def slip_in(_writes: Any) -> None:
            self.world.store.before_commit.remove(slip_in)
            if rival == "answer":
                self._answer(m, Answer.ACCEPT)
            elif rival == "book":
                live = self._offer(n)
                if live:
                    self._try(lambda: self._book(PATIENTS[m % 5], self._start_of(live), False))
            elif rival == "give up":
                self._with_one(m, self.world.cancel, only_booked=True)
            else:
                self._settle(n)

        self.world.store.before_commit.append(slip_in)
        self._answer(n, answer)
        if slip_in in self.world.store.before_commit:
            self.world.store.before_commit.remove(slip_in)

    @rule(n=some)
    def bounce(self, n: int) -> None:
        live = self._offer(n)
        if live:
            self._try(lambda: self.world.app.bounce_offer(live.round_id, live.appointment_id))

    @rule(patient=st.sampled_from(PATIENTS), email=st.sampled_from(["one@mail.example", "other@mail.example", None]))
    def write_elsewhere(self, patient: str, email: str | None) -> None:
        self.world.write_to(self.world.patient(patient), email)

    @rule(n=some)
    def look(self, n: int) -> None:
        live = self._offer(n)
        if live:
            before = dict(self.world.store.items)
            self.world.show(live)
            assert self.world.store.items == before, "promise 3"

    # -- the stream, the executions, time
    @precondition(lambda self: self.world.stream)
    @rule(n=st.integers(0, 5), fate=st.sampled_from(["read", "read", "read", "lost"]))
    def record(self, n: int, fate: str) -> None:
        """Some record of the next few, so in any order; or it is lost."""
        n = min(n, len(self.world.stream) - 1)
        record = self.world.stream[n]
        del self.world.stream[n]
        self.past.append(record)
        if fate == "read":
            self.world.react(record)

    @precondition(lambda self: self.past)
    @rule(n=some)
    def repeated_record(self, n: int) -> None:
        self.world.react(self.past[n % len(self.past)])

    @rule()
    def all_records(self) -> None:
        self.past += self.world.stream
        self.world.drain()

    @rule(n=some)
    def execution(self, n: int) -> None:
        due = self.world.rounds.due(self.world.now)
        if due:
            due[n % len(due)].step(self.world.app)

    @rule()
    def quiet(self) -> None:
        """All that is due happens: what most minutes are like."""
        self.past += self.world.stream
        self.world.later(minutes=1)

    @rule(n=some)
    def abort(self, n: int) -> None:
        running = self.world.rounds.running
        if running:
            self.world.rounds.abort(running[n % len(running)])

    @rule(seconds=gaps)
    def time_passes(self, seconds: float) -> None:
        self.world.now += timedelta(seconds=seconds)

    @rule(n=some, seconds=st.sampled_from([-0.001, 0, 29.999, 30]))
    def time_comes_to_an_expiry(self, n: int, seconds: float) -> None:
        rounds = [r for r in self.world.all(Round) if r.expires_at + timedelta(seconds=seconds) > self.world.now]
        if rounds:
            self.world.now = rounds[n % len(rounds)].expires_at + timedelta(seconds=seconds)

    @rule()
    def sweeper(self) -> None:
        self.world.app.sweep()

    @rule()
    def come_to_rest(self) -> None:
        """The sweeper runs every minute: within a quarter of an hour nothing is left undone, whatever was lost."""
        self.world.sweep()
        at_rest(self.world)

    # -- judged
    @invariant()
    def all_is_well(self) -> None:
        if hasattr(self, "world"):
            always(self.world)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.come_to_rest()
            for live, (outcome, _) in self.told.items():
                assert self.world.offer(live).state == str(outcome), "promise 2: told otherwise later"

    # -- how
    def _try(self, act: Any) -> None:
        try:
            act()
        except DomainError as error:
            if error.code == "busy":
                raise
        except Conflict:
            pass  # a single write of the test's own

    def _open(self, on: str) -> None:
        self.open_days[on] = [
            self.world.open(f"{on} 08:00", "12:00"),
            self.world.open(f"{on} 14:00", "15:00", service_ids=(GROUP,), places=2),
        ]

    def _book(self, patient: str, start: str, waits: bool) -> Appointment:
        service = GROUP if start.endswith(GROUP_TIME) else HALF_AN_HOUR
        return self.world.book(patient, start, service_id=service, wants_earlier=waits)

    def _with_one(self, n: int, act: Any, *, only_booked: bool = False) -> None:
        known = [a for a in self.world.all(Appointment) if a.is_booked or not only_booked]
        if known:
            self._try(lambda: act(known[n % len(known)]))

    def _offer(self, n: int) -> Live | None:
        """Any offer there ever was; those that can be answered rather than others."""
        offers = [(r, o) for r in self.world.all(Round) for o in r.offers.values()]
        live = [(r, o) for r, o in offers if o.state is OfferState.SENT]
        chosen = live if live and n % 4 else offers
        if not chosen:
            return None
        round, offer = chosen[n // 4 % len(chosen)]
        return Live(round.id, offer.appointment_id, offer.patient_id)

    def _start_of(self, live: Live) -> str:
        start = self.world.store.get(ref_of(live.round_id)).slot.start  # type: ignore[union-attr]
        return next(f"{d} {t}" for d in DAYS for t in [*TIMES, GROUP_TIME] if at(f"{d} {t}") == start)

    def _settle(self, n: int) -> None:
        live = self._offer(n)
        if live:
            self.world.app.settle(ref_of(live.round_id))

    def _answer(self, n: int, answer: Answer) -> None:
        live = self._offer(n)
        if live is None:
            return
        round = self.world.store.get(ref_of(live.round_id))
        assert round
        arrived = self.world.now
        seen = self.world.answer(live, answer, arrived)
        if arrived < round.expires_at:
            assert seen.outcome is not Outcome.TOO_LATE
            assert seen.outcome is not Outcome.EXPIRED, "in time, and told that it expired"
        before = self.told.get(live)
        if before is not None:
            assert (seen.outcome, seen.offer.decided_at) == before, "promise 2"
        if seen.outcome in FINAL:
            self.told[live] = (seen.outcome, seen.offer.decided_at)
        if seen.outcome is Outcome.ACCEPTED:
            assert before is not None or arrived < round.expires_at, "promise 4"


EXAMPLES = int(os.environ.get("CRENEAU_EXAMPLES", "0"))


@pytest.mark.rule("W-04", "W-05", "W-07", "W-08", "W-09", "W-10", "W-11", "W-12", "W-14")
@pytest.mark.promise(1, 2, 4, 5, 6, 7, 8, 9, 10, 32, 33, 34, 40, 41)
def test_the_waitlist_keeps_its_promises() -> None:
    run_state_machine_as_test(
        Waitlist,
        settings=settings(
            max_examples=EXAMPLES or 80,
            stateful_step_count=40,
            deadline=None,
            derandomize=not EXAMPLES,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
