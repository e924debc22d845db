"""What a patient agreed to receive, and since when; what was refused stays on the record too (M-14, M-15, M-19)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from creneau.agenda.catalogue import Consent, Patient, patient_ref
from creneau.shared.again import Again
from creneau.shared.errors import Refused, invalid
from creneau.shared.store import Put, Store, require
from creneau.shared.time import Clock, utc


def with_consent(patient: Patient, consent: Consent, given: bool, at: datetime) -> Patient:
    """Given or refused since `at`; what is so already keeps its date."""
    present = patient.consents if given else patient.refusals
    if consent in present:
        return patient
    consents = {name: since for name, since in patient.consents.items() if name != consent}
    refusals = {name: since for name, since in patient.refusals.items() if name != consent}
    return patient.with_(
        consents=consents | ({consent.value: at} if given else {}),
        refusals=refusals | ({} if given else {consent.value: at}),
    )


@dataclass(frozen=True)
class ChangeConsent:
    """A patient agrees, refuses, or takes it back: told to staff, or by the link of a message (P-02).

    Repeating it changes nothing. Raises NotFound, Invalid for an instant ahead, and Refused once the record was erased.
    """

    store: Store
    clock: Clock
    again: Again

    def __call__(
        self, patient_id: str, consents: Iterable[Consent], given: bool, at: datetime | None = None
    ) -> Patient:
        """`at`: when the patient said so, None: now."""
        wanted, said_at = tuple(consents), utc(at) if at else None
        return self.again(lambda: self._step(patient_id, wanted, given, said_at))

    def _step(self, patient_id: str, consents: tuple[Consent, ...], given: bool, at: datetime | None) -> Patient:
        now = self.clock()
        if at is not None and at > now:
            raise invalid("at", "this instant is ahead", "give when the patient said so, or leave it out: now")
        before = require(self.store, patient_ref(patient_id))
        if before.erased:
            raise Refused("this patient's record was erased", code="patient_erased", remedy="register the patient anew")
        after = before
        for consent in consents:
            if given and at is not None and at < before.refusals.get(consent, at):
                raise Refused("the patient refused it after that", code="refused_since", remedy="ask the patient again")
            after = with_consent(after, consent, given, at or now)
        if after == before:
            return before
        self.store.commit([Put(after)])
        return after.with_(version=after.version + 1)
