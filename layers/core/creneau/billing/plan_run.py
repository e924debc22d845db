"""A run is planned: who owes what by its instant, gathered by payer while all payments due are walked (C-03).

Step by step, each one write: whoever goes on after a crash goes on where it stopped, and no step holds more than its page.
"""

import hashlib
from dataclasses import dataclass

import msgspec

from creneau.agenda.catalogue import Practitioner
from creneau.billing.billable import Billable, Due, DueState, dues
from creneau.billing.payer import Payer
from creneau.billing.people import payer_of, people_of, practitioners_of
from creneau.billing.ports import PageInput
from creneau.billing.run import STALLED, BillingRun, RunMode, RunPayer, RunState, run_payer_ref, run_ref
from creneau.shared.again import Again
from creneau.shared.model import Value
from creneau.shared.settings import SETTINGS, Settings
from creneau.shared.store import Put, Store
from creneau.shared.time import Clock

STEP = 90
"""Payments due of one step: with each its payer, and the run, it stays within what one write takes."""

STEPS = 20
"""Steps of one call, which then says that there is more."""

MOST_OF_A_PAYER = 400
"""Payments due of one document; the rest of a payer's is due still, and the next run's."""


class Planning(Value, frozen=True, kw_only=True):
    """The task's answer: `more` (ask again), `planned` (bill these pages), `empty` (close it), `shown` (staff look at it
    first) or `over` (end)."""

    run_id: str
    outcome: str
    pages: tuple[PageInput, ...] = ()


@dataclass(frozen=True)
class PlanRun:
    """Repeatable: what is planned is not planned again."""

    store: Store
    clock: Clock
    again: Again

    def __call__(self, run_id: str) -> Planning:
        if (self.store.get(SETTINGS) or Settings()).messaging.paused:
            return Planning(run_id=run_id, outcome="over")  # the sweeper begins again (M-20)
        for _ in range(STEPS):
            run = self.again(lambda: self._step(run_id))
            if run is None or run.state is not RunState.PLANNING:
                return self._answer(run_id, run)
        return Planning(run_id=run_id, outcome="more")

    def _answer(self, run_id: str, run: BillingRun | None) -> Planning:
        if run is None or run.state is RunState.CLOSED:
            return Planning(run_id=run_id, outcome="over")
        if run.state is RunState.PLANNED:
            return Planning(run_id=run_id, outcome="shown")
        if not run.payers:
            return Planning(run_id=run_id, outcome="empty")
        pages = tuple(PageInput(run_id=run_id, n=n) for n in range(run.pages))
        return Planning(run_id=run_id, outcome="planned", pages=pages)

    def _step(self, run_id: str) -> BillingRun | None:
        run = self.store.get(run_ref(run_id))
        if run is None or run.state is not RunState.PLANNING:
            return run
        page = self.store.page(dues(DueState.OPEN, run.at), STEP, run.cursor)
        parts = parts_of(run, [b for b in page.items if b.due_state is DueState.OPEN], self.store)
        refs = list(dict.fromkeys(run_payer_ref(p) for p in parts))
        stored = {p.place: p for p in self.store.get_many(refs) if p is not None} if refs else {}
        after = dict(stored)
        for part in parts:
            after[part.place] = _with(after.get(part.place), part)
        changed = [p for p in after.values() if p != stored.get(p.place)]
        planned = run.with_(
            cursor=page.cursor,
            looked_at=run.looked_at + len(page.items),
            payers=run.payers + len(after) - len(stored),
            digest=_digest(run.digest, changed),
            look_at=self.clock() + STALLED,
        )
        if page.cursor is None:
            over = RunState.PLANNED if run.by_hand else RunState.RUNNING
            planned = planned.with_(state=over, look_at=None if run.by_hand else planned.look_at)
        self.store.commit([Put(planned), *(Put(p) for p in changed)])
        return planned.with_(version=planned.version + 1)


def parts_of(run: BillingRun, owed: list[Billable], store: Store) -> list[RunPayer]:
    """Each payment due by itself: whose it is, in which currency and, where documents are made, to which issuer."""
    people, practitioners = people_of(store, owed), practitioners_of(store, owed)
    return [part_of(run, b, b.due, payer_of(b, people), practitioners) for b in owed if b.due is not None]


def part_of(
    run: BillingRun, billable: Billable, due: Due, payer: Payer | None, practitioners: dict[str, Practitioner]
) -> RunPayer:
    return RunPayer(
        run_id=run.id,
        payer_key=payer.key if payer else f"patient.{billable.patient_id}",
        currency=due.currency,
        issuer_id=issuer_of(run, billable, practitioners),
        billable_ids=(billable.id,),
        total=billable.owed if run.mode is RunMode.SEND_PAYMENT_LINK else due.price,
    )


def issuer_of(run: BillingRun, billable: Billable, practitioners: dict[str, Practitioner]) -> str:
    """Preset for its practitioner, else the one of the settings; empty: nobody, or no document is made."""
    if run.mode is RunMode.SEND_PAYMENT_LINK:
        return ""
    practitioner = practitioners.get(billable.practitioner_id)
    return (practitioner.issuer_id if practitioner else None) or run.issuer_id or ""


def _with(before: RunPayer | None, part: RunPayer) -> RunPayer:
    """With one payment due more; one that is in it already is not added again."""
    if before is None:
        return part
    if part.billable_ids[0] in before.billable_ids or len(before.billable_ids) >= MOST_OF_A_PAYER:
        return before
    return before.with_(billable_ids=before.billable_ids + part.billable_ids, total=before.total + part.total)


def _digest(before: str, changed: list[RunPayer]) -> str:
    plain = [p.with_(version=0) for p in sorted(changed, key=lambda p: p.place)]
    return hashlib.sha256(before.encode() + msgspec.json.encode(plain, order="sorted")).hexdigest()[:32]
