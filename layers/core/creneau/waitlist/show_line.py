"""The line as staff see it: who waits, in order, and who can't be asked at present (W-04, W-10)."""

from dataclasses import dataclass

from creneau.agenda.collections import line_of
from creneau.agenda.diary import PatientDiary, diary_ref
from creneau.agenda.line import WaitEntry
from creneau.shared.store import Store


@dataclass(frozen=True)
class Waiting:
    """One place in line; `diary` says whether an offer binds the patient, and whether one would reach them."""

    entry: WaitEntry
    diary: PatientDiary


@dataclass(frozen=True)
class ShowLine:
    """A page of the line of an agenda and duration, in its order, and the next one's cursor."""

    store: Store

    def __call__(
        self, agenda_id: str, lasts_minutes: int, limit: int, cursor: str | None
    ) -> tuple[list[Waiting], str | None]:
        page = self.store.page(line_of(agenda_id, lasts_minutes), limit, cursor)
        diaries = self.store.get_many([diary_ref(entry.patient_id) for entry in page.items]) if page.items else []
        waiting = [
            Waiting(entry, diary or PatientDiary(patient_id=entry.patient_id))
            for entry, diary in zip(page.items, diaries, strict=True)
        ]
        return waiting, page.cursor
