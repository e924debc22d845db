"""What a custom SMS will read like, and what it costs, before anybody gets it (M-14, S-04)."""

from dataclasses import dataclass

from creneau.agenda.catalogue import Patient, patient_ref
from creneau.messaging.custom import Words, check, message_of
from creneau.messaging.facts import Known
from creneau.messaging.message import Message
from creneau.messaging.sms.segments import Segments, credits_of
from creneau.messaging.template import TEMPLATE_BOOK, Template, TemplateBook, template_ref
from creneau.messaging.write import chosen_for, write_sms
from creneau.shared.settings import SETTINGS, Clinic, Settings
from creneau.shared.store import Store, require
from creneau.shared.time import Clock

SOMEBODY = Patient(id="sample", first_name="Camille", last_name="Rochat")
TOKEN = "AbCdEfGhIjKlMnOpQrStUv"  # noqa: S105 - as long as a real one, and opens nothing


@dataclass(frozen=True)
class SmsText:
    language: str
    text: str
    segments: Segments


@dataclass(frozen=True)
class ShowSms:
    """To a patient, or to somebody made up. Raises Invalid, NotFound and Refused, as sending it would."""

    store: Store
    clinic: Clinic
    clock: Clock
    public_base_url: str

    def __call__(self, words: Words, patient_id: str | None, language: str | None, to_group: bool) -> SmsText:
        """`language`: of whoever is made up, None: the clinic's."""
        now, read = self.clock(), self.store.snapshot([SETTINGS, TEMPLATE_BOOK])
        settings, book = read.get(SETTINGS) or Settings(), read.get(TEMPLATE_BOOK) or TemplateBook()
        check(words, None, book, settings, now)
        patient = require(self.store, patient_ref(patient_id)) if patient_id else SOMEBODY.with_(language=language)
        message = message_of("sample", patient.id, words, now, None, now)
        return self.of(message.with_(batch_id="sample" if to_group else None), patient, settings, book)

    def of(self, message: Message, patient: Patient, settings: Settings, book: TemplateBook) -> SmsText:
        line = book.line(message.written_by, settings.messaging)
        template = self.store.get(template_ref(line.id)) if line and line.wording else None
        known = _known(message, patient, settings, book, template, self.clinic)
        chosen = chosen_for(known)
        text = write_sms(known, chosen, {"opt_out": f"{self.public_base_url}/u/{TOKEN}"})
        return SmsText(language=chosen.language, text=text, segments=credits_of(text))


def _known(
    message: Message,
    patient: Patient,
    settings: Settings,
    book: TemplateBook,
    template: Template | None,
    clinic: Clinic,
) -> Known:
    return Known(
        clinic=clinic,
        message=message,
        settings=settings,
        book=book,
        template=template,
        patient=patient,
        appointment=None,
        previous=None,
        practitioner=None,
        location=None,
        service=None,
        round=None,
        offer=None,
    )
