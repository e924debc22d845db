"""Once a payment reminder left, its invoices and its payer say on which day they were last reminded (D-07)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from creneau.messaging.message import message_ref
from creneau.messaging.ports import Invoices
from creneau.shared.again import Again
from creneau.shared.model import Stored
from creneau.shared.settings import Clinic
from creneau.shared.store import Put, Ref, Store
from creneau.shared.time import local_date


@dataclass(frozen=True)
class MarkReminded:
    """One by one, each anew: repeating it writes nothing, and a later day stays."""

    store: Store
    invoices: Invoices
    clinic: Clinic
    again: Again

    def __call__(self, message_id: str) -> None:
        message = self.store.get(message_ref(message_id))
        if message is None or message.sent_at is None or message.payer_key is None:
            return
        on, payer_key = local_date(message.sent_at, self.clinic.zone), message.payer_key
        for id in message.invoice_ids:
            self._mark(self.invoices.ref(id), lambda item: self.invoices.reminded(item, on) if item else None)
        self._mark(
            self.invoices.payer_ref(payer_key), lambda record: self.invoices.payer_reminded(payer_key, record, on)
        )

    def _mark(self, ref: Ref[Any], marked: Callable[[Stored | None], Stored | None]) -> None:
        def step() -> None:
            before = self.store.get(ref)
            after = marked(before)
            if after is not None and after != before:
                self.store.commit([Put(after)])

        self.again(step)
