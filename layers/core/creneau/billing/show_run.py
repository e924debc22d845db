"""Some payers of a run for staff: what became of each, or would become as things stand now (C-03)."""

from collections.abc import Sequence
from dataclasses import dataclass

from creneau.billing.bill import OUTCOMES, Bill, Facts, bill_of
from creneau.billing.people import payer_of
from creneau.billing.read_facts import ReadFacts
from creneau.billing.run import BillingRun, Outcome, RunMode, RunPayer
from creneau.shared.settings import Clinic

_WOULD = {
    RunMode.DRAFT: Outcome.DRAFTED,
    RunMode.SEND_INVOICE: Outcome.INVOICED,
    RunMode.SEND_PAYMENT_LINK: Outcome.ASKED,
}


@dataclass(frozen=True)
class Seen:
    """`would` and `reason` are the outcome where there is one, else what it would be now. `name` empty: nobody is there."""

    payer: RunPayer
    name: str
    would: str
    reason: str


@dataclass(frozen=True)
class ShowRun:
    read: ReadFacts
    clinic: Clinic

    def __call__(self, run: BillingRun, payers: Sequence[RunPayer]) -> list[Seen]:
        """In the order given."""
        facts = self.read(run, payers) if payers else Facts()
        return [self._seen(run, payer, facts) for payer in payers]

    def _seen(self, run: BillingRun, payer: RunPayer, facts: Facts) -> Seen:
        billables = (facts.billables.get(id) for id in payer.billable_ids)
        known = (payer_of(b, facts.people) for b in billables if b is not None)
        name = next((p.name for p in known if p is not None and p.key == payer.payer_key), "")
        if payer.outcome is not None:
            return Seen(payer, name, payer.outcome, payer.reason)
        bill = bill_of(run, payer, facts, self.clinic.zone)
        if isinstance(bill, Bill):
            return Seen(payer, name, _WOULD[run.mode], "")
        return Seen(payer, name, OUTCOMES[bill], bill)
