"""A clinic with an open Friday and the waitlist on, and its staff."""

import pytest

from creneau.agenda.catalogue import Address, Location
from tests.support.staff_api import Staff
from tests.support.world import World

HERE = Address(street="Rue du Lac 1", postcode="1201", town="Genève", country="CH")


@pytest.fixture
def world() -> World:
    """08:00 local on Monday 2 March 2026; agd_1 is open on Friday 20 March from 9:00 to 12:00."""
    world = World().clinic()
    world.put(
        Location(id="loc_1", name="Centre", address=HERE),
        Location(id="loc_2", name="Gare", address=HERE.with_(street="Rue de la Gare 2")),
    )
    world.open("2026-03-20 09:00", "12:00")
    return world


@pytest.fixture
def secretary(world: World) -> Staff:
    return Staff(world)


@pytest.fixture
def admin(world: World) -> Staff:
    return Staff(world, roles=("admin",), id="user-admin")
