"""A small clinic, entered over the staff API: one practitioner's agenda of its own for each test of a stack."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.support.stack import Running

AHEAD = timedelta(days=30)
"""Day 0 lies so far ahead that an offer of it can live its 15 days."""

Answer = dict[str, Any]


@dataclass(frozen=True)
class Person:
    id: str
    email: str


@dataclass
class SmallClinic:
    """Days are counted from 30 days ahead; times are the clinic's."""

    running: Running
    tag: str
    first: date
    zone: ZoneInfo
    practitioner_id: str
    agenda_id: str
    service_id: str
    group_id: str
    people: list[Person] = field(default_factory=list)

    @classmethod
    def enter(cls, running: Running) -> "SmallClinic":
        staff, tag = running.staff, f"t{next(running.numbers):03}"
        zone = ZoneInfo(running.stack.state["zone"])
        practitioner = staff.post("/practitioners", {"name": f"Dr {tag}"})["id"]
        address = {"street": "Rue du Lac 1", "postcode": "1003", "town": "Lausanne", "country": "CH"}
        location = staff.post("/locations", {"name": f"Cabinet {tag}", "address": address})["id"]
        agenda = staff.post("/agendas", {"practitioner_id": practitioner, "location_id": location, "name": tag})["id"]
        single = {"name": "Consultation", "category": "in_person", "duration_minutes": 30}
        group = {"name": "Back school", "category": "group", "duration_minutes": 60}
        services = [staff.post("/services", service)["id"] for service in (single, group)]
        first = (running.now() + AHEAD).astimezone(zone).date()
        return cls(running, tag, first, zone, practitioner, agenda, *services)

    # -- when
    def day(self, day: int) -> date:
        return self.first + timedelta(days=day)

    def at(self, day: int, clock: str) -> datetime:
        return datetime.combine(self.day(day), time.fromisoformat(clock), self.zone)

    # -- what staff do
    def open(
        self, day: int, start: str = "08:00", end: str = "18:00", places: int = 1, *, for_all: bool = False
    ) -> str:
        """`for_all`: every service can be booked in it; else the one of 30 minutes, or with several places the group's."""
        body = {
            "start": self.at(day, start).isoformat(),
            "end": self.at(day, end).isoformat(),
            "service_ids": [] if for_all else [self.group_id] if places > 1 else [self.service_id],
            "places": places,
        }
        made = self.running.staff.post(f"/agendas/{self.agenda_id}/availabilities", body)
        return str(made["items"][0]["id"])

    def close(self, day: int, availability_id: str) -> None:
        where = f"/agendas/{self.agenda_id}/days/{self.day(day)}/availabilities"
        self.running.staff.delete(f"{where}/{availability_id}")

    def person(self, language: str = "en", email: str = "", phone: str | None = None) -> Person:
        number = len(self.people) + 1
        email = email or f"p{number}.{self.tag}@mail.example"
        body = {"first_name": f"P{number}", "last_name": self.tag, "email": email, "language": language, "phone": phone}
        self.people.append(Person(self.running.staff.post("/patients", body)["id"], email))
        return self.people[-1]

    def booking(self, who: Person, day: int, clock: str, *, group: bool = False, waits: bool = False) -> Answer:
        """The body of a booking."""
        return {
            "agenda_id": self.agenda_id,
            "patient_id": who.id,
            "service_id": self.group_id if group else self.service_id,
            "start": self.at(day, clock).isoformat(),
            "duration_minutes": 60 if group else 30,
            "wants_earlier": waits,
        }

    def book(self, who: Person, day: int, clock: str, **how: Any) -> Answer:
        made: Answer = self.running.staff.post("/appointments", self.booking(who, day, clock, **how))
        return made

    def attend(self, appointment: Answer, to: str = "cancelled_by_patient") -> Answer:
        changed: Answer = self.running.staff.post(f"/appointments/{appointment['id']}/attendance", {"to": to})
        return changed

    def taken(self, day: int, clock: str = "10:00", **how: Any) -> Answer:
        """A place that somebody holds who does not wait."""
        return self.book(self.person(), day, clock, **how)

    def line(self, how_many: int, day: int = 10, start: str = "09:00") -> list[Answer]:
        """So many people in line, the first first, one after another on one day."""
        self.open(day)
        times = [self.at(day, start) + timedelta(minutes=30 * n) for n in range(how_many)]
        return [self.book(self.person(), day, f"{at:%H:%M}", waits=True) for at in times]

    def released(self, day: int = 0, clock: str = "10:00") -> Answer:
        """A place cancelled a moment ago, in a day that is open."""
        self.open(day)
        return self.attend(self.taken(day, clock))

    # -- what follows
    def grace(self) -> None:
        """The grace delay of a first round, and a little."""
        self.running.rest()
        self.running.later(minutes=5, seconds=1)

    def read(self, appointment: Answer) -> Answer:
        found: Answer = self.running.staff.get(f"/appointments/{appointment['id']}")
        return found

    def rounds(self, slot_id: str) -> list[Answer]:
        """Every round of a slot, by release and number."""
        history = self.running.staff.get(f"/slots/{slot_id}/history")
        found = {r["id"]: r for chapter in history["items"] for r in chapter["rounds"]}
        return sorted(found.values(), key=lambda r: (r["n"], r["q"]))

    def round(self, slot_id: str) -> Answer:
        found = self.rounds(slot_id)
        assert found, f"no round was opened for {slot_id}"
        return found[-1]

    def asked(self, slot_id: str) -> list[str]:
        """The waiting appointments that the latest round offers the slot to, in the order of the line."""
        return [offer["appointment_id"] for offer in self.round(slot_id)["offers"]]

    def states(self, slot_id: str) -> dict[str, str]:
        return {offer["appointment_id"]: offer["state"] for offer in self.round(slot_id)["offers"]}

    def waiting(self, minutes: int = 30) -> dict[str, str | None]:
        """Who is in line, and the round that binds them."""
        listed = self.running.staff.listed("/waitlist", agenda_id=self.agenda_id, duration=minutes)
        return {place["appointment_id"]: place["offered_in"] for place in listed}

    def email_of(self, appointment: Answer | str) -> str:
        found = appointment if isinstance(appointment, dict) else self.read({"id": appointment})
        return next(p.email for p in self.people if p.id == found["patient_id"])

    def link(self, appointment: Answer | str) -> str:
        """The path of the offer that was made to it."""
        return self.running.link(self.email_of(appointment))

    def answer(self, appointment: Answer | str, answer: str) -> str:
        """Opens the link, reads for some seconds, answers; the heading of the page that comes of it."""
        link = self.link(appointment)
        nonce = self.running.patient.get(link).nonce
        self.running.later(seconds=3)
        return self.running.patient.send(link, nonce, answer).heading
