"""Stream records in every order, with repeats: one end state (promise 33)."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

from creneau.agenda.appointment import Appointment
from creneau.agenda.day import PractitionerDay
from creneau.agenda.diary import PatientDiary
from creneau.changes import name_changes
from creneau.waitlist.round import Round
from tests.support.judge import Transitions, at_rest
from tests.support.world import World, line, released, slot

FREED = "2026-03-20 09:00"


def decline_and_accept(world: World, waiting: list[Appointment]) -> None:
    first, second, *_ = world.offers(slot(FREED))
    world.decline(first)
    world.accept(second)


def withdraw_and_book(world: World, waiting: list[Appointment]) -> None:
    world.tick(waiting[0], False)
    world.move(waiting[1], "2026-04-07 15:00")
    world.book("pat_new", "2026-03-20 08:45")


def all_decline(world: World, waiting: list[Appointment]) -> None:
    for offer in world.offers(slot(FREED)):
        world.decline(offer)


def close_and_open(world: World, waiting: list[Appointment]) -> None:
    (availability,) = world.day("2026-03-20").availabilities
    world.close("2026-03-20", availability.id)
    world.open("2026-03-20 08:00", "18:00")
    world.cancel(world.book("pat_new", FREED))
    world.cancel(waiting[4])


def release_again(world: World, waiting: list[Appointment]) -> None:
    world.cancel(world.book("pat_new", FREED))
    world.tick(world.tick(waiting[0], False))


SCENES: list[Callable[[World, list[Appointment]], None]] = [
    decline_and_accept,
    withdraw_and_book,
    all_decline,
    close_and_open,
    release_again,
]


def happened(what: Callable[[World, list[Appointment]], None]) -> tuple[World, list[Any]]:
    world = World().clinic(offers_per_round=3)
    Transitions(world)
    waiting = line(world, 5)
    released(world, FREED)
    world.grace()
    world.rest()
    what(world, waiting)
    matter = [r for r in world.stream if any(c.name != "AppointmentChanged" for c in name_changes(*r))]
    world.stream.clear()
    return world, matter


def end_state(world: World) -> Any:
    """All that patients and staff can tell, without versions and the numbers of executions."""
    return (
        sorted((a.patient_id, a.start, a.attendance) for a in world.all(Appointment)),
        sorted(
            (r.id, r.status, r.settled, *((o.patient_id, o.state) for o in r.offers.values())) for r in world.all(Round)
        ),
        sorted((d.patient_id, str(d.lock)) for d in world.all(PatientDiary)),
        sorted((r.slot.id, r.n, r.is_open) for d in world.all(PractitionerDay) for r in d.releases),
    )


@pytest.mark.rule("W-11")
@pytest.mark.promise(33)
@pytest.mark.parametrize("what", SCENES)
def test_all_orders_of_five_records_with_repeats_end_alike(what: Callable[[World, list[Appointment]], None]) -> None:
    world, records = happened(what)
    at_stake = range(min(5, len(records)))
    ends = []
    for order in permutations(at_stake):
        world, records = happened(what)
        for n in [*order, *order[:2], *range(len(at_stake), len(records))]:
            world.react(records[n])
        world.later(minutes=6)
        at_rest(world)
        ends.append(end_state(world))
    assert all(end == ends[0] for end in ends)


@pytest.mark.rule("W-11")
@pytest.mark.promise(10, 32, 40)
@pytest.mark.parametrize("what", SCENES)
def test_whatever_is_lost_the_sweeper_comes_to_a_right_end(
    what: Callable[[World, list[Appointment]], None],
) -> None:
    number = len(happened(what)[1])
    for lost in range(2**number) if number < 6 else [*(1 << n for n in range(number)), 2**number - 1]:
        world, records = happened(what)
        for n, record in enumerate(records):
            if not lost >> n & 1:
                world.react(record)
        world.sweep(15)
        at_rest(world)
