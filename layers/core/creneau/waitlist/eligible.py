"""Who is asked: the first in line for whom the slot would be earlier, possible and wanted (W-04, W-05)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from creneau.agenda.collections import line_of
from creneau.agenda.day import Availability, Release
from creneau.agenda.diary import PatientDiary, diary_ref
from creneau.agenda.line import WaitEntry
from creneau.agenda.resource_day import ResourceDay, resource_day_ref
from creneau.agenda.slot import Slot
from creneau.shared.store import Store
from creneau.shared.time import local_date
from creneau.waitlist.round import OfferState, PassedOver, Round

COUNTS_AS_ANSWER = frozenset({OfferState.DECLINED, OfferState.EXPIRED})
LISTED = 50


class Reason(StrEnum):
    """Why somebody in line is not asked."""

    NOT_LATER = "own_appointment_not_later"
    OTHER_SERVICE = "service_not_offered_there"
    RELEASED_IT = "released_it"
    REFUSED_BEFORE = "declined_or_expired_before"
    ASKED_ALREADY = "asked_in_this_round"
    LEFT = "left_the_line"
    UNANSWERED_OFFER = "has_an_unanswered_offer"
    UNREACHABLE = "no_reachable_email"
    NOT_REACHED = "offer_did_not_reach_them"
    BUSY = "has_another_appointment_then"
    RESOURCE_IN_USE = "room_or_device_in_use"


@dataclass(frozen=True)
class Question:
    """About which place of which release, and what was answered about that slot before.

    `bounced` are the patients whom an offer of this release did not reach, with the instant at which the last was made.
    """

    slot: Slot
    availability: Availability
    release: Release
    answered: frozenset[str]
    asked: frozenset[str] = frozenset()
    bounced: Mapping[str, datetime] = field(default_factory=dict)


def question(slot: Slot, availability: Availability, release: Release, rounds: Iterable[Round]) -> Question:
    """`rounds` are all rounds of the slot, in their order; patients with an offer in an open one count as asked."""
    known = list(rounds)
    answered = {o.patient_id for r in known for o in r.offers.values() if o.state in COUNTS_AS_ANSWER}
    asked = {o.patient_id for r in known if r.is_open for o in r.offers.values()}
    of_release = [o for r in known if r.n == release.n for o in r.offers.values()]
    bounced = {o.patient_id: o.sent_at for o in of_release if o.state is OfferState.BOUNCED}
    return Question(slot, availability, release, frozenset(answered), frozenset(asked), bounced)


def why_not_at_sight(entry: WaitEntry, about: Question) -> Reason | None:
    """What the entry alone tells."""
    if entry.start <= about.slot.start:
        return Reason.NOT_LATER
    if about.availability.service_ids and entry.service_id not in about.availability.service_ids:
        return Reason.OTHER_SERVICE
    if entry.patient_id in about.release.released_by:
        return Reason.RELEASED_IT
    if entry.patient_id in about.answered:
        return Reason.REFUSED_BEFORE
    if entry.patient_id in about.asked:
        return Reason.ASKED_ALREADY
    return None


def why_not(entry: WaitEntry, diary: PatientDiary, about: Question) -> Reason | None:
    """What the patient's diary adds."""
    engagement = diary.engagement(entry.appointment_id)
    if engagement is None or engagement.waiting_since != entry.waiting_since or diary.closed:
        return Reason.LEFT
    if diary.lock is not None:
        return Reason.UNANSWERED_OFFER
    if not diary.reachable:
        return Reason.UNREACHABLE
    if entry.patient_id in about.bounced and not _reachable_anew(diary, about.bounced[entry.patient_id]):
        return Reason.NOT_REACHED
    if diary.overlapping(about.slot.interval, but=entry.appointment_id):
        return Reason.BUSY
    return None


def _reachable_anew(diary: PatientDiary, asked_at: datetime) -> bool:
    """Whether anything was done about it since: else the next offer would bounce as well, and so on without an end."""
    return diary.reachable_since is not None and diary.reachable_since > asked_at


@dataclass
class Found:
    """The first in line with their diaries as read, and those before them who are not asked."""

    picks: list[tuple[WaitEntry, PatientDiary]] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)
    skipped: int = 0

    def skip(self, entry: WaitEntry, reason: Reason) -> None:
        self.skipped += 1
        if len(self.passed_over) < LISTED:
            self.passed_over.append(
                PassedOver(appointment_id=entry.appointment_id, patient_id=entry.patient_id, reason=reason)
            )


@dataclass(frozen=True)
class FindEligible:
    """Walks the line in its order until `wanted` are found. Each patient counts once.

    Reads no more than it must: entries in pages (5, then to 50, then by 50), diaries a few at a time, more at a time
    the more of the line has been in vain.
    """

    store: Store
    zone: ZoneInfo

    def __call__(self, about: Question, wanted: int) -> Found:
        found, resources = Found(), _Resources(self.store, local_date(about.slot.start, self.zone))
        patients: set[str] = set()
        waiting = self._line(about, found)
        while len(found.picks) < wanted:
            at_once = max(wanted - len(found.picks), min(50, found.skipped // 50))
            some = list(islice(waiting, at_once))
            if not some:
                break
            diaries = self.store.get_many([diary_ref(entry.patient_id) for entry in some])
            for entry, stored in zip(some, diaries, strict=True):
                if len(found.picks) == wanted:
                    break
                diary = stored or PatientDiary(patient_id=entry.patient_id)
                reason = why_not(entry, diary, about)
                if reason is None and entry.patient_id in patients:
                    reason = Reason.ASKED_ALREADY
                if reason is None and not resources.are_free(entry, about.slot):
                    reason = Reason.RESOURCE_IN_USE
                if reason is not None:
                    found.skip(entry, reason)
                    continue
                patients.add(entry.patient_id)
                found.picks.append((entry, diary))
        return found

    def _line(self, about: Question, found: Found) -> Iterator[WaitEntry]:
        """Those whom the entry alone does not rule out."""
        minutes = int((about.slot.end - about.slot.start) / timedelta(minutes=1))
        cursor, size = None, 5
        while True:
            page = self.store.page(line_of(about.slot.agenda_id, minutes), size, cursor)
            for entry in page.items:
                reason = why_not_at_sight(entry, about)
                if reason is None:
                    yield entry
                else:
                    found.skip(entry, reason)
            cursor, size = page.cursor, 45 if size == 5 else 50
            if cursor is None:
                return


class _Resources:
    """The days of rooms and devices, each read once."""

    def __init__(self, store: Store, on: date) -> None:
        self._store, self._on, self._days = store, on, dict[str, ResourceDay]()

    def are_free(self, entry: WaitEntry, slot: Slot) -> bool:
        return all(self._day(r).is_free_for(slot) for r in entry.resource_ids)

    def _day(self, resource_id: str) -> ResourceDay:
        if resource_id not in self._days:
            found = self._store.get(resource_day_ref(resource_id, self._on))
            self._days[resource_id] = found or ResourceDay(resource_id=resource_id, on=self._on)
        return self._days[resource_id]
