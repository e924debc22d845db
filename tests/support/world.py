"""A small clinic in memory: the whole of Créneau but its edges, on a clock, a stream and executions held in the hand."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.agenda.attendance import Attendance
from creneau.agenda.book import Booking
from creneau.agenda.catalogue import Agenda, Patient, Practitioner, Resource, Service, agenda_ref, patient_ref
from creneau.agenda.day import PractitionerDay, day_ref
from creneau.agenda.diary import PatientDiary, diary_ref
from creneau.agenda.move import NewTime
from creneau.agenda.opening import Opening
from creneau.agenda.slot import Slot
from creneau.changes import name_changes
from creneau.reactions import Reaction, react, reactions_to
from creneau.shared.actor import SYSTEM
from creneau.shared.again import Again
from creneau.shared.model import Stored
from creneau.shared.settings import SETTINGS, Settings
from creneau.shared.store import Put, everything, require
from creneau.shared.time import from_local, local_date
from creneau.waitlist.answer import Answer, OfferSeen, Outcome
from creneau.waitlist.round import Offer, OfferState, Round, ref_of, rounds_of_slot
from creneau.wiring import App
from tests.support.executions import FakeRounds
from tests.support.fake_store import FakeStore

ZONE = ZoneInfo("Europe/Zurich")
ENVIRONMENT = {
    "CLINIC_NAME": "Cabinet du Lac",
    "CLINIC_ZONE": ZONE.key,
    "CLINIC_COUNTRY": "CH",
    "CLINIC_CURRENCY": "CHF",
    "CLINIC_LANGUAGE": "fr",
    "SENDER_ADDRESS": "rendez-vous@cabinet.example",
}

HALF_AN_HOUR, HOUR, GROUP = "srv_half", "srv_hour", "srv_group"
AGENDA, OTHER_AGENDA, ELSEWHERE = "agd_1", "agd_2", "agd_3"
"""Two agendas of one practitioner, one of another."""


def at(text: str) -> datetime:
    """An instant (UTC) from a local time of the clinic, `2026-03-20 09:00`."""
    return from_local(datetime.fromisoformat(text), ZONE)


def slot(start: str, minutes: int = 30, agenda_id: str = AGENDA) -> Slot:
    return Slot(agenda_id=agenda_id, start=at(start), end=at(start) + timedelta(minutes=minutes))


class HeldApp(App):
    """The real composition, with what a test holds in its hands put in."""

    def __init__(self, world: "World", clock: Callable[[], datetime]) -> None:
        super().__init__(ENVIRONMENT)
        self.store = world.store
        self.clock = clock
        self.rounds = world.rounds
        self.again = Again(pause=lambda _: None, dice=lambda: 0.0)
        self.plan_offers = world.planned_offers.append  # type: ignore[assignment]
        self.plan_appointment_messages = world.told.append  # type: ignore[assignment]
        self.plan_reminders = world.reminded.append  # type: ignore[assignment]
        self.sweep_messages = lambda: 0  # type: ignore[assignment]

    def trouble(self, where: object, error: Exception) -> None:
        raise error


@dataclass
class World:
    """`stream` holds the records not read yet. Nothing follows from a change until `rest` (or a step of it)."""

    now: datetime = field(default_factory=lambda: at("2026-03-02 08:00"))
    store: FakeStore = field(default_factory=FakeStore)
    rounds: FakeRounds = field(default_factory=FakeRounds)
    stream: deque[tuple[Stored | None, Stored | None]] = field(default_factory=deque)
    planned_offers: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    reminded: list[str] = field(default_factory=list)
    ids: int = 0

    def __post_init__(self) -> None:
        self.store.listeners.append(lambda before, after: self.stream.append((before, after)))
        self.app = HeldApp(self, lambda: self.now)

    def app_with_clock_off_by(self, skew: timedelta) -> App:
        return HeldApp(self, lambda: self.now + skew)

    # -- what is there
    def put(self, *items: Stored) -> None:
        for item in items:
            self.store.commit([Put(item)])

    def settings(self, **waitlist: Any) -> None:
        present = self.store.get(SETTINGS) or Settings()
        self.put(present.with_(waitlist=present.waitlist.with_(**{"enabled": True, **waitlist})))

    def clinic(self, **waitlist: Any) -> "World":
        """Two practitioners, three agendas, three services; the waitlist on."""
        self.settings(**waitlist)
        self.put(
            Practitioner(id="prc_1", name="Dr Favre"),
            Practitioner(id="prc_2", name="Dr Rossi"),
            Agenda(id=AGENDA, practitioner_id="prc_1", location_id="loc_1"),
            Agenda(id=OTHER_AGENDA, practitioner_id="prc_1", location_id="loc_2"),
            Agenda(id=ELSEWHERE, practitioner_id="prc_2", location_id="loc_1"),
            Resource(id="res_1", name="Ultrasound", location_id="loc_1"),
            Service(id=HALF_AN_HOUR, name="Consultation", category="in_person", duration_minutes=30),
            Service(id="srv_scan", name="Scan", category="in_person", duration_minutes=30, resource_ids=("res_1",)),
            Service(id=HOUR, name="First visit", category="in_person", duration_minutes=60),
            Service(id=GROUP, name="Back school", category="group", duration_minutes=60),
        )
        self.stream.clear()
        return self

    def patient(self, id: str, email: str | None = "patient@mail.example") -> str:
        if self.store.get(patient_ref(id)) is None:
            self.put(Patient(id=id, first_name="P", last_name=id, email=email))
        return id

    def write_to(self, id: str, email: str | None) -> None:
        """Staff enter another address."""
        self.now += timedelta(seconds=1)
        present = require(self.store, patient_ref(id))
        self.app.register_patient.change(present.with_(email=email), present.version)

    def without_reminders(self) -> "World":
        """For what is about something else: a visit then has no message that waits for weeks."""
        present = self.store.get(SETTINGS) or Settings()
        off = (*present.messaging.off, "reminder.email")
        self.put(present.with_(messaging=present.messaging.with_(off=off)))
        self.stream.clear()
        return self

    def unreachable(self, id: str) -> None:
        diary = self.store.get(diary_ref(self.patient(id))) or PatientDiary(patient_id=id)
        self.put(diary.with_(reachable=False))

    def open(self, start: str, end: str, **more: Any) -> str:
        """An availability `2026-03-20 09:00` to `12:00` of the same day."""
        whole_end = f"{start[:10]} {end}" if len(end) == 5 else end
        id = self.new_id("avl")
        opening = Opening(agenda_id=more.pop("agenda_id", AGENDA), start=at(start), end=at(whole_end), **more)
        self.app.add_openings(id, opening, None, SYSTEM)
        return id

    def new_id(self, prefix: str) -> str:
        self.ids += 1
        return f"{prefix}_{self.ids:04}"

    # -- what people do
    def book(self, patient_id: str, start: str, id: str = "", **more: Any) -> Appointment:
        """By staff; a second passes, so that the order of ticking is the order of booking."""
        self.patient(patient_id)
        self.now += timedelta(seconds=1)
        booking = Booking(
            agenda_id=more.pop("agenda_id", AGENDA),
            patient_id=patient_id,
            service_id=more.pop("service_id", HALF_AN_HOUR),
            start=at(start),
            **more,
        )
        return self.app.book(id or self.new_id("apt"), booking, SYSTEM)

    def waits(self, patient_id: str, start: str, **more: Any) -> Appointment:
        """Booked, with the box ticked."""
        return self.book(patient_id, start, wants_earlier=True, **more)

    def cancel(self, appointment: Appointment, to: Attendance = Attendance.CANCELLED_BY_PATIENT) -> Appointment:
        return self.app.change_attendance(appointment.id, to, SYSTEM)

    def restore(self, appointment: Appointment) -> Appointment:
        return self.app.change_attendance(appointment.id, Attendance.BOOKED, SYSTEM)

    def move(self, appointment: Appointment, start: str, **more: Any) -> Appointment:
        return self.app.move(appointment.id, self.new_id("apt"), NewTime(start=at(start), **more), SYSTEM)

    def tick(self, appointment: Appointment, wanted: bool = True) -> Appointment:
        return self.app.set_wants_earlier(appointment.id, wanted, SYSTEM)

    def close(self, on: str, availability_id: str, agenda_id: str = AGENDA) -> None:
        agenda = require(self.store, agenda_ref(agenda_id))
        self.app.remove_opening(agenda, datetime.fromisoformat(on).date(), availability_id, SYSTEM)

    def answer(self, offer: "Live", answer: Answer, arrived_at: datetime | None = None) -> OfferSeen:
        return self.app.answer_offer(offer.round_id, offer.appointment_id, answer, arrived_at or self.now)

    def accept(self, offer: "Live", arrived_at: datetime | None = None) -> Outcome:
        return self.answer(offer, Answer.ACCEPT, arrived_at).outcome

    def decline(self, offer: "Live", arrived_at: datetime | None = None) -> Outcome:
        return self.answer(offer, Answer.DECLINE, arrived_at).outcome

    def show(self, offer: "Live") -> OfferSeen:
        return self.app.show_offer(offer.round_id, offer.appointment_id)

    # -- what follows
    def react(self, record: tuple[Stored | None, Stored | None]) -> None:
        for reaction in reactions_to(name_changes(*record)):
            react(self.app, reaction)

    def reactions(self) -> list[Reaction]:
        """What the records not read yet ask for, taking them off the stream."""
        wanted = [r for record in self.stream for r in reactions_to(name_changes(*record))]
        self.stream.clear()
        return wanted

    def drain(self) -> None:
        """Every record is read, in order, and all that follows."""
        for _ in range(5000):
            if not self.stream:
                return
            self.react(self.stream.popleft())
        raise AssertionError("the reactions never come to rest")

    def rest(self) -> None:
        """Reactions and executions until nothing is due at this instant."""
        for _ in range(1000):
            self.drain()
            due = self.rounds.due(self.now)
            if not due:
                return
            due[0].step(self.app)
        raise AssertionError("the executions never come to rest")

    def until(self, instant: datetime) -> None:
        """Time passes, with everything that happens meanwhile at its own instant."""
        self.rest()
        while True:
            wakes = [e.until for e in self.rounds.running if e.until <= instant]
            if not wakes:
                break
            self.now = max(self.now, min(wakes))
            self.rest()
        self.now = max(self.now, instant)

    def later(self, **delay: float) -> None:
        self.until(self.now + timedelta(**delay))

    def grace(self) -> None:
        """The grace delay of a first round, and a little."""
        self.later(minutes=5, seconds=2)

    def sweep(self, minutes: int = 15) -> None:
        """The sweeper, every minute for so long: longer than it may take to find whatever was lost."""
        for _ in range(minutes):
            self.until((self.now + timedelta(minutes=1)).replace(second=0, microsecond=0))
            self.app.sweep()
            self.rest()

    # -- what came of it
    def day(self, on: str, practitioner_id: str = "prc_1") -> PractitionerDay:
        return require(self.store, day_ref(practitioner_id, datetime.fromisoformat(on).date()))

    def day_of(self, slot: Slot, practitioner_id: str = "prc_1") -> PractitionerDay:
        return require(self.store, day_ref(practitioner_id, local_date(slot.start, ZONE)))

    def diary(self, patient_id: str) -> PatientDiary:
        return self.store.get(diary_ref(patient_id)) or PatientDiary(patient_id=patient_id)

    def appointment(self, id: str) -> Appointment:
        return require(self.store, appointment_ref(id))

    def bound_by(self, patient_id: str) -> str | None:
        """The id of the round whose offer the patient has to answer."""
        lock = self.diary(patient_id).lock
        return lock.round_id if lock else None

    def moved_by(self, live: "Live") -> Appointment:
        """The appointment that accepting made."""
        return self.appointment(str(self.offer(live).new_appointment_id))

    def rounds_of(self, slot: Slot) -> list[Round]:
        return everything(self.store, rounds_of_slot(slot))

    def round(self, slot: Slot) -> Round:
        """The latest round of a slot."""
        found = self.rounds_of(slot)
        assert found, "no round was opened"
        return found[-1]

    def offers(self, slot: Slot) -> list["Live"]:
        """The offers of its latest round, in the order of the line."""
        round = self.round(slot)
        return [Live(round.id, o.appointment_id, o.patient_id) for o in round.offers.values()]

    def asked(self, slot: Slot) -> list[str]:
        """Whom the latest round asks, in order; nobody when there is none."""
        found = self.rounds_of(slot)
        return [o.patient_id for o in found[-1].offers.values()] if found else []

    def offer(self, live: "Live") -> Offer:
        return require(self.store, ref_of(live.round_id)).offers[live.appointment_id]

    def states(self, slot: Slot) -> dict[str, OfferState]:
        return {o.patient_id: o.state for o in self.round(slot).offers.values()}

    def all(self, kind: type[Any]) -> list[Any]:
        return [i for i in self.store.items.values() if isinstance(i, kind)]


@dataclass(frozen=True)
class Live:
    """An offer's address: what the link of an email stands for."""

    round_id: str
    appointment_id: str
    patient_id: str


def released(world: World, start: str = "2026-03-20 09:00", minutes: int = 30, by: str = "pat_gone") -> Slot:
    """A place that `by` booked and cancelled a moment ago, in an availability of that time."""
    the_slot = slot(start, minutes)
    if world.store.get(day_ref("prc_1", local_date(the_slot.start, ZONE))) is None:
        world.open(f"{start[:10]} 08:00", "18:00")
    world.cancel(world.book(by, start, service_id=HALF_AN_HOUR if minutes == 30 else HOUR))
    return the_slot


def line(world: World, how_many: int, first_day: int = 6, month: str = "2026-04") -> list[Appointment]:
    """So many patients, pat_1 the first in line, each on a day of their own."""
    waiting = []
    for n in range(how_many):
        on = f"{month}-{first_day + n:02}"
        world.open(f"{on} 08:00", "18:00")
        waiting.append(world.waits(f"pat_{n + 1}", f"{on} 10:00"))
    return waiting
