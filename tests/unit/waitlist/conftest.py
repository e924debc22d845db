"""Every world of these tests is watched by the judge, whatever the test itself looks at."""

from collections.abc import Iterator

import pytest

from tests.support.judge import Transitions, always
from tests.support.world import World


@pytest.fixture
def world() -> Iterator[World]:
    """A clinic with the waitlist on, at 08:00 local on 2 March 2026."""
    world = World().clinic()
    Transitions(world)
    yield world
    always(world)
