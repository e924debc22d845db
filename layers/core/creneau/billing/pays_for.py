"""Which patients somebody pays for, kept on the payer's record by the write that names them on a patient's (C-03)."""

from collections.abc import Sequence
from dataclasses import dataclass

from creneau.agenda.catalogue import Patient
from creneau.billing.payer_record import PayerRecord, payer_record_ref
from creneau.shared.errors import Refused
from creneau.shared.store import Put, Store, Write

MOST_PAID_FOR = 50


@dataclass(frozen=True)
class KeepPaysFor:
    """The writes that a change of a patient's record asks for. Refused when the payer pays for too many already."""

    store: Store

    def __call__(self, before: Patient | None, after: Patient) -> Sequence[Write]:
        old, new = before.payer_patient_id if before else None, after.payer_patient_id
        if old == new:
            return ()
        writes = list[Write]()
        if old is not None and (record := self._record(old)).pays_for:
            kept = tuple(id for id in record.pays_for if id != after.id)
            writes.append(Put(record.with_(pays_for=kept)))
        if new is not None and after.id not in (record := self._record(new)).pays_for:
            if len(record.pays_for) >= MOST_PAID_FOR:
                raise Refused(
                    f"this patient pays for {MOST_PAID_FOR} others already",
                    code="too_many",
                    remedy="name an employer or a clinic as a contact of each, or on the invoice",
                )
            writes.append(Put(record.with_(pays_for=(*record.pays_for, after.id))))
        return writes

    def _record(self, patient_id: str) -> PayerRecord:
        key = f"patient.{patient_id}"
        return self.store.get(payer_record_ref(key)) or PayerRecord(id=key)
