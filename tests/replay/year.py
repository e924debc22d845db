"""A year of a clinic as plain data: who books, cancels, pays and promises, and when. Both the product and its naive second
implementation are given it; neither is imported here. Instants are aware, in UTC; amounts are in minor units."""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Zurich")
FIRST, LAST = date(2028, 1, 1), date(2028, 12, 31)
PRICES = {"srv_short": 9_000, "srv_long": 12_050}
TERM = 10


def at(day: date, clock: str) -> datetime:
    """A local time of day, as an instant."""
    return datetime.combine(day, time.fromisoformat(clock), ZONE).astimezone(UTC)


@dataclass(frozen=True)
class Person:
    """Who pays: themselves, the contact, or the person `parent`."""

    id: str
    parent: str | None = None
    contact: bool = False
    email: bool = True
    reminders: bool = True

    @property
    def payer(self) -> str:
        if self.parent:
            return f"patient.{self.parent}"
        return f"contact.{self.id}.con_1" if self.contact else f"patient.{self.id}"


@dataclass(frozen=True)
class Happening:
    """`what`: `book`, `cancel`, `absent`, `move` (of a visit), `settings`, `template`."""

    at: datetime
    what: str
    visit: str = ""
    person: str = ""
    start: datetime | None = None
    service: str = ""
    given: dict[str, object] = field(default_factory=dict)


OUTAGE = (at(date(2028, 3, 24), "06:00"), at(date(2028, 3, 27), "14:00"))
"""Three days and a third, the clock change among them, without schedules and without any hand-over."""

SETTINGS = [
    (date(2028, 1, 10), {"mode": "send_invoice", "cycle": "daily"}),
    (date(2028, 4, 15), {"mode": "draft", "cycle": "weekly"}),
    (date(2028, 7, 1), {"mode": "send_payment_link", "cycle": "daily"}),
    (date(2028, 9, 1), {"mode": "send_invoice", "cycle": "monthly"}),
]
"""From half past midnight on that day. Weekly runs are Mondays, monthly ones the 1st; staff confirm drafts each Tuesday."""

TEMPLATES = [
    (date(2028, 2, 1), "tpl_soft", ("14d",), True),
    (date(2028, 2, 1), "tpl_firm", ("45d", "2mo"), True),
    (date(2028, 6, 1), "tpl_hours", ("360h",), True),
    (date(2028, 10, 1), "tpl_soft", ("14d",), False),
]
"""Templates of reminders that are turned on, or off, on that day."""


def people(count: int, dice: random.Random) -> list[Person]:
    """One in ten is paid for by another patient, one in ten by a contact."""
    made: list[Person] = []
    for n in range(count):
        id, kind = f"pat_{n:03}", dice.random()
        grown = [p for p in made if p.parent is None and not p.contact]
        parent = dice.choice(grown).id if kind < 0.1 and grown else None
        made.append(
            Person(
                id=id,
                parent=parent,
                contact=0.1 <= kind < 0.2,
                email=dice.random() > 0.03,
                reminders=dice.random() > 0.05,
            )
        )
    return made


def happenings(persons: list[Person], visits: int, dice: random.Random) -> list[Happening]:
    """In order of time."""
    told: list[Happening] = []
    taken: set[datetime] = set()
    for n in range(visits):
        start = _slot(dice, taken)
        booked = max(at(FIRST, "00:10"), start - timedelta(days=dice.randint(1, 40), minutes=dice.randint(0, 900)))
        visit, who = f"vis_{n:04}", dice.choice(persons)
        service = dice.choice(list(PRICES))
        told.append(Happening(booked, "book", visit, who.id, start, service))
        fate = dice.random()
        if fate < 0.08:
            told.append(Happening(_between(booked, start, dice), "cancel", visit))
        elif fate < 0.13:
            later = _slot(dice, taken, start)
            told.append(Happening(_between(booked, start, dice), "move", visit, start=later))
        elif fate < 0.18:
            told.append(Happening(start + timedelta(hours=1), "absent", visit))
        elif fate < 0.20:  # found out after it may have been invoiced
            told.append(Happening(start + timedelta(days=2, hours=1), "absent", visit))
    for day, given in SETTINGS:
        told.append(Happening(at(day, "00:30"), "settings", given=dict(given)))
    for day, id, delays, on in TEMPLATES:
        told.append(Happening(at(day, "00:40"), "template", given={"id": id, "delays": delays, "on": on}))
    return sorted(told, key=lambda h: (h.at, h.visit, h.what))


def _slot(dice: random.Random, taken: set[datetime], after: datetime | None = None) -> datetime:
    """A half hour of a working day, each given once."""
    while True:
        day = FIRST + timedelta(days=dice.randrange((LAST - FIRST).days))
        start = at(day, f"{dice.randint(9, 17):02}:{dice.choice(('00', '30'))}")
        if day.weekday() < 6 and start not in taken and (after is None or start > after):
            taken.add(start)
            return start


def _between(first: datetime, last: datetime, dice: random.Random) -> datetime:
    return first + (last - first) * dice.uniform(0.05, 0.95)


def payments_of(payer: str, issued_on: date, total: int) -> list[tuple[datetime, int]]:
    """When, at eight in the evening, and how much a payer pays of an invoice."""
    dice = random.Random(f"{payer} {issued_on}")
    fate, first = dice.random(), issued_on + timedelta(days=dice.randint(0, 60))
    if fate < 0.5:
        return [(at(first, "20:00"), total)]
    if fate < 0.75:
        half = total // 2
        rest = [(at(first + timedelta(days=dice.randint(1, 40)), "20:00"), total - half)] if fate < 0.65 else []
        return [(at(first, "20:00"), half), *rest]
    return []


def pays_link(payer: str, asked_on: date) -> datetime | None:
    """When a payer who was sent a link pays all that is due then; None: not for this one."""
    dice = random.Random(f"link {payer} {asked_on}")
    return at(asked_on + timedelta(days=dice.randint(0, 12)), "20:00") if dice.random() < 0.4 else None


def promises(payer: str, reminded_on: date) -> tuple[datetime, date] | None:
    """At noon of a day on which they were reminded some promise to pay: until when they are left alone."""
    dice = random.Random(f"promise {payer} {reminded_on}")
    if dice.random() >= 0.15:
        return None
    return at(reminded_on, "12:00"), reminded_on + timedelta(days=dice.randint(3, 30))
