"""What nobody has invoiced yet of a period, over all patients: consultations, and visits that made none (B-01, B-03)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from creneau.agenda.appointment import Appointment
from creneau.agenda.catalogue import Agenda
from creneau.agenda.collections import appointments_between, catalogue
from creneau.billing.all_of import all_of
from creneau.billing.asked import TITLES
from creneau.billing.billable import Billable, billable_id_of_visit, billable_ref, billables_of_day, open_billables
from creneau.billing.consultations import billable_visits, consultations_to_make
from creneau.billing.recap import why_left_out
from creneau.shared.actor import Actor
from creneau.shared.errors import invalid
from creneau.shared.model import Value
from creneau.shared.settings import Clinic
from creneau.shared.store import Store
from creneau.shared.time import Clock, day_bounds

Place = tuple[str, str, str]
"""A local day, an instant or nothing, an id: the order of the list."""

MOST_AGENDAS = 1_000
MOST_OF_A_DAY = 5_000
MOST_READ = 100
"""Days of agendas that one page reads; with many agendas it ends sooner, however little it found."""


class NotInvoiced(Value, frozen=True, kw_only=True):
    """`visit`: the appointment that would make `billable` by being invoiced, None: it is there. `further`: the patient and
    the practitioner have a consultation of that day already, or will; this would be one more."""

    billable: Billable
    visit: Appointment | None = None
    further: bool = False


class Found(Value, frozen=True, kw_only=True):
    """`cursor` asks for what comes after, None: there is nothing."""

    items: tuple[NotInvoiced, ...]
    cursor: str | None = None


class Scope(Value, frozen=True, kw_only=True):
    """Whose: one practitioner's, or those of all whose books the caller keeps."""

    practitioner_id: str | None
    by: Actor

    def has(self, practitioner_id: str) -> bool:
        return self.practitioner_id in (None, practitioner_id) and self.by.keeps_books_of(practitioner_id)


@dataclass(frozen=True)
class ListNotInvoiced:
    """By day and start. Writes nothing. Raises Forbidden, Invalid (the cursor), Refused (`too_many` on one day)."""

    store: Store
    clinic: Clinic
    clock: Clock

    def __call__(self, first: date, last: date, scope: Scope, limit: int = 50, cursor: str | None = None) -> Found:
        """Of both days and those between them."""
        if scope.practitioner_id is not None:
            scope.by.require_books_of(scope.practitioner_id)
        after = _place(cursor, first, last) if cursor else (first.isoformat(), "", "")
        remedy = "remove agendas that nobody uses"
        known = all_of(self.store, catalogue(Agenda), MOST_AGENDAS, "agendas", remedy)
        agendas = [a for a in known if scope.has(a.practitioner_id)]
        on, items = date.fromisoformat(after[0]), list[NotInvoiced]()
        end = min(last, on + timedelta(days=MOST_READ // (len(agendas) + 1)))
        while on <= end:
            for item in self._of_day(on, agendas, scope, after):
                if len(items) == limit:
                    return Found(items=tuple(items), cursor="~".join(_place_of(items[-1].billable)))
                items.append(item)
            on += timedelta(days=1)
        return Found(items=tuple(items), cursor=f"{on}~~" if on <= last else None)

    def _of_day(self, on: date, agendas: Sequence[Agenda], scope: Scope, after: Place) -> Iterator[NotInvoiced]:
        """What comes after that place, in order; a patient's part is read when it is their turn."""
        remedy = "ask for one practitioner's"
        there = all_of(self.store, open_billables(on, on), MOST_OF_A_DAY, "consultations on a day", remedy)
        by_place = {_place_of(b): b for b in there if scope.has(b.practitioner_id)}
        visits = self._visits(on, agendas, scope)
        visit_at = {(on.isoformat(), _sorted_as(v), billable_id_of_visit(v.visit_id)): v for v in visits}
        stored = self.store.get_many([billable_ref(id) for _, _, id in visit_at])
        settled = {b.id for b in stored if b is not None and (b.consultation or why_left_out(b, "", self.clock()))}
        made = dict[str, dict[str, NotInvoiced]]()
        for place in sorted({*by_place, *visit_at}):
            if place <= after:
                continue
            if place in by_place:
                yield NotInvoiced(billable=by_place[place])
            elif place[2] not in settled:
                patient_id = visit_at[place].patient_id
                if patient_id not in made:
                    made[patient_id] = self._made(on, patient_id, visits)
                if place[2] in made[patient_id]:
                    yield made[patient_id][place[2]]

    def _visits(self, on: date, agendas: Sequence[Agenda], scope: Scope) -> list[Appointment]:
        start, end = day_bounds(on, self.clinic.zone)
        booked = [
            visit
            for agenda in agendas
            for visit in all_of(
                self.store,
                appointments_between(agenda.id, start, end),
                MOST_OF_A_DAY,
                "appointments on a day",
                "invoice these patients one by one",
            )
        ]
        return [v for v in billable_visits(booked, self.clock()) if scope.has(v.practitioner_id)]

    def _made(self, on: date, patient_id: str, visits: Sequence[Appointment]) -> dict[str, NotInvoiced]:
        """By the billable's id, what the patient's visits of the day would make."""
        own = [v for v in visits if v.patient_id == patient_id]
        remedy = "invoice this patient's consultations by themselves"
        known = all_of(self.store, billables_of_day(patient_id, on), MOST_OF_A_DAY, "consultations on a day", remedy)
        every, title, now = frozenset(v.id for v in own), TITLES[self.clinic.language], self.clock()
        made, _ = consultations_to_make(own, known, every, title, now, "", self.clinic.zone)
        _, more = consultations_to_make(own, known, frozenset(), title, now, "", self.clinic.zone)
        further = {id for m in more for id in m.appointment_ids}
        visit_of = {billable_id_of_visit(v.visit_id): v for v in own}
        return {b.id: NotInvoiced(billable=b, visit=visit_of[b.id], further=visit_of[b.id].id in further) for b in made}


def _place_of(billable: Billable) -> Place:
    start = f"{billable.start.astimezone(UTC):%Y%m%dT%H%M%SZ}" if billable.start else ""
    return billable.on.isoformat(), start, billable.id


def _sorted_as(visit: Appointment) -> str:
    return f"{visit.start.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _place(cursor: str, first: date, last: date) -> Place:
    parts = cursor.split("~")
    try:
        if len(parts) == 3 and first <= date.fromisoformat(parts[0]) <= last:
            return parts[0], parts[1], parts[2]
    except ValueError:
        pass
    raise invalid("cursor", "not one of this list", "use next_cursor as answered, with the same days")
