"""Staff say whether a payer gets payment reminders, and until when not (D-03, D-08)."""

from dataclasses import dataclass
from datetime import date

from creneau.billing.payer_record import PayerRecord, payer_record_ref
from creneau.shared.again import Again
from creneau.shared.store import Put, Store


@dataclass(frozen=True)
class EditPayer:
    """Sets both, whatever they were; repeating it changes nothing. Payers on a patient's record have their own switch there:
    this one counts beside it."""

    store: Store
    again: Again

    def read(self, payer_key: str) -> PayerRecord:
        return self.store.get(payer_record_ref(payer_key)) or PayerRecord(id=payer_key)

    def __call__(self, payer_key: str, receives_reminders: bool, paused_until: date | None) -> PayerRecord:
        def step() -> PayerRecord:
            before = self.read(payer_key)
            after = before.with_(receives_reminders=receives_reminders, paused_until=paused_until)
            if paused_until != before.paused_until:
                after = after.with_(paused_because="staff" if paused_until else "")
            if after == before:
                return before
            self.store.commit([Put(after)])
            return after.with_(version=after.version + 1)

        return self.again(step)
