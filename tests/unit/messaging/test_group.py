"""An SMS to a group: whom the filter means, page by page, exactly once, and taken back as a whole (M-14)."""

from datetime import date, timedelta

import pytest

from creneau.agenda.attendance import Attendance
from creneau.messaging.custom import Words
from creneau.messaging.group import GroupFilter, GroupState, SmsGroup, group_ref
from creneau.messaging.message import MessageState
from creneau.messaging.send_group import PAGE, Asked
from creneau.shared.actor import SYSTEM, Actor, Role
from creneau.shared.errors import Forbidden, Invalid, Refused
from creneau.shared.store import Put, require
from tests.support.world import World, at
from tests.unit.messaging.custom_world import custom_world, messages, set_sms, somebody

pytestmark = pytest.mark.rule("M-14")

TEXT = Words(text="{{ clinic.name }}: closed on Friday.\nStop: {{ opt_out.link }}")


@pytest.fixture
def world() -> World:
    return custom_world()


def asked(at=None, words=TEXT, **wanted) -> Asked:
    return Asked(GroupFilter(**wanted), words, at)


def send(world: World, **more) -> SmsGroup:
    """To the end of its walk."""
    world.app.send_to_group("grp_1", asked(**more), SYSTEM)
    world.drain()
    return require(world.store, group_ref("grp_1"))


def reached(world: World) -> set[str]:
    return {m.patient_id for m in messages(world).values() if m.patient_id and m.is_scheduled}


class TestWhomItGoesTo:
    def test_who_agreed_and_nobody_else(self, world):
        somebody(world, "pat_1", "group_sms")
        somebody(world, "pat_2", "birthday")
        somebody(world, "pat_3")
        group = send(world)
        assert (group.state, group.looked_at, group.planned) == (GroupState.PLANNED, 3, 1)
        assert group.left_out == {"no_consent": 2}
        (only,) = messages(world).values()
        assert (only.patient_id, only.batch_id) == ("pat_1", "grp_1")

    def test_who_cannot_be_reached_has_a_record_that_says_why(self, world):
        somebody(world, "pat_1", "group_sms", phone=None)
        somebody(world, "pat_2", "group_sms", phone="+41215550123")
        somebody(world, "pat_3", "group_sms", phone_blocked=True)
        somebody(world, "pat_4", "group_sms", deceased=True)
        group = send(world)
        reasons = {"no_phone_number": 1, "no_mobile": 1, "phone_number_opted_out": 1, "patient_deceased": 1}
        assert (group.planned, group.left_out) == (0, reasons)
        told = {m.state: m.why[-1].facts["reason"] for m in messages(world).values()}
        assert set(told) == {MessageState.SUPPRESSED}
        assert len(messages(world)) == 4

    def test_the_erased_are_not_even_counted(self, world):
        somebody(world, "pat_1", "group_sms", erased=True)
        group = send(world)
        assert (group.looked_at, group.planned, group.left_out) == (1, 0, {})

    def test_by_language(self, world):
        somebody(world, "pat_1", "group_sms", language="de")
        somebody(world, "pat_2", "group_sms", language=None)  # the clinic's
        send(world, language="fr")
        assert reached(world) == {"pat_2"}


class TestByAppointments:
    @pytest.fixture
    def world(self) -> World:
        """One was there in January, the next comes in April; one cancelled; one only ever sees somebody else."""
        world = custom_world()
        world.now = at("2026-01-05 08:00")
        for id in ("pat_past", "pat_next", "pat_gone", "pat_else", "pat_none"):
            somebody(world, id, "group_sms")
        world.open("2026-01-12 09:00", "12:00")
        world.open("2026-04-13 09:00", "12:00")
        world.open("2026-04-14 09:00", "12:00", agenda_id="agd_3")
        world.book("pat_past", "2026-01-12 09:00")
        world.book("pat_next", "2026-04-13 09:00", service_id="srv_hour")
        world.cancel(world.book("pat_gone", "2026-04-13 10:30"))
        world.book("pat_else", "2026-04-14 09:00", agenda_id="agd_3")
        world.now = at("2026-03-02 08:00")
        world.stream.clear()
        return world

    @pytest.mark.parametrize(
        ("wanted", "whom"),
        [
            ({"agenda_id": "agd_1"}, {"pat_past", "pat_next"}),
            ({"practitioner_id": "prc_2"}, {"pat_else"}),
            ({"service_id": "srv_hour"}, {"pat_next"}),
            ({"last_from": date(2026, 1, 12), "last_to": date(2026, 1, 12)}, {"pat_past"}),
            ({"last_from": date(2026, 1, 13)}, set()),
            ({"next_from": date(2026, 4, 13), "next_to": date(2026, 4, 13)}, {"pat_next"}),
            ({"next_to": date(2026, 4, 14)}, {"pat_next", "pat_else"}),
            ({"next_to": date(2026, 4, 14), "agenda_id": "agd_3"}, {"pat_else"}),
            ({"last_to": date(2026, 12, 31), "next_from": date(2026, 1, 1)}, set()),
        ],
    )
    def test_the_filter(self, world, wanted, whom):
        send(world, **wanted)
        assert reached(world) == whom

    def test_only_the_latest_that_is_over_counts_as_the_last(self, world):
        world.now = at("2026-01-05 08:00")
        world.open("2026-02-09 09:00", "12:00")
        world.book("pat_past", "2026-02-09 09:00")
        world.now = at("2026-03-02 08:00")
        world.stream.clear()
        send(world, last_to=date(2026, 1, 31))
        assert reached(world) == set()

    def test_dates_the_wrong_way_round_mean_nobody(self, world):
        with pytest.raises(Invalid) as refused:
            send(world, last_from=date(2026, 2, 1), last_to=date(2026, 1, 1))
        assert [f.field for f in refused.value.faults] == ["filter.last_to"]


class TestPages:
    def test_many_pages_reach_everybody_once(self, world):
        people = {somebody(world, f"pat_{n:03}", "group_sms") for n in range(3 * PAGE + 1)}
        group = send(world)
        assert (group.looked_at, group.planned) == (len(people), len(people))
        assert reached(world) == people

    def test_a_step_lost_by_the_stream_is_taken_up_by_the_sweeper(self, world):
        people = {somebody(world, f"pat_{n:03}", "group_sms") for n in range(PAGE + 1)}
        world.app.send_to_group("grp_1", asked(), SYSTEM)
        world.stream.clear()
        world.sweep(minutes=5)
        assert reached(world) == people
        assert require(world.store, group_ref("grp_1")).state is GroupState.PLANNED

    def test_two_steps_at_once_do_each_page_once(self, world):
        people = {somebody(world, f"pat_{n:03}", "group_sms") for n in range(2 * PAGE)}
        world.app.send_to_group("grp_1", asked(), SYSTEM)
        rivals = [lambda: world.app.walk_group("grp_1")]
        world.store.before_commit.append(lambda _: rivals and rivals.pop()())
        world.app.walk_group("grp_1")
        group = require(world.store, group_ref("grp_1"))
        assert (group.looked_at, group.planned) == (len(people), len(people))

    def test_whoever_is_renamed_on_the_way_gets_it_once(self, world):
        for n in range(PAGE):
            somebody(world, f"pat_{n:03}", "group_sms", last_name=f"B{n:03}")
        world.app.send_to_group("grp_1", asked(), SYSTEM)
        somebody(world, "pat_z", "group_sms", last_name="Z")
        world.app.walk_group("grp_1")
        present = world.all(type(world.store.items[("PATIENT#pat_000", "PATIENT")]))[0]
        world.put(present.with_(last_name="ZZ"))
        world.drain()
        group = require(world.store, group_ref("grp_1"))
        assert (group.looked_at, group.planned) == (PAGE + 2, PAGE + 1)

    def test_the_same_request_again_sends_nothing_again(self, world):
        somebody(world, "pat_1", "group_sms")
        first = send(world)
        assert world.app.send_to_group("grp_1", asked(), SYSTEM) == first


class TestWhenItGoes:
    def test_on_a_sunday_it_waits_for_monday(self, world):
        somebody(world, "pat_1", "group_sms")
        send(world, at=at("2026-03-08 10:00"))
        (only,) = messages(world).values()
        assert only.goes_at == at("2026-03-09 10:00")
        assert only.why[-1].facts["reason"] == "sunday_or_public_holiday"

    @pytest.mark.parametrize("when", ["2026-03-02 08:00", "2026-03-01 10:00", "2028-01-01 10:00"])
    def test_a_time_that_cannot_be_meant(self, world, when):
        with pytest.raises(Invalid) as refused:
            send(world, at=at(when))
        assert [f.field for f in refused.value.faults] == ["at"]


class TestTakenBack:
    def test_all_that_has_not_left(self, world):
        people = [somebody(world, f"pat_{n:03}", "group_sms") for n in range(2 * PAGE)]
        send(world, at=at("2026-03-10 10:00"))
        left = messages(world)[f"custom.sms.{people[0]}.grp_1"]
        world.put(left.with_(state=MessageState.SENT, look_at=None))
        assert world.app.cancel_group("grp_1", SYSTEM).state is GroupState.CANCELLING
        world.drain()
        group = require(world.store, group_ref("grp_1"))
        assert (group.state, group.cancelled) == (GroupState.CANCELLED, 2 * PAGE - 1)
        states = [m.state for m in messages(world).values()]
        assert (states.count(MessageState.SENT), states.count(MessageState.CANCELLED)) == (1, 2 * PAGE - 1)
        assert messages(world)[f"custom.sms.{people[1]}.grp_1"].why[-1].facts["by"] == SYSTEM.id

    def test_while_it_is_still_planned(self, world):
        for n in range(2 * PAGE):
            somebody(world, f"pat_{n:03}", "group_sms")
        world.app.send_to_group("grp_1", asked(at=at("2026-03-10 10:00")), SYSTEM)
        world.app.walk_group("grp_1")
        world.app.cancel_group("grp_1", SYSTEM)
        world.drain()
        group = require(world.store, group_ref("grp_1"))
        assert (group.state, group.planned, group.cancelled) == (GroupState.CANCELLED, PAGE, PAGE)

    def test_twice_is_once(self, world):
        send(world)
        first = world.app.cancel_group("grp_1", SYSTEM)
        assert world.app.cancel_group("grp_1", SYSTEM) == first


class TestWhoMay:
    OWN = Actor(id="u", roles=(Role.PRACTITIONER,), practitioner_id="prc_1")

    @pytest.mark.rule("P-01")
    def test_a_practitioner_writes_to_patients_of_their_own(self, world):
        with pytest.raises(Forbidden):
            world.app.send_to_group("grp_1", asked(), self.OWN)
        made = world.app.send_to_group("grp_1", asked(practitioner_id="prc_1"), self.OWN)
        assert made.practitioner_id == "prc_1"
        other = self.OWN.with_(practitioner_id="prc_2")
        with pytest.raises(Forbidden):
            world.app.cancel_group("grp_1", other)

    @pytest.mark.rule("S-02")
    @pytest.mark.parametrize(
        ("sms", "code"), [({"custom_module": False}, "custom_sms_off"), ({"enabled": False}, "sms_off")]
    )
    def test_not_while_the_module_is_off(self, world, sms, code):
        set_sms(world, **sms)
        with pytest.raises(Refused) as refused:
            send(world)
        assert refused.value.code == code
        assert world.store.get(group_ref("grp_1")) is None


def test_an_absence_or_a_deleted_appointment_is_no_visit(world):
    somebody(world, "pat_1", "group_sms")
    world.now -= timedelta(days=30)
    world.open("2026-02-09 09:00", "12:00")
    visit = world.book("pat_1", "2026-02-09 09:00")
    world.now = at("2026-03-02 08:00")
    world.store.commit([Put(world.appointment(visit.id).with_(attendance=Attendance.PATIENT_ABSENT))])
    world.stream.clear()
    send(world, last_from=date(2026, 2, 1))
    assert reached(world) == set()
