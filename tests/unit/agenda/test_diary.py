"""One patient's diary: engagements, the line, and the one offer that binds them (A-06, W-10, W-12)."""

from datetime import timedelta

import pytest

from creneau.agenda.diary import Engagement, OfferLock, PatientDiary
from creneau.shared.interval import Interval
from tests.support.world import at

NOW, NINE = at("2026-03-02 08:00"), at("2026-03-20 09:00")


def engagement(id: str = "apt_1", start=NINE, **more) -> Engagement:
    return Engagement(appointment_id=id, start=start, end=start + timedelta(minutes=30), **more)


def span(minutes: int) -> Interval:
    start = NINE + timedelta(minutes=minutes)
    return Interval(start=start, end=start + timedelta(minutes=30))


DIARY = PatientDiary(patient_id="pat_1").engaged(engagement(waiting_since=NOW), NOW)
LOCKED = DIARY.locked_by("round", "apt_1")


@pytest.mark.rule("A-06")
@pytest.mark.parametrize(("minutes", "busy"), [(-30, False), (-29, True), (0, True), (29, True), (30, False)])
def test_overlapping(minutes, busy):
    assert (DIARY.overlapping(span(minutes)) is not None) is busy
    assert DIARY.overlapping(span(minutes), but="apt_1") is None


def test_engaging_again_replaces():
    later = DIARY.engaged(engagement(start=NINE + timedelta(hours=1)), NOW)
    assert [e.start for e in later.engagements] == [NINE + timedelta(hours=1)]


def test_what_is_long_over_is_forgotten():
    after = NINE + timedelta(days=3)
    assert [e.appointment_id for e in DIARY.engaged(engagement("apt_2", after), after).engagements] == ["apt_2"]


def test_what_ended_yesterday_is_not():
    after = NINE + timedelta(days=1)
    assert len(DIARY.engaged(engagement("apt_2", after), after).engagements) == 2


@pytest.mark.rule("W-10")
def test_one_offer_binds():
    assert LOCKED.is_locked_by("round", "apt_1")
    assert not LOCKED.is_locked_by("round", "apt_2")
    assert not LOCKED.is_locked_by("other", "apt_1")
    assert LOCKED.unlocked() == DIARY


@pytest.mark.rule("W-12")
@pytest.mark.parametrize("leave", [PatientDiary.disengaged, PatientDiary.out_of_line])
def test_leaving_the_line_voids_the_offer_but_keeps_it(leave):
    left = leave(LOCKED, "apt_1")
    assert left.lock == OfferLock(round_id="round", appointment_id="apt_1", void=True)
    assert not left.is_locked_by("round", "apt_1")


@pytest.mark.parametrize("leave", [PatientDiary.disengaged, PatientDiary.out_of_line])
def test_another_appointment_leaving_does_not(leave):
    assert leave(LOCKED, "apt_2").lock == LOCKED.lock


@pytest.mark.rule("W-12")
def test_coming_back_does_not_revive_the_offer():
    back = LOCKED.out_of_line("apt_1").in_line("apt_1", NOW)
    assert [e.waiting_since for e in back.engagements] == [NOW]
    assert not back.is_locked_by("round", "apt_1")
