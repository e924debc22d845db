"""The one table of what follows by itself: complete, each reaction once, and carried over the wire."""

import ast
import inspect
from itertools import permutations
from typing import Any

import msgspec
import pytest

from creneau import changes
from creneau.changes import Change, name_changes
from creneau.reactions import ACTS, REACTIONS, Reaction, react, reactions_to
from creneau.shared.errors import NotFound
from tests.support.judge import at_rest
from tests.support.world import World, line, released, slot


def names_in_the_code() -> set[str]:
    calls = [n for n in ast.walk(ast.parse(inspect.getsource(changes))) if isinstance(n, ast.Call)]
    names = [c.args[0] for c in calls if isinstance(c.func, ast.Name) and c.func.id == "Change"]
    return {str(n.value) for n in names if isinstance(n, ast.Constant)}


def test_every_change_that_is_named_has_its_reactions_and_no_other() -> None:
    assert set(REACTIONS) == names_in_the_code()


def test_every_reaction_has_its_act_and_no_other() -> None:
    assert {name for names in REACTIONS.values() for name in names} == set(ACTS)


def test_what_two_changes_ask_for_is_done_once() -> None:
    twice = [Change("OfferDecided", ("r",)), Change("OfferWithdrawn", ("r",)), Change("OfferDecided", ("r",))]
    assert sorted(r.reaction for r in reactions_to(twice)) == ["extend_round", "settle_round"]


def test_a_reaction_survives_the_retry_queue() -> None:
    reaction = Reaction(reaction="settle_slot", key=("agd_1.a.b",))
    assert msgspec.json.decode(msgspec.json.encode(reaction), type=Reaction) == reaction


class Deaf:
    """An application whose every use case only notes that it was asked, and with what."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[Any, ...]]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *args: self.asked.append((name, args))


KEYS = {
    "PlaceReleased": ("prc_1", slot("2026-03-20 09:00").id),
    "OpeningChanged": ("prc_1", slot("2026-03-20 09:00").id),
    "ReleaseEnded": (slot("2026-03-20 09:00").id,),
    "OfferDecided": (f"{slot('2026-03-20 09:00').id}.1.1",),
    "OfferWithdrawn": (f"{slot('2026-03-20 09:00').id}.1.1",),
    "OffersMade": (f"{slot('2026-03-20 09:00').id}.1.1",),
    "PayersReplanStepped": ("3",),
    "PayersReplanWanted": (),
    "ReplanStepped": ("3",),
    "ReplanWanted": (),
    "RoundClosed": ("prc_1", slot("2026-03-20 09:00").id, f"{slot('2026-03-20 09:00').id}.1.1"),
}


@pytest.mark.parametrize("change", sorted(REACTIONS))
def test_each_reaction_fits_the_key_of_its_change_and_asks_one_use_case(change: str) -> None:
    for reaction in reactions_to([Change(change, KEYS.get(change, ("id_1",)))]):
        app = Deaf()
        react(app, reaction)  # type: ignore[arg-type]
        assert len(app.asked) == 1, reaction


def test_a_round_that_is_not_there_is_an_error_and_not_silence() -> None:
    world = World().clinic()
    with pytest.raises(NotFound):
        react(world.app, Reaction(reaction="settle_round", key=KEYS["OfferDecided"]))


@pytest.mark.rule("W-11")
@pytest.mark.promise(33)
def test_every_reaction_is_harmless_to_repeat() -> None:
    world = World().clinic()
    line(world, 7)
    the_slot = released(world)
    records = list(world.stream)
    world.grace()
    world.decline(world.offers(the_slot)[0])
    world.accept(world.offers(the_slot)[1])
    records += list(world.stream)
    world.rest()
    items = dict(world.store.items)
    for _ in range(2):
        for record in records:
            world.react(record)
            world.rest()
    assert world.store.items == items
    at_rest(world)


@pytest.mark.rule("W-08", "W-12")
@pytest.mark.promise(33)
def test_named_changes_come_to_the_same_in_every_order() -> None:
    """The reactions of one accepted offer, one cancelled appointment and a booking, in all orders."""
    ends = set()
    for order in permutations(range(5)):
        world = World().clinic()
        waiting = line(world, 4)
        the_slot = released(world)
        world.grace()
        world.cancel(waiting[3])
        world.decline(world.offers(the_slot)[1])
        world.accept(world.offers(the_slot)[0])
        records = [r for r in world.stream if [c for c in name_changes(*r) if c.name != "AppointmentChanged"]]
        assert len(records) >= 5
        world.stream.clear()
        for n in [*order, order[0], *range(5, len(records))]:
            world.react(records[n])
        world.rest()
        at_rest(world)
        ends.add(tuple(sorted((o.patient_id, str(o.state)) for o in world.rounds_of(the_slot)[0].offers.values())))
    assert len(ends) == 1
