"""Several people act in the same instant over HTTP; afterwards what they were told is held against what is stored."""

import json
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import urllib3

from creneau.agenda.attendance import Attendance
from creneau.agenda.slot import Slot, parse_slot
from creneau.waitlist.round import OfferState, Round
from local.sign_in import sign_in
from tests.support import judge
from tests.support.patient import BUSY, PATIENCE, Seen
from tests.support.small_clinic import Answer, SmallClinic
from tests.support.world import World

WORDS = tomllib.loads((Path(__file__).parents[2] / "functions/api/pages/languages/en.toml").read_text())
OUTCOME = {words[said]: state for state, words in WORDS.items() for said in ("heading", "since") if said in words}
"""What a page's heading says became of an offer."""


@dataclass(frozen=True)
class Told:
    """`act` by or about `subject`: an offer's appointment, or what was booked. `made` is the appointment that it won."""

    act: str
    subject: str
    outcome: str
    statuses: tuple[int, ...]
    made: str | None = None


@dataclass
class Race:
    """For one slot of a small clinic. What is entered waits; `run` lets all of it go at once.

    `stayed` are appointments in the slot that nobody gave up: a group's.
    """

    clinic: SmallClinic
    slot: Slot
    acts: list[Callable[[], Told]] = field(default_factory=list)
    pages: dict[str, tuple[str, str]] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    stayed: frozenset[str] = frozenset()

    @classmethod
    def about(cls, clinic: SmallClinic, gone: Answer) -> "Race":
        return cls(clinic, parse_slot(gone["slot_id"]))

    def __post_init__(self) -> None:
        self.http = urllib3.PoolManager(num_pools=2, maxsize=32, retries=False, timeout=60)

    # -- who does what
    def open_pages(self) -> None:
        """Every patient with an offer opens it; it takes some seconds to read."""
        for own in self.clinic.asked(self.slot.id):
            link = self.clinic.link(own)
            self.pages[own] = link, self.clinic.running.patient.get(link).nonce

    def answers(self, answer: str) -> None:
        for own, (link, nonce) in self.pages.items():
            self.acts.append(lambda o=own, p=link, n=nonce: self._answer(answer, o, p, n))  # type: ignore[misc]

    def _answer(self, answer: str, own: str, link: str, nonce: str) -> Told:
        seen = self.clinic.running.patient.send(link, nonce, answer)
        return Told(answer, own, outcome_of(seen), seen.statuses)

    def books(self, day: int, clock: str, *, act: str = "book", **how: Any) -> None:
        """`act`: what the booking is to be called; "book" competes for the slot, "book elsewhere" for nothing."""
        body = self.clinic.booking(self.clinic.person(), day, clock, **how)
        self._staff(act, clock, "POST", "/appointments", body)

    def restores(self, gone: Answer) -> None:
        self._staff("restore", gone["id"], "POST", f"/appointments/{gone['id']}/attendance", {"to": "booked"})

    def closes(self, day: int, availability_id: str) -> None:
        where = f"/agendas/{self.clinic.agenda_id}/days/{self.clinic.day(day)}/availabilities/{availability_id}"
        self._staff("close", availability_id, "DELETE", where, {})

    def cancels(self, appointment: Answer) -> None:
        where = f"/appointments/{appointment['id']}/attendance"
        self._staff("cancel", appointment["id"], "POST", where, {"to": "cancelled_by_patient"})

    def _staff(self, act: str, subject: str, method: str, path: str, body: Answer) -> None:
        self.acts.append(lambda: self._ask(act, subject, method, path, body))

    def _ask(self, act: str, subject: str, method: str, path: str, body: Answer) -> Told:
        state, statuses = self.clinic.running.stack.state, list[int]()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        url, sent = f"{state['api']}/v1{path}", json.dumps(body).encode()
        got = self.http.request(method, url, body=sent, headers=headers)
        while got.status in BUSY and len(statuses) < PATIENCE:
            statuses.append(got.status)
            time.sleep(0.03 * 2 ** len(statuses))
            got = self.http.request(method, url, body=sent, headers=headers)
        answer = json.loads(got.data) if got.data else {}
        done = got.status < 300
        outcome = "done" if done else str(answer.get("code"))
        return Told(act, subject, outcome, (*statuses, got.status), answer.get("id") if done else None)

    def run(self) -> None:
        run = self.clinic.running
        admin = run.staff.user
        self.token = sign_in(run.stack.engine, run.stack.state, admin["name"], admin["password"])
        start = threading.Barrier(len(self.acts))

        def go(act: Callable[[], Told]) -> Told:
            start.wait(30)
            return act()

        with ThreadPoolExecutor(len(self.acts)) as people:
            self.told = list(people.map(go, self.acts))

    # -- what came of it
    def did(self, *acts: str) -> list[Told]:
        return [t for t in self.told if t.act in acts]

    def faults(self, world: World, places: int = 1) -> Iterator[str]:
        """`world` at rest. At most `places` win, exactly so many if anybody who wants one is not refused by own doing."""
        for told in self.told:
            if any(s >= 500 and s not in BUSY for s in told.statuses) or told.statuses[-1] in BUSY:
                yield f"{told} met an error of the server"
        yield from judge.faults(world)
        yield from judge.unfinished(world)
        rounds = [r for r in world.all(Round) if r.slot == self.slot]
        yield from self._winners(world, rounds, places)
        yield from self._answers(world, rounds)
        for told in self.did("book elsewhere"):
            if told.outcome != "done":
                yield f"{told}: nobody was in its way"

    def _winners(self, world: World, rounds: list[Round], places: int) -> Iterator[str]:
        accepted = {t.subject for t in self.did("accept") if t.outcome == "accepted"}
        offers = {o.appointment_id: o for r in rounds for o in r.offers.values()}
        told = {str(offers[own].new_appointment_id) for own in accepted}
        told |= {str(t.made) for t in self.did("book", "restore") if t.made}
        stored = {a.id for a in judge.holding(world) if judge.overlap(a, self.slot)} - self.stayed
        if told != stored:
            yield f"told {told} that the place is theirs, but {stored} hold it"
        wanted = self.did("accept", "book", "restore")
        own_doing = [t for t in wanted if t.outcome == "declined"]
        if len(told) > places or (len(told) < min(places, len(wanted) - len(own_doing)) and not self.did("close")):
            yield f"{len(told)} won {places} places: {self.told}"

    def _answers(self, world: World, rounds: list[Round]) -> Iterator[str]:
        """Each patient was told one thing, is told it again, and their appointment is as it says."""
        for round in rounds:
            for own, offer in round.offers.items():
                told = {t.outcome for t in self.did("accept", "decline") if t.subject == own}
                if own in self.pages:
                    told |= {outcome_of(self.clinic.running.patient.get(self.pages[own][0])) for _ in range(2)}
                if not told <= {offer.state.value}:
                    yield f"{own} was told {told}, and {offer.state.value} is recorded"
                appointment = world.appointment(own)
                if offer.state is OfferState.ACCEPTED:
                    if (appointment.attendance, appointment.moved_to) != (
                        Attendance.MOVED,
                        offer.new_appointment_id,
                    ):
                        yield f"{own} was accepted, and did not move"
                elif appointment.attendance is not Attendance.BOOKED or appointment.waiting_since is None:
                    yield f"{own} was not accepted, and lost its place or its turn"


def outcome_of(seen: Seen) -> str:
    return OUTCOME.get(seen.heading, f"{seen.status}: {seen.heading}")
