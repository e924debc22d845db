"""The secret link in a payer's messages: it opens what they owe then, and how to pay it or promise to (C-05, D-08)."""

from collections.abc import Callable
from datetime import datetime

from creneau.messaging.facts import Known
from creneau.shared.link import Link, new_link
from creneau.shared.settings import Clinic
from creneau.shared.time import after_months

PURPOSE = "pay"

KNOWN_MONTHS = 12
"""How long the link of a message opens what its payer owes."""


def payer_asked(known: Known) -> str:
    """The key of whoever the message asks to pay; empty: nobody, a credit note's reader or whoever owes nothing more."""
    if not known.asks_to_pay:
        return ""
    return known.message.payer_key or (known.invoice.payer_key if known.invoice else "")


def new_pay_link(
    payer_key: str, random_bytes: Callable[[int], bytes], clinic: Clinic, now: datetime
) -> tuple[str, Link]:
    """The token, which is told once and never kept, and the link that it opens: its `subject` holds the `payer_key`."""
    return new_link(PURPOSE, {"payer_key": payer_key}, after_months(now, KNOWN_MONTHS, clinic.zone), random_bytes, now)
