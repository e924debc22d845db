"""What is kept of a payer beside their invoices: whether they are reminded, until when not, what they were asked last."""

from datetime import date, datetime

from creneau.shared.model import Stored
from creneau.shared.store import Ref


class PayerRecord(Stored, frozen=True, kw_only=True):
    """`id` is the payer's key. There is none before something is kept of the payer: `PayerRecord(id=key)` stands for it.

    `receives_reminders` is that of a payer who is on no patient's record (D-03). `paused_until`: the last local day without
    reminders, as they promised (`paused_because`: `pays_on`, `already_paid`, `not_mine`, D-08). `last_reminded_on`: D-07.
    `pays_for` are the patients, other than the payer, whose record names them as who pays (at most 50).
    `asked` and `asked_at`: total, in minor units, and instant of the last payment link sent, `asked_for` names what it was
    of (C-02). `checkout_id` is the payable session at Stripe, of which there is one at most (C-05).
    """

    id: str
    pays_for: tuple[str, ...] = ()
    receives_reminders: bool = True
    paused_until: date | None = None
    paused_because: str = ""
    last_reminded_on: date | None = None
    asked: int = 0
    asked_for: str = ""
    asked_at: datetime | None = None
    checkout_id: str | None = None


def payer_record_ref(payer_key: str) -> Ref[PayerRecord]:
    return Ref(PayerRecord, (payer_key,))
