"""What can be billed, once: a consultation, a payment due, or both of one visit (B-01, B-11)."""

from datetime import date, datetime

from creneau.shared.derived_id import derived_id
from creneau.shared.model import Stored
from creneau.shared.store import Collection, Ref


class Billable(Stored, frozen=True, kw_only=True):
    """`consultation`: there was one; `title` names it. `on` is the local day. `taken_by` is the invoice, or draft, that has
    it: whoever takes it does so on this version, so that no two can. `wanted` is false when it is not to be invoiced.
    """

    id: str
    patient_id: str
    practitioner_id: str
    on: date
    start: datetime | None = None
    title: str = ""
    consultation: bool = False
    visit_id: str | None = None
    appointment_id: str | None = None
    service_id: str | None = None
    wanted: bool = True
    taken_by: str | None = None
    created_at: datetime
    created_by: str = ""

    def with_consultation(self, made: "Billable") -> "Billable":
        """The visit's, whose consultation took place too: its payment due may have been there before (B-11)."""
        if self.consultation or not made.consultation:
            return self
        return self.with_(consultation=True, title=self.title or made.title, on=made.on, start=made.start)

    @property
    def is_open(self) -> bool:
        return self.consultation and self.wanted and self.taken_by is None


def billable_id_of_visit(visit_id: str) -> str:
    """One billable a visit, whatever makes it: its consultation, or its payment due."""
    return derived_id("bil", visit_id)


def billable_ref(id: str) -> Ref[Billable]:
    return Ref(Billable, (id,))


def billables_of_patient(patient_id: str) -> Collection[Billable]:
    return Collection("billables_of_patient", Billable, (patient_id,), newest_first=True)


def open_billables() -> Collection[Billable]:
    """Consultations that nobody has invoiced, by day."""
    return Collection("open_billables", Billable)
