"""Without the stream: what should have happened to released places and rounds is found and done (promise 32)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from creneau.agenda.day import PractitionerDay
from creneau.shared.store import Ref, Store
from creneau.shared.time import Clock
from creneau.waitlist.pursue import PursueDay
from creneau.waitlist.round import Round
from creneau.waitlist.settle import Settle

EVERY_DAY_AGAIN = timedelta(minutes=10)
EVERY_ROUND_EACH = 5
"""Rounds not settled are all looked at every fifth minute: an offer decided by a lost record shows nowhere else."""


@dataclass(frozen=True)
class SweepWaitlist:
    """`tend_offers`: the unanswered offers of a round have their messages, and those that nobody will read bind nobody.

    `trouble` is told of what raised; one value never keeps the others from being looked at.
    """

    store: Store
    clock: Clock
    pursue_day: PursueDay
    settle: Settle
    tend_offers: Callable[[str], object]
    trouble: Callable[[Ref[Round] | Ref[PractitionerDay], Exception], None]

    def __call__(self) -> int:
        now = self.clock()
        done = 0
        for day in self.store.look_at(PractitionerDay, now):
            done += self._try(day, lambda d=day: self._day(d, now))  # type: ignore[misc]
        all_of_them = now.minute % EVERY_ROUND_EACH == 0
        for round in self.store.look_at(Round, None if all_of_them else now):
            done += self._try(round, lambda r=round: self._round(r))  # type: ignore[misc]
        return done

    def _day(self, ref: Ref[PractitionerDay], now: datetime) -> None:
        self.pursue_day(ref.key[0], date.fromisoformat(ref.key[1]))
        self.store.snooze(ref, now + EVERY_DAY_AGAIN)

    def _round(self, ref: Ref[Round]) -> None:
        self.settle(ref)
        round = self.store.get(ref)
        if round is not None and round.is_open:
            self.tend_offers(round.id)

    def _try(self, ref: Ref[Round] | Ref[PractitionerDay], act: Callable[[], None]) -> int:
        try:
            act()
        except Exception as error:  # noqa: BLE001 - told, and looked at again by the next sweep
            self.trouble(ref, error)
            return 0
        return 1
