"""The single judge of places: what is free, held, released, in one practitioner's day (A-04, A-06, A-11, W-03)."""

from datetime import date, timedelta

import pytest

from creneau.agenda.day import Absence, Availability, PractitionerDay, Release
from creneau.agenda.slot import Slot, parse_slot
from creneau.shared.errors import Invalid, Refused
from tests.support.world import at, slot

NOW = at("2026-03-02 08:00")
NINE, HALF_PAST, TEN = slot("2026-03-20 09:00"), slot("2026-03-20 09:30"), slot("2026-03-20 10:00")


def opening(start: str = "09:00", end: str = "12:00", **more) -> Availability:
    given = {"id": "avl_1", "agenda_id": "agd_1", **more}
    return Availability(start=at(f"2026-03-20 {start}"), end=at(f"2026-03-20 {end}"), **given)


def absence(start: str, end: str, **more) -> Absence:
    return Absence(id="abs_1", start=at(f"2026-03-20 {start}"), end=at(f"2026-03-20 {end}"), **more)


def day(*availabilities: Availability, **more) -> PractitionerDay:
    return PractitionerDay(practitioner_id="prc_1", on=date(2026, 3, 20), availabilities=availabilities, **more)


OPEN = day(opening())


class TestFree:
    @pytest.mark.rule("A-04")
    @pytest.mark.parametrize(
        ("start", "minutes", "free"),
        [("09:00", 30, True), ("11:30", 30, True), ("08:45", 30, False), ("11:45", 30, False), ("09:00", 180, True)],
    )
    def test_inside_the_opening(self, start, minutes, free):
        assert OPEN.is_free(slot(f"2026-03-20 {start}", minutes)) is free

    def test_two_openings_that_touch_do_not_hold_a_slot_together(self):
        two = day(opening("09:00", "10:00"), opening("10:00", "11:00", id="avl_2"))
        assert not two.is_free(slot("2026-03-20 09:45"))

    def test_only_in_its_own_agenda(self):
        assert not OPEN.is_free(slot("2026-03-20 09:00", agenda_id="agd_2"))

    def test_only_for_its_services(self):
        limited = day(opening(service_ids=("srv_half",)))
        assert limited.is_free(NINE, "srv_half")
        assert not limited.is_free(NINE, "srv_hour")
        assert OPEN.is_free(NINE, "srv_hour")

    @pytest.mark.rule("A-11")
    @pytest.mark.parametrize(
        ("start", "end", "free"),
        [("09:00", "09:30", False), ("08:00", "09:00", True), ("09:29", "09:31", False), ("09:30", "12:00", True)],
    )
    def test_not_in_an_absence(self, start, end, free):
        assert day(opening(), absences=(absence(start, end),)).is_free(NINE) is free

    def test_an_absence_of_other_agendas(self):
        closed = day(opening(), absences=(absence("09:00", "12:00", agenda_ids=("agd_2",)),))
        assert closed.is_free(NINE)
        assert not day(opening(), absences=(absence("09:00", "12:00", agenda_ids=("agd_1",)),)).is_free(NINE)


@pytest.mark.rule("A-06")
class TestPlaces:
    def test_one_place(self):
        held = OPEN.take("apt_1", NINE, NOW)
        assert not held.is_free(NINE)
        assert held.is_free(HALF_PAST)
        with pytest.raises(Refused) as refusal:
            held.take("apt_2", NINE, NOW)
        assert refusal.value.code == "place_taken"

    @pytest.mark.parametrize("start", ["08:31", "08:45", "09:00", "09:15", "09:29"])
    def test_whatever_overlaps_takes_it(self, start):
        held = OPEN.take("apt_1", NINE, NOW)
        for agenda_id in ("agd_1", "agd_2"):
            with pytest.raises(Refused):
                held.take("apt_2", slot(f"2026-03-20 {start}", agenda_id=agenda_id), NOW)

    def test_the_same_interval_of_another_agenda_is_no_place_of_the_group(self):
        group = day(opening("09:00", "10:00", places=3)).take("apt_1", slot("2026-03-20 09:00", 60), NOW)
        assert group.places_left(slot("2026-03-20 09:00", 60, agenda_id="agd_2")) == 0

    def test_taking_it_again_changes_nothing(self):
        held = OPEN.take("apt_1", NINE, NOW)
        assert held.take("apt_1", NINE, NOW) is held

    @pytest.mark.rule("A-04")
    def test_a_group_slot_has_exactly_its_places(self):
        group, whole = day(opening("09:00", "10:00", places=3)), slot("2026-03-20 09:00", 60)
        assert not group.is_free(NINE)  # only as a whole
        for n in range(3):
            assert group.places_left(whole) == 3 - n
            group = group.take(f"apt_{n}", whole, NOW)
        with pytest.raises(Refused):
            group.take("apt_3", whole, NOW)

    def test_nobody_but_the_group_in_its_time(self):
        group = day(opening("09:00", "10:00", places=3)).take("apt_1", slot("2026-03-20 09:00", 60), NOW)
        with pytest.raises(Refused):
            group.take("apt_2", HALF_PAST, NOW)

    def test_an_opening_shrunk_below_what_is_held(self):
        full = day(opening("09:00", "10:00", places=3))
        for n in range(3):
            full = full.take(f"apt_{n}", slot("2026-03-20 09:00", 60), NOW)
        smaller = full.with_(availabilities=(opening("09:00", "10:00", places=2),))
        assert smaller.places_left(slot("2026-03-20 09:00", 60)) == 0


@pytest.mark.rule("W-03")
class TestReleases:
    def test_they_are_numbered_and_never_return(self):
        first = OPEN.opened(NINE, "pat_1", NOW)
        taken = first.take("apt_2", NINE, NOW + timedelta(minutes=1))
        assert [r.ended_at for r in taken.releases] == [NOW + timedelta(minutes=1)]
        again = taken.leave("apt_2").opened(NINE, "pat_2", NOW + timedelta(minutes=2))
        assert [(r.n, r.is_open, r.released_by) for r in again.releases] == [
            (1, False, ("pat_1",)),
            (2, True, ("pat_2",)),
        ]

    def test_leaving_alone_releases_nothing(self):
        assert OPEN.take("apt_1", NINE, NOW).leave("apt_1") == OPEN

    @pytest.mark.parametrize("start", ["08:45", "09:15"])
    def test_an_overlapping_booking_ends_them(self, start):
        released = day(opening("08:00", "12:00")).opened(NINE, "pat_1", NOW)
        assert released.take("apt_2", slot(f"2026-03-20 {start}"), NOW).open_releases == ()

    def test_a_neighbour_does_not(self):
        assert len(OPEN.opened(NINE, "pat_1", NOW).take("apt_2", HALF_PAST, NOW).open_releases) == 1

    @pytest.mark.parametrize("minutes", [0, 1])
    def test_nothing_that_has_begun(self, minutes):
        assert OPEN.opened(NINE, "pat_1", NINE.start + timedelta(minutes=minutes)).releases == ()

    def test_nothing_outside_the_openings(self):
        assert OPEN.opened(slot("2026-03-20 13:00"), "pat_1", NOW).releases == ()

    def test_of_a_group_they_gather(self):
        group, whole = day(opening("09:00", "10:00", places=3)), slot("2026-03-20 09:00", 60)
        for n in range(3):
            group = group.take(f"apt_{n}", whole, NOW)
        for n in range(2):
            group = group.leave(f"apt_{n}").opened(whole, f"pat_{n}", NOW)
        (release,) = group.releases
        assert (release.places, release.released_by) == (2, ("pat_0", "pat_1"))
        assert group.take("apt_8", whole, NOW).open_releases != ()
        assert group.take("apt_8", whole, NOW).take("apt_9", whole, NOW).open_releases == ()

    @pytest.mark.rule("A-11")
    def test_they_end_with_their_opening_for_good(self):
        released = OPEN.opened(NINE, "pat_1", NOW).opened(TEN, "pat_2", NOW)
        shrunk = released.with_(availabilities=(opening("09:30", "12:00"),)).without_dead_releases(NOW)
        assert [r.slot for r in shrunk.open_releases] == [TEN]
        assert shrunk.with_(availabilities=OPEN.availabilities).without_dead_releases(NOW).open_releases == (
            shrunk.release(TEN, 1),
        )

    def test_the_next_attempt_is_of_the_one_before(self):
        released = OPEN.opened(NINE, "pat_1", NOW)
        second = released.next_attempt(NINE, 1, 1)
        assert [r.attempt for r in second.releases] == [2]
        assert second.next_attempt(NINE, 1, 1) is second
        taken = second.take("apt_1", NINE, NOW)
        assert taken.next_attempt(NINE, 1, 2) is taken


class TestSlotIds:
    def test_there_and_back(self):
        assert parse_slot(NINE.id) == NINE
        assert NINE.id == "agd_1.20260320T080000Z.20260320T083000Z"

    @pytest.mark.parametrize("text", ["", "agd_1", "a.b.c", "agd_1.20260320T080000Z", f"{NINE.id}.1"])
    def test_what_is_none(self, text):
        with pytest.raises(Invalid) as refusal:
            parse_slot(text)
        assert refusal.value.faults[0].field == "slot_id"


def test_a_release_knows_its_slot():
    release = Release(agenda_id="agd_1", start=NINE.start, end=NINE.end, n=1, opened_at=NOW)
    assert release.slot == Slot(agenda_id="agd_1", start=NINE.start, end=NINE.end)
