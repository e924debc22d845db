"""A released place is pursued: whenever something changed that may matter, its next round starts if there is reason."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from creneau.agenda.day import PractitionerDay, Release, day_ref
from creneau.agenda.slot import Slot
from creneau.shared.errors import Busy
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Absent, Conflict, Put, Store, everything
from creneau.shared.time import Clock, local_date, wait_until
from creneau.waitlist.eligible import FindEligible, question
from creneau.waitlist.open_round import last_moment
from creneau.waitlist.ports import RoundInput, Rounds, Started, execution_name
from creneau.waitlist.round import MARGIN, round_ref, rounds_of_slot

LOOKS = 5


class Pursued(StrEnum):
    NOTHING = "nothing"
    RUNNING = "running"
    GIVEN_UP = "given_up"
    LOOK_AGAIN = "look_again"


@dataclass(frozen=True)
class Pursue:
    """Starts the next round of a slot's open release, unless one is open or nobody could be asked. Harmless to repeat.
    Raises Busy when it changed at every look: whoever asked has to ask again.

    Never decides who is asked: that is read anew when the round opens.
    """

    store: Store
    clinic: Clinic
    clock: Clock
    rounds: Rounds

    def __call__(self, practitioner_id: str, slot: Slot) -> Pursued:
        for _ in range(LOOKS):
            outcome = self._look(practitioner_id, slot)
            if outcome is not Pursued.LOOK_AGAIN:
                return outcome
        raise Busy(f"{slot.id} changes faster than it is looked at", code="busy", remedy="look again in a moment")

    def _look(self, practitioner_id: str, slot: Slot) -> Pursued:
        now = self.clock()
        on = local_date(slot.start, self.clinic.zone)
        snapshot = self.store.snapshot([day_ref(practitioner_id, on), SETTINGS])
        day, settings = snapshot.get(day_ref(practitioner_id, on)), snapshot.get(SETTINGS) or Settings()
        release = day.open_release(slot) if day else None
        if day is None or release is None:
            return Pursued.NOTHING
        rounds = everything(self.store, rounds_of_slot(slot))
        if any(r.is_open for r in rounds):
            return Pursued.NOTHING
        if now >= last_moment(slot, settings):
            return self._give_up(day, release, now, settings)
        if not settings.may_offer:
            return Pursued.NOTHING
        q = 1 + sum(r.n == release.n for r in rounds)
        availability = day.availability_of(slot)
        if availability is None or (q > 1 and not settings.waitlist.further_rounds):
            return Pursued.NOTHING
        about = question(slot, availability, release, rounds)
        if not FindEligible(self.store, self.clinic.zone)(about, 1).picks:
            return Pursued.NOTHING
        grace = timedelta(minutes=settings.waitlist.grace_minutes) if q == 1 else timedelta()
        given = RoundInput(
            practitioner_id=practitioner_id,
            slot_id=slot.id,
            n=release.n,
            q=q,
            attempt=release.attempt,
            not_before=wait_until(release.opened_at + grace),
        )
        if self.rounds.start(execution_name(given), given) is Started.RUNNING:
            return Pursued.RUNNING
        self._raise_attempt(day, release, q)
        return Pursued.LOOK_AGAIN

    def _raise_attempt(self, day: PractitionerDay, release: Release, q: int) -> None:
        """The name is used up by an execution that opened nothing: only then is the next attempt's name right."""
        raised = day.next_attempt(release.slot, release.n, release.attempt)
        try:
            self.store.commit([Put(raised), Absent(round_ref(release.slot, release.n, q))])
        except Conflict:
            return  # out of date: whoever changed it is seen by looking again

    def _give_up(self, day: PractitionerDay, release: Release, now: datetime, settings: Settings) -> Pursued:
        """Too late to ask anybody (W-11): the release ends, so that nobody looks at it any more."""
        if now >= last_moment(release.slot, settings) + 2 * MARGIN:
            ended = tuple(r.with_(ended_at=now) if r is release else r for r in day.releases)
            try:
                self.store.commit([Put(day.with_(releases=ended))])
            except Conflict:
                return Pursued.LOOK_AGAIN
        return Pursued.GIVEN_UP


@dataclass(frozen=True)
class PursueDay:
    """Pursues every open release of a practitioner's day, perhaps of some agendas only."""

    store: Store
    pursue: Pursue

    def __call__(self, practitioner_id: str, on: date, agenda_ids: frozenset[str] | None = None) -> list[Pursued]:
        day = self.store.get(day_ref(practitioner_id, on))
        releases = day.open_releases if day else ()
        return [
            self.pursue(practitioner_id, release.slot)
            for release in releases
            if agenda_ids is None or release.agenda_id in agenda_ids
        ]
