"""Rules C and D once more, day by day and as plainly as they read; it imports nothing of the product.

No plan is kept: at each hour it is asked who is owed what, and whose day it is.
"""

import heapq
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from tests.replay.year import (
    FIRST,
    LAST,
    OUTAGE,
    PRICES,
    TERM,
    ZONE,
    Happening,
    Person,
    at,
    payments_of,
    pays_link,
    promises,
)


@dataclass
class Visit:
    person: str
    end: datetime
    price: int
    alive: bool = True
    paid: bool = False
    document: "Document | None" = None


@dataclass
class Document:
    payer: str
    visits: list[Visit]
    issued_at: datetime | None = None
    total: int = 0
    paid: int = 0
    last_reminded: date | None = None

    @property
    def issued_on(self) -> date:
        assert self.issued_at is not None
        return self.issued_at.astimezone(ZONE).date()

    @property
    def owed(self) -> int:
        return self.total - self.paid if self.issued_at else 0


@dataclass
class Template:
    delays: tuple[str, ...]
    since: datetime
    on: bool


@dataclass
class Naive:
    """`told` is what payers got or were billed, in order of time: (local day, payer, what, about)."""

    persons: dict[str, Person]
    told: list[tuple[date, str, str, object]] = field(default_factory=list)
    visits: dict[str, Visit] = field(default_factory=dict)
    documents: list[Document] = field(default_factory=list)
    templates: dict[str, Template] = field(default_factory=dict)
    settings: dict[str, object] = field(default_factory=dict)
    since: datetime | None = None
    periods_done: set[date] = field(default_factory=set)
    asked: dict[str, tuple[int, frozenset[int], date]] = field(default_factory=dict)
    paused: dict[str, date] = field(default_factory=dict)

    def live(self, happenings: Iterable[Happening]) -> "Naive":
        order = count()
        agenda: list[tuple[datetime, int, int, Any]] = [(h.at, 0, next(order), h) for h in happenings]
        day = FIRST
        while day <= LAST:
            agenda.append((at(day, "08:00"), 1, next(order), self.bill))
            agenda.append((at(day, "09:00"), 2, next(order), self.remind))
            agenda.append((at(day, "10:00"), 1, next(order), self.confirm if day.weekday() == 1 else lambda _: None))
            agenda.append((at(day, "10:00"), 2, next(order), self.remind))
            day += timedelta(days=1)
        agenda += [(OUTAGE[1], 1, next(order), self.bill), (OUTAGE[1], 2, next(order), self.remind)]
        self.later = agenda
        self.order = order
        heapq.heapify(agenda)
        while agenda:
            now, _, _, what = heapq.heappop(agenda)
            if now.astimezone(ZONE).date() > LAST:
                break
            if isinstance(what, Happening):
                getattr(self, {"settings": "settings_of"}.get(what.what, what.what))(what)
            else:
                what(now)
        return self

    def then(self, when: datetime, what: Any) -> None:
        heapq.heappush(self.later, (when, 3, next(self.order), what))

    def is_down(self, now: datetime) -> bool:
        return OUTAGE[0] <= now < OUTAGE[1]

    # -- the agenda
    def book(self, h: Happening) -> None:
        assert h.start is not None
        self.visits[h.visit] = Visit(h.person, h.start + timedelta(minutes=30), PRICES[h.service])

    def move(self, h: Happening) -> None:
        assert h.start is not None
        if self.visits[h.visit].alive:
            self.visits[h.visit].end = h.start + timedelta(minutes=30)

    def cancel(self, h: Happening) -> None:
        self.absent(h)

    def absent(self, h: Happening) -> None:
        """Struck from a draft; what is invoiced, or paid, is kept as a fee."""
        visit = self.visits[h.visit]
        visit.alive = False
        draft = visit.document
        if draft is not None and draft.issued_at is None:
            draft.visits.remove(visit)
            visit.document = None

    # -- what the clinic sets
    def settings_of(self, h: Happening) -> None:
        self.settings, self.since = h.given, h.at

    def template(self, h: Happening) -> None:
        id, delays, on = str(h.given["id"]), h.given["delays"], bool(h.given["on"])
        assert isinstance(delays, tuple)
        if on:
            self.templates[id] = Template(delays, h.at, True)
        else:
            self.templates[id].on = False

    # -- C: billing
    def bill(self, now: datetime) -> None:
        if self.is_down(now) or not self.settings:
            return
        period = self.period(now)
        if period is None or period in self.periods_done:
            return
        self.periods_done.add(period)
        begun = at(period, "08:00")
        due: dict[str, list[Visit]] = {}
        for visit in self.visits.values():
            if visit.alive and not visit.paid and visit.document is None and visit.end <= begun:
                due.setdefault(self.persons[visit.person].payer, []).append(visit)
        for payer, visits in due.items():
            if self.settings["mode"] == "send_payment_link":
                self.ask(payer, visits, begun)
                continue
            document = Document(payer, visits)
            for visit in visits:
                visit.document = document
            self.documents.append(document)
            if self.settings["mode"] == "send_invoice":
                self.issue(document, now)

    def period(self, now: datetime) -> date | None:
        """The last one that began, none from before the settings."""
        day = now.astimezone(ZONE).date()
        while True:
            fits = {"daily": True, "weekly": day.weekday() == 0, "monthly": day.day == 1}[str(self.settings["cycle"])]
            if fits and at(day, "08:00") <= now:
                assert self.since is not None
                return day if at(day, "08:00") > self.since else None
            day -= timedelta(days=1)

    def confirm(self, now: datetime) -> None:
        if not self.is_down(now):
            for document in self.documents:
                if document.issued_at is None and document.visits:
                    self.issue(document, now)

    def issue(self, document: Document, now: datetime) -> None:
        document.issued_at = now
        document.total = sum(v.price for v in document.visits)
        document.paid = sum(v.price for v in document.visits if v.paid)
        self.told.append((document.issued_on, document.payer, "invoice", document.total))
        if self.mail_of(document.payer):
            self.told.append((document.issued_on, document.payer, "invoice sent", document.total))
        for when, amount in payments_of(document.payer, document.issued_on, document.total):
            self.then(when, lambda _, a=amount: self.pay(document, a))

    def ask(self, payer: str, visits: list[Visit], begun: datetime) -> None:
        """Again only for another sum, or something else, or a week later."""
        total, what, on = sum(v.price for v in visits), frozenset(map(id, visits)), begun.astimezone(ZONE).date()
        before = self.asked.get(payer)
        if before and before[:2] == (total, what) and on < before[2] + timedelta(days=7):
            return
        if not self.mail_of(payer):
            return
        self.asked[payer] = (total, what, on)
        self.told.append((on, payer, "link", total))
        when = pays_link(payer, on)
        if when:
            self.then(when, lambda now: self.pay_due(payer, now))

    # -- what payers do
    def pay(self, document: Document, amount: int) -> None:
        document.paid += min(amount, document.owed)

    def pay_due(self, payer: str, now: datetime) -> None:
        for visit in self.visits.values():
            theirs = self.persons[visit.person].payer == payer
            if theirs and visit.alive and not visit.paid and visit.document is None and visit.end <= now:
                visit.paid = True

    def mail_of(self, payer: str) -> bool:
        kind, _, rest = payer.partition(".")
        return kind == "contact" or self.persons[rest].email

    # -- D: reminders
    def remind(self, now: datetime) -> None:
        """Whatever has its day today, or had it while nothing could leave, in one email a payer."""
        if self.is_down(now):
            return
        by_payer: dict[str, list[Document]] = {}
        for document in self.documents:
            if document.owed > 0:
                by_payer.setdefault(document.payer, []).append(document)
        today = now.astimezone(ZONE).date()
        for payer, open_ones in by_payer.items():
            whose = {id(d): [w for w in self.days_of(d) if self.is_next(d, w)] for d in open_ones}
            wanted = [d for d in open_ones if any(w.astimezone(ZONE).date() <= today for w in whose[id(d)])]
            instants = [w for d in wanted for w in whose[id(d)] if w.astimezone(ZONE).date() == today]
            if not wanted or (instants and max(instants) > now):
                continue  # the latest of the day is waited for
            reminded = [d for d in wanted if self.may_remind(d, today)]
            for document in wanted:
                document.last_reminded = today
            if reminded and self.mail_of(payer):
                about = sorted((d.issued_on, d.total) for d in reminded)
                self.told.append((today, payer, "reminder", tuple(about)))
                promised = promises(payer, today)
                if promised:
                    when, until = promised
                    self.then(when, lambda _, p=payer, u=until: self.paused.__setitem__(p, u))

    def days_of(self, document: Document) -> list[datetime]:
        """When each template would remind of it: not before the due date, nor while the payer promised."""
        assert document.issued_at is not None
        found = []
        due_on = document.issued_on + timedelta(days=TERM)
        for template in self.templates.values():
            if not template.on or document.issued_at < template.since:
                continue
            for delay in template.delays:
                when = self.after(document.issued_at, delay)
                if when.astimezone(ZONE).date() < due_on:
                    when = at(due_on, "09:00")
                until = self.paused.get(document.payer)
                if until and when.astimezone(ZONE).date() <= until:
                    if document.last_reminded and when.astimezone(ZONE).date() <= document.last_reminded:
                        continue
                    when = at(until + timedelta(days=1), "09:00")
                found.append(when)
        return found

    def is_next(self, document: Document, when: datetime) -> bool:
        return document.last_reminded is None or when.astimezone(ZONE).date() > document.last_reminded

    @staticmethod
    def after(issued: datetime, delay: str) -> datetime:
        if delay.endswith("h"):
            return issued + timedelta(hours=int(delay[:-1]))
        day = issued.astimezone(ZONE).date()
        if delay.endswith("mo"):
            month = day.month - 1 + int(delay[:-2])
            year, month = day.year + month // 12, month % 12 + 1
            return at(date(year, month, min(day.day, monthrange(year, month)[1])), "09:00")
        return at(day + timedelta(days=int(delay[:-1])), "09:00")

    def may_remind(self, document: Document, today: date) -> bool:
        kind, _, rest = document.payer.partition(".")
        if kind == "patient" and not self.persons[rest].reminders:
            return False
        whose = {v.person for v in document.visits}
        return len(whose) != 1 or self.persons[whose.pop()].reminders
