"""What must hold of a world, judged from its stored values alone, by other code than the product's.

`always` after every change, `at_rest` when nothing is left to happen at this instant; `Transitions` watches each change.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from creneau.agenda.appointment import Appointment
from creneau.agenda.attendance import Attendance
from creneau.agenda.day import Held, PractitionerDay, Release
from creneau.agenda.diary import PatientDiary
from creneau.agenda.line import WaitEntry
from creneau.agenda.slot import Slot
from creneau.shared.model import Stored
from creneau.shared.settings import Settings
from creneau.waitlist.round import Offer, OfferState, Round
from tests.support.world import World

HOLDS = {Attendance.BOOKED, Attendance.PENDING_CONFIRMATION, Attendance.ATTENDED}
LATE = timedelta(seconds=30)


def overlap(a: Appointment | Slot | Release, b: Appointment | Slot | Release) -> bool:
    return a.start < b.end and b.start < a.end


def same_slot(a: Appointment | Slot | Release | Held, b: Appointment | Slot | Release | Held) -> bool:
    return (a.agenda_id, a.start, a.end) == (b.agenda_id, b.start, b.end)


def holding(world: World) -> list[Appointment]:
    return [a for a in world.all(Appointment) if a.attendance in HOLDS and a.deleted_at is None]


def offered_by(day: PractitionerDay, what: Appointment | Slot | Release, service_id: str = "") -> int:
    """How many places the availability that contains it has; 0 when there is none."""
    for absence in day.absences:
        here = not absence.agenda_ids or what.agenda_id in absence.agenda_ids
        if here and absence.start < what.end and what.start < absence.end:
            return 0
    for open_ in day.availabilities:
        if open_.agenda_id != what.agenda_id or (
            service_id and open_.service_ids and service_id not in open_.service_ids
        ):
            continue
        if open_.places == 1 and open_.start <= what.start and what.end <= open_.end:
            return 1
        if open_.places > 1 and (open_.start, open_.end) == (what.start, what.end):
            return open_.places
    return 0


def day_of(world: World, practitioner_id: str, what: Slot | Release | Appointment) -> PractitionerDay:
    return world.day_of(Slot(agenda_id=what.agenda_id, start=what.start, end=what.end), practitioner_id)


# -- always
def always(world: World) -> None:
    for fault in faults(world):
        raise AssertionError(fault)


def faults(world: World) -> Iterator[str]:
    yield from _places(world)
    yield from _patients(world)
    yield from _line(world)
    yield from _rounds(world)
    yield from _executions(world)


def _places(world: World) -> Iterator[str]:
    """Promise 1: no two appointments hold one place, and the days say what the appointments say."""
    held = holding(world)
    for a, b in combinations(held, 2):
        if a.practitioner_id == b.practitioner_id and overlap(a, b) and not same_slot(a, b):
            yield f"promise 1: {a.id} and {b.id} overlap"
    for day in world.all(PractitionerDay):
        for a in day.held:
            if a.appointment_id not in {h.id for h in held}:
                yield f"{day.on} holds a place for {a.appointment_id}, which does not hold one"
        for release in day.releases:
            if release.is_open and (
                sum(same_slot(h, release) for h in held) >= offered_by(day, release)
                or any(
                    overlap(h, release) and not same_slot(h, release)
                    for h in held
                    if h.practitioner_id == day.practitioner_id
                )
            ):
                yield f"the release of {release.slot.id} is open, and no place is free"
    if len(held) != sum(len(d.held) for d in world.all(PractitionerDay)):
        yield "an appointment has no place in its day"


def _patients(world: World) -> Iterator[str]:
    """Promise 8, and one appointment per visit."""
    for a, b in combinations(holding(world), 2):
        if a.patient_id == b.patient_id and overlap(a, b):
            yield f"promise 8: {a.id} and {b.id} of one patient overlap"
        if a.visit_id == b.visit_id:
            yield f"A-12: {a.id} and {b.id} are of one visit"
    for a in holding(world):
        known = world.diary(a.patient_id).engagement(a.id)
        if a.end > world.now and known is None:
            yield f"{a.id} is not in the patient's diary"


def _line(world: World) -> Iterator[str]:
    """Promise 40: the box is ticked and the appointment booked, exactly when it is in the line."""
    expected = {
        (a.id, a.waiting_since)
        for a in world.all(Appointment)
        if a.waiting_since is not None and a.attendance is Attendance.BOOKED and a.deleted_at is None
    }
    present = {(e.appointment_id, e.waiting_since) for e in world.all(WaitEntry)}
    if expected != present:
        yield f"promise 40: in the line {sorted(present)}, but waiting {sorted(expected)}"
    diaries = {
        (e.appointment_id, e.waiting_since)
        for d in world.all(PatientDiary)
        for e in d.engagements
        if e.waiting_since is not None
    }
    if not diaries <= expected:
        yield f"the diaries keep waiting {sorted(diaries - expected)}"


def _rounds(world: World) -> Iterator[str]:
    """Promises 7 and 9, W-14."""
    live = [(r, o) for r in world.all(Round) for o in r.offers.values() if o.state is OfferState.SENT]
    for patient, number in Counter(o.patient_id for _, o in live).items():
        if number > 1:
            yield f"promise 7: {patient} has {number} live offers"
    for slot, number in Counter(r.slot.id for r, _ in live).items():
        if number > 5:
            yield f"promise 9: {number} live offers for {slot}"
    for slot, number in Counter(r.slot.id for r in world.all(Round) if r.is_open).items():
        if number > 1:
            yield f"W-14: {number} open rounds of {slot}"
    for round, offer in live:
        if not round.is_open:
            yield f"{round.id} is closed with a live offer to {offer.patient_id}"
    for round in world.all(Round):
        if round.q > 1 and (round.slot.id, round.n, round.q - 1) not in {
            (r.slot.id, r.n, r.q) for r in world.all(Round)
        }:
            yield f"{round.id} has no round before it"
    for diary in world.all(PatientDiary):
        if diary.lock:
            found = [r for r in world.all(Round) if r.id == diary.lock.round_id]
            if not found or diary.lock.appointment_id not in found[0].offers:
                yield f"{diary.patient_id} is locked by an offer that there is not"


def _executions(world: World) -> Iterator[str]:
    """Promise 34: never two running for one round."""
    for round, number in Counter(e.round for e in world.rounds.running).items():
        if number > 1:
            yield f"promise 34: {number} executions run for {round}"


# -- at rest
def at_rest(world: World) -> None:
    always(world)
    for fault in unfinished(world):
        raise AssertionError(fault)


def unfinished(world: World) -> Iterator[str]:
    settings = next(iter(world.all(Settings))).waitlist
    for round in world.all(Round):
        release = _release_of(world, round)
        if round.is_open:
            if not release.is_open or world.now >= round.expires_at + 2 * LATE or not round.unanswered:
                yield f"promise 6: {round.id} is still open"
        elif not round.settled:
            yield f"promise 40: {round.id} is closed and not settled"
        for offer in round.offers.values():
            yield from _decided_rightly(round, offer, release)
    for diary in world.all(PatientDiary):
        if diary.lock is not None:
            round = next(r for r in world.all(Round) if r.id == diary.lock.round_id)
            if diary.lock.void or round.offers[diary.lock.appointment_id].state is not OfferState.SENT:
                yield f"promise 40: {diary.patient_id} is locked by a dead offer"
    for day in world.all(PractitionerDay):
        for release in day.releases:
            ahead = release.start - timedelta(hours=settings.answer_lead_hours) > world.now
            if release.is_open and ahead and settings.enabled:
                yield from _pursued(world, day, release, settings.further_rounds)


def _decided_rightly(round: Round, offer: Offer, release: Release) -> Iterator[str]:
    ended = release.ended_at
    if offer.state is OfferState.EXPIRED and ended is not None and ended < round.expires_at:
        yield f"W-09: {offer.patient_id}'s offer in {round.id} expired after the place was gone"


def _pursued(world: World, day: PractitionerDay, release: Release, further_rounds: bool) -> Iterator[str]:
    """Promise 10."""
    rounds = [r for r in world.all(Round) if same_slot(r.slot, release)]
    running = any(e.given.slot_id == release.slot.id and e.given.n == release.n for e in world.rounds.running)
    if any(r.is_open for r in rounds) or running or (not further_rounds and any(r.n == release.n for r in rounds)):
        return
    left = [a.patient_id for a in eligible(world, day, release)]
    if left:
        yield f"promise 10: {release.slot.id} is free, {left} wait, and nobody is asked"


def eligible(world: World, day: PractitionerDay, release: Release) -> list[Appointment]:
    """Rule W-05 read anew over every appointment there is, in the order of W-04; one of each patient."""
    refused = {
        o.patient_id
        for r in world.all(Round)
        if same_slot(r.slot, release)
        for o in r.offers.values()
        if o.state in {OfferState.DECLINED, OfferState.EXPIRED}
    }
    found: dict[str, Appointment] = {}
    held = holding(world)
    for a in sorted(
        world.all(Appointment), key=lambda a: (a.waiting_since or datetime.min.replace(tzinfo=a.start.tzinfo), a.id)
    ):
        diary = world.diary(a.patient_id)
        wanted = (
            a.attendance is Attendance.BOOKED
            and a.waiting_since is not None
            and a.agenda_id == release.agenda_id
            and a.end - a.start == release.end - release.start
            and a.start > release.start
            and offered_by(day, release, a.service_id) > 0
            and a.patient_id not in release.released_by
            and a.patient_id not in refused
            and diary.lock is None
            and diary.reachable
            and not _bounced(world, release, diary)
            and not any(overlap(h, release) for h in held if h.patient_id == a.patient_id and h.id != a.id)
            and not any(
                overlap(h, release) and not same_slot(h, release)
                for h in held
                if set(h.resource_ids) & set(a.resource_ids)
            )
        )
        if wanted:
            found.setdefault(a.patient_id, a)
    return list(found.values())


def _bounced(world: World, release: Release, diary: PatientDiary) -> bool:
    """An offer of this release did not reach the patient, and nothing was done about it since."""
    return any(
        o.state is OfferState.BOUNCED
        and o.patient_id == diary.patient_id
        and not (diary.reachable_since and diary.reachable_since > o.sent_at)
        for r in world.all(Round)
        if same_slot(r.slot, release) and r.n == release.n
        for o in r.offers.values()
    )


def _release_of(world: World, round: Round) -> Release:
    day = day_of(world, round.practitioner_id, round.slot)
    return next(r for r in day.releases if same_slot(r, round.slot) and r.n == round.n)


# -- while it changes
@dataclass
class Transitions:
    """Listens to a world: what may never happen in a single change. `changes` counts the offers decided."""

    world: World
    changes: int = 0

    def __post_init__(self) -> None:
        self.world.store.listeners.append(self)

    def __call__(self, before: Stored | None, after: Stored | None) -> None:
        if isinstance(after, Round):
            self._round(before if isinstance(before, Round) else None, after)
        if isinstance(before, PractitionerDay) and isinstance(after, PractitionerDay):
            self._day(before, after)
        if isinstance(before, Appointment) and isinstance(after, Appointment):
            assert (before.start, before.end, before.visit_id) == (after.start, after.end, after.visit_id)
            assert before.attendance is not Attendance.MOVED or after.attendance is Attendance.MOVED, "never from moved"

    def _day(self, before: PractitionerDay, after: PractitionerDay) -> None:
        for held in after.held:
            if held not in before.held:
                what = Slot(agenda_id=held.agenda_id, start=held.start, end=held.end)
                number = sum(same_slot(h, what) for h in after.held)
                assert number <= max(1, offered_by(after, what)), f"promise 1: {number} appointments in {what.id}"
        known = {(r.slot.id, r.n): r for r in after.releases}
        for old in before.releases:
            new = known[old.slot.id, old.n]
            assert old.is_open or new == old, "a release that ended never changes"
            assert new.attempt >= old.attempt

    def _round(self, before: Round | None, after: Round) -> None:
        if before is None:
            assert all(o.state is OfferState.SENT for o in after.offers.values())
            assert len({o.patient_id for o in after.offers.values()}) == len(after.offers), (
                "W-05: a patient counts once"
            )
            return
        assert before.is_open or not after.is_open, "a closed round never reopens"
        assert before.expires_at == after.expires_at
        assert before.offers.keys() <= after.offers.keys()
        for key, old in before.offers.items():
            new = after.offers[key]
            if old.state is not OfferState.SENT:
                assert new == old, f"an answer changed: {old.state} became {new.state}"
            elif new.state is not OfferState.SENT:
                self.changes += 1
                self._decided(after, new)

    def _decided(self, round: Round, offer: Offer) -> None:
        now, day = self.world.now, day_of(self.world, round.practitioner_id, round.slot)
        own = self.world.appointment(offer.appointment_id)
        release = next(r for r in day.releases if same_slot(r, round.slot) and r.n == round.n)
        if offer.state is OfferState.EXPIRED:
            assert now >= round.expires_at + LATE, "recorded as expired before every answer in time was decided"
        if offer.state is OfferState.WITHDRAWN:
            locked = self.world.diary(offer.patient_id).is_locked_by(round.id, offer.appointment_id)
            assert not locked, "withdrawn, and the patient still waits"
        if offer.state is OfferState.SUPERSEDED:
            assert not release.is_open or not offered_by(day, round.slot, offer.service_id), "superseded by nobody"
        if offer.state is OfferState.ACCEPTED:
            new = self.world.appointment(str(offer.new_appointment_id))
            assert now < round.expires_at + LATE, "promise 4"
            assert same_slot(new, round.slot), "moved to somewhere else"
            assert new.start < own.start, "W-05: strictly earlier, so a chain ends"
            assert own.attendance is Attendance.MOVED, "W-07: one atomic change"
            assert own.moved_to == new.id
            assert new.visit_id == own.visit_id, "A-12"
            assert offered_by(day, round.slot, new.service_id), "promise 41"
            assert new.waiting_since is None, "W-10: after acceptance they leave the list"
            assert release.is_open or release.ended_at == offer.decided_at, (
                "promise 5: an offer of an earlier release won"
            )
