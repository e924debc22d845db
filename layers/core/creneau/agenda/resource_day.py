"""One room or device on one local date: it serves one appointment at a time (A-06)."""

from datetime import date

from creneau.agenda.day import Held
from creneau.agenda.slot import Slot
from creneau.shared.errors import Refused
from creneau.shared.model import Stored
from creneau.shared.store import Ref


class ResourceDay(Stored, frozen=True, kw_only=True):
    resource_id: str
    on: date
    held: tuple[Held, ...] = ()

    def is_free_for(self, slot: Slot) -> bool:
        """Whether it serves nobody else then; the places of one group slot share it."""
        return not any(h.interval.overlaps(slot.interval) and not h.is_in(slot) for h in self.held)

    def take(self, appointment_id: str, slot: Slot) -> "ResourceDay":
        """Refused when it serves another appointment then."""
        if not self.is_free_for(slot):
            raise Refused(
                "a room or device that the service needs is in use", code="resource_taken", remedy="choose another time"
            )
        held = Held(appointment_id=appointment_id, agenda_id=slot.agenda_id, start=slot.start, end=slot.end)
        return self.with_(held=(*self.held, held))

    def leave(self, appointment_id: str) -> "ResourceDay":
        return self.with_(held=tuple(h for h in self.held if h.appointment_id != appointment_id))


def resource_day_ref(resource_id: str, on: date) -> Ref[ResourceDay]:
    return Ref(ResourceDay, (resource_id, on.isoformat()))
