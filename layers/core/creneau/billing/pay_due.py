"""A payment on what is due before any invoice of it: it counts for the visit, whatever invoices that later (C-01, B-11)."""

from dataclasses import dataclass
from datetime import date

from msgspec.structs import asdict

from creneau.agenda.catalogue import patient_ref
from creneau.billing.billable import Billable, billable_ref
from creneau.billing.change_draft import given_back
from creneau.billing.invoice import Invoice, invoice_ref
from creneau.billing.payer import Payer, usual_payer
from creneau.billing.payment import Paid, Payment, RecordPayment, check_paid, payment_ref
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.errors import Refused
from creneau.shared.settings import Clinic
from creneau.shared.store import Put, Store, require
from creneau.shared.time import Clock, local_date


@dataclass(frozen=True)
class PayDue:
    """Repeating an id changes nothing. Of a due that an invoice has, it pays the invoice; of one on a draft it writes the
    draft too, so that whoever makes that final counts it. Raises NotFound, Invalid, and Refused (nothing due; void; more
    than is owed).
    """

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again
    record: RecordPayment

    def __call__(self, payment_id: str, billable_id: str, paid: Paid, by: Actor) -> Payment:
        def step() -> Payment:
            present = self.store.get(payment_ref(payment_id))
            if present is not None:
                return present
            billable = require(self.store, billable_ref(billable_id))
            taken = self.store.get(invoice_ref(billable.taken_by)) if billable.taken_by else None
            if taken is not None and taken.is_undone:  # credited in full: what it has not given back yet is free
                billable, taken = given_back(billable, taken), None
            if taken is not None and taken.is_final:
                return self.record(payment_id, taken.id, paid, by)
            now = self.clock()
            self._check(billable, paid, local_date(now, self.clinic.zone))
            payer = self._payer(billable, taken)
            payment = Payment(
                id=payment_id,
                billable_id=billable_id,
                payer_key=payer.key,
                payer_name=payer.name,
                recorded_at=now,
                recorded_by=by.id,
                **asdict(paid),
            )
            ids = (*billable.payment_ids, payment_id)
            counted = billable.with_(paid=billable.paid + paid.amount, payment_ids=ids)
            self.store.commit([Put(payment), Put(counted), *([Put(taken)] if taken is not None else [])])
            return payment.with_(version=1)

        return self.again(step)

    def _payer(self, billable: Billable, draft: Invoice | None) -> Payer:
        if draft is not None:
            return draft.payer
        patient = require(self.store, patient_ref(billable.patient_id))
        other = self.store.get(patient_ref(patient.payer_patient_id)) if patient.payer_patient_id else None
        return usual_payer(patient, other)

    def _check(self, billable: Billable, paid: Paid, today: date) -> None:
        if billable.due is None:
            raise Refused("nothing is due for it", code="nothing_due", remedy="invoice it, and pay the invoice")
        if not billable.may_be_taken:
            raise Refused("it is due no more", code="due_void", remedy="pay what is listed as open")
        check_paid(paid, today, billable.due.currency, billable.still_to_pay)
