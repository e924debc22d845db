"""What a text will cost as an SMS, least and most, over a year of dates and the clinic's own names, and why (S-04)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import product

from creneau.agenda.catalogue import Location, Patient, Practitioner, Service
from creneau.messaging.facts import Known
from creneau.messaging.sms.fit import fit_for_sms
from creneau.messaging.sms.segments import Encoding, Segments, credits_of
from creneau.shared.time import after_days, from_local, local_date

TIMES = (time(9), time(10, 30))
"""The shortest that a visit begins at, and one of the longest."""

Change = Callable[[Known], Known]
Write = Callable[[Known], str]


@dataclass(frozen=True)
class Names:
    """The clinic's own; of none of a kind, a sample's."""

    practitioners: Sequence[Practitioner] = ()
    locations: Sequence[Location] = ()
    services: Sequence[Service] = ()
    patients: Sequence[Patient] = ()


@dataclass(frozen=True)
class Case:
    """A text as it would be sent, and what it costs."""

    text: str
    segments: Segments


@dataclass(frozen=True)
class Costly:
    """A character that is in no alphabet of one septet: its place in the dearest text, in characters from 0, the word that
    it stands in, and whether the wording itself has it, or a field brought it."""

    character: str
    at: int
    word: str
    in_wording: bool


@dataclass(frozen=True)
class Estimate:
    """`costly`: what makes the dearest text dearer, `without`: what it would cost without those. `second_at`: where its
    second credit begins, None: one is enough."""

    least: Case
    most: Case
    costly: tuple[Costly, ...]
    without: int
    second_at: int | None


def estimate(sample: Known, names: Names, write: Write, wording: str) -> Estimate:
    """`write` makes the text of a message like `sample`; `wording` is what the clinic wrote."""
    axes = [_extremes(sample, changes, write) for changes in _axes(sample, names, wording)]
    cases = [_case(write(_all(sample, changes))) for changes in product(*axes)]
    least, most = min(cases, key=_cost), max(cases, key=_cost)
    plain = credits_of("".join("x" if c in _outside(most) else c for c in most.text)).count
    dearer = plain < most.segments.count
    return Estimate(
        least=least,
        most=most,
        costly=tuple(_costly(most, fit_for_sms(wording))) if dearer else (),
        without=plain,
        second_at=most.segments.begins[1] if most.segments.count > 1 else None,
    )


def _axes(sample: Known, names: Names, wording: str) -> Iterable[list[Change]]:
    """What may differ from one message to the next; each is tried by itself first, then the extremes of all together."""
    zone = sample.clinic.zone
    if sample.appointment is not None and "appointment." in wording:
        start = sample.appointment.start
        yield [_day(after_days(start, n, zone)) for n in range(366)]
        yield [_time(at) for at in TIMES]
    if sample.appointment is not None:
        yield [_part("practitioner", each) for each in names.practitioners]
        yield [_part("location", each) for each in names.locations]
        yield [_part("service", each) for each in names.services]
    yield [_part("patient", each) for each in names.patients]


def _day(at: datetime) -> Change:
    def changed(known: Known) -> Known:
        zone, old = known.clinic.zone, known.appointment
        if old is None:
            return known
        clock = old.start.astimezone(zone).time()
        return _starting(known, from_local(datetime.combine(local_date(at, zone), clock), zone))

    return changed


def _time(clock: time) -> Change:
    def changed(known: Known) -> Known:
        zone, old = known.clinic.zone, known.appointment
        if old is None:
            return known
        return _starting(known, from_local(datetime.combine(local_date(old.start, zone), clock), zone))

    return changed


def _starting(known: Known, start: datetime) -> Known:
    appointment = known.appointment and known.appointment.with_(start=start, end=start + timedelta(minutes=30))
    return replace(known, appointment=appointment)


def _part(name: str, value: object) -> Change:
    return lambda known: replace(known, **{name: value})  # type: ignore[arg-type]


def _all(sample: Known, changes: Iterable[Change]) -> Known:
    for change in changes:
        sample = change(sample)
    return sample


def _extremes(sample: Known, changes: list[Change], write: Write) -> list[Change]:
    """Those that make the text shortest and longest, in either encoding: no other can be the cheapest or the dearest."""
    found: dict[str, tuple[Case, Change]] = {}
    for change in changes or [_unchanged]:
        case = _case(write(change(sample)))
        found.setdefault(case.text, (case, change))
    chosen: list[Change] = []
    for encoding in Encoding:
        cases = [(case, change) for case, change in found.values() if case.segments.encoding is encoding]
        if cases:
            chosen += [extreme(cases, key=lambda c: _cost(c[0]))[1] for extreme in (min, max)]
    return list(dict.fromkeys(chosen))


def _unchanged(known: Known) -> Known:
    return known


def _case(text: str) -> Case:
    return Case(text, credits_of(text))


def _cost(case: Case) -> tuple[int, int]:
    return case.segments.count, case.segments.units


def _outside(case: Case) -> set[str]:
    return {each.character for each in case.segments.outside}


def _costly(case: Case, wording: str) -> Iterable[Costly]:
    """Each once, where it is first."""
    for each in case.segments.outside:
        at = each.at[0]
        yield Costly(each.character, at, _word(case.text, at), each.character in wording)


def _word(text: str, at: int) -> str:
    before, after = text[:at].split(), text[at:].split()
    left = before[-1] if before and not text[at - 1].isspace() else ""
    return left + (after[0] if after else "")
