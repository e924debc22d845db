"""What patients' calendars are told over the life of a visit, and in which words (M-13)."""

from datetime import datetime

import pytest

from creneau.agenda.appointment import Appointment
from creneau.agenda.attendance import Attendance
from creneau.agenda.catalogue import Address, Contact, service_ref
from creneau.messaging.calendar import Entry, Method, calendar_file
from creneau.messaging.invitation import invitation
from creneau.messaging.reader import reader_of_patient
from creneau.shared.settings import LANGUAGES
from tests.support.calendar import event_of, method_of
from tests.support.post import CLINIC, Post
from tests.support.world import World, at, line, released

NINE, TEN, MONDAY = "2026-03-20 09:00", "2026-03-20 10:00", "2026-03-23 09:00"
ENTRY = Entry(summary="Rendez-vous", address="pat_1@mail.example")


class PatientsCalendar:
    """A calendar that obeys RFC 5546, 2.1.5: an older sequence, or the same with an older stamp, changes nothing."""

    def __init__(self) -> None:
        self.events: dict[str, tuple[int, datetime]] = {}
        self.shown: dict[str, datetime] = {}

    def take(self, content: bytes) -> None:
        event = event_of(content)
        uid, order = str(event["UID"]), (int(event["SEQUENCE"]), event["DTSTAMP"].dt)
        if uid in self.events and order <= self.events[uid]:
            return
        self.events[uid] = order
        self.shown.pop(uid, None)
        if method_of(content) == "REQUEST":
            self.shown[uid] = event["DTSTART"].dt


def told(appointment: Appointment, world: World) -> bytes:
    method = Method.REQUEST if appointment.is_booked else Method.CANCEL
    return calendar_file(appointment, ENTRY, CLINIC, method, world.now)


@pytest.fixture
def world() -> World:
    world = World().clinic()
    world.open("2026-03-20 09:00", "12:00")
    world.open("2026-03-23 09:00", "12:00")
    return world


@pytest.mark.rule("M-13")
def test_one_entry_for_a_visit_through_all_that_happens_to_it(world):
    """Booked, moved, moved again, cancelled, set back, marked absent, set back, moved: all at the same second."""
    calendar, files = PatientsCalendar(), []

    def tell(appointment: Appointment) -> Appointment:
        files.append(told(appointment, world))
        calendar.take(files[-1])
        assert list(calendar.shown.values()) == ([appointment.start] if appointment.is_booked else [])
        return appointment

    first = tell(world.book("pat_1", NINE))
    second = tell(world.move(first, TEN))
    third = tell(world.move(second, MONDAY))
    cancelled = tell(world.cancel(third))
    restored = tell(world.restore(cancelled))
    tell(world.cancel(restored, Attendance.PATIENT_ABSENT))
    tell(world.move(tell(world.restore(restored)), NINE))
    sequences = [int(event_of(f)["SEQUENCE"]) for f in files]
    assert sequences == sorted(set(sequences)), "each a higher one"
    assert list(calendar.events) == [f"{first.visit_id}@creneau"]


@pytest.mark.rule("M-13")
def test_two_visits_are_two_entries(world):
    calendar = PatientsCalendar()
    for start in (NINE, TEN):
        calendar.take(told(world.book("pat_1", start), world))
    assert sorted(calendar.shown.values()) == [at(NINE), at(TEN)]


@pytest.mark.rule("M-13")
def test_files_that_come_in_any_order_end_the_same(world):
    first = world.book("pat_1", NINE)
    moved = world.move(first, TEN)
    files = [told(first, world), told(moved, world), told(world.cancel(moved), world)]
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)):
        calendar = PatientsCalendar()
        for n in order:
            calendar.take(files[n])
        assert calendar.shown == {}


@pytest.mark.rule("M-13")
def test_an_accepted_offer_moves_the_entry(world):
    calendar = PatientsCalendar()
    waiting = line(world, 1)[0]
    calendar.take(told(waiting, world))
    slot = released(world)
    world.grace()
    world.accept(world.offers(slot)[0])
    new_id = world.appointment(waiting.id).moved_to
    calendar.take(told(world.appointment(new_id or ""), world))
    assert calendar.shown == {f"{waiting.visit_id}@creneau": slot.start}


# -- in which words
def invited(post: Post, message_id: str = "", **patient):
    post.patient(**patient)
    post.appointment()
    known = post.deliver.read(message_id or post.planned(), post.now)
    assert known is not None
    assert known.patient is not None
    part = invitation(known, reader_of_patient(known.patient), "pat_1@mail.example", post.now)
    assert part is not None
    assert method_of(part.content) == part.method
    return event_of(part.content)


@pytest.mark.rule("M-13")
@pytest.mark.parametrize(
    ("language", "summary", "description"),
    [
        ("fr", "Rendez-vous – Cabinet du Lac", "Avec Dr Anne Favre\nUn empêchement ? 021 555 01 23"),
        ("de", "Termin – Cabinet du Lac", "Bei Dr Anne Favre\nVerhindert? 021 555 01 23"),
        ("it", "Appuntamento – Cabinet du Lac", "Con Dr Anne Favre\nUn impedimento? 021 555 01 23"),
        ("en", "Appointment – Cabinet du Lac", "With Dr Anne Favre\nUnable to come? 021 555 01 23"),
    ],
)
def test_who_and_where_in_the_readers_language(post, language, summary, description):
    event = invited(post, language=language)
    assert event["SUMMARY"] == summary
    assert event["DESCRIPTION"].replace("\u00a0", " ") == description
    assert event["LOCATION"] == "Cabinet du Lac, Rue du Lac 12, 1003 Lausanne"
    assert event["ATTENDEE"].params["CN"] == "Claire Martin"


@pytest.mark.rule("M-13", "M-07")
def test_nothing_about_health_nor_what_the_clinic_hides(post):
    post.edit(service_ref("srv_1"), name="Psychotherapy", instructions="Fasting.")
    post.settings(hide=("practitioner", "address"))
    text = str(invited(post).to_ical().decode())
    for secret in ("Psycho", "Fasting", "Favre", "Lausanne"):
        assert secret not in text


@pytest.mark.rule("M-13", "A-02")
def test_a_home_visit_is_where_the_patient_lives(post):
    post.edit(service_ref("srv_1"), category="home_visit")
    event = invited(post, address=Address(street="Rue Haute 3", postcode="1200", town="Genève", country="CH"))
    assert event["LOCATION"] == "Rue Haute 3, 1200 Genève"
    assert "À votre domicile" in event["DESCRIPTION"]


@pytest.mark.rule("M-13", "A-03")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_teleconsultation_is_its_link(post, language):
    post.edit(service_ref("srv_1"), category="teleconsultation", video_link="https://video.example/r/8f2")
    assert invited(post, language=language)["LOCATION"] == "https://video.example/r/8f2"


@pytest.mark.rule("M-13", "M-21")
def test_a_contact_reads_for_whom_it_is(post):
    mother = Contact(id="con_1", name="Anne Martin", email="anne@mail.example", receives_messages=True)
    event = invited(post, contacts=(mother,))
    assert event["DESCRIPTION"].startswith("Pour Claire Martin\n")
    assert event["ATTENDEE"].params["CN"] == "Anne Martin"


@pytest.mark.rule("M-13")
def test_only_a_visits_own_messages_carry_one(post):
    id = post.plan_offers(post.offer(1)).message_ids[0]
    known = post.deliver.read(id, post.now)
    assert known is not None
    assert known.patient is not None
    assert invitation(known, reader_of_patient(known.patient), "pat_1@mail.example", post.now) is None
