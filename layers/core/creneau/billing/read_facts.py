"""Reads what a run's decisions on some of its payers rest on: a few reads for a whole page of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from creneau.billing.bill import Facts, document_id
from creneau.billing.billable import billable_ref
from creneau.billing.invoice import invoice_ref
from creneau.billing.issuer import issuer_ref
from creneau.billing.payer_record import payer_record_ref
from creneau.billing.people import people_of, practitioners_of
from creneau.billing.run import BillingRun, RunMode, RunPayer
from creneau.shared.store import Store


@dataclass(frozen=True)
class ReadFacts:
    store: Store

    def __call__(self, run: BillingRun, payers: Sequence[RunPayer]) -> Facts:
        ids = list(dict.fromkeys(id for p in payers for id in p.billable_ids))
        billables = [b for b in self.store.get_many([billable_ref(id) for id in ids]) if b is not None]
        people = people_of(self.store, billables)
        by_id = {b.id: b for b in billables}
        if run.mode is RunMode.SEND_PAYMENT_LINK:
            keys = list(dict.fromkeys(p.payer_key for p in payers))
            records = self.store.get_many([payer_record_ref(key) for key in keys])
            return Facts(billables=by_id, people=people, records={r.id: r for r in records if r is not None})
        issuers = list(dict.fromkeys(p.issuer_id for p in payers if p.issuer_id))
        documents = self.store.get_many([invoice_ref(document_id(p)) for p in payers])
        found = self.store.get_many([issuer_ref(id) for id in issuers]) if issuers else []
        return Facts(
            billables=by_id,
            people=people,
            practitioners=practitioners_of(self.store, billables),
            issuers={i.id: i for i in found if i is not None},
            present=frozenset(d.id for d in documents if d is not None),
        )
