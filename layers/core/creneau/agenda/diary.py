"""One patient's engagements ahead and the offer that binds them: no two that overlap (A-06), one live offer (W-10)."""

from datetime import datetime, timedelta

from creneau.shared.interval import Interval
from creneau.shared.model import Stored, Value
from creneau.shared.store import Ref

KEPT_FOR = timedelta(days=2)


_SHORT = {"appointment_id": "a", "start": "s", "end": "e", "waiting_since": "w"}


class Engagement(Value, frozen=True, kw_only=True, rename=_SHORT):
    """An appointment ahead; `waiting_since` as on the appointment: it is in the line exactly when this is set."""

    appointment_id: str
    start: datetime
    end: datetime
    waiting_since: datetime | None = None

    @property
    def interval(self) -> Interval:
        return Interval(start=self.start, end=self.end)


class OfferLock(Value, frozen=True, kw_only=True):
    """The one offer that the patient has not answered, for one waiting appointment.

    `void` once that appointment left the line (moved, cancelled, box unticked): the offer is then withdrawn, and the
    lock stays until that is recorded.
    """

    round_id: str
    appointment_id: str
    void: bool = False


class PatientDiary(Stored, frozen=True, kw_only=True):
    """Every change of a patient's appointments, of the box, and of the lock writes it with its version.

    `reachable`: whether an email reaches whoever gets the patient's messages; `reachable_since`: when it was last made
    so, by another address or by staff who cleared the old one (None: as first registered).
    """

    patient_id: str
    engagements: tuple[Engagement, ...] = ()
    lock: OfferLock | None = None
    reachable: bool = True
    reachable_since: datetime | None = None
    closed: bool = False

    def overlapping(self, interval: Interval, but: str = "") -> Engagement | None:
        """An engagement at that time, leaving out one appointment."""
        return next((e for e in self.engagements if e.appointment_id != but and e.interval.overlaps(interval)), None)

    def engagement(self, appointment_id: str) -> Engagement | None:
        return next((e for e in self.engagements if e.appointment_id == appointment_id), None)

    def engaged(self, engagement: Engagement, now: datetime) -> "PatientDiary":
        """With this appointment; those that ended some days ago are forgotten."""
        kept = (e for e in self.engagements if now - e.end < KEPT_FOR and e.appointment_id != engagement.appointment_id)
        return self.with_(engagements=(*kept, engagement))

    def disengaged(self, appointment_id: str) -> "PatientDiary":
        kept = tuple(e for e in self.engagements if e.appointment_id != appointment_id)
        return self.with_(engagements=kept)._without_winning(appointment_id)

    def in_line(self, appointment_id: str, since: datetime) -> "PatientDiary":
        found = (e.with_(waiting_since=since) if e.appointment_id == appointment_id else e for e in self.engagements)
        return self.with_(engagements=tuple(found))

    def out_of_line(self, appointment_id: str) -> "PatientDiary":
        """The appointment leaves the line: an offer made to it cannot win any more."""
        found = (e.with_(waiting_since=None) if e.appointment_id == appointment_id else e for e in self.engagements)
        return self.with_(engagements=tuple(found))._without_winning(appointment_id)

    def _without_winning(self, appointment_id: str) -> "PatientDiary":
        if self.lock is None or self.lock.appointment_id != appointment_id or self.lock.void:
            return self
        return self.with_(lock=self.lock.with_(void=True))

    def is_locked_by(self, round_id: str, appointment_id: str) -> bool:
        return self.lock == OfferLock(round_id=round_id, appointment_id=appointment_id)

    def locked_by(self, round_id: str, appointment_id: str) -> "PatientDiary":
        return self.with_(lock=OfferLock(round_id=round_id, appointment_id=appointment_id))

    def unlocked(self) -> "PatientDiary":
        return self.with_(lock=None)


def diary_ref(patient_id: str) -> Ref[PatientDiary]:
    return Ref(PatientDiary, (patient_id,))
