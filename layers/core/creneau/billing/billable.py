"""What can be billed, once: a consultation, a payment due, or both of one visit (B-01, B-11)."""

from datetime import date, datetime
from enum import StrEnum

from creneau.shared.derived_id import derived_id
from creneau.shared.model import Stored, Value
from creneau.shared.store import Collection, Ref


class DueKind(StrEnum):
    """What a payment is due for: a visit when it has ended, a package or a product when it is sold (C-01)."""

    VISIT = "visit"
    PACKAGE = "package"
    PRODUCT = "product"


class DueState(StrEnum):
    """How a payment due stands. `taken`: a draft or an invoice has it; `paid`: it was paid and not invoiced."""

    OPEN = "open"
    TAKEN = "taken"
    PAID = "paid"
    VOID = "void"


class Due(Value, frozen=True, kw_only=True):
    """A payment due: `price` in minor units of `currency`, as agreed when it was booked or sold; due from the instant `at`.

    `quantity`: how many pieces the price is for. `void`: what was sold was taken back.
    """

    kind: DueKind = DueKind.VISIT
    text: str
    price: int
    currency: str
    at: datetime
    vat_rate: int | None = None
    vat_note: str = ""
    quantity: int = 1
    void: bool = False


class Billable(Stored, frozen=True, kw_only=True):
    """`consultation`: there was one; `title` names it. `on` is the local day. `taken_by` is the invoice, or draft, that has
    it: whoever takes it does so on this version, so that no two can. `wanted` is false when it is not to be invoiced.
    `given_back` counts how often it was free again: what was confirmed of it before is confirmed no more.
    `due` is its payment due, None: it has none. `paid`, in minor units, was paid on it by `payment_ids` before any invoice.
    `covered_by` is the sold package that pays for the visit, `package_id` the one that this is the due of (C-06). `gone`:
    the visit does not take place, or did not; `kept`: staff keep its price as a fee all the same; `task_id`: what they were
    asked about it. `entered_as` is the id under which staff entered the consultation of a visit that was there already.
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
    given_back: int = 0
    due: Due | None = None
    paid: int = 0
    payment_ids: tuple[str, ...] = ()
    covered_by: str | None = None
    package_id: str | None = None
    entered_as: str | None = None
    gone: bool = False
    kept: bool = False
    task_id: str | None = None
    created_at: datetime
    created_by: str = ""

    def with_consultation(self, made: "Billable") -> "Billable":
        """The visit's, whose consultation took place too: its payment due may have been there before (B-11)."""
        if self.consultation or self.gone or not made.consultation:
            return self
        if self.appointment_id not in (None, made.appointment_id):  # moved, or just before that
            return self
        return self.with_(consultation=True, title=self.title or made.title, on=made.on, start=made.start)

    def free(self) -> "Billable":
        """Taken by nothing any more."""
        return self.with_(taken_by=None, given_back=self.given_back + 1)

    @property
    def is_open(self) -> bool:
        """A consultation that nobody has invoiced, and somebody can."""
        return self.consultation and self.taken_by is None and self.may_be_taken

    @property
    def is_sale(self) -> bool:
        """Of a package or a product: no visit, and no consultation, is behind it."""
        return self.due is not None and self.due.kind is not DueKind.VISIT

    @property
    def is_void(self) -> bool:
        """The visit does not take place and its price is not kept as a fee, or what was sold was taken back."""
        return (self.gone and not self.kept) or (self.due is not None and self.due.void)

    @property
    def may_be_taken(self) -> bool:
        """Whether it is to be invoiced at all: by whatever has it, or will."""
        return self.wanted and not self.is_void and self.covered_by is None

    @property
    def due_state(self) -> DueState | None:
        """None: no payment is due for it."""
        if self.due is None:
            return None
        if self.taken_by is not None:
            return DueState.TAKEN
        if not self.may_be_taken:
            return DueState.VOID
        return DueState.PAID if self.paid >= self.due.price else DueState.OPEN

    @property
    def owed(self) -> int:
        """What is still to be paid on it while nothing has taken it, in minor units."""
        return self.still_to_pay if self.due_state is DueState.OPEN else 0

    @property
    def still_to_pay(self) -> int:
        """What is left of its payment due, whatever has taken it: none of one that is void or paid. In minor units."""
        if self.due is None or not self.may_be_taken:
            return 0
        return max(0, self.due.price - self.paid)


def billable_id_of_visit(visit_id: str) -> str:
    """One billable a visit, whatever makes it: its consultation, or its payment due."""
    return derived_id("bil", visit_id)


def billable_ref(id: str) -> Ref[Billable]:
    return Ref(Billable, (id,))


def billables_of_patient(patient_id: str) -> Collection[Billable]:
    return Collection("billables_of_patient", Billable, (patient_id,), newest_first=True)


def billables_of_day(patient_id: str, on: date) -> Collection[Billable]:
    """Of one patient on one local day."""
    return Collection("billables_of_patient", Billable, (patient_id,), on.isoformat(), on.isoformat())


def open_billables(first: date | None = None, last: date | None = None) -> Collection[Billable]:
    """Consultations that nobody has invoiced, by day; of all days, or of those between two, both included."""
    low, high = (on.isoformat() if on else "" for on in (first, last))
    return Collection("open_billables", Billable, (), low, high)


def dues(state: DueState, until: datetime | None = None) -> Collection[Billable]:
    """Payments due in that state, by the instant from which they are due; `until`: only those due by then."""
    return Collection("dues", Billable, (state,), "", until.isoformat() if until else "")
