"""Whether a payer is reminded of an invoice at all (D-03). Pure."""

from collections.abc import Mapping

from creneau.agenda.catalogue import Patient
from creneau.messaging.ports import InvoiceSeen, PayerSeen


def receives_reminders(invoice: InvoiceSeen, payer: PayerSeen, patients: Mapping[str, Patient]) -> bool:
    """Not when it is off on the payer's own record, nor, where all its lines are one patient's, on that patient's.

    `patients` are those that the invoice names, by id; somebody typed in has what is kept of the payer.
    """
    if not payer.receives_reminders:
        return False
    record = patients.get(invoice.patient_id or "")
    contact = next((c for c in record.contacts if c.id == invoice.contact_id), None) if record else None
    if contact is not None and not contact.receives_payment_reminders:
        return False
    if record is not None and invoice.contact_id is None and not record.receives_payment_reminders:
        return False
    (only,) = invoice.patient_ids if len(invoice.patient_ids) == 1 else (None,)
    whose = patients.get(only or "")
    return whose is None or whose.receives_payment_reminders
