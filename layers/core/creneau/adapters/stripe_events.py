"""What Stripe's webhook brings, once its signature was checked."""

import json
from datetime import datetime

from creneau.adapters.stripe import is_signed, told_of
from creneau.billing.online.told_by_stripe import Told

NOTHING = Told(about="nothing")
"""An event of a kind that nothing follows from."""


def read_event(header: str, body: bytes, secret: str, now: datetime) -> Told | None:
    """None: Stripe did not sign it, or not now."""
    if not is_signed(header, body, secret, now):
        return None
    return told_of(json.loads(body)) or NOTHING
