"""Which slots are free for a service: by its duration from each opening's start, group slots with the places left (A-04)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from creneau.agenda.catalogue import Service, agenda_ref, service_ref
from creneau.agenda.collections import days_of_practitioner
from creneau.agenda.day import Availability, PractitionerDay
from creneau.agenda.resource_day import ResourceDay, resource_day_ref
from creneau.agenda.slot import Slot
from creneau.shared.errors import invalid
from creneau.shared.settings import Clinic
from creneau.shared.store import Ref, Store, everything
from creneau.shared.time import Clock

LONGEST = timedelta(days=62)


@dataclass(frozen=True)
class FreeSlot:
    slot: Slot
    places_left: int


def steps(availability: Availability, lasts: timedelta) -> Iterator[Slot]:
    """The slots of an opening; a group slot is one, exactly as long as its service."""
    start = availability.start
    while start + lasts <= availability.end:
        yield Slot(agenda_id=availability.agenda_id, start=start, end=start + lasts)
        start += lasts


def free_on(day: PractitionerDay, agenda_id: str, service: Service) -> list[FreeSlot]:
    """The free slots of one agenda in a day, by start."""
    found = []
    for availability in day.availabilities:
        if availability.agenda_id != agenda_id:
            continue
        for slot in steps(availability, timedelta(minutes=service.duration_minutes)):
            if day.is_free(slot, service.id):
                found.append(FreeSlot(slot, day.places_left(slot)))
    return found


@dataclass(frozen=True)
class FreeSlots:
    """Free slots ahead, from one local date to another, both included; at most 62 days. Raises NotFound, Invalid."""

    store: Store
    clinic: Clinic
    clock: Clock

    def __call__(self, agenda_id: str, service_id: str, first: date, last: date) -> list[FreeSlot]:
        if not timedelta() <= last - first < LONGEST:
            raise invalid("to", "the range is not of 1 to 62 days", "give a date from `from` on, within 62 days")
        known = self.store.snapshot([agenda_ref(agenda_id), service_ref(service_id)])
        agenda, service = known[agenda_ref(agenda_id)], known[service_ref(service_id)]
        if not service.active:
            return []
        now = self.clock()
        days = everything(self.store, days_of_practitioner(agenda.practitioner_id, first, last))
        resources = self._resources(service, [day.on for day in days])
        return [
            free
            for day in days
            for free in free_on(day, agenda_id, service)
            if free.slot.start > now and all(r.is_free_for(free.slot) for r in resources[day.on])
        ]

    def _resources(self, service: Service, dates: list[date]) -> dict[date, list[ResourceDay]]:
        refs: list[Ref[ResourceDay]] = [resource_day_ref(r, on) for on in dates for r in service.resource_ids]
        found = self.store.get_many(refs) if refs else []
        by_date: dict[date, list[ResourceDay]] = {on: [] for on in dates}
        for resource_day in found:
            if resource_day is not None:
                by_date[resource_day.on].append(resource_day)
        return by_date
