"""Somebody came into the line, or back into it: every open release of their agendas is pursued again (W-11)."""

from dataclasses import dataclass
from datetime import date

from creneau.agenda.appointment import appointment_ref
from creneau.agenda.day import PractitionerDay
from creneau.agenda.diary import diary_ref
from creneau.shared.store import Store
from creneau.waitlist.pursue import PursueDay


@dataclass(frozen=True)
class LineGrew:
    """Days with an open release are those that wait to be looked at: there are few."""

    store: Store
    pursue_day: PursueDay

    def __call__(self, patient_id: str) -> None:
        diary = self.store.get(diary_ref(patient_id))
        if diary is None or diary.lock is not None:
            return
        waiting = [appointment_ref(e.appointment_id) for e in diary.engagements if e.waiting_since is not None]
        appointments = [a for a in self.store.get_many(waiting) if a is not None]
        agendas = frozenset(a.agenda_id for a in appointments)
        practitioners = {a.practitioner_id for a in appointments}
        for ref in self.store.look_at(PractitionerDay, None) if agendas else []:
            if ref.key[0] in practitioners:
                self.pursue_day(ref.key[0], date.fromisoformat(ref.key[1]), agendas)
