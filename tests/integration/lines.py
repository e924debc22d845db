"""Long lines, and how much of them is read to find five: a store that counts, too simple to be slow."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from creneau.agenda.day import Availability, Release
from creneau.agenda.diary import Engagement, OfferLock, PatientDiary
from creneau.agenda.line import WaitEntry
from creneau.agenda.resource_day import ResourceDay
from creneau.agenda.slot import Slot
from creneau.shared.store import Collection, Page, Ref
from creneau.waitlist.eligible import FindEligible, Found, Question, Reason

START = datetime(2026, 3, 20, 8, 0, tzinfo=UTC)
SLOT = Slot(agenda_id="agd_1", start=START, end=START + timedelta(minutes=30))
TICKED = datetime(2026, 1, 1, tzinfo=UTC)
Made = tuple[WaitEntry, PatientDiary]


def waiting(number: int) -> Made:
    """Somebody who can be asked."""
    since, start = TICKED + timedelta(seconds=number), START + timedelta(days=30 + number % 300)
    entry = WaitEntry(
        agenda_id="agd_1",
        lasts_minutes=30,
        waiting_since=since,
        appointment_id=f"apt_{number:07}",
        patient_id=f"pat_{number:07}",
        service_id="srv_1",
        start=start,
        end=start + timedelta(minutes=30),
    )
    own = Engagement(appointment_id=entry.appointment_id, start=start, end=entry.end, waiting_since=since)
    return entry, PatientDiary(patient_id=entry.patient_id, engagements=(own,))


def _busy(made: Made) -> Made:
    entry, diary = made
    other = Engagement(appointment_id="apt_other", start=SLOT.start, end=SLOT.end)
    return entry, diary.with_(engagements=(*diary.engagements, other))


def _bounced(made: Made) -> Made:
    entry, diary = made
    id = entry.patient_id + BOUNCED
    return entry.with_(patient_id=id), diary.with_(patient_id=id)


BOUNCED = "_bounced"
UNFIT: dict[Reason, Callable[[Made], Made]] = {
    Reason.NOT_LATER: lambda m: (m[0].with_(start=SLOT.start, end=SLOT.end), m[1]),
    Reason.OTHER_SERVICE: lambda m: (m[0].with_(service_id="srv_2"), m[1]),
    Reason.RELEASED_IT: lambda m: (m[0].with_(patient_id="pat_gone"), m[1]),
    Reason.REFUSED_BEFORE: lambda m: (m[0].with_(patient_id="pat_refused"), m[1]),
    Reason.ASKED_ALREADY: lambda m: (m[0].with_(patient_id="pat_asked"), m[1]),
    Reason.LEFT: lambda m: (m[0], m[1].with_(engagements=())),
    Reason.UNANSWERED_OFFER: lambda m: (m[0], m[1].with_(lock=OfferLock(round_id="r", appointment_id="a"))),
    Reason.UNREACHABLE: lambda m: (m[0], m[1].with_(reachable=False)),
    Reason.NOT_REACHED: _bounced,
    Reason.BUSY: _busy,
    Reason.RESOURCE_IN_USE: lambda m: (m[0].with_(resource_ids=("res_1",)), m[1]),
}


class CountingLine:
    """The line, the diaries and one room that is in use; `read` counts items, `calls` calls."""

    def __init__(self, made: Sequence[Made]) -> None:
        self.entries = [entry for entry, _ in made]
        self.diaries = {diary.patient_id: diary for _, diary in made}
        self.read = self.calls = 0

    def page(self, of: Collection[Any], limit: int = 50, cursor: str | None = None) -> Page[Any]:
        first = int(cursor or 0)
        found = self.entries[first : first + limit]
        self.read, self.calls = self.read + len(found), self.calls + 1
        more = first + limit < len(self.entries)
        return Page(found, str(first + limit) if more else None)

    def get_many(self, refs: Sequence[Ref[Any]]) -> list[Any]:
        self.read, self.calls = self.read + len(refs), self.calls + 1
        return [self.diaries.get(ref.key[0]) for ref in refs]

    def get(self, ref: Ref[Any]) -> Any:
        self.read, self.calls = self.read + 1, self.calls + 1
        day = ResourceDay(resource_id="res_1", on=SLOT.start.date())
        return day.take("apt_other", Slot(agenda_id="agd_2", start=SLOT.start, end=SLOT.end + timedelta(minutes=15)))


def find_five(made: Sequence[Made]) -> tuple[Found, CountingLine]:
    line: Any = CountingLine(made)
    hours = Availability(
        id="avl_1",
        agenda_id="agd_1",
        start=SLOT.start,
        end=SLOT.end,
        service_ids=("srv_1",),
    )
    release = Release(
        agenda_id="agd_1", start=SLOT.start, end=SLOT.end, n=1, opened_at=TICKED, released_by=("pat_gone",)
    )
    bounced = {entry.patient_id: TICKED for entry, _ in made if entry.patient_id.endswith(BOUNCED)}
    about = Question(SLOT, hours, release, frozenset({"pat_refused"}), frozenset({"pat_asked"}), bounced)
    return FindEligible(line, ZoneInfo("Europe/Zurich"))(about, 5), line


def all_fit(length: int) -> list[Made]:
    return [waiting(number) for number in range(length)]


def one_in_ten(length: int, reason: Reason) -> list[Made]:
    """Nine who cannot be asked before each who can."""
    return [waiting(n) if n % 10 == 9 else UNFIT[reason](waiting(n)) for n in range(length)]


def fit_last(length: int, reason: Reason) -> list[Made]:
    """The first nine tenths of the line cannot be asked."""
    return [waiting(n) if n >= length * 9 // 10 else UNFIT[reason](waiting(n)) for n in range(length)]
