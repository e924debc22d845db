"""Keeps a visit's payment due in step with the agenda: made, taken along, void, asked about (C-01, C-06, B-11)."""

from dataclasses import dataclass
from datetime import datetime

from creneau.agenda.appointment import Appointment, appointment_ref
from creneau.agenda.attendance import Attendance
from creneau.agenda.catalogue import service_ref
from creneau.billing.billable import Billable, Due, billable_id_of_visit, billable_ref, billables_of_day
from creneau.billing.by_hand import standing_for
from creneau.billing.cancelled_visit import CancelledVisit
from creneau.billing.due import billable_of, due_of_service, following, takes_place
from creneau.billing.invoice import invoice_ref
from creneau.billing.package import SoldPackage, covering, packages_of_patient, sold_package_ref
from creneau.billing.strike import struck
from creneau.billing.task import Task, task_ref
from creneau.shared.again import Again
from creneau.shared.settings import Clinic
from creneau.shared.store import Put, Store, Unchanged, Write, everything
from creneau.shared.time import Clock, local_date

MOST_PACKAGES = 1000


@dataclass(frozen=True)
class KeepDue:
    """Harmless to repeat, in any order: it reads everything anew, and writes only on the appointment as it was read.

    A moved appointment has none: its visit lives on in the next one.
    """

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, appointment_id: str) -> None:
        self.again(lambda: self._step(appointment_id))

    def _step(self, appointment_id: str) -> None:
        visit = self.store.get(appointment_ref(appointment_id))
        if visit is None or visit.attendance is Attendance.MOVED:
            return
        before = self.store.get(billable_ref(billable_id_of_visit(visit.visit_id)))
        if takes_place(visit):
            writes = self._takes_place(visit, before)
        elif visit.attendance is Attendance.PENDING_CONFIRMATION:
            writes = []
        else:
            writes = self._does_not(visit, before)
        if writes:
            self.store.commit([Unchanged(visit), *writes])

    # -- it takes place
    def _takes_place(self, visit: Appointment, before: Billable | None) -> list[Write]:
        after = following(before, visit, self.clinic.zone) if before else billable_of(visit, self.clinic.zone)
        if before is None and after.on <= local_date(self.clock(), self.clinic.zone):
            of_day = everything(self.store, billables_of_day(visit.patient_id, after.on))
            by_hand = standing_for(after, of_day)
            if by_hand is not None:
                return self._its_own(visit, by_hand)
        writes = list[Write]()
        if after.gone:
            after, writes = self._lifted(after)
        moved = before is not None and before.appointment_id != visit.id
        taken = self.store.get(invoice_ref(after.taken_by)) if moved and after.taken_by else None
        ahead = moved and visit.end > self.clock()
        if taken is not None and not taken.is_final and ahead:  # nothing to invoice yet
            writes += struck(taken, after, self.clock())
            after = after.free()
        if ahead and after.taken_by is None:
            after = after.with_(consultation=False)
        new_service = before is not None and before.service_id != after.service_id
        if after.taken_by is None and after.paid == 0:
            after, covers = self._covered_or_due(visit, after, new_service)
            writes += covers
        elif new_service or (after.due is None and after.covered_by is None):
            after = after.with_(due=self._due(visit) or after.due)
        if before is None and visit.moved_from is None and after.due is None and after.covered_by is None:
            return writes
        return writes if after == before else [Put(after), *writes]

    def _its_own(self, visit: Appointment, by_hand: Billable) -> list[Write]:
        """Nothing more is due for a visit that staff entered the consultation of before it was booked."""
        own = by_hand.with_(
            visit_id=visit.visit_id, appointment_id=visit.id, service_id=by_hand.service_id or visit.service_id
        )
        return [Put(own)] if own != by_hand else []

    def _lifted(self, billable: Billable) -> tuple[Billable, list[Write]]:
        """Nobody needs to decide any more about a visit that takes place after all."""
        asked = self.store.get(task_ref(billable.task_id)) if billable.task_id else None
        lifted = billable.with_(gone=False, kept=False, task_id=None)
        return lifted, [Put(_moot(asked, self.clock()))] if asked is not None and asked.done_at is None else []

    def _covered_or_due(
        self, visit: Appointment, billable: Billable, new_service: bool
    ) -> tuple[Billable, list[Write]]:
        """A package that covers it, as before where it still does; else what is due for it, as agreed where it was."""
        writes = list[Write]()
        if billable.covered_by is not None:
            before = self.store.get(sold_package_ref(visit.patient_id, billable.covered_by))
            if before is not None and before.may_cover(visit.service_id, billable.on):
                return billable, []
            writes = _given_back(before)
            billable = billable.with_(covered_by=None)
        elif billable.due is not None and not new_service:
            return billable, []
        sold = everything(self.store, packages_of_patient(visit.patient_id), MOST_PACKAGES)
        covers = covering(sold, visit.service_id, billable.on)
        if covers is not None:
            one_less = Put(covers.with_(left=covers.left - 1))
            return billable.with_(covered_by=covers.id, due=None), [*writes, one_less]
        return billable.with_(due=self._due(visit)), writes

    def _due(self, visit: Appointment) -> Due | None:
        return due_of_service(self.store.get(service_ref(visit.service_id)), visit.end)

    # -- it does not
    def _does_not(self, visit: Appointment, before: Billable | None) -> list[Write]:
        """Written down also where nothing was due: whoever is about to invoice the visit finds that it is gone."""
        known = before or billable_of(visit, self.clinic.zone)
        given_back = list[Write]()
        if known.covered_by is not None:
            given_back = _given_back(self.store.get(sold_package_ref(known.patient_id, known.covered_by)))
        return [*CancelledVisit(self.store, self.clock())(visit, known), *given_back]


def _given_back(sold: SoldPackage | None) -> list[Write]:
    return [Put(sold.with_(left=sold.left + 1))] if sold is not None else []


def _moot(task: Task, now: datetime) -> Task:
    return task.with_(done_at=now, done_by="system", decision="the visit takes place after all")
