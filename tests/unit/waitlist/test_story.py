"""The main job on the store in memory: cancel, five offers, decline, accept, the rivals, and the next release."""

from datetime import UTC, datetime, timedelta

import pytest

from creneau.agenda.appointment import Appointment
from creneau.agenda.attendance import Attendance
from creneau.agenda.book import Booking
from creneau.agenda.catalogue import Agenda, Patient, Practitioner, Service
from creneau.agenda.day import PractitionerDay
from creneau.agenda.diary import PatientDiary
from creneau.agenda.opening import Opening
from creneau.agenda.places import slot_of
from creneau.shared.actor import SYSTEM
from creneau.shared.again import Again
from creneau.shared.settings import Settings, WaitlistSettings
from creneau.shared.store import Put
from creneau.waitlist.answer import Answer, Outcome
from creneau.waitlist.ports import Started
from creneau.waitlist.round import ref_of, round_ref
from creneau.wiring import App
from tests.support.fake_store import FakeStore

ENVIRONMENT = {
    "CLINIC_NAME": "Cabinet",
    "CLINIC_ZONE": "Europe/Paris",
    "CLINIC_COUNTRY": "FR",
    "CLINIC_CURRENCY": "EUR",
    "CLINIC_LANGUAGE": "fr",
    "SENDER_ADDRESS": "a@clinic.example",
}


class Executions:
    def __init__(self):
        self.started = []

    def start(self, name, given):
        self.started.append((name, given))
        return Started.RUNNING


class World(App):
    now: datetime
    first: Appointment


def at(day, hour, minute=0):
    return datetime(2027, 3, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def world():
    app = World(ENVIRONMENT)
    app.now = at(1, 9)
    no_wait = Again(pause=lambda _: None, dice=lambda: 0.0)
    app.__dict__.update(store=FakeStore(), clock=lambda: app.now, again=no_wait, rounds=Executions())
    for item in (
        Settings(waitlist=WaitlistSettings(enabled=True)),
        Practitioner(id="prc_1", name="Dr"),
        Agenda(id="agd_1", practitioner_id="prc_1", location_id="loc_1"),
        Service(id="srv_1", name="Séance", category="in_person", duration_minutes=30),
        *(Patient(id=f"pat_{i}", first_name="A", last_name=f"B{i}", email=f"p{i}@x.example") for i in range(8)),
    ):
        app.store.commit([Put(item)])
    for day in (5, 20):
        app.add_openings(f"av{day}", Opening("agd_1", at(day, 8), at(day, 12)), None, SYSTEM)
    app.first = app.book("apt_0", Booking("agd_1", "pat_0", "srv_1", at(5, 9)), SYSTEM)
    for i in range(1, 8):
        start = at(20, 8) + timedelta(minutes=30 * i)
        app.book(f"apt_{i}", Booking("agd_1", f"pat_{i}", "srv_1", start, wants_earlier=True), SYSTEM)
        app.now += timedelta(seconds=1)
    return app


def opened(app):
    app.change_attendance("apt_0", Attendance.CANCELLED_BY_PATIENT, SYSTEM)
    app.pursue("prc_1", slot_of(app.first))
    app.now += timedelta(minutes=5)
    app.open_round(app.rounds.started[-1][1])
    return app.store.get(round_ref(slot_of(app.first), 1, 1))


@pytest.mark.rule("W-04")
def test_the_first_five_are_asked_in_the_order_of_ticking(world):
    round = opened(world)
    assert list(round.offers) == [f"apt_{i}" for i in range(1, 6)]
    assert world.rounds.started[-1][1].not_before == "2027-03-01T09:05:07Z"


@pytest.mark.rule("W-07")
@pytest.mark.promise(2)
def test_accepting_moves_once_and_says_the_same_for_ever(world):
    round = opened(world)
    first = world.answer_offer(round.id, "apt_3", Answer.ACCEPT, world.now)
    again = world.answer_offer(round.id, "apt_3", Answer.ACCEPT, world.now)
    assert first.outcome is again.outcome is Outcome.ACCEPTED
    assert first.new.id == again.new.id
    assert (first.new.start, first.new.visit_id) == (at(5, 9), first.own.visit_id)
    days = [i for i in world.store.items.values() if isinstance(i, PractitionerDay)]
    assert sum(len(day.held) for day in days) == 7
    assert [r.start for day in days for r in day.open_releases] == [at(20, 9, 30)]


@pytest.mark.rule("W-08")
@pytest.mark.promise(40)
def test_rivals_are_superseded_and_free_for_other_offers(world):
    round = opened(world)
    assert world.answer_offer(round.id, "apt_2", Answer.DECLINE, world.now).outcome is Outcome.DECLINED
    world.answer_offer(round.id, "apt_3", Answer.ACCEPT, world.now)
    assert world.answer_offer(round.id, "apt_2", Answer.ACCEPT, world.now).outcome is Outcome.DECLINED
    assert world.answer_offer(round.id, "apt_4", Answer.ACCEPT, world.now).outcome is Outcome.SUPERSEDED
    assert world.settle(ref_of(round.id)).outcome == "closed"
    states = [o.state.value for o in world.store.get(ref_of(round.id)).offers.values()]
    assert states == ["superseded", "declined", "accepted", "superseded", "superseded"]
    assert all(d.lock is None for d in world.store.items.values() if isinstance(d, PatientDiary))


@pytest.mark.rule("W-09")
@pytest.mark.promise(4)
@pytest.mark.parametrize(("late_by", "outcome"), [(-1, Outcome.ACCEPTED), (0, Outcome.TOO_LATE)])
def test_an_answer_counts_by_the_instant_it_arrives(world, late_by, outcome):
    round = opened(world)
    assert round.expires_at == at(5, 7), "two hours before the slot, as that is sooner than 15 days"
    world.now = round.expires_at + timedelta(seconds=10)
    arrived = round.expires_at + timedelta(milliseconds=late_by)
    assert world.answer_offer(round.id, "apt_1", Answer.ACCEPT, arrived).outcome is outcome


@pytest.mark.rule("W-12")
def test_unticking_withdraws_the_offer_even_if_ticked_again(world):
    round = opened(world)
    world.set_wants_earlier("apt_1", False, SYSTEM)
    world.set_wants_earlier("apt_1", True, SYSTEM)
    assert world.answer_offer(round.id, "apt_1", Answer.ACCEPT, world.now).outcome is Outcome.WITHDRAWN
