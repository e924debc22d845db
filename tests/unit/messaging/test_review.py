"""Review requests: some days after an attended visit, once in six months, not to who refused (M-19)."""

from datetime import timedelta

import pytest

from creneau.agenda.appointment import Appointment
from creneau.agenda.attendance import Attendance
from creneau.agenda.catalogue import patient_ref
from creneau.messaging.delay import Delay, Unit
from creneau.messaging.message import Channel, Kind, MessageState
from creneau.messaging.review import too_soon
from creneau.messaging.template import Line, TemplateBook
from creneau.shared.actor import SYSTEM
from creneau.shared.errors import Refused
from creneau.shared.store import require
from tests.support.world import ZONE, World, at
from tests.unit.messaging.custom_world import custom_world, message, messages, settings, somebody

pytestmark = pytest.mark.rule("M-19")


@pytest.fixture
def world() -> World:
    """On Friday 6 March 2026 pat_1 was there, from 10:00 to 10:30."""
    world = custom_world()
    settings(world, "messaging", off=())
    settings(world, "look", review_url="https://reviews.example/lac")
    somebody(world, "pat_1", email="p@mail.example")
    return world


def visited(world: World, day: str, patient_id: str = "pat_1", **more) -> Appointment:
    """Booked, and recorded as attended an hour after it began, with all that follows."""
    world.open(f"{day} 08:00", "18:00")
    made = world.book(patient_id, f"{day} 10:00")
    world.now = at(f"{day} 11:00")
    attended = world.app.change_attendance(made.id, Attendance.ATTENDED, SYSTEM)
    world.drain()
    return attended


def test_it_is_due_a_day_after_the_visit_ended(world):
    visit = visited(world, "2026-03-06")
    asked = message(world, f"review.email.{visit.id}.system-1d")
    assert (asked.due_at, asked.state) == (at("2026-03-07 10:30"), MessageState.SCHEDULED)
    assert (asked.patient_id, asked.appointment_id) == ("pat_1", visit.id)


def test_by_the_clinics_own_template_after_its_own_delay(world):
    delay = Delay(number=3, unit=Unit.DAYS)
    world.put(TemplateBook(stored=(Line(id="tpl_1", kind=Kind.REVIEW, channel=Channel.EMAIL, delays=(delay,)),)))
    visit = visited(world, "2026-03-06")
    asked = message(world, f"review.email.{visit.id}.tpl_1-3d")
    assert (asked.template_id, asked.due_at) == ("tpl_1", at("2026-03-09 10:30"))


@pytest.mark.rule("M-06", "M-19")
def test_staff_do_not_ask_a_second_time(world):
    visit = visited(world, "2026-03-06")
    asked = message(world, f"review.email.{visit.id}.system-1d")
    world.put(asked.ended(MessageState.SENT))
    with pytest.raises(Refused) as refused:
        world.app.resend(asked.id, SYSTEM)
    assert refused.value.code == "not_sent_again"


class TestNot:
    def test_about_a_visit_that_was_not_attended(self, world):
        world.open("2026-03-06 08:00", "18:00")
        made = world.book("pat_1", "2026-03-06 10:00")
        world.now = at("2026-03-06 11:00")
        world.app.change_attendance(made.id, Attendance.PATIENT_ABSENT, SYSTEM)
        world.drain()
        assert messages(world) == {}

    def test_while_it_is_off_nor_about_what_was_before_it_came_on(self, world):
        settings(world, "messaging", off=("review.email",))
        visit = visited(world, "2026-03-06")
        settings(world, "messaging", off=(), on_since={"review.email": world.now + timedelta(hours=1)})
        world.app.plan_review(visit.id)
        assert messages(world) == {}

    def test_without_a_page_to_write_on(self, world):
        settings(world, "look", review_url="")
        visited(world, "2026-03-06")
        assert messages(world) == {}

    def test_to_who_refused(self, world):
        patient = require(world.store, patient_ref("pat_1"))
        world.put(patient.with_(refusals={"reviews": world.now}))
        visit = visited(world, "2026-03-06")
        asked = message(world, f"review.email.{visit.id}.system-1d")
        assert (asked.state, asked.why[-1].facts["reason"]) == (MessageState.SUPPRESSED, "no_consent")

    def test_weeks_later_when_somebody_tidies_up(self, world):
        world.open("2026-03-06 08:00", "18:00")
        made = world.book("pat_1", "2026-03-06 10:00")
        world.now = at("2026-03-15 09:00")
        world.app.change_attendance(made.id, Attendance.ATTENDED, SYSTEM)
        world.drain()
        assert messages(world) == {}


class TestOnceInSixMonths:
    def test_not_again_before(self, world):
        visited(world, "2026-03-06")
        visited(world, "2026-09-04")
        assert len(messages(world)) == 1
        visited(world, "2026-09-08")
        assert len(messages(world)) == 2

    def test_each_patient_for_themselves(self, world):
        visited(world, "2026-03-06")
        visited(world, "2026-03-09", "pat_2")
        assert len(messages(world)) == 2

    def test_one_that_never_left_does_not_count(self, world):
        visit = visited(world, "2026-03-06")
        asked = message(world, f"review.email.{visit.id}.system-1d")
        world.put(asked.ended(MessageState.CANCELLED))
        visited(world, "2026-03-09")
        assert len(messages(world)) == 2

    def test_two_visits_recorded_at_once_ask_once(self, world):
        settings(world, "messaging", off=("review.email",))
        first, second = visited(world, "2026-03-05"), visited(world, "2026-03-06")
        settings(world, "messaging", off=())
        rivals = [lambda: world.app.plan_review(second.id)]
        world.store.before_commit.append(lambda _: rivals and rivals.pop()())
        world.app.plan_review(first.id)
        assert len(messages(world)) == 1

    def test_a_repeated_reaction_plans_nothing_again(self, world):
        visit = visited(world, "2026-03-06")
        before = messages(world)
        assert world.app.plan_review(visit.id).message_ids == ()
        assert messages(world) == before

    def test_the_months_are_the_calendars(self):
        due = at("2026-03-07 10:30")
        assert too_soon(due, at("2026-09-07 10:29"), ZONE)
        assert not too_soon(due, at("2026-09-07 10:30"), ZONE)
        assert too_soon(at("2026-09-07 10:29"), due, ZONE)  # in whatever order the visits were recorded


def test_the_sweeper_finds_what_the_stream_lost(world):
    world.open("2026-03-06 08:00", "18:00")
    made = world.book("pat_1", "2026-03-06 10:00")
    world.now = at("2026-03-06 11:00")
    world.app.change_attendance(made.id, Attendance.ATTENDED, SYSTEM)
    world.stream.clear()
    world.sweep(minutes=5)
    assert len(messages(world)) == 1
