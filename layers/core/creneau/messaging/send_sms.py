"""Staff send a custom SMS to one patient, now or at a chosen time (M-14)."""

from dataclasses import dataclass
from datetime import datetime

from creneau.agenda.catalogue import patient_ref, practitioner_ref
from creneau.messaging.custom import Words, check, message_of
from creneau.messaging.explained import refused
from creneau.messaging.may_send import may_send
from creneau.messaging.message import Message, message_ref
from creneau.messaging.plan import commit_planned
from creneau.messaging.template import TEMPLATE_BOOK, TemplateBook
from creneau.messaging.verdict import Facts, Suppress
from creneau.shared.actor import Actor
from creneau.shared.again import Again
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Store, require
from creneau.shared.time import Clock, utc


@dataclass(frozen=True)
class SendSms:
    """Plans it under the caller's id; the same id again answers what was planned.

    Raises Invalid and Refused: of what staff write, of the module, and of a patient who can't get it, with the reason.
    """

    store: Store
    clinic: Clinic
    clock: Clock
    again: Again

    def __call__(self, id: str, patient_id: str, words: Words, at: datetime | None, by: Actor) -> Message:
        due_at = utc(at) if at else None
        return self.again(lambda: self._step(id, patient_id, words, due_at, by))

    def _step(self, id: str, patient_id: str, words: Words, at: datetime | None, by: Actor) -> Message:
        now = self.clock()
        message = message_of(id, patient_id, words, at or now, by.practitioner_id, now)
        read = self.store.snapshot([message_ref(message.id), patient_ref(patient_id), SETTINGS, TEMPLATE_BOOK])
        present = read.get(message_ref(message.id))
        if present is not None:
            return present
        settings, book = read.get(SETTINGS) or Settings(), read.get(TEMPLATE_BOOK) or TemplateBook()
        check(words, at, book, settings, now)
        patient = read[patient_ref(patient_id)]
        own = self.store.get(practitioner_ref(by.practitioner_id)) if by.practitioner_id else None
        facts = Facts(
            clinic=self.clinic, settings=settings, book=book, patient=patient, appointment=None, practitioner=own
        )
        verdict = may_send(message, facts, now)
        if isinstance(verdict, Suppress):
            raise refused(verdict.reason)
        commit_planned(self.store, [(message, facts)], now)
        return require(self.store, message_ref(message.id))
