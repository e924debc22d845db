"""A round: up to five offers of one released place, each answered at most once."""

from datetime import datetime, timedelta
from enum import StrEnum

from creneau.agenda.slot import Slot, parse_slot
from creneau.shared.errors import invalid
from creneau.shared.model import Stored, Value
from creneau.shared.store import Collection, Ref

MARGIN = timedelta(seconds=30)
"""Offers are recorded expired only so long after they expire: longer than a handler runs, plus clock skew (W-09)."""


class OfferState(StrEnum):
    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    BOUNCED = "bounced"


class RoundStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Offer(Value, frozen=True, kw_only=True):
    """Made to one patient for one waiting appointment, whose start and needs never change."""

    appointment_id: str
    patient_id: str
    service_id: str
    start: datetime
    resource_ids: tuple[str, ...] = ()
    waiting_since: datetime
    sent_at: datetime
    state: OfferState = OfferState.SENT
    decided_at: datetime | None = None
    new_appointment_id: str | None = None


class PassedOver(Value, frozen=True, kw_only=True, rename={"appointment_id": "a", "patient_id": "p", "reason": "r"}):
    """Somebody in line who was not asked, and why (W-13)."""

    appointment_id: str
    patient_id: str
    reason: str


class Round(Stored, frozen=True, kw_only=True):
    """The `q`-th round of the `n`-th release of a slot. Offers are answerable until `expires_at`, an instant.

    `settled` once every decided offer's patient is free for other offers; `offers` is keyed by appointment;
    `passed_on` counts the refusals that were followed by another offer (`refill`).
    """

    practitioner_id: str
    slot: Slot
    n: int
    q: int
    status: RoundStatus = RoundStatus.OPEN
    opened_at: datetime
    expires_at: datetime
    offers: dict[str, Offer]
    passed_over: tuple[PassedOver, ...] = ()
    passed_on: int = 0
    closed_at: datetime | None = None
    settled: bool = False

    @property
    def id(self) -> str:
        return round_id(self.slot, self.n, self.q)

    @property
    def is_open(self) -> bool:
        return self.status is RoundStatus.OPEN

    @property
    def unanswered(self) -> list[Offer]:
        return [o for o in self.offers.values() if o.state is OfferState.SENT]


def round_id(slot: Slot, n: int, q: int) -> str:
    return f"{slot.id}.{n}.{q}"


def parse_round(text: str) -> tuple[Slot, int, int]:
    """The slot, release and number of a round's id; Invalid when the text is not one."""
    slot_id, _, rest = text.rpartition(".")
    slot_id, _, n = slot_id.rpartition(".")
    if not (rest.isdigit() and n.isdigit()):
        raise invalid("round_id", f"{text!r} is not a round", "use the id of a round as listed")
    return parse_slot(slot_id), int(n), int(rest)


def round_ref(slot: Slot, n: int, q: int) -> Ref[Round]:
    return Ref(Round, (slot.id, str(n), str(q)))


def ref_of(text: str) -> Ref[Round]:
    return round_ref(*parse_round(text))


def rounds_of_slot(slot: Slot) -> Collection[Round]:
    """Every round of a slot, by release and number."""
    return Collection("rounds_of_slot", Round, (slot.id,))
