"""Pursuing a place whose circumstances change at every look."""

import pytest

from creneau.shared.errors import Busy
from creneau.waitlist.pursue import LOOKS, Pursue, Pursued
from tests.support.world import World, slot


@pytest.mark.promise(10)
def test_a_place_that_changes_at_every_look_does_not_count_as_pursued(monkeypatch):
    """The reaction fails, so that the retry queue brings it back."""
    world, looks = World().clinic(), []

    def changed_meanwhile(*_):
        looks.append(1)
        return Pursued.LOOK_AGAIN

    monkeypatch.setattr(Pursue, "_look", changed_meanwhile)
    with pytest.raises(Busy):
        world.app.pursue("prc_1", slot("2026-03-20 09:00"))
    assert len(looks) == LOOKS
