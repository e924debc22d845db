"""Any step of the protocol meets any other between what it reads and what it writes: whoever is first, nothing breaks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from creneau.agenda.appointment import Appointment
from creneau.shared.errors import DomainError
from creneau.waitlist.round import ref_of
from tests.support.judge import Transitions, always, at_rest
from tests.support.world import AGENDA, ELSEWHERE, Live, World, line, released, slot

FREED, OTHER = "2026-03-20 09:00", "2026-03-20 11:00"


@dataclass
class Scene:
    """Six who wait; the first five have an offer of one place; a second place is due to be offered."""

    world: World
    waiting: list[Appointment]
    gone: Appointment
    offers: list[Live]


def scene() -> Scene:
    world = World().clinic(refill=True, offers_per_round=3)
    Transitions(world)
    waiting = line(world, 6)
    for new in ("pat_new", "pat_new2"):
        world.patient(new)
    world.open("2026-03-20 08:00", "18:00")
    world.open("2026-03-20 08:00", "18:00", agenda_id=ELSEWHERE)
    gone = world.cancel(world.book("pat_gone", FREED))
    world.grace()
    released(world, OTHER, by="pat_gone2")
    world.drain()
    world.now = max(e.until for e in world.rounds.running if not e.waits_for_answers)
    return Scene(world, waiting, gone, world.offers(slot(FREED)))


def remove_hours(s: Scene) -> None:
    (availability,) = [a for a in s.world.day("2026-03-20").availabilities if a.agenda_id == AGENDA]
    s.world.close("2026-03-20", availability.id)


def open_the_second(s: Scene) -> None:
    for execution in s.world.rounds.due(s.world.now):
        execution.step(s.world.app)


STEPS: dict[str, Callable[[Scene], Any]] = {
    "accept": lambda s: s.world.accept(s.offers[0]),
    "accept as another": lambda s: s.world.accept(s.offers[1]),
    "decline": lambda s: s.world.decline(s.offers[0]),
    "decline as another": lambda s: s.world.decline(s.offers[1]),
    "open a round": open_the_second,
    "settle": lambda s: s.world.app.settle(ref_of(s.offers[0].round_id)),
    "extend": lambda s: s.world.app.extend(ref_of(s.offers[0].round_id)),
    "book it": lambda s: s.world.book("pat_new", FREED),
    "book over it": lambda s: s.world.book("pat_new2", "2026-03-20 08:45"),
    "book for the patient then": lambda s: s.world.book("pat_1", FREED, agenda_id=ELSEWHERE),
    "move there": lambda s: s.world.move(s.waiting[5], FREED),
    "move the own": lambda s: s.world.move(s.waiting[0], "2026-04-06 15:00"),
    "cancel the own": lambda s: s.world.cancel(s.waiting[0]),
    "untick the own": lambda s: s.world.tick(s.waiting[0], False),
    "restore": lambda s: s.world.restore(s.gone),
    "remove the hours": remove_hours,
}


def act(scene: Scene, name: str) -> None:
    """A refusal is an answer as any other here; a conflict that never ends is not."""
    try:
        STEPS[name](scene)
    except DomainError as error:
        if error.code == "busy":
            raise


def commits_of(name: str) -> int:
    s, number = scene(), []
    s.world.store.before_commit.append(lambda writes: number.append(1))
    act(s, name)
    return len(number)


@pytest.mark.rule("W-04", "W-07", "W-08", "W-10", "W-12")
@pytest.mark.promise(1, 2, 5, 7, 8, 9, 10, 40, 41)
@pytest.mark.parametrize("step", STEPS)
def test_a_rivals_change_between_read_and_write(step: str) -> None:
    for rival in STEPS:
        for at_commit in range(commits_of(step)):
            s = scene()
            _slip_in(s, rival, at_commit)
            act(s, step)
            always(s.world)
            s.world.rest()
            s.world.sweep(6)
            at_rest(s.world)


def _slip_in(s: Scene, rival: str, at_commit: int) -> None:
    seen = [0]

    def hook(_writes: Any) -> None:
        if seen[0] == at_commit:
            s.world.store.before_commit.remove(hook)
            act(s, rival)
        seen[0] += 1

    s.world.store.before_commit.append(hook)
