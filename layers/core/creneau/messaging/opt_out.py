"""A patient ends, by the link of a message, all that is not about their own appointments (M-14, M-15, M-19)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from creneau.agenda.catalogue import Consent, Patient, patient_ref
from creneau.agenda.consent import ChangeConsent
from creneau.messaging.message import Kind, Message
from creneau.messaging.reader import reader_of_patient
from creneau.shared.link import Link, new_link, nothing_opened, opened
from creneau.shared.model import Value
from creneau.shared.settings import Clinic, language_of
from creneau.shared.store import Store
from creneau.shared.time import Clock, after_months

PURPOSE = "opt_out"

KNOWN_MONTHS = 12
"""How long the link of a message ends them."""


class OptOutPage(Value, frozen=True, kw_only=True):
    """`ended`: nothing more comes, so there is nothing to end. `language`: the reader's. `link` signs the page's nonces."""

    link: Link
    patient_id: str
    ended: bool
    language: str


def has_opt_out(message: Message) -> bool:
    """Whether a message carries the link: what goes to many, or comes without anything of one's own to be told."""
    return message.kind in (Kind.BIRTHDAY, Kind.REVIEW) or message.batch_id is not None


def new_opt_out_link(
    patient_id: str, random_bytes: Callable[[int], bytes], clinic: Clinic, now: datetime
) -> tuple[str, Link]:
    """The token, which is told once and never kept, and the link that it opens."""
    return new_link(
        PURPOSE, {"patient_id": patient_id}, after_months(now, KNOWN_MONTHS, clinic.zone), random_bytes, now
    )


@dataclass(frozen=True)
class OpenOptOut:
    """What the page of a token says. Reads only. NotFound, the same for every link that opens nothing (P-02)."""

    store: Store
    clinic: Clinic
    clock: Clock

    def __call__(self, token: str) -> OptOutPage:
        link = opened(self.store, token, PURPOSE, self.clock())
        patient = self.store.get(patient_ref(link.subject["patient_id"]))
        if patient is None or patient.erased:
            raise nothing_opened()
        return OptOutPage(
            link=link,
            patient_id=patient.id,
            ended=has_ended(patient),
            language=language_of(reader_of_patient(patient).language, self.clinic.language),
        )


@dataclass(frozen=True)
class OptOut:
    """Takes back every consent of the patient; repeating it changes nothing. A later consent is a new one."""

    change_consent: ChangeConsent

    def __call__(self, patient_id: str) -> None:
        self.change_consent(patient_id, Consent, given=False)


def has_ended(patient: Patient) -> bool:
    return all(consent in patient.refusals for consent in Consent)
