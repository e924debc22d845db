"""Which payment reminders a payer's open invoices ask for, and when: two that would meet are one (D-02, D-04). Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from creneau.messaging.delay import Delay, Unit
from creneau.messaging.ports import InvoiceSeen
from creneau.messaging.template import Line
from creneau.shared.model import Value
from creneau.shared.time import from_local, local_date

MADE_UP_FOR = timedelta(days=7)
"""What should have left longer ago than that, and did not, is not made up for, unless the payer had promised meanwhile."""

_LASTS = {Unit.MINUTES: 1 / 1440, Unit.HOURS: 1 / 24, Unit.DAYS: 1.0, Unit.MONTHS: 30.5}


class Wanted(Value, frozen=True, kw_only=True):
    """One email to one payer: from the instant `at`, by the words of `template_id`, of those invoices."""

    at: datetime
    template_id: str
    invoice_ids: tuple[str, ...]


@dataclass(frozen=True)
class Left:
    """What is settled already: `reminded` says on which local day each invoice was last reminded of, or was meant to be and
    could not; on `days` an email of the payer is settled, so that no other can have that day."""

    reminded: Mapping[str, date] = field(default_factory=dict)
    days: frozenset[date] = frozenset()


@dataclass(frozen=True)
class _Occasion:
    day: date
    at: datetime
    line: Line
    delay: Delay
    invoice: InvoiceSeen

    @property
    def lasts(self) -> float:
        return self.delay.number * _LASTS[self.delay.unit]


def wanted_reminders(
    invoices: Iterable[InvoiceSeen],
    lines: Iterable[Line],
    left: Left,
    paused_until: date | None,
    send_at: time,
    zone: ZoneInfo,
    now: datetime,
) -> dict[date, Wanted]:
    """By local day, the earliest first. `lines` are the templates of reminders that are on; `send_at` is the local time at
    which what counts in days or months, or was moved to another day, leaves.

    A reminder of an invoice makes those of earlier days superfluous; what did not leave on its day leaves today, so that
    what an outage held up is one email. Of several that meet, the words of the longest delay
    are taken and the latest instant.
    """
    today, templates = local_date(now, zone), list(lines)
    by_day: dict[date, list[_Occasion]] = {}
    for invoice in invoices:
        for occasion in _occasions(invoice, templates, send_at, zone):
            last = left.reminded.get(invoice.id)
            if last is not None and occasion.day <= last:
                continue
            free_from = max(occasion.day, paused_until + timedelta(days=1)) if paused_until else occasion.day
            if free_from < today - MADE_UP_FOR:
                continue
            moved = _moved(occasion, today, left.days, paused_until, send_at, zone)
            by_day.setdefault(moved.day, []).append(moved)
    return {day: _merged(by_day[day]) for day in sorted(by_day)}


def _occasions(invoice: InvoiceSeen, lines: Iterable[Line], send_at: time, zone: ZoneInfo) -> Iterator[_Occasion]:
    if invoice.finalised_at is None or invoice.balance.amount <= 0 or invoice.is_credit_note:
        return
    for line in lines:
        if not line.acts_on(invoice.finalised_at):
            continue
        all_of_it = [_occasion(invoice, line, delay, send_at, zone) for delay in line.delays]
        yield from _from_then_on(all_of_it, line, invoice.finalised_at, send_at, zone)


def _occasion(invoice: InvoiceSeen, line: Line, delay: Delay, send_at: time, zone: ZoneInfo) -> _Occasion:
    issued = invoice.finalised_at
    assert issued is not None  # noqa: S101 - its caller has looked
    at = delay.after(issued, zone)
    if delay.unit in (Unit.DAYS, Unit.MONTHS):
        at = _at(local_date(at, zone), send_at, zone)
    if invoice.reminded_from is not None and local_date(at, zone) < invoice.reminded_from:
        at = _at(invoice.reminded_from, send_at, zone)
    return _Occasion(local_date(at, zone), at, line, delay, invoice)


def _from_then_on(
    occasions: list[_Occasion], line: Line, issued: datetime, send_at: time, zone: ZoneInfo
) -> Iterator[_Occasion]:
    """All of them; of an invoice that was taken along later only those from then on, and the last one before, then."""
    since = line.existing_since
    if since is None or line.since is None or issued >= line.since:
        yield from occasions
        return
    yield from (o for o in occasions if o.at >= since)
    before = [o for o in occasions if o.at < since]
    if before:
        last = max(before, key=lambda o: (o.at, o.lasts))
        at = next_at(since, send_at, zone)
        yield _Occasion(local_date(at, zone), at, last.line, last.delay, last.invoice)


def _moved(
    occasion: _Occasion,
    today: date,
    taken: frozenset[date],
    paused_until: date | None,
    send_at: time,
    zone: ZoneInfo,
) -> _Occasion:
    """Not to the past, after the pause, and to the first day that no settled email of the payer has."""
    day = max(occasion.day, today)
    if paused_until is not None and day <= paused_until:
        day = paused_until + timedelta(days=1)
    while day in taken:
        day += timedelta(days=1)
    if day == occasion.day:
        return occasion
    return _Occasion(day, _at(day, send_at, zone), occasion.line, occasion.delay, occasion.invoice)


def _merged(occasions: list[_Occasion]) -> Wanted:
    words = max(occasions, key=lambda o: (o.lasts, o.line.id))
    of = {o.invoice.id: o.invoice for o in occasions}
    in_order = sorted(of.values(), key=lambda i: (i.issued_on or date.min, i.number, i.id))
    return Wanted(at=max(o.at for o in occasions), template_id=words.line.id, invoice_ids=tuple(i.id for i in in_order))


def next_at(now: datetime, send_at: time, zone: ZoneInfo) -> datetime:
    """The first instant from `now` on at which it is that local time."""
    today = local_date(now, zone)
    at = _at(today, send_at, zone)
    return at if at >= now else _at(today + timedelta(days=1), send_at, zone)


def _at(day: date, send_at: time, zone: ZoneInfo) -> datetime:
    return from_local(datetime.combine(day, send_at), zone)
