"""Every world of these tests is judged when the test is over."""

from collections.abc import Iterator

import pytest

from tests.support.judge import always
from tests.support.world import World


@pytest.fixture
def world() -> Iterator[World]:
    """08:00 local on Monday 2 March 2026, the waitlist on; agd_1 is open on Friday 20 and Monday 23 March, 9:00 to 12:00."""
    world = World().clinic()
    world.open("2026-03-20 09:00", "12:00")
    world.open("2026-03-23 09:00", "12:00")
    yield world
    always(world)
