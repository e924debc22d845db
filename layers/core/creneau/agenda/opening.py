"""Opening hours of an agenda: changed, removed; shrinking or removing ends the releases in them (A-04, A-11)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from creneau.agenda.book import check_span
from creneau.agenda.catalogue import Agenda, Predefined, Service, agenda_ref, service_ref
from creneau.agenda.day import Availability, PractitionerDay, day_ref
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.errors import NotFound, Refused, invalid
from creneau.shared.settings import Clinic
from creneau.shared.store import Put, Ref, Store
from creneau.shared.time import Clock, local_date, utc


@dataclass(frozen=True)
class Opening:
    """`places` over 1 makes one group slot of exactly that interval; its service must be of category `group`."""

    agenda_id: str
    start: datetime
    end: datetime
    service_ids: tuple[str, ...] = ()
    places: int = 1


@dataclass(frozen=True)
class ChangeOpening:
    """Changes the availability with that id on the same day of the same agenda. Raises Invalid, Refused, NotFound."""

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, availability_id: str, opening: Opening, by: Actor) -> Availability:
        refs: list[Ref[Any]] = [agenda_ref(opening.agenda_id), *(service_ref(s) for s in opening.service_ids)]
        known = self.store.snapshot(refs)
        agenda = known[agenda_ref(opening.agenda_id)]
        by.require_agenda_of(agenda.practitioner_id)
        start, end = utc(opening.start), utc(opening.end)
        check_span(start, end, self.clinic)
        check_group(opening, [known[service_ref(s)] for s in opening.service_ids])
        new = Availability(
            id=availability_id,
            agenda_id=agenda.id,
            start=start,
            end=end,
            service_ids=opening.service_ids,
            places=opening.places,
        )

        def change(day: PractitionerDay) -> PractitionerDay:
            require_opening(day, availability_id, agenda)
            return opened(day, new, self.clock())

        self.again(lambda: change_day(self.store, agenda.practitioner_id, local_date(start, self.clinic.zone), change))
        return new


def require_opening(day: PractitionerDay, availability_id: str, agenda: Agenda) -> None:
    if all((a.id, a.agenda_id) != (availability_id, agenda.id) for a in day.availabilities):
        raise NotFound(
            f"there is no availability {availability_id} on {day.on}", code="not_found", remedy="read the day again"
        )


def opened(day: PractitionerDay, new: Availability, now: datetime) -> PractitionerDay:
    """The day with this availability, or with it in place of the one of its id. Refused when it overlaps another."""
    others = tuple(a for a in day.availabilities if a.id != new.id)
    if any(a.interval.overlaps(new.interval) for a in others):
        raise Refused(
            f"the practitioner is already open at this time on {day.on}",
            code="opening_overlaps",
            remedy="change the existing availability",
        )
    ordered = sorted((*others, new), key=lambda a: (a.start, a.id))
    return day.with_(availabilities=tuple(ordered)).without_dead_releases(now)


@dataclass(frozen=True)
class RemoveOpening:
    """Removes an availability; appointments in it stay. Removing what is not there is NotFound."""

    store: Store
    clock: Clock
    again: Again

    def __call__(self, agenda: Agenda, on: date, availability_id: str, by: Actor) -> None:
        by.require_agenda_of(agenda.practitioner_id)

        def change(day: PractitionerDay) -> PractitionerDay:
            require_opening(day, availability_id, agenda)
            kept = tuple(a for a in day.availabilities if a.id != availability_id)
            return day.with_(availabilities=kept).without_dead_releases(self.clock())

        self.again(lambda: change_day(self.store, agenda.practitioner_id, on, change))


def change_day(
    store: Store, practitioner_id: str, on: date, change: Callable[[PractitionerDay], PractitionerDay]
) -> PractitionerDay:
    """Reads a day, changes it, writes it if it changed; Conflict when another change came between."""
    before = store.get(day_ref(practitioner_id, on)) or PractitionerDay(practitioner_id=practitioner_id, on=on)
    after = change(before)
    if after != before:
        store.commit([Put(after)])
    return after


def check_group(opening: Opening, services: list[Service]) -> None:
    if opening.places < 1:
        raise invalid("places", "a slot needs at least one place", "give 1, or the number of participants")
    if opening.places == 1:
        return
    lasts = utc(opening.end) - utc(opening.start)
    if len(services) != 1 or services[0].category != Predefined.GROUP:
        raise invalid("service_ids", "a slot for several needs one service of category group", "name that one service")
    if lasts != timedelta(minutes=services[0].duration_minutes):
        raise invalid(
            "end",
            f"a group slot lasts as long as its service, {services[0].duration_minutes} minutes",
            "change the end",
        )
