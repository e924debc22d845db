"""One page of a run: each of its payers gets the document or link that is owed, or is listed with the reason (C-02, C-03).

A payer at whom something breaks is tried again with the page, three times; the others never wait for them.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from creneau.billing.bill import OUTCOMES, Because, Bill, Facts, bill_of
from creneau.billing.check_lines import check_lines
from creneau.billing.draft_of_run import draft_of
from creneau.billing.invoice import Invoice
from creneau.billing.issue import Issue
from creneau.billing.payer_record import PayerRecord, payer_record_ref
from creneau.billing.ports import Notices, Told
from creneau.billing.read_facts import ReadFacts
from creneau.billing.recap import Planned
from creneau.billing.run import (
    PAGE,
    STALLED,
    BillingRun,
    Outcome,
    RunMode,
    RunPayer,
    RunState,
    payers_of_page,
    run_payer_ref,
    run_ref,
)
from creneau.shared.again import Again
from creneau.shared.errors import Busy, DomainError
from creneau.shared.model import Value
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Put, Store, require
from creneau.shared.time import Clock

TRIES = 3


class PageBilled(Value, frozen=True, kw_only=True):
    """The task's answer: `billed`, or `over` (there is nothing to do any more, or not now)."""

    outcome: str
    payers: int = 0


class PageUnfinished(Exception):
    """Some payers of the page broke off: it is to be tried again for them."""


@dataclass(frozen=True)
class BillPage:
    """Repeatable: who has an outcome is left alone, and what was made for the others is found again.

    `put_draft` puts a draft with what it takes, and answers what others took. `trouble` is told of what raised.
    """

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again
    read: ReadFacts
    put_draft: Callable[[Invoice, Planned, bool], list[str]]
    issue: Issue
    notices: Notices
    trouble: Callable[[object, Exception], None]

    def __call__(self, run_id: str, n: int) -> PageBilled:
        run = require(self.store, run_ref(run_id))
        if run.state is not RunState.RUNNING or n >= run.pages or self._is_paused():
            return PageBilled(outcome="over")
        cursor, billed, broke_off = None, 0, 0
        while True:
            page = self.store.page(payers_of_page(run, n), PAGE, cursor)
            waiting = [p for p in page.items if p.outcome is None]
            if waiting:
                facts = self.read(run, waiting)
                after = [self._safely(run, p, facts) for p in waiting]
                self.again(lambda a=after: self._record(run_id, a))  # type: ignore[misc]
                billed += sum(p.outcome is not None for p in after)
                broke_off += sum(p.outcome is None for p in after)
            cursor = page.cursor
            if cursor is None:
                break
        if broke_off:
            raise PageUnfinished(f"{broke_off} payers of page {n} broke off")
        return PageBilled(outcome="billed", payers=billed)

    def _is_paused(self) -> bool:
        return (self.store.get(SETTINGS) or Settings()).messaging.paused

    # -- one payer
    def _safely(self, run: BillingRun, payer: RunPayer, facts: Facts) -> RunPayer:
        try:
            return self._one(run, payer, facts)
        except Exception as error:  # noqa: BLE001 - told, and this payer's alone
            if isinstance(error, DomainError) and not isinstance(error, Busy):
                return payer.with_(outcome=Outcome.FAILED, reason=error.code)
            self.trouble(run_payer_ref(payer), error)
            tried = payer.with_(tries=payer.tries + 1, reason=type(error).__name__)
            return tried.with_(outcome=Outcome.FAILED) if tried.tries >= TRIES else tried

    def _one(self, run: BillingRun, payer: RunPayer, facts: Facts) -> RunPayer:
        bill = bill_of(run, payer, facts, self.clinic.zone)
        if isinstance(bill, Because):
            return payer.with_(outcome=OUTCOMES[bill], reason=bill)
        if run.mode is RunMode.SEND_PAYMENT_LINK:
            return self._ask(run, payer)
        return self._invoice(run, payer, bill, facts)

    def _invoice(self, run: BillingRun, payer: RunPayer, bill: Bill, facts: Facts) -> RunPayer:
        draft, planned = draft_of(run, payer, bill, facts, self.clinic, self.clock())
        check_lines(draft.lines)
        lost = self.put_draft(draft, planned, draft.id not in facts.present)
        if len(lost) == len(bill.billables):
            return payer.with_(outcome=OUTCOMES[Because.TAKEN_MEANWHILE], reason=Because.TAKEN_MEANWHILE)
        payer = payer.with_(document_id=draft.id)
        if run.mode is RunMode.DRAFT:
            return payer.with_(outcome=Outcome.DRAFTED, reason="")
        try:
            issued = self.issue(draft.id, run.channels, run.id)
        except Busy:
            raise
        except DomainError as error:
            return payer.with_(outcome=Outcome.NOT_FINAL, reason=error.code)
        return _told(payer, issued.told, Outcome.INVOICED)

    def _ask(self, run: BillingRun, payer: RunPayer) -> RunPayer:
        if not payer.asked:
            payer = self.again(lambda: self._decide_to_ask(run, payer))
        if payer.outcome is not None:
            return payer
        told = self.notices.payment_link(payer.payer_key, run.id, payer.asked, payer.currency, run.channels)
        return _told(payer, told, Outcome.ASKED)

    def _decide_to_ask(self, run: BillingRun, payer: RunPayer) -> RunPayer:
        """Kept on the record of who was asked what before it is sent: two runs at once never ask twice."""
        payer = require(self.store, run_payer_ref(payer))
        if payer.asked or payer.outcome is not None:  # another execution of the run was faster
            return payer
        record = self.store.get(payer_record_ref(payer.payer_key)) or PayerRecord(id=payer.payer_key)
        bill = bill_of(run, payer, self.read(run, [payer]), self.clinic.zone)
        if isinstance(bill, Because):
            return payer.with_(outcome=OUTCOMES[bill], reason=bill)
        asked = record.with_(asked=bill.total, asked_for=bill.asked_for, asked_at=run.at)
        self.store.commit([Put(asked), Put(payer.with_(asked=bill.total))])
        return payer.with_(asked=bill.total, version=payer.version + 1)

    # -- what became of them
    def _record(self, run_id: str, after: Sequence[RunPayer]) -> None:
        """Outcomes and counts in one write; whoever was faster has recorded theirs, and it counts once. What was decided to
        be asked stays decided, also where its write was never answered."""
        run = require(self.store, run_ref(run_id))
        now = self.store.get_many([run_payer_ref(p) for p in after])
        open_still = [(p, s) for p, s in zip(after, now, strict=True) if s is not None and s.outcome is None]
        if not open_still:
            return
        counts = Counter(run.counts) + Counter(p.outcome.value for p, _ in open_still if p.outcome)
        counted = run.with_(counts=dict(counts), look_at=self.clock() + STALLED)
        self.store.commit([Put(counted), *(Put(p.with_(asked=s.asked, version=s.version)) for p, s in open_still)])


def _told(payer: RunPayer, told: Sequence[Told], reached: Outcome) -> RunPayer:
    """Reached by one message at least; else why not by the last."""
    on_its_way = [t for t in told if not t.reason]
    ids = tuple(t.message_id for t in told if t.message_id)
    if on_its_way:
        return payer.with_(outcome=reached, reason="", message_ids=ids)
    return payer.with_(outcome=Outcome.UNREACHED, reason=told[-1].reason if told else "", message_ids=ids)
