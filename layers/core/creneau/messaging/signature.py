"""Which signature ends an email: the one picked, that of the occasion, else the most specific that is set (G-01 to G-04)."""

from collections.abc import Iterator
from enum import StrEnum

from creneau.agenda.appointment import Appointment
from creneau.agenda.attendance import Attendance
from creneau.messaging.message import Kind
from creneau.shared.model import Stored, Value
from creneau.shared.settings import Settings
from creneau.shared.store import Ref

MOST = 50
TEXT_LIMIT = 1000
LINES_LIMIT = 12
LINKS_LIMIT = 30
"""Of each kind, on one signature: all of them are read at once."""

DEFAULT_ID = "default"


class Occasion(StrEnum):
    """When a signature applies whatever the appointment is of (G-03), or is picked for a kind of message (G-04)."""

    PENDING = "pending"
    CANCELLED = "cancelled"
    INVOICES = "invoices"
    REVIEWS = "reviews"
    VOUCHERS = "vouchers"


_AWAITED = frozenset({Attendance.PENDING_CONFIRMATION})
_CALLED_OFF = frozenset({Attendance.CANCELLED_BY_PATIENT, Attendance.CANCELLED_BY_PRACTITIONER})
_PICKED = {
    Kind.INVOICE: Occasion.INVOICES,
    Kind.PAYMENT_LINK: Occasion.INVOICES,
    Kind.PAYMENT_REMINDER: Occasion.INVOICES,
    Kind.REVIEW: Occasion.REVIEWS,
    Kind.VOUCHER: Occasion.VOUCHERS,
}


class Signature(Value, frozen=True, kw_only=True):
    """`title` is for staff, `text` what patients read. It is linked to what it signs for, each linked to one at most."""

    id: str
    title: str
    text: str
    agenda_ids: tuple[str, ...] = ()
    service_ids: tuple[str, ...] = ()
    resource_ids: tuple[str, ...] = ()
    occasions: tuple[Occasion, ...] = ()


class Signatures(Stored, frozen=True, kw_only=True):
    """All of a clinic; there is one. `default` may be empty: then an email is signed with the clinic's name."""

    default: str = ""
    others: tuple[Signature, ...] = ()

    def find(self, id: str) -> Signature | None:
        return next((s for s in self.others if s.id == id), None)

    def of(self, occasion: Occasion) -> Signature | None:
        return next((s for s in self.others if occasion in s.occasions), None)


UNSIGNED = Signatures()
SIGNATURES = Ref(Signatures, ("signatures",))


def signature_for(
    signatures: Signatures,
    kind: Kind,
    appointment: Appointment | None,
    settings: Settings,
    picked: str | None = None,
) -> str:
    """The text, empty where nothing is set. `picked`: the id of the one that staff chose for it, which may be gone."""
    chosen = (
        (signatures.find(picked) if picked else None)
        or _of_the_kind(signatures, kind)
        or _of_the_state(signatures, appointment, settings)
        or _most_specific(signatures, appointment)
    )
    return chosen.text if chosen else signatures.default


def _of_the_kind(signatures: Signatures, kind: Kind) -> Signature | None:
    """G-04."""
    return signatures.of(_PICKED[kind]) if kind in _PICKED else None


def _of_the_state(signatures: Signatures, appointment: Appointment | None, settings: Settings) -> Signature | None:
    """G-03. Without manual confirmation nothing awaits one; what is still there from before is signed as all else."""
    if appointment is None:
        return None
    if appointment.attendance in _AWAITED and settings.booking.manual_confirmation:
        return signatures.of(Occasion.PENDING)
    return signatures.of(Occasion.CANCELLED) if appointment.attendance in _CALLED_OFF else None


def _most_specific(signatures: Signatures, appointment: Appointment | None) -> Signature | None:
    """G-02."""
    return next(_linked(signatures, appointment), None) if appointment else None


def _linked(signatures: Signatures, appointment: Appointment) -> Iterator[Signature]:
    """The most specific first: the resources in the appointment's order, the service, the agenda."""
    for resource_id in appointment.resource_ids:
        yield from (s for s in signatures.others if resource_id in s.resource_ids)
    yield from (s for s in signatures.others if appointment.service_id in s.service_ids)
    yield from (s for s in signatures.others if appointment.agenda_id in s.agenda_ids)
