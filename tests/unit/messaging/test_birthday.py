"""Birthdays: found by the day, once a year, to who agreed, where it is turned on (M-15)."""

from datetime import date, timedelta

import pytest

from creneau.agenda.catalogue import patient_ref
from creneau.messaging.birthday import month_days
from creneau.messaging.message import Channel, Kind, MessageState
from creneau.messaging.template import TEMPLATE_BOOK, Line, TemplateBook
from creneau.shared.store import require
from tests.support.world import World, at
from tests.unit.messaging.custom_world import custom_world, message, messages, set_sms, settings, somebody

pytestmark = pytest.mark.rule("M-15")


@pytest.fixture
def world() -> World:
    """09:00 on Monday 2 March 2026."""
    world = custom_world()
    settings(world, "messaging", off=())
    world.now = at("2026-03-02 09:00")
    return world


def born(world: World, id: str, on: str, *consents: str, **more) -> str:
    here, world.now = world.now, world.now - timedelta(days=30)
    somebody(world, id, *(consents or ("birthday",)), born_on=date.fromisoformat(on), **more)
    world.now = here
    return id


def planned(world: World) -> int:
    return world.app.plan_birthdays().planned


@pytest.mark.parametrize(
    ("on", "whose"),
    [
        ("2026-02-27", ("02-27",)),
        ("2026-02-28", ("02-28", "02-29")),
        ("2028-02-28", ("02-28",)),
        ("2028-02-29", ("02-29",)),
        ("2100-02-28", ("02-28", "02-29")),
    ],
)
def test_29_february_is_28_february_in_a_common_year(on, whose):
    assert month_days(date.fromisoformat(on)) == whose


def test_every_day_of_birth_has_one_day_a_year():
    for year in (2026, 2028, 2100):
        first = date(year, 1, 1)
        days = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
        found = [whose for day in days for whose in month_days(day)]
        assert len(found) == len(set(found)) == 366


def test_it_is_wished_at_nine_to_who_agreed(world):
    born(world, "pat_1", "1980-03-02")
    born(world, "pat_2", "1980-03-02", "group_sms")
    born(world, "pat_3", "1980-03-03")
    assert planned(world) == 1
    (only,) = messages(world).values()
    assert (only.id, only.due_at) == ("birthday.sms.pat_1.2026", at("2026-03-02 09:00"))
    assert only.is_scheduled


@pytest.mark.rule("M-01")
def test_why_says_since_when_they_agreed(world):
    since = require(world.store, patient_ref(born(world, "pat_1", "1980-03-02"))).consents["birthday"]
    planned(world)
    assert message(world, "birthday.sms.pat_1.2026").why[-1].facts["agreed_at"] == since.isoformat()


def test_once_a_year_however_often_it_runs(world):
    born(world, "pat_1", "1980-03-02")
    assert [planned(world), planned(world)] == [1, 0]
    world.now = at("2027-03-02 09:00")
    assert planned(world) == 1
    assert list(messages(world)) == ["birthday.sms.pat_1.2026", "birthday.sms.pat_1.2027"]


def test_those_of_29_february(world):
    born(world, "pat_1", "1980-02-29")
    world.now = at("2026-02-28 09:00")
    assert planned(world) == 1
    world.now = at("2028-02-28 09:00")
    assert planned(world) == 0
    world.now = at("2028-02-29 09:00")
    assert planned(world) == 1


def test_on_a_sunday_it_waits_for_monday(world):
    born(world, "pat_1", "1980-03-08")
    world.now = at("2026-03-08 09:00")
    planned(world)
    assert message(world, "birthday.sms.pat_1.2026").goes_at == at("2026-03-09 09:00")


def test_over_christmas_and_a_sunday_it_is_still_one(world):
    born(world, "pat_1", "1980-12-25")
    world.now = at("2026-12-25 09:00")  # then the 26th, and Sunday the 27th
    planned(world)
    assert message(world, "birthday.sms.pat_1.2026").goes_at == at("2026-12-28 09:00")


def test_a_run_that_did_not_happen_is_made_up_for(world):
    born(world, "pat_1", "1980-02-28")
    assert planned(world) == 1  # Monday, for Saturday
    assert message(world, "birthday.sms.pat_1.2026").is_scheduled
    born(world, "pat_2", "1980-02-27")
    assert planned(world) == 0


def test_a_consent_given_afterwards_wishes_nothing_afterwards(world):
    somebody(world, "pat_1", "birthday", born_on=date(1980, 3, 1))
    assert planned(world) == 0


def test_not_to_the_dead_nor_the_erased(world):
    born(world, "pat_1", "1980-03-02", deceased=True)
    born(world, "pat_2", "1980-03-02", erased=True)
    assert planned(world) == 0


def test_who_has_no_number_has_a_record_that_says_so(world):
    born(world, "pat_1", "1980-03-02", phone=None)
    planned(world)
    assert message(world, "birthday.sms.pat_1.2026").state is MessageState.SUPPRESSED


def test_many_on_one_day(world):
    for n in range(101):
        born(world, f"pat_{n:03}", "1980-03-02")
    assert planned(world) == 101


class TestTurnedOn:
    def test_not_without_the_module(self, world):
        born(world, "pat_1", "1980-03-02")
        set_sms(world, custom_module=False)
        assert planned(world) == 0

    def test_not_while_its_template_is_off_nor_for_the_days_before_it_came_on(self, world):
        born(world, "pat_1", "1980-03-02")
        settings(world, "messaging", off=("birthday.sms",))
        assert planned(world) == 0
        settings(world, "messaging", off=(), on_since={"birthday.sms": at("2026-03-02 09:30")})
        world.now = at("2026-03-02 10:00")
        assert planned(world) == 0

    def test_by_the_clinics_own_template_where_there_is_one(self, world):
        born(world, "pat_1", "1980-03-02")
        own = Line(id="tpl_1", kind=Kind.BIRTHDAY, channel=Channel.SMS)
        assert world.store.get(TEMPLATE_BOOK) is None
        world.put(TemplateBook(stored=(own,)))
        planned(world)
        assert message(world, "birthday.sms.pat_1.2026").template_id == "tpl_1"
