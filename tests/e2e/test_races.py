"""Many people act in the same instant over HTTP, judged by what they were told and what is stored, whoever wins."""

import os
import random

import pytest

from tests.support.history import Race
from tests.support.small_clinic import SmallClinic
from tests.support.stack import Running
from tests.support.stored import items, world_of

pytestmark = pytest.mark.engine
ROUNDS = 100 if os.environ.get("FAULTS") == "all" else 4
AT_ONCE = 6
"""Races prepared together: they share the grace delay."""


def read(*races: Race) -> None:
    """Everybody opens their page, and has read it."""
    for race in races:
        race.open_pages()
    races[0].clinic.running.later(seconds=3)


def judged(*races: Race, places: int = 1) -> None:
    run = races[0].clinic.running
    run.rest()
    stored = items(run)
    for race in races:
        found = list(race.faults(world_of(race.clinic, stored), places))
        assert not found, "\n".join([*found, *map(str, race.told)])


def mixed(stack: Running) -> Race:
    clinic = SmallClinic.enter(stack)
    clinic.line(5)
    race = Race.about(clinic, gone := clinic.released())
    race.restores(gone)
    for clock in ("09:50", "10:00", "10:10"):
        race.books(0, clock)
    for clock in ("11:00", "15:30"):
        race.books(0, clock, act="book elsewhere")
    return race


@pytest.mark.rule("W-08")
@pytest.mark.rule("A-06")
@pytest.mark.promise(1)
@pytest.mark.promise(2)
@pytest.mark.promise(7)
@pytest.mark.promise(40)
def test_accepts_declines_bookings_and_a_restore_at_once(stack: Running) -> None:
    winners = set()
    for done in range(0, ROUNDS, AT_ONCE):
        races = [mixed(stack) for _ in range(min(AT_ONCE, ROUNDS - done))]
        races[0].clinic.grace()
        read(*races)
        for number, race in enumerate(races, done):
            race.answers("accept")
            race.answers("decline")
            random.Random(number).shuffle(race.acts)
            race.run()
        judged(*races)
        winners |= {t.act for race in races for t in race.told if t.made or t.outcome == "accepted"}
    assert ROUNDS < 20 or winners >= {"accept", "book", "restore"}, "always the same win: nobody races"


def offered(clinic: SmallClinic) -> Race:
    race = Race.about(clinic, clinic.released())
    clinic.grace()
    read(race)
    return race


@pytest.mark.rule("W-07")
@pytest.mark.promise(2)
def test_accepting_and_declining_in_the_same_instant(clinic: SmallClinic) -> None:
    clinic.line(5)
    race = offered(clinic)
    race.answers("accept")
    race.answers("decline")
    race.run()
    judged(race)


@pytest.mark.rule("W-14")
@pytest.mark.promise(1)
def test_two_places_of_one_group_slot_given_up_at_once_have_two_winners_of_five(clinic: SmallClinic) -> None:
    clinic.open(0, "10:00", "11:00", places=3)
    held = [clinic.taken(0, "10:00", group=True) for _ in range(3)]
    clinic.open(10, "10:00", "11:00", places=8)
    for _ in range(5):
        clinic.book(clinic.person(), 10, "10:00", group=True, waits=True)
    cancelling = Race.about(clinic, held[0])
    cancelling.cancels(held[0])
    cancelling.cancels(held[1])
    cancelling.run()
    assert [t.outcome for t in cancelling.told] == ["done", "done"]
    clinic.grace()
    (round,) = clinic.rounds(held[0]["slot_id"])
    assert len(round["offers"]) == 5
    race = Race.about(clinic, held[0])
    race.stayed = frozenset({held[2]["id"]})
    read(race)
    race.answers("accept")
    race.run()
    judged(race, places=2)


@pytest.mark.rule("A-11")
@pytest.mark.promise(41)
def test_the_opening_is_removed_between_offer_and_click(clinic: SmallClinic) -> None:
    clinic.line(5)
    opening = clinic.open(0)
    race = Race.about(clinic, clinic.attend(clinic.taken(0)))
    clinic.grace()
    read(race)
    clinic.close(0, opening)
    race.answers("accept")
    race.run()
    assert {t.outcome for t in race.told} == {"superseded"}
    race.told = []
    judged(race)


@pytest.mark.rule("A-11")
@pytest.mark.promise(41)
def test_the_opening_is_removed_in_the_instant_of_the_click(clinic: SmallClinic) -> None:
    clinic.line(5)
    opening = clinic.open(0)
    race = Race.about(clinic, clinic.attend(clinic.taken(0)))
    clinic.grace()
    read(race)
    race.closes(0, opening)
    race.answers("accept")
    race.run()
    judged(race)


@pytest.mark.rule("W-05")
@pytest.mark.rule("W-10")
@pytest.mark.promise(7)
def test_two_places_freed_together_do_not_ask_the_same_five(clinic: SmallClinic) -> None:
    line = clinic.line(8)
    clinic.open(0)
    early, late = clinic.taken(0, "10:00"), clinic.taken(0, "15:00")
    cancelling = Race.about(clinic, early)
    cancelling.cancels(early)
    cancelling.cancels(late)
    cancelling.run()
    clinic.grace()
    asked = clinic.asked(early["slot_id"]), clinic.asked(late["slot_id"])
    assert sorted(len(five) for five in asked) == [3, 5]
    assert sorted(asked[0] + asked[1]) == sorted(a["id"] for a in line)
    races = [Race.about(clinic, gone) for gone in (early, late)]
    read(*races)
    for race in races:
        race.answers("accept")
        race.run()
    judged(*races)


@pytest.mark.rule("A-12")
@pytest.mark.promise(1)
@pytest.mark.promise(8)
@pytest.mark.parametrize("place", ["within_a_day", "across_midnight", "from_a_group_slot", "to_a_group_slot"])
def test_accepting_moves_while_staff_book_both_places(clinic: SmallClinic, place: str) -> None:
    """Where the patient comes from may be booked once they left it; where they go only if they did not come."""
    target, source, group = "10:00", (0, "16:00"), place.endswith("group_slot")
    match place:
        case "within_a_day":
            clinic.open(0)
        case "across_midnight":
            target, source = "23:00", (1, "00:00")
            clinic.open(0, "22:00", "23:59")
            clinic.open(1, "00:00", "06:00")
        case "from_a_group_slot":
            source = (10, "10:00")
            clinic.open(0, for_all=True)
            clinic.open(10, "10:00", "11:00", places=4)
        case "to_a_group_slot":
            source = (10, "10:00")
            clinic.open(0, "10:00", "11:00", places=2)
            clinic.open(10, for_all=True)
    waiting = clinic.book(clinic.person(), *source, group=group, waits=True)
    stayed = [clinic.taken(0, target, group=True)["id"]] if place == "to_a_group_slot" else []
    race = Race.about(clinic, clinic.attend(clinic.taken(0, target, group=group)))
    race.stayed = frozenset(stayed)
    clinic.grace()
    assert clinic.asked(race.slot.id) == [waiting["id"]]
    read(race)
    race.answers("accept")
    race.books(0, target, group=group)
    if place != "from_a_group_slot":
        race.books(*source, act="book the place left", group=group)
    race.run()
    judged(race)
    for left in race.did("book the place left"):
        assert left.outcome == "place_taken" or race.did("accept")[0].outcome == "accepted"
