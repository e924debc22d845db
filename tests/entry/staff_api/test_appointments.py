"""Appointments over HTTP: booked, read, moved, cancelled, set back, deleted, the box (A-05 to A-13, W-02, W-03)."""

import pytest

from creneau.agenda.attendance import ALLOWED, Attendance
from creneau.messaging.message import Channel, Kind
from creneau.messaging.template import Line, TemplateBook
from tests.support.staff_api import Staff
from tests.support.world import at, released, slot

NINE, TEN = "2026-03-20T09:00:00+01:00", "2026-03-20T10:00:00+01:00"
FREEING = ("cancelled_by_patient", "cancelled_by_practitioner", "patient_absent")


def attend(staff, id, to, **more):
    return staff.post(f"/v1/appointments/{id}/attendance", {"to": to}, **more)


@pytest.fixture
def booked(secretary):
    answer = secretary.books("pat_1", NINE)
    assert answer.status == 201
    return answer


class TestBooking:
    @pytest.mark.rule("A-09")
    def test_what_is_booked_is_answered(self, secretary, booked):
        assert booked["start"] == "2026-03-20T08:00:00Z"
        assert booked["local_start"] == "2026-03-20T09:00:00+01:00"
        assert booked["local_end"] == "2026-03-20T09:30:00+01:00"
        assert booked["slot_id"] == slot("2026-03-20 09:00").id
        assert (booked["attendance"], booked["wants_earlier"], booked["version"]) == ("booked", False, 1)
        assert booked["patient_name"] == "P pat_1"
        assert booked["created_by"] == "user-1"
        assert secretary.get(f"/v1/appointments/{booked['id']}").json == booked.json

    def test_a_closed_agenda_says_how_to_book_on_purpose(self, secretary):
        evening = "2026-03-20T19:00:00+01:00"
        refused = secretary.books("pat_1", evening)
        assert (refused.status, refused["code"]) == (409, "outside_availability")
        assert "set outside_availability to true" in refused["remedy"]
        assert secretary.books("pat_1", evening, outside_availability=True).status == 201

    @pytest.mark.rule("A-09")
    def test_the_sms_template_is_chosen_or_the_practitioners(self, world, admin, secretary):
        own = Line(id="tpl_other", kind=Kind.CONFIRMED, channel=Channel.SMS, active=False)
        world.put(TemplateBook(stored=(own, own.with_(id="tpl_reminder", kind=Kind.REMINDER))))
        admin.put("/v1/practitioners/prc_1", {"name": "A", "sms_template_id": "confirmed.sms"}, version=1)
        assert secretary.books("pat_1", NINE)["sms_template_id"] == "confirmed.sms"
        assert secretary.books("pat_2", TEN, sms_template_id="tpl_other")["sms_template_id"] == "tpl_other"
        assert secretary.books("pat_3", "2026-03-20T11:00:00+01:00", sms_template_id=None)["sms_template_id"] is None

    @pytest.mark.rule("A-09", "M-05")
    @pytest.mark.parametrize("wrong", ["tpl_unknown", "tpl_reminder", "reminder.sms", "confirmed.email"])
    def test_a_template_for_something_else_is_refused(self, world, admin, secretary, wrong):
        own = Line(id="tpl_reminder", kind=Kind.REMINDER, channel=Channel.SMS)
        world.put(TemplateBook(stored=(own,)))
        refused = secretary.books("pat_1", NINE, sms_template_id=wrong)
        assert (refused.status, refused.fields) == (422, ["sms_template_id"])
        given = {"name": "A", "sms_template_id": wrong, "booking_sms_template_id": "confirmed.sms"}
        for answer in (
            admin.put("/v1/practitioners/prc_1", given, version=1),
            admin.post("/v1/practitioners", given, key="new"),
        ):
            assert (answer.status, answer.fields) == (422, ["sms_template_id", "booking_sms_template_id"])

    @pytest.mark.parametrize(
        ("changes", "status", "code"),
        [
            ({"agenda_id": "agd_9"}, 404, "not_found"),
            ({"service_id": "srv_9"}, 404, "not_found"),
            ({"patient_id": "pat_9"}, 404, "not_found"),
            ({"start": "2026-03-20T09:00:30+01:00"}, 422, "invalid"),
            ({"start": "2026-03-20T23:45:00+01:00", "outside_availability": True}, 422, "invalid"),
            ({"start": "2026-03-20T13:00:00+01:00"}, 409, "outside_availability"),
            ({"start": "2026-03-20T11:45:00+01:00"}, 409, "outside_availability"),
            ({"duration_minutes": 0}, 422, "invalid"),
        ],
    )
    def test_what_is_refused_changes_nothing(self, world, secretary, changes, status, code):
        world.patient("pat_1")
        before = dict(world.store.items)
        wanted = {"agenda_id": "agd_1", "service_id": "srv_half", "patient_id": "pat_1", "start": NINE}
        answer = secretary.post("/v1/appointments", wanted | changes)
        assert (answer.status, answer["code"]) == (status, code)
        assert answer["remedy"]
        assert world.store.items == before

    def test_outside_the_opening_hours_on_purpose(self, secretary):
        assert secretary.books("pat_1", "2026-03-21T20:00:00+01:00", outside_availability=True).status == 201


@pytest.mark.rule("A-06")
class TestOneAtATime:
    @pytest.mark.parametrize("start", ["09:00", "08:45", "09:15"])
    def test_a_practitioners_appointments_never_overlap(self, secretary, booked, start):
        answer = secretary.books("pat_2", f"2026-03-20T{start}:00+01:00", outside_availability=True)
        assert (answer.status, answer["code"]) == (409, "place_taken")

    def test_in_none_of_their_agendas(self, secretary, booked):
        answer = secretary.books("pat_2", NINE, agenda_id="agd_2", outside_availability=True)
        assert answer["code"] == "place_taken"

    def test_a_patient_holds_no_two_at_once(self, secretary, booked):
        start = "2026-03-20T09:15:00+01:00"
        answer = secretary.books("pat_1", start, agenda_id="agd_3", outside_availability=True)
        assert (answer.status, answer["code"]) == (409, "patient_busy")

    def test_a_room_serves_no_two_at_once(self, secretary):
        more = {"service_id": "srv_scan", "outside_availability": True}
        assert secretary.books("pat_1", NINE, **more).status == 201
        answer = secretary.books("pat_2", "2026-03-20T09:15:00+01:00", agenda_id="agd_3", **more)
        assert (answer.status, answer["code"]) == (409, "resource_taken")

    def test_one_after_the_other_is_no_overlap(self, secretary, booked):
        assert secretary.books("pat_1", "2026-03-20T09:30:00+01:00").status == 201

    @pytest.mark.rule("A-04")
    def test_exactly_so_many_as_the_group_has_places(self, world, secretary):
        world.open("2026-03-21 09:00", "10:00", service_ids=("srv_group",), places=3)
        start, more = "2026-03-21T09:00:00+01:00", {"service_id": "srv_group"}
        answers = [secretary.books(f"pat_{n}", start, **more) for n in range(5)]
        assert [a.status for a in answers] == [201, 201, 201, 409, 409]
        assert all(a["group"] for a in answers[:3])


class TestReading:
    def test_of_an_agenda_between_two_instants(self, secretary):
        ids = [secretary.books(f"pat_{n}", f"2026-03-20T{n:02}:00:00+01:00")["id"] for n in (9, 10, 11)]
        asked = {"agenda_id": "agd_1", "start_from": TEN, "start_before": "2026-03-20T11:00:00+01:00"}
        assert [a["id"] for a in secretary.get("/v1/appointments", **asked).items] == [ids[1]]
        whole = asked | {"start_from": NINE, "start_before": "2026-03-20T11:00:01+01:00"}
        assert [a["id"] for a in secretary.get("/v1/appointments", **whole).items] == ids

    def test_of_a_patient_the_latest_first(self, secretary, booked):
        later = secretary.books("pat_1", TEN)
        listed = secretary.get("/v1/appointments", patient_id="pat_1").items
        assert [a["id"] for a in listed] == [later["id"], booked["id"]]

    @pytest.mark.parametrize(
        "asked",
        [
            {},
            {"agenda_id": "agd_1"},
            {"agenda_id": "agd_1", "start_from": NINE},
            {"agenda_id": "agd_1", "start_from": TEN, "start_before": NINE},
            {"agenda_id": "agd_1", "start_from": NINE, "start_before": "2028-03-20T09:00:00+01:00"},
            {"patient_id": "pat_1", "agenda_id": "agd_1"},
        ],
    )
    def test_whose_must_be_said(self, secretary, asked):
        answer = secretary.get("/v1/appointments", **asked)
        assert answer.status == 422
        assert answer["errors"][0]["remedy"].startswith("give ")

    def test_who_does_not_exist(self, secretary):
        assert secretary.get("/v1/appointments", patient_id="pat_9").status == 404
        asked = {"agenda_id": "agd_9", "start_from": NINE, "start_before": TEN}
        assert secretary.get("/v1/appointments", **asked).status == 404

    def test_the_note_is_edited_on_a_version(self, secretary, booked):
        path = f"/v1/appointments/{booked['id']}"
        assert secretary.patch(path, {"note": "Prefers mornings"}).status == 428
        assert secretary.patch(path, {"note": "Prefers mornings"}, version=1)["note"] == "Prefers mornings"
        assert secretary.patch(path, {"note": "Else"}, version=1).status == 412


@pytest.mark.rule("A-05")
class TestAttendance:
    @pytest.mark.parametrize("to", sorted(ALLOWED[Attendance.BOOKED] - {Attendance.MOVED}))
    def test_a_booked_appointment_becomes(self, world, secretary, booked, to):
        world.now = at("2026-03-20 09:00")
        answer = attend(secretary, booked["id"], to, version=1)
        assert (answer.status, answer["attendance"], answer["version"]) == (200, to, 2)

    @pytest.mark.parametrize(
        ("to", "remedy"),
        [
            (
                "pending_confirmation",
                "from booked it can become attended, cancelled_by_patient, cancelled_by_practitioner, patient_absent",
            ),
            ("moved", "move it: that sets it to moved"),
        ],
    )
    def test_what_the_table_does_not_allow(self, secretary, booked, to, remedy):
        answer = attend(secretary, booked["id"], to)
        assert (answer.status, answer["code"], answer["remedy"]) == (409, "attendance_not_allowed", remedy)

    def test_what_was_given_up_is_not_attended_but_can_be_set_back(self, secretary, booked):
        attend(secretary, booked["id"], "patient_absent")
        answer = attend(secretary, booked["id"], "attended")
        assert answer.status == 409
        assert (
            answer["remedy"]
            == "from patient_absent it can become booked, cancelled_by_patient, cancelled_by_practitioner"
        )

    def test_nobody_has_attended_what_is_still_ahead(self, world, secretary, booked):
        world.now = at("2026-03-20 08:59")
        answer = attend(secretary, booked["id"], "attended")
        assert (answer.status, answer["code"]) == (409, "not_started")
        assert answer["remedy"] == "set it to attended from its start on"
        assert secretary.get(f"/v1/appointments/{booked['id']}")["attendance"] == "booked"

    def test_an_unknown_word(self, secretary, booked):
        assert attend(secretary, booked["id"], "gone").fields == ["to"]

    def test_on_an_older_version(self, secretary, booked):
        attend(secretary, booked["id"], "patient_absent")
        assert attend(secretary, booked["id"], "booked", version=1).status == 412

    def test_repeating_it_changes_nothing(self, secretary, booked):
        first = attend(secretary, booked["id"], "cancelled_by_patient", version=1)
        assert attend(secretary, booked["id"], "cancelled_by_patient", version=1).json == first.json


@pytest.mark.rule("A-13")
class TestSettingBack:
    @pytest.mark.parametrize("to", FREEING)
    def test_while_the_place_is_free(self, world, secretary, booked, to):
        attend(secretary, booked["id"], to)
        assert attend(secretary, booked["id"], "booked")["attendance"] == "booked"
        assert world.day("2026-03-20").open_releases == ()

    def test_not_once_it_is_taken(self, secretary, booked):
        attend(secretary, booked["id"], "cancelled_by_patient")
        secretary.books("pat_2", NINE)
        answer = attend(secretary, booked["id"], "booked")
        assert (answer.status, answer["code"]) == (409, "place_taken")
        assert "it cannot be set back" in answer["detail"]

    def test_never_back_from_moved(self, secretary, booked):
        moved = secretary.post(f"/v1/appointments/{booked['id']}/move", {"start": TEN})
        attend(secretary, moved["id"], "cancelled_by_patient")
        answer = attend(secretary, booked["id"], "booked")
        assert (answer.status, answer["code"]) == (409, "attendance_not_allowed")

    def test_relabelling_releases_nothing_more(self, world, secretary, booked):
        attend(secretary, booked["id"], "cancelled_by_patient")
        before = world.day("2026-03-20")
        attend(secretary, booked["id"], "patient_absent")
        assert world.day("2026-03-20") == before

    def test_what_was_attended_releases_nothing(self, world, secretary, booked):
        world.now = at("2026-03-20 09:00")
        attend(secretary, booked["id"], "attended")
        assert attend(secretary, booked["id"], "cancelled_by_patient").status == 409
        assert world.day("2026-03-20").releases == ()

    def test_the_box_puts_the_patient_back_into_the_line(self, world, secretary):
        waiting = secretary.books("pat_1", NINE, wants_earlier=True)
        attend(secretary, waiting["id"], "cancelled_by_patient")
        asked = {"agenda_id": "agd_1", "duration": "30"}
        assert secretary.get("/v1/waitlist", **asked).items == []
        attend(secretary, waiting["id"], "booked")
        assert [w["appointment_id"] for w in secretary.get("/v1/waitlist", **asked).items] == [waiting["id"]]

    def test_what_was_attended_by_mistake_comes_back_into_the_line(self, world, secretary):
        waiting = secretary.books("pat_1", NINE, wants_earlier=True)
        world.now = at("2026-03-20 09:00")
        asked = {"agenda_id": "agd_1", "duration": "30"}
        attend(secretary, waiting["id"], "attended")
        assert secretary.get("/v1/waitlist", **asked).items == []
        attend(secretary, waiting["id"], "booked")
        assert [w["appointment_id"] for w in secretary.get("/v1/waitlist", **asked).items] == [waiting["id"]]


@pytest.mark.rule("W-03")
class TestReleasing:
    @pytest.mark.parametrize("to", FREEING)
    def test_giving_up_releases(self, world, secretary, booked, to):
        attend(secretary, booked["id"], to)
        (release,) = world.day("2026-03-20").releases
        assert (release.slot, release.released_by) == (slot("2026-03-20 09:00"), ("pat_1",))

    def test_moving_releases(self, world, secretary, booked):
        secretary.post(f"/v1/appointments/{booked['id']}/move", {"start": TEN})
        assert [r.slot for r in world.day("2026-03-20").releases] == [slot("2026-03-20 09:00")]

    def test_deleting_does_not(self, world, secretary, booked):
        assert secretary.delete(f"/v1/appointments/{booked['id']}").status == 200
        day = world.day("2026-03-20")
        assert (day.held, day.releases) == ((), ())

    def test_opening_hours_do_not(self, world):
        world.open("2026-03-22 09:00", "12:00")
        assert world.day("2026-03-22").releases == ()

    def test_nothing_while_the_waitlist_is_off(self, world, secretary, booked):
        world.settings(enabled=False)
        attend(secretary, booked["id"], "cancelled_by_patient")
        assert world.day("2026-03-20").releases == ()


@pytest.mark.rule("A-05")
class TestDeleting:
    def test_it_is_gone_from_the_lists_and_its_place_is_free(self, secretary, booked):
        deleted = secretary.delete(f"/v1/appointments/{booked['id']}", version=1)
        assert deleted["deleted_at"] == "2026-03-02T07:00:00Z"
        assert secretary.get("/v1/appointments", patient_id="pat_1").items == []
        kept = secretary.get("/v1/appointments", patient_id="pat_1", deleted="with").items
        assert [a["id"] for a in kept] == [booked["id"]]
        assert secretary.books("pat_2", NINE).status == 201

    def test_what_was_deleted_stays_so(self, secretary, booked):
        secretary.delete(f"/v1/appointments/{booked['id']}")
        assert secretary.delete(f"/v1/appointments/{booked['id']}").status == 200
        assert attend(secretary, booked["id"], "cancelled_by_patient")["code"] == "deleted"
        assert secretary.post(f"/v1/appointments/{booked['id']}/move", {"start": TEN}).status == 409
        assert secretary.patch(f"/v1/appointments/{booked['id']}", {"note": "x"}, version=2)["code"] == "deleted"

    def test_on_an_older_version(self, secretary, booked):
        attend(secretary, booked["id"], "patient_absent")
        assert secretary.delete(f"/v1/appointments/{booked['id']}", version=1).status == 412

    def test_it_leaves_the_line(self, secretary):
        waiting = secretary.books("pat_1", NINE, wants_earlier=True)
        secretary.delete(f"/v1/appointments/{waiting['id']}")
        assert secretary.get("/v1/waitlist", agenda_id="agd_1", duration="30").items == []

    def test_a_cancelled_one_takes_no_place_with_it(self, world, secretary, booked):
        attend(secretary, booked["id"], "cancelled_by_patient")
        secretary.books("pat_2", NINE)
        secretary.delete(f"/v1/appointments/{booked['id']}")
        assert len(world.day("2026-03-20").held) == 1


@pytest.mark.rule("A-12")
@pytest.mark.rule("A-10")
class TestMoving:
    def test_the_visit_stays(self, secretary, booked):
        moved = secretary.post(f"/v1/appointments/{booked['id']}/move", {"start": TEN}, version=1)
        old = secretary.get(f"/v1/appointments/{booked['id']}")
        assert moved.status == 201
        assert moved.headers["Location"] == f"/v1/appointments/{moved['id']}"
        assert (old["attendance"], old["moved_to"]) == ("moved", moved["id"])
        assert (moved["attendance"], moved["moved_from"]) == ("booked", booked["id"])
        assert moved["visit_id"] == old["visit_id"]

    def test_the_same_key_moves_once(self, secretary, booked):
        path = f"/v1/appointments/{booked['id']}/move"
        first = secretary.post(path, {"start": TEN}, version=1, key="k")
        assert secretary.post(path, {"start": TEN}, version=1, key="k").json == first.json
        assert secretary.post(path, {"start": TEN}, version=1, key="other").status == 412

    def test_on_an_older_version(self, secretary, booked):
        secretary.patch(f"/v1/appointments/{booked['id']}", {"note": "x"}, version=1)
        assert secretary.post(f"/v1/appointments/{booked['id']}/move", {"start": TEN}, version=1).status == 412

    def test_into_a_taken_place(self, world, secretary, booked):
        secretary.books("pat_2", TEN)
        before = dict(world.store.items)
        answer = secretary.post(f"/v1/appointments/{booked['id']}/move", {"start": TEN})
        assert (answer.status, answer["code"]) == (409, "place_taken")
        assert world.store.items == before

    def test_what_is_cancelled_does_not_move(self, secretary, booked):
        attend(secretary, booked["id"], "cancelled_by_patient")
        assert secretary.post(f"/v1/appointments/{booked['id']}/move", {"start": TEN})["code"] == "not_booked"


@pytest.mark.rule("W-02")
class TestTheBox:
    """`minimum_lead_days` is 10: on 2 March at 08:00, the box exists after 12 March at 08:00."""

    @pytest.mark.parametrize(
        ("start", "exists"),
        [
            ("2026-03-12T07:59:00+01:00", False),
            ("2026-03-12T08:00:00+01:00", False),
            ("2026-03-12T08:01:00+01:00", True),
        ],
    )
    def test_it_exists_beyond_the_lead(self, secretary, start, exists):
        answer = secretary.books("pat_1", start, wants_earlier=True, outside_availability=True)
        assert answer.status == (201 if exists else 409)
        if not exists:
            assert answer["code"] == "too_soon_to_wait"

    def test_it_is_tested_when_ticked_and_never_again(self, world, secretary):
        waiting = secretary.books("pat_1", NINE, wants_earlier=True)
        world.later(days=14)
        assert len(secretary.get("/v1/waitlist", agenda_id="agd_1", duration="30").items) == 1
        path = f"/v1/appointments/{waiting['id']}/earlier"
        assert secretary.post(path, {"wants_earlier": True}).status == 200
        secretary.post(path, {"wants_earlier": False})
        assert secretary.post(path, {"wants_earlier": True})["code"] == "too_soon_to_wait"

    def test_ticking_and_unticking(self, secretary, booked):
        path, asked = f"/v1/appointments/{booked['id']}/earlier", {"agenda_id": "agd_1", "duration": "30"}
        ticked = secretary.post(path, {"wants_earlier": True}, version=1)
        assert (ticked["wants_earlier"], ticked["waiting_since"]) == (True, "2026-03-02T07:00:00Z")
        (entry,) = secretary.get("/v1/waitlist", **asked).items
        assert (entry["appointment_id"], entry["reachable_by_email"]) == (booked["id"], True)
        assert secretary.post(path, {"wants_earlier": False})["wants_earlier"] is False
        assert secretary.get("/v1/waitlist", **asked).items == []

    def test_not_while_the_waitlist_is_off(self, world, secretary, booked):
        world.settings(enabled=False)
        answer = secretary.post(f"/v1/appointments/{booked['id']}/earlier", {"wants_earlier": True})
        assert (answer.status, answer["code"]) == (409, "waitlist_off")

    def test_ticking_makes_no_offer_by_itself(self, world, secretary):
        the_slot = released(world)
        world.later(minutes=6)
        assert world.rounds_of(the_slot) == []


@pytest.mark.rule("P-01")
class TestOwnAgenda:
    @pytest.fixture
    def practitioner(self, world, admin):
        admin.put("/v1/practitioners/prc_1", {"name": "Dr Favre", "user": "user-favre"}, version=1)
        return Staff(world, roles=("practitioner",), id="user-favre")

    def test_who_am_i(self, practitioner):
        assert practitioner.get("/v1/me").json == {
            "id": "user-favre",
            "roles": ["practitioner"],
            "practitioner_id": "prc_1",
        }

    def test_their_own_they_change(self, practitioner):
        booked = practitioner.books("pat_1", NINE)
        assert booked.status == 201
        assert attend(practitioner, booked["id"], "patient_absent").status == 200

    def test_another_practitioners_they_do_not(self, world, practitioner, secretary):
        world.open("2026-03-20 09:00", "12:00", agenda_id="agd_3")
        theirs = secretary.books("pat_2", NINE, agenda_id="agd_3")
        path = f"/v1/appointments/{theirs['id']}"
        span = {"start": NINE, "end": TEN}
        attempts = [
            practitioner.books("pat_1", TEN, agenda_id="agd_3"),
            attend(practitioner, theirs["id"], "attended"),
            practitioner.post(f"{path}/move", {"start": TEN}),
            practitioner.post(f"{path}/earlier", {"wants_earlier": True}),
            practitioner.patch(path, {"note": "x"}, version=1),
            practitioner.delete(path),
            practitioner.post("/v1/absences", span | {"practitioner_id": "prc_2"}),
            practitioner.post("/v1/absences", span | {"location_id": "loc_1"}),
            practitioner.post("/v1/agendas/agd_3/availabilities", span),
        ]
        assert [(a.status, a["code"]) for a in attempts] == [(403, "not_your_agenda")] * len(attempts)
        assert secretary.get(path).json == theirs.json

    def test_nor_move_into_it(self, world, practitioner):
        world.open("2026-03-20 09:00", "12:00", agenda_id="agd_3")
        own = practitioner.books("pat_1", NINE)
        answer = practitioner.post(f"/v1/appointments/{own['id']}/move", {"start": TEN, "agenda_id": "agd_3"})
        assert (answer.status, answer["code"]) == (403, "not_your_agenda")

    def test_a_sign_in_without_a_practitioner_changes_nothing(self, world):
        stranger = Staff(world, roles=("practitioner",), id="user-new")
        assert stranger.books("pat_1", NINE)["code"] == "not_your_agenda"

    def test_a_change_of_the_sign_in_is_seen_within_a_minute(self, world, admin, practitioner):
        assert practitioner.get("/v1/me")["practitioner_id"] == "prc_1"
        admin.put("/v1/practitioners/prc_1", {"name": "Dr Favre", "user": None}, version=2)
        world.later(seconds=61)
        assert practitioner.get("/v1/me")["practitioner_id"] is None
