"""Enters the sample clinic. Each thing has a key of its own, so entering it again changes nothing."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import groupby
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from local import homes
from local.sample_clinic import catalogue
from local.sample_clinic.bookings import MONTH, Planned, planned
from local.sample_clinic.people import NAMES, WITHOUT_EMAIL, patients
from local.stack import Stack
from local.staff import Staff

HANDS = 3  # each is a process on the engine that must start first
PATIENCE = 300  # seconds; a computer that does much else takes over two minutes
QUIET = "confirmed.email"  # nobody gets sixty emails because a clinic's data were entered

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Clinic:
    """The ids that the API gave, by the words of `catalogue`; patients by their numbers."""

    first_day: date
    practitioners: dict[str, str]
    agendas: dict[str, str]
    services: dict[str, str]
    patients: list[str]
    appointments: int


def load(stack: Stack, quiet_days: int = 0) -> Clinic:
    """The month begins on the day after this was first done on the stack, or so many days later."""
    staff, zone = stack.staff("admin", direct=True), ZoneInfo(stack.state["zone"])
    known = homes.read(stack.home, "clinic")
    if known is None:
        today = date.fromisoformat(staff.get("/now")["local_now"][:10])
        known = {"first_day": f"{today + timedelta(days=quiet_days)}"}
        homes.write(stack.home, "clinic", known)
    settings = staff.get("/settings")
    if settings["version"] == 0:
        off = [*settings["messaging"]["off"], QUIET]
        staff.patch("/settings", {**catalogue.SETTINGS, "messaging": {"off": off}}, 0)
    if staff.get("/signatures/default")["version"] == 0:
        staff.put("/signatures/default", {"text": catalogue.SIGNATURE}, 0)
    with ThreadPoolExecutor(HANDS) as hands:
        entry = _Entry(staff, date.fromisoformat(known["first_day"]), zone, hands)
        clinic = entry.enter(stack.user_id("practitioner"))
        stack.engine.wait_idle(PATIENCE)
        settings = staff.get("/settings")
        off = settings["messaging"]["off"]
        if QUIET in off:
            staff.patch("/settings", {"messaging": {"off": [id for id in off if id != QUIET]}}, settings["version"])
        entry.book(clinic, [[wish] for wish in told(entry.plan)])
    stack.engine.wait_idle(PATIENCE)
    return clinic


@dataclass(frozen=True)
class _Entry:
    staff: Staff
    first: date
    zone: ZoneInfo
    hands: ThreadPoolExecutor

    def each(self, do: Callable[[T], R], things: Iterable[T]) -> list[R]:
        return list(self.hands.map(do, things))

    def enter(self, practitioner_user: str) -> Clinic:
        users = {"rochat": {"user": practitioner_user}}
        issuers = self._all("/issuers", catalogue.ISSUERS)
        known_as = {k: users.get(k, {}) | {"issuer_id": issuers[k]} for k in catalogue.PRACTITIONERS}
        practitioners = self._all("/practitioners", {k: p | known_as[k] for k, p in catalogue.PRACTITIONERS.items()})
        locations = self._all("/locations", catalogue.LOCATIONS)
        resources = self._all("/resources", {k: _resource(r, locations) for k, r in catalogue.RESOURCES.items()})
        agendas = self._all("/agendas", {k: _agenda(a, practitioners, locations) for k, a in catalogue.AGENDAS.items()})
        services = self._all("/services", {k: _service(s, resources) for k, s in catalogue.SERVICES.items()})
        self._all("/templates", catalogue.TEMPLATES)
        known = self._all("/patients", {str(n): p for n, p in enumerate(patients())})
        self._open(agendas, services)
        clinic = Clinic(self.first, practitioners, agendas, services, list(known.values()), len(self.plan))
        self.book(clinic, [*lines(self.plan), *([wish] for wish in apart(self.plan))])
        return clinic

    @cached_property
    def plan(self) -> list[Planned]:
        return planned(self.first, self.zone)

    def _all(self, path: str, things: dict[str, dict[str, Any]]) -> dict[str, str]:
        made = self.each(lambda item: self.staff.post(path, item[1], f"sample.{item[0]}")["id"], things.items())
        return dict(zip(things, made, strict=True))

    def _open(self, agendas: dict[str, str], services: dict[str, str]) -> None:
        """A week's hours, each repeated until the month is over; one practitioner's one after the other."""

        def enter(agenda: str) -> None:
            for opening in catalogue.OPENINGS[agenda]:
                body = self._opening(opening, services)
                key = f"sample.{self.first}.{opening['weekday']}.{opening['from']:%H%M}"
                self.staff.post(f"/agendas/{agendas[agenda]}/availabilities", body, key)

        self.each(enter, agendas)

    def _opening(self, opening: dict[str, Any], services: dict[str, str]) -> dict[str, Any]:
        tomorrow = self.first + timedelta(days=1)
        day = tomorrow + timedelta(days=(opening["weekday"] - tomorrow.weekday()) % 7)
        return {
            "start": datetime.combine(day, opening["from"], self.zone).isoformat(),
            "end": datetime.combine(day, opening["to"], self.zone).isoformat(),
            "service_ids": [services[s] for s in opening["services"]],
            "places": opening["places"],
            "weekly_until": (self.first + timedelta(days=MONTH)).isoformat(),
        }

    def book(self, clinic: Clinic, lines: list[list[Planned]]) -> None:
        """Each line one after another, since the order of ticking is the order in line; the lines side by side."""

        def in_turn(wishes: list[Planned]) -> None:
            for wish in wishes:
                body = {
                    "agenda_id": clinic.agendas[wish.agenda],
                    "patient_id": clinic.patients[wish.patient],
                    "service_id": clinic.services[wish.service],
                    "start": wish.start.isoformat(),
                    "wants_earlier": wish.place is not None,
                }
                self.staff.post("/appointments", body, f"sample.{wish.key}")

        self.each(in_turn, lines)


def lines(plan: list[Planned]) -> list[list[Planned]]:
    """Who waits for the same agenda and service, in the order of ticking."""
    waiting = sorted((w for w in plan if w.place is not None), key=lambda w: (w.agenda, w.service, w.place))
    return [list(line) for _, line in groupby(waiting, key=lambda w: (w.agenda, w.service))]


def told(plan: list[Planned]) -> list[Planned]:
    """The last to be booked, one in each language: they get their confirmations by email."""
    first_of_each = {
        w.patient % len(NAMES): w for w in reversed(plan) if w.place is None and w.patient not in WITHOUT_EMAIL
    }
    return sorted(first_of_each.values(), key=lambda w: w.patient)


def apart(plan: list[Planned]) -> Iterator[Planned]:
    """The others, neighbours on different days: two bookings at once on one day hold one another up."""
    later = told(plan)
    others = (w for w in plan if w.place is None and w not in later)
    return iter(sorted(others, key=lambda w: (w.start.time(), w.start, w.patient)))


def _agenda(agenda: dict[str, str], practitioners: dict[str, str], locations: dict[str, str]) -> dict[str, Any]:
    return {
        "practitioner_id": practitioners[agenda["practitioner"]],
        "location_id": locations[agenda["location"]],
        "name": agenda["name"],
    }


def _resource(resource: dict[str, str], locations: dict[str, str]) -> dict[str, Any]:
    return {"name": resource["name"], "location_id": locations[resource["location"]]}


def _service(service: dict[str, Any], resources: dict[str, str]) -> dict[str, Any]:
    given = {key: value for key, value in service.items() if key != "resources"}
    return given | {"resource_ids": [resources[r] for r in service.get("resources", [])]}
