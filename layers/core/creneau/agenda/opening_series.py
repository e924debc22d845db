"""New opening hours, once or every week at the same local time: all of them or none (A-04)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from creneau.agenda.book import check_span
from creneau.agenda.catalogue import Agenda, agenda_ref, service_ref
from creneau.agenda.day import Availability, PractitionerDay, day_ref
from creneau.agenda.opening import Opening, check_group, opened
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.derived_id import derived_id
from creneau.shared.errors import invalid
from creneau.shared.settings import Clinic
from creneau.shared.store import Put, Ref, Store, Write
from creneau.shared.time import Clock, after_days, local_date, utc

MOST_WEEKS = 53


@dataclass(frozen=True)
class AddOpenings:
    """Adds an availability, and one for each week up to a local date (included), in one change.

    Repeating it under the same id changes nothing. Raises NotFound, Invalid, Forbidden, Refused, Busy.
    """

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, id: str, opening: Opening, weekly_until: date | None, by: Actor) -> list[Availability]:
        refs: list[Ref[Any]] = [agenda_ref(opening.agenda_id), *(service_ref(s) for s in opening.service_ids)]
        known = self.store.snapshot(refs)
        agenda = known[agenda_ref(opening.agenda_id)]
        by.require_agenda_of(agenda.practitioner_id)
        check_span(utc(opening.start), utc(opening.end), self.clinic)
        check_group(opening, [known[service_ref(s)] for s in opening.service_ids])
        wanted = self._each_week(id, opening, weekly_until)
        return self.again(lambda: self._step(agenda, wanted))

    def _each_week(self, id: str, opening: Opening, until: date | None) -> list[Availability]:
        zone = self.clinic.zone
        first = local_date(utc(opening.start), zone)
        weeks = 0 if until is None else (until - first).days // 7
        if weeks < 0:
            raise invalid("weekly_until", "it is before the first one", "give a date after the start, or none")
        if weeks >= MOST_WEEKS:
            raise invalid("weekly_until", f"that is more than {MOST_WEEKS} weeks", "give a date within a year")
        return [
            Availability(
                id=id if week == 0 else derived_id("avl", id, str(week)),
                agenda_id=opening.agenda_id,
                start=after_days(utc(opening.start), 7 * week, zone),
                end=after_days(utc(opening.end), 7 * week, zone),
                service_ids=opening.service_ids,
                places=opening.places,
            )
            for week in range(weeks + 1)
        ]

    def _step(self, agenda: Agenda, wanted: list[Availability]) -> list[Availability]:
        dated = [(local_date(a.start, self.clinic.zone), a) for a in wanted]
        refs = [day_ref(agenda.practitioner_id, on) for on, _ in dated]
        found = self.store.snapshot(refs)
        writes: list[Write] = []
        for ref, (on, new) in zip(refs, dated, strict=True):
            day = found.get(ref) or PractitionerDay(practitioner_id=agenda.practitioner_id, on=on)
            if all(a.id != new.id for a in day.availabilities):
                writes.append(Put(opened(day, new, self.clock())))
        if writes:
            self.store.commit(writes)
        return wanted
