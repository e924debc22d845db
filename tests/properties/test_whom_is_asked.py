"""Whoever waits, and however: the first five that the rule names are asked, and nobody else (W-04, W-05)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creneau.shared.errors import Refused
from creneau.waitlist.eligible import FindEligible, question
from tests.support.judge import eligible
from tests.support.world import ELSEWHERE, HALF_AN_HOUR, ZONE, World, released

WAITS = ["2026-04-06", "2026-04-07", "2026-03-20"]
one = st.tuples(
    st.integers(0, 9),  # patient
    st.integers(0, 2),  # day
    st.integers(0, 19),  # half hour
    st.sampled_from([HALF_AN_HOUR] * 4 + ["srv_scan", "srv_hour"]),
    st.sampled_from(["waits"] * 5 + ["books", "unreachable", "locked", "busy"]),
)


@pytest.mark.rule("W-04", "W-05", "W-10")
@pytest.mark.promise(11)
@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(one, max_size=40), st.integers(1, 6))
def test_the_first_in_line_for_whom_it_is_possible(people, wanted: int) -> None:
    world = World().clinic(minimum_lead_days=0)
    for on in WAITS:
        world.open(f"{on} 06:00", "23:00")
        world.open(f"{on} 06:00", "23:00", agenda_id=ELSEWHERE)
    for n, (patient, day, half, service, how) in enumerate(people):
        minutes = 6 * 60 + 30 * half
        start = f"{WAITS[day]} {minutes // 60:02}:{minutes % 60:02}"
        if (half in {11, 12} and day == 2) or (how == "busy" and patient == 9):
            continue  # that time is for who releases it
        try:
            if how in {"waits", "books"}:
                world.book(f"pat_{patient}", start, service_id=service, wants_earlier=how == "waits", id=f"apt_{n:03}")
            elif how == "unreachable":
                world.unreachable(f"pat_{patient}")
            elif how == "locked":
                world.put(world.diary(f"pat_{patient}").locked_by("round", "apt_elsewhere"))
            else:
                world.book(f"pat_{patient}", "2026-03-20 12:15", agenda_id=ELSEWHERE, duration_minutes=30)
        except Refused:
            continue  # a time that is taken is no part of this world
    the_slot = released(world, "2026-03-20 12:00", by="pat_9")
    day = world.day_of(the_slot)
    release, availability = day.open_release(the_slot), day.availability_of(the_slot)
    if release is None or availability is None:
        return
    found = FindEligible(world.store, ZONE)(question(the_slot, availability, release, []), wanted)
    expected = [a.id for a in eligible(world, day, release)][:wanted]
    assert [entry.appointment_id for entry, _ in found.picks] == expected
