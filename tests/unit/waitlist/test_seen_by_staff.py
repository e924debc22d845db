"""What staff see of a slot: every appointment ever on it, each offer and what came of it, who was passed over (W-13)."""

from datetime import timedelta

import pytest

from creneau.agenda.collections import appointments_of_slot
from creneau.shared.store import everything
from creneau.waitlist.eligible import LISTED, Reason
from tests.support.world import World, line, released, slot

pytestmark = pytest.mark.rule("W-13")


def test_every_appointment_ever_made_on_that_start_and_end(world: World) -> None:
    line(world, 1)
    world.open("2026-03-20 08:00", "18:00")
    world.cancel(world.book("pat_other_end", "2026-03-20 09:00", duration_minutes=45))
    the_slot = released(world, by="pat_a")
    world.cancel(world.book("pat_b", "2026-03-20 09:00"))
    world.move(world.book("pat_c", "2026-03-20 09:00"), "2026-03-20 15:00")
    world.grace()
    world.accept(world.offers(the_slot)[0])
    found = everything(world.store, appointments_of_slot(the_slot))
    assert {(a.patient_id, a.attendance) for a in found} == {
        ("pat_a", "cancelled_by_patient"),
        ("pat_b", "cancelled_by_patient"),
        ("pat_c", "moved"),
        ("pat_1", "booked"),
    }


def test_the_offers_that_a_release_caused_to_whom_when_the_outcome_when(world: World) -> None:
    line(world, 7)
    the_slot = released(world)
    world.grace()
    opened = world.now
    world.later(hours=1)
    refused, won, *_ = world.offers(the_slot)
    world.decline(refused)
    world.later(hours=1)
    world.accept(won)
    world.rest()
    (round,) = world.rounds_of(the_slot)
    assert (round.n, round.q) == (1, 1)
    told = [(o.patient_id, o.state, o.sent_at < opened, o.decided_at) for o in round.offers.values()]
    assert [t[:3] for t in told] == [
        ("pat_1", "declined", True),
        ("pat_2", "accepted", True),
        *((f"pat_{n}", "superseded", True) for n in (3, 4, 5)),
    ]
    assert [t[3] for t in told[1:]] == [world.now] * 4
    assert told[0][3] == world.now - timedelta(hours=1)


def test_why_somebody_in_line_was_not_asked(world: World) -> None:
    line(world, 3)
    world.unreachable("pat_1")
    world.open("2026-04-20 08:00", "18:00")
    world.waits("pat_gone", "2026-04-20 10:00")
    the_slot = released(world, by="pat_gone")
    world.open("2026-04-21 08:00", "18:00")
    world.waits("pat_last", "2026-04-21 10:00")
    world.grace()
    assert [(p.patient_id, p.reason) for p in world.round(the_slot).passed_over] == [
        ("pat_gone", Reason.RELEASED_IT),
        ("pat_1", Reason.UNREACHABLE),
    ]
    assert world.asked(the_slot) == ["pat_2", "pat_3", "pat_last"]


def test_the_list_of_those_passed_over_stays_small(world: World) -> None:
    world.open("2026-03-20 06:00", "23:00")
    for n in range(30):
        hour, half = divmod(n, 2)
        world.waits(f"pat_e{n}", f"2026-03-20 {6 + hour:02}:{30 * half:02}")
    world.open("2026-03-21 06:00", "23:00")
    for n in range(30):
        hour, half = divmod(n, 2)
        world.waits(f"pat_f{n}", f"2026-03-21 {6 + hour:02}:{30 * half:02}")
        world.unreachable(f"pat_f{n}")
    world.open("2026-04-21 08:00", "18:00")
    world.waits("pat_last", "2026-04-21 10:00")
    world.cancel(world.book("pat_gone", "2026-03-20 22:00"))
    world.grace()
    round = world.round(slot("2026-03-20 22:00"))
    assert list(world.asked(slot("2026-03-20 22:00"))) == ["pat_last"]
    assert len(round.passed_over) == LISTED == 50


@pytest.mark.promise(33)
def test_later_rounds_keep_what_earlier_ones_were(world: World) -> None:
    line(world, 6)
    world.unreachable("pat_2")
    the_slot = released(world)
    world.grace()
    for offer in world.offers(the_slot):
        world.decline(offer)
    world.rest()
    first, *_ = world.rounds_of(the_slot)
    assert [p.patient_id for p in first.passed_over] == ["pat_2"]
    assert first.closed_at == world.now
