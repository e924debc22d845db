"""What one payer of a run gets now, or why nothing: preview and run decide alike (C-02, C-03). Pure."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from creneau.agenda.catalogue import Patient, Practitioner
from creneau.billing.billable import Billable, DueState
from creneau.billing.issuer import Issuer
from creneau.billing.payer import Payer
from creneau.billing.payer_record import PayerRecord
from creneau.billing.people import payer_of
from creneau.billing.run import BillingRun, Outcome, RunMode, RunPayer
from creneau.shared.derived_id import derived_id
from creneau.shared.time import local_date


class Because(StrEnum):
    NOTHING_DUE = "nothing_due"
    ASKED_ALREADY = "asked_already"
    PAYER_UNKNOWN = "payer_unknown"
    NO_ISSUER = "no_issuer"
    ISSUER_INACTIVE = "issuer_inactive"
    CHANGED = "changed"
    TAKEN_MEANWHILE = "taken_meanwhile"


OUTCOMES = {
    Because.NOTHING_DUE: Outcome.NOTHING,
    Because.ASKED_ALREADY: Outcome.NOTHING,
    Because.TAKEN_MEANWHILE: Outcome.NOTHING,
    Because.CHANGED: Outcome.CHANGED,
    Because.PAYER_UNKNOWN: Outcome.FAILED,
    Because.NO_ISSUER: Outcome.FAILED,
    Because.ISSUER_INACTIVE: Outcome.FAILED,
}


@dataclass(frozen=True)
class Facts:
    """What is decided on, by id; `records` by payer key. `present` are documents that an earlier try has made."""

    billables: dict[str, Billable] = field(default_factory=dict)
    people: dict[str, Patient] = field(default_factory=dict)
    practitioners: dict[str, Practitioner] = field(default_factory=dict)
    issuers: dict[str, Issuer] = field(default_factory=dict)
    records: dict[str, PayerRecord] = field(default_factory=dict)
    present: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Bill:
    """`billables` are owed by `payer`, in all `total` in minor units of what is still to be paid."""

    payer: Payer
    billables: tuple[Billable, ...]
    total: int

    @property
    def asked_for(self) -> str:
        return asked_for(b.id for b in self.billables)


def document_id(payer: RunPayer) -> str:
    """The one document of a payer, currency and issuer in a run."""
    return derived_id("inv", payer.run_id, payer.payer_key, payer.currency, payer.issuer_id)


def bill_of(run: BillingRun, of: RunPayer, facts: Facts, zone: ZoneInfo) -> Bill | Because:
    own = document_id(of)
    found = [b for id in of.billable_ids if (b := facts.billables.get(id)) is not None]
    owed = [b for b in found if b.due_state is DueState.OPEN or b.taken_by == own]
    payers = [payer_of(b, facts.people) for b in owed]
    theirs = [(b, p) for b, p in zip(owed, payers, strict=True) if p is not None and p.key == of.payer_key]
    total = sum(_amount(run, b) for b, _ in theirs)
    begun = of.asked or own in facts.present
    if run.by_hand and not begun and (len(theirs) < len(of.billable_ids) or total != of.total):
        return Because.CHANGED
    if not theirs:
        return Because.PAYER_UNKNOWN if owed and all(p is None for p in payers) else Because.NOTHING_DUE
    if total <= 0:
        return Because.NOTHING_DUE
    if run.mode is RunMode.SEND_PAYMENT_LINK:
        bill = Bill(theirs[0][1], tuple(b for b, _ in theirs), total)
        record = facts.records.get(of.payer_key)
        again = of.asked or may_ask(record, total, bill.asked_for, run.at, run.notice_gap_days, zone)
        return bill if again else Because.ASKED_ALREADY
    issuer = facts.issuers.get(of.issuer_id)
    if issuer is None or not issuer.active:
        return Because.NO_ISSUER if issuer is None else Because.ISSUER_INACTIVE
    return Bill(theirs[0][1], tuple(b for b, _ in theirs), total)


def _amount(run: BillingRun, billable: Billable) -> int:
    assert billable.due is not None  # noqa: S101 - runs are of payments due
    return billable.owed if run.mode is RunMode.SEND_PAYMENT_LINK else billable.due.price


def asked_for(billable_ids: Iterable[str]) -> str:
    """Names what a link was for: of the same total something else may be due since."""
    return hashlib.sha256(" ".join(sorted(billable_ids)).encode()).hexdigest()[:16]


def may_ask(record: PayerRecord | None, total: int, what: str, at: datetime, gap_days: int, zone: ZoneInfo) -> bool:
    """An unpaid link goes again only when its total changed, or so many local days passed (C-02)."""
    if record is None or record.asked_at is None or (record.asked, record.asked_for) != (total, what):
        return True
    return local_date(record.asked_at, zone) + timedelta(days=gap_days) <= local_date(at, zone)
