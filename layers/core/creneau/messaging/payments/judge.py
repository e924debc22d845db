"""Which of its invoices a payment reminder may remind of now, and why not of the others (D-03, D-04, D-08). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from creneau.messaging.message import Message
from creneau.messaging.payments.receives import receives_reminders
from creneau.messaging.ports import InvoiceSeen
from creneau.messaging.verdict import Facts, Reason

ALTHOUGH = "although"
"""Under which a message keeps why staff remind a payer who gets no reminders, or who said when they pay (D-06)."""

_RULES = {Reason.REMINDERS_OFF: "D-03", Reason.PROMISED: "D-08"}


@dataclass(frozen=True)
class Judged:
    """`listed` are those that the reminder may be about; `left_out` says of each other, by id, what stands against it."""

    listed: tuple[InvoiceSeen, ...] = ()
    left_out: Mapping[str, Reason] = field(default_factory=dict)

    @property
    def reason(self) -> Reason:
        """What is said of the message when none is left: what is nearest to being mended."""
        said = set(self.left_out.values())
        order = (Reason.REMINDERS_OFF, Reason.PROMISED, Reason.NOT_DUE_YET, Reason.PAID, Reason.CREDITED)
        return next((reason for reason in order if reason in said), Reason.NO_INVOICE)

    @property
    def rule(self) -> str:
        return _RULES.get(self.reason, "D-04")

    @property
    def versions(self) -> dict[str, str]:
        """Which version of each it was decided on."""
        return {invoice.id: str(invoice.version) for invoice in self.listed}


def judged(message: Message, facts: Facts, today: date) -> Judged:
    """Invoice by invoice, in the order of the message."""
    seen = {invoice.id: invoice for invoice in facts.invoices}
    against = {id: _against(seen.get(id), message, facts, today) for id in message.invoice_ids}
    return Judged(
        listed=tuple(seen[id] for id, reason in against.items() if reason is None),
        left_out={id: reason for id, reason in against.items() if reason is not None},
    )


def _against(invoice: InvoiceSeen | None, message: Message, facts: Facts, today: date) -> Reason | None:
    """The first that applies. What is owed and whether it is due, never a status, decides (D-04)."""
    payer = facts.payer
    if invoice is None or payer is None or not invoice.is_final or invoice.payer_key != message.payer_key:
        return Reason.NO_INVOICE
    if invoice.is_credit_note or invoice.balance.amount <= 0:
        return Reason.CREDITED if invoice.is_credited else Reason.PAID
    if invoice.reminded_from is not None and today < invoice.reminded_from:
        return Reason.NOT_DUE_YET
    if message.given.get(ALTHOUGH):
        return None
    if not receives_reminders(invoice, payer, facts.patients):
        return Reason.REMINDERS_OFF
    return Reason.PROMISED if payer.paused_until is not None and today <= payer.paused_until else None
