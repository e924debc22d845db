"""What staff see of reminders as a whole: how far planning has come, and what quiet hours would cost."""

from datetime import timedelta

import pytest

from creneau.agenda.appointment import Appointment
from creneau.messaging import quiet_visits
from creneau.messaging.delay import parse_delay
from creneau.messaging.message import Channel, Kind
from creneau.messaging.template import Line, TemplateBook
from creneau.shared.settings import SETTINGS

VISITS = "/v1/settings/quiet-hours/visits"
TWO_HOURS = Line(id="tpl_own", kind=Kind.REMINDER, channel=Channel.SMS, delays=(parse_delay("2h"),))


@pytest.fixture
def texting(world):
    """Every visit is reminded by SMS two hours before."""
    settings = world.store.get(SETTINGS)
    world.put(settings.with_(sms=settings.sms.with_(enabled=True)), TemplateBook(stored=(TWO_HOURS,)))
    world.open("2026-03-21 06:00", "12:00")
    world.open("2026-03-21 06:00", "12:00", agenda_id="agd_3")
    return world


def losing(admin, begin="21:00", end="08:00"):
    answer = admin.get(VISITS, quiet_from=begin, quiet_until=end)
    assert answer.status == 200
    return answer


@pytest.mark.rule("M-16")
def test_the_settings_say_which_visits_would_lose_their_sms(texting, admin):
    """Half past nine is reminded at half past seven: in the night, and of use in the morning still."""
    texting.book("pat_1", "2026-03-21 09:00")
    texting.book("pat_2", "2026-03-21 09:30")
    texting.book("pat_3", "2026-03-21 06:30", agenda_id="agd_3")
    texting.cancel(texting.book("pat_4", "2026-03-21 07:00"))
    answer = losing(admin)
    assert answer["complete"]
    assert [v["local_start"] for v in answer["visits"]] == ["2026-03-21T09:00:00+01:00", "2026-03-21T06:30:00+01:00"]
    assert answer["visits"][0]["patient_name"] == "P pat_1"
    assert answer["visits"][0]["local_due_at"] == "2026-03-21T07:00:00+01:00"
    assert [v["patient_id"] for v in losing(admin, "22:00", "07:30")["visits"]] == ["pat_3"]
    assert losing(admin, "00:00", "00:00")["visits"] == []


@pytest.mark.rule("M-16")
def test_nobody_loses_what_is_off_or_past(texting, admin):
    texting.book("pat_1", "2026-03-21 09:00")
    texting.now += timedelta(days=18, hours=23, minutes=30)
    assert losing(admin)["visits"] == []
    texting.now -= timedelta(days=18)
    settings = texting.store.get(SETTINGS)
    texting.put(settings.with_(sms=settings.sms.with_(enabled=False)))
    assert losing(admin)["visits"] == []


@pytest.mark.rule("M-16")
def test_what_is_not_shown_is_said(texting, admin, monkeypatch):
    monkeypatch.setattr(quiet_visits, "MOST_SHOWN", 1)
    for patient, start in (("pat_1", "2026-03-21 07:00"), ("pat_2", "2026-03-21 08:00")):
        texting.book(patient, start)
    answer = losing(admin)
    assert (len(answer["visits"]), answer["complete"]) == (1, False)


@pytest.mark.parametrize("wrong", ["", "24:00", "9:00", "21h00"])
def test_a_time_of_day_is_one(texting, admin, wrong):
    answer = admin.get(VISITS, quiet_from=wrong, quiet_until="08:00")
    assert answer.status == 422
    assert answer.fields == ["quiet_from"]


@pytest.mark.rule("M-16")
def test_quiet_hours_are_settings(admin):
    read = admin.get("/v1/settings")
    assert (read["messaging"]["quiet_from"], read["messaging"]["quiet_until"]) == ("21:00", "08:00")
    given = {"messaging": {"quiet_until": "07:30"}}
    changed = admin.patch("/v1/settings", given, version=read["version"])
    assert (changed["messaging"]["quiet_from"], changed["messaging"]["quiet_until"]) == ("21:00", "07:30")


@pytest.mark.rule("M-08", "M-09")
def test_how_far_planning_has_come(texting, secretary):
    nothing = {"running": False, "done": 0, "since": None, "finished_at": None}
    assert secretary.get("/v1/reminders/replanning").json == nothing
    for patient, start in (("pat_1", "2026-03-21 07:00"), ("pat_2", "2026-03-21 08:00")):
        texting.book(patient, start)
    texting.app.start_replan()
    begun = secretary.get("/v1/reminders/replanning")
    assert (begun["running"], begun["done"]) == (True, 0)
    texting.rest()
    ended = secretary.get("/v1/reminders/replanning")
    assert (ended["running"], ended["done"]) == (False, 2)
    assert {texting.reminded.count(a.id) for a in texting.all(Appointment)} == {2}  # booked, and walked
