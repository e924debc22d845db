"""An agenda's days over HTTP: opening hours, what is free, group slots, absences and closures (A-04, A-11)."""

import pytest

from creneau.agenda.absence import AbsenceRecord
from tests.support.world import at, slot

NINE, TEN, TWELVE = "2026-03-20T09:00:00+01:00", "2026-03-20T10:00:00+01:00", "2026-03-20T12:00:00+01:00"


def free(staff, service_id="srv_half", first="2026-03-20", last="2026-03-20", agenda_id="agd_1"):
    answer = staff.get(f"/v1/agendas/{agenda_id}/free-slots", service_id=service_id, from_=first, to=last)
    assert answer.status == 200, answer.text
    return [(s["local_start"][5:16], s["places_left"]) for s in answer.items]


def opens(staff, start, end, agenda_id="agd_1", **more):
    return staff.post(f"/v1/agendas/{agenda_id}/availabilities", {"start": start, "end": end, **more})


@pytest.mark.rule("A-04")
class TestOpeningHours:
    def test_they_are_in_the_day(self, secretary):
        made = opens(secretary, "2026-03-23T14:00:00+01:00", "2026-03-23T18:00:00+01:00", service_ids=["srv_half"])
        assert made.status == 201
        day = secretary.get("/v1/agendas/agd_1/days/2026-03-23")
        assert day["availabilities"] == made.items
        assert made.items[0]["local_start"] == "2026-03-23T14:00:00+01:00"

    def test_every_week_at_the_same_local_time(self, secretary):
        made = opens(
            secretary,
            "2026-03-23T09:00:00+01:00",
            "2026-03-23T12:00:00+01:00",
            weekly_until="2026-04-06",
        )
        assert [a["local_start"] for a in made.items] == [
            "2026-03-23T09:00:00+01:00",
            "2026-03-30T09:00:00+02:00",
            "2026-04-06T09:00:00+02:00",
        ]
        assert made.items[1]["start"] == "2026-03-30T07:00:00Z"

    def test_all_weeks_or_none(self, world, secretary):
        world.open("2026-04-06 11:00", "13:00")
        before = dict(world.store.items)
        answer = opens(secretary, "2026-03-23T09:00:00+01:00", "2026-03-23T12:00:00+01:00", weekly_until="2026-04-06")
        assert (answer.status, answer["code"]) == (409, "opening_overlaps")
        assert "2026-04-06" in answer["detail"]
        assert world.store.items == before

    @pytest.mark.parametrize("until", ["2026-03-22", "2027-04-01"])
    def test_weeks_that_cannot_be_meant(self, secretary, until):
        answer = opens(secretary, "2026-03-23T09:00:00+01:00", "2026-03-23T12:00:00+01:00", weekly_until=until)
        assert answer.fields == ["weekly_until"]

    def test_repeating_the_request_undoes_no_change(self, secretary):
        wanted = {"start": "2026-03-23T09:00:00+01:00", "end": "2026-03-23T12:00:00+01:00"}
        path = "/v1/agendas/agd_1/availabilities"
        made = secretary.post(path, wanted, key="k").items[0]
        one = f"/v1/agendas/agd_1/days/2026-03-23/availabilities/{made['id']}"
        secretary.put(one, wanted | {"end": "2026-03-23T11:00:00+01:00"})
        assert secretary.post(path, wanted, key="k").status == 201
        (now,) = secretary.get("/v1/agendas/agd_1/days/2026-03-23")["availabilities"]
        assert now["local_end"] == "2026-03-23T11:00:00+01:00"

    @pytest.mark.parametrize(
        ("start", "end", "field"),
        [
            (TEN, NINE, "end"),
            (NINE, NINE, "end"),
            (NINE, "2026-03-21T09:00:00+01:00", "end"),
            ("2026-03-20T09:00:01+01:00", TEN, "start"),
            (NINE, "2026-03-20T10:00:01+01:00", "end"),
        ],
    )
    def test_spans_that_cannot_be_meant(self, secretary, start, end, field):
        assert opens(secretary, start, end, agenda_id="agd_3").fields == [field]

    def test_a_practitioner_is_not_in_two_places(self, secretary):
        assert opens(secretary, TEN, TWELVE, agenda_id="agd_2")["code"] == "opening_overlaps"

    def test_it_stays_in_its_day(self, world, secretary):
        id = world.day("2026-03-20").availabilities[0].id
        answer = secretary.put(
            f"/v1/agendas/agd_1/days/2026-03-20/availabilities/{id}",
            {"start": "2026-03-21T09:00:00+01:00", "end": "2026-03-21T12:00:00+01:00"},
        )
        assert answer["code"] == "other_day"

    def test_what_is_not_there_is_neither_changed_nor_removed(self, world, secretary):
        id, given = world.day("2026-03-20").availabilities[0].id, {"start": TEN, "end": TWELVE}
        before = dict(world.store.items)
        for path in (
            "/v1/agendas/agd_1/days/2026-03-20/availabilities/avl_gone",
            f"/v1/agendas/agd_2/days/2026-03-20/availabilities/{id}",
        ):
            assert secretary.put(path, given).status == 404
            assert secretary.delete(path).status == 404
        assert world.store.items == before

    def test_what_is_removed_is_gone(self, world, secretary):
        id = world.day("2026-03-20").availabilities[0].id
        path = f"/v1/agendas/agd_1/days/2026-03-20/availabilities/{id}"
        assert secretary.delete(path).status == 204
        assert secretary.delete(path).status == 404
        assert free(secretary) == []

    @pytest.mark.parametrize("on", ["2026-13-01", "20260320", "friday", "2026-3-20", "2026-W12-5"])
    def test_dates_that_are_none(self, secretary, on):
        assert secretary.get(f"/v1/agendas/agd_1/days/{on}").fields == ["date"]


@pytest.mark.rule("A-04")
class TestGroupSlots:
    def test_places(self, secretary):
        made = opens(
            secretary,
            "2026-03-23T09:00:00+01:00",
            "2026-03-23T10:00:00+01:00",
            service_ids=["srv_group"],
            places=8,
        )
        assert made.items[0]["places"] == 8
        secretary.books("pat_1", "2026-03-23T09:00:00+01:00", service_id="srv_group")
        assert free(secretary, "srv_group", "2026-03-23", "2026-03-23") == [("03-23T09:00", 7)]

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"service_ids": []}, "service_ids"),
            ({"service_ids": ["srv_half"]}, "service_ids"),
            ({"service_ids": ["srv_group", "srv_half"]}, "service_ids"),
            ({"end": "2026-03-23T10:30:00+01:00"}, "end"),
            ({"places": 0}, "places"),
            ({"places": 101}, "places"),
        ],
    )
    def test_what_a_group_slot_needs(self, secretary, changes, field):
        good = {"end": "2026-03-23T10:00:00+01:00", "service_ids": ["srv_group"], "places": 8}
        assert opens(secretary, "2026-03-23T09:00:00+01:00", **(good | changes)).fields == [field]


class TestFreeSlots:
    def test_they_step_by_the_service(self, secretary):
        hours = ["03-20T09:00", "03-20T10:00", "03-20T11:00"]
        assert free(secretary, "srv_hour") == [(hour, 1) for hour in hours]

    def test_minus_what_is_held_anywhere(self, secretary):
        secretary.books("pat_1", "2026-03-20T09:30:00+01:00", agenda_id="agd_2", outside_availability=True)
        assert free(secretary, "srv_hour") == [("03-20T10:00", 1), ("03-20T11:00", 1)]

    def test_minus_rooms_in_use(self, secretary):
        start = "2026-03-20T10:15:00+01:00"
        secretary.books("pat_1", start, service_id="srv_scan", agenda_id="agd_3", outside_availability=True)
        starts = [start for start, _ in free(secretary, "srv_scan")]
        assert starts == ["03-20T09:00", "03-20T09:30", "03-20T11:00", "03-20T11:30"]

    def test_only_ahead(self, world, secretary):
        world.now = at("2026-03-20 10:00")
        assert [start for start, _ in free(secretary, "srv_hour")] == ["03-20T11:00"]

    def test_only_for_services_offered_there(self, world, secretary):
        world.open("2026-03-23 09:00", "10:00", service_ids=("srv_hour",))
        assert free(secretary, "srv_half", "2026-03-23", "2026-03-23") == []

    def test_each_is_bookable(self, secretary):
        for start, _ in free(secretary):
            assert secretary.books("pat_1", f"2026-{start}:00+01:00").status == 201
        assert free(secretary) == []

    @pytest.mark.parametrize(
        ("first", "last"), [("2026-03-20", "2026-03-19"), ("2026-03-01", "2026-05-02"), ("x", "2026-03-20")]
    )
    def test_ranges_that_cannot_be_meant(self, secretary, first, last):
        answer = secretary.get("/v1/agendas/agd_1/free-slots", service_id="srv_half", from_=first, to=last)
        assert answer.status == 422
        assert answer.fields in (["to"], ["from"])

    def test_62_days_at_once(self, secretary):
        assert len(free(secretary, first="2026-03-01", last="2026-05-01")) == 6

    def test_what_does_not_exist(self, secretary):
        path, range = "/v1/agendas/{}/free-slots", {"from_": "2026-03-20", "to": "2026-03-20"}
        assert secretary.get(path.format("agd_9"), service_id="srv_half", **range).status == 404
        assert secretary.get(path.format("agd_1"), service_id="srv_9", **range).status == 404


def test_a_day_shows_all_of_it(world, secretary):
    booked = secretary.books("pat_1", NINE)
    elsewhere = secretary.books("pat_2", TEN, agenda_id="agd_2", outside_availability=True)
    gone = secretary.books("pat_3", "2026-03-20T11:00:00+01:00")
    secretary.post(f"/v1/appointments/{gone['id']}/attendance", {"to": "cancelled_by_patient"})
    secretary.post("/v1/absences", {"practitioner_id": "prc_1", "start": "2026-03-20T11:30:00+01:00", "end": TWELVE})
    day = secretary.get("/v1/agendas/agd_1/days/2026-03-20")
    assert [a["patient_name"] for a in day["appointments"]] == ["P pat_1", "P pat_3"]
    assert [b["id"] for b in day["busy_elsewhere"]] == [elsewhere["id"]]
    assert [a["local_start"] for a in day["absences"]] == ["2026-03-20T11:30:00+01:00"]
    assert [(r["slot_id"], r["ended_at"]) for r in day["releases"]] == [(slot("2026-03-20 11:00").id, None)]
    assert day["appointments"][0] == booked.json


def test_a_day_of_25_hours(world, secretary):
    world.open("2026-10-25 00:00", "23:30")
    day = secretary.get("/v1/agendas/agd_1/days/2026-10-25")
    assert day["availabilities"][0]["local_start"] == "2026-10-25T00:00:00+02:00"
    assert day["availabilities"][0]["local_end"] == "2026-10-25T23:30:00+01:00"


@pytest.mark.rule("A-11")
class TestAbsences:
    WHOLE_DAY = {"start": "2026-03-20T00:00:00+01:00", "end": "2026-03-21T00:00:00+01:00"}

    def absent(self, staff, **more):
        answer = staff.post("/v1/absences", {"practitioner_id": "prc_1", **self.WHOLE_DAY, **more})
        assert answer.status == 201, answer.text
        return answer

    def test_a_preview_lists_and_changes_nothing(self, world, secretary):
        booked = secretary.books("pat_1", NINE)
        secretary.books("pat_2", NINE, agenda_id="agd_3", outside_availability=True)
        before = dict(world.store.items)
        inside = secretary.get("/v1/absences/preview", practitioner_id="prc_1", **self.WHOLE_DAY).items
        assert [a["id"] for a in inside] == [booked["id"]]
        assert world.store.items == before

    def test_nothing_in_it_is_free(self, secretary):
        made = self.absent(secretary, start=TEN, reason="Training")
        assert (made["marked"], made["reason"]) == (True, "Training")
        assert [start for start, _ in free(secretary)] == ["03-20T09:00", "03-20T09:30"]
        assert secretary.books("pat_1", TEN)["code"] == "outside_availability"

    def test_it_supersedes_what_was_released(self, world, secretary):
        gone = secretary.books("pat_1", NINE)
        secretary.post(f"/v1/appointments/{gone['id']}/attendance", {"to": "cancelled_by_patient"})
        assert len(world.day("2026-03-20").open_releases) == 1
        made = self.absent(secretary)
        assert world.day("2026-03-20").open_releases == ()
        secretary.delete(f"/v1/absences/{made['id']}")
        assert world.day("2026-03-20").open_releases == ()

    def test_cancelling_in_it_releases_nothing(self, world, secretary):
        ids = [secretary.books(f"pat_{n}", f"2026-03-20T{n}:00:00+01:00")["id"] for n in (10, 11)]
        made = self.absent(secretary)
        listed = secretary.get(f"/v1/absences/{made['id']}/appointments").items
        assert [a["id"] for a in listed] == ids
        path = f"/v1/absences/{made['id']}/cancellations"
        for _ in range(2):  # harmless to repeat
            cleared = secretary.post(path, {"appointment_ids": ids}).items
            assert [(c["status"], c["appointment"]["attendance"]) for c in cleared] == [
                (200, "cancelled_by_practitioner")
            ] * 2
        day = world.day("2026-03-20")
        assert (day.held, day.releases) == ((), ())
        assert secretary.get(f"/v1/absences/{made['id']}/appointments").items == []

    def test_it_releases_nothing_even_once_it_is_over(self, world, secretary):
        """Not by the absence lying over it, but for good: removing the absence opens nothing either."""
        booked = secretary.books("pat_1", NINE)
        made = self.absent(secretary)
        secretary.post(f"/v1/absences/{made['id']}/cancellations", {"appointment_ids": [booked["id"]]})
        secretary.delete(f"/v1/absences/{made['id']}")
        assert world.day("2026-03-20").releases == ()
        assert ("03-20T09:00", 1) in free(secretary)

    def test_moving_out_of_it_releases_nothing(self, world, secretary):
        booked = secretary.books("pat_1", NINE)
        world.open("2026-03-23 09:00", "12:00")
        made = self.absent(secretary)
        moved = secretary.post(
            f"/v1/absences/{made['id']}/moves",
            {"appointment_id": booked["id"], "start": "2026-03-23T09:00:00+01:00"},
            key="k",
        )
        assert (moved.status, moved["moved_from"]) == (201, booked["id"])
        assert moved.headers["Location"] == f"/v1/appointments/{moved['id']}"
        assert world.day("2026-03-20").releases == ()

    def test_nor_before_its_days_know_of_it(self, world, secretary):
        """Recorded, and cut off before its days were marked: what is cancelled or moved for it releases nothing."""
        booked = [secretary.books(f"pat_{n}", f"2026-03-20T{n}:00:00+01:00") for n in (10, 11)]
        record = AbsenceRecord(
            id="abs_1", practitioner_id="prc_1", start=at("2026-03-20 00:00"), end=at("2026-03-21 00:00")
        )
        world.put(record)
        world.open("2026-03-23 09:00", "12:00")
        secretary.post("/v1/absences/abs_1/cancellations", {"appointment_ids": [booked[0]["id"]]})
        secretary.post(
            "/v1/absences/abs_1/moves", {"appointment_id": booked[1]["id"], "start": "2026-03-23T09:00:00+01:00"}
        )
        day = world.day("2026-03-20")
        assert (day.held, day.releases) == ((), ())

    def test_what_is_not_in_it_is_left_alone(self, world, secretary):
        inside = secretary.books("pat_1", NINE)
        outside = secretary.books("pat_2", "2026-03-23T09:00:00+01:00", outside_availability=True)
        made = self.absent(secretary)
        ids = {"appointment_ids": [outside["id"], "apt_none", inside["id"]]}
        cleared = secretary.post(f"/v1/absences/{made['id']}/cancellations", ids).items
        assert [(c["status"], c["code"]) for c in cleared] == [
            (409, "not_in_absence"),
            (404, "not_found"),
            (200, None),
        ]
        assert secretary.get(f"/v1/appointments/{outside['id']}")["attendance"] == "booked"

    def test_a_closure_is_of_a_location(self, world, secretary):
        world.open("2026-03-20 14:00", "16:00", agenda_id="agd_2")
        world.open("2026-03-20 09:00", "12:00", agenda_id="agd_3")
        self.absent(secretary, practitioner_id=None, location_id="loc_1")
        assert free(secretary) == []
        assert free(secretary, agenda_id="agd_3") == []
        assert len(free(secretary, agenda_id="agd_2")) == 4

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"practitioner_id": None}, "practitioner_id"),
            ({"location_id": "loc_1"}, "practitioner_id"),
            ({"end": "2026-03-20T00:00:00+01:00"}, "end"),
            ({"end": "2027-06-20T00:00:00+01:00"}, "end"),
        ],
    )
    def test_what_cannot_be_meant(self, world, secretary, changes, field):
        before = dict(world.store.items)
        given = {"practitioner_id": "prc_1", **self.WHOLE_DAY, **changes}
        answer = secretary.post("/v1/absences", given)
        assert answer.fields == [field]
        assert world.store.items == before

    def test_of_whom_does_not_exist(self, world, secretary):
        before = dict(world.store.items)
        for who in ({"practitioner_id": "prc_9"}, {"practitioner_id": None, "location_id": "loc_9"}):
            answer = secretary.post("/v1/absences", {"practitioner_id": "prc_1", **self.WHOLE_DAY, **who})
            assert answer.status == 404
        assert world.store.items == before

    def test_many_days(self, world, secretary):
        made = self.absent(secretary, end="2026-03-22T12:00:00+01:00")
        assert [len(world.day(f"2026-03-{d}").absences) for d in (20, 21, 22)] == [1, 1, 1]
        assert [a["id"] for a in secretary.get("/v1/absences").items] == [made["id"]]
        assert secretary.delete(f"/v1/absences/{made['id']}").status == 204
        assert secretary.get(f"/v1/absences/{made['id']}").status == 404
        assert len(free(secretary)) == 6

    def test_the_same_key_makes_one(self, secretary):
        given = {"practitioner_id": "prc_1", **self.WHOLE_DAY}
        first = secretary.post("/v1/absences", given, key="k")
        assert secretary.post("/v1/absences", given, key="k").json == first.json
