"""What a custom SMS may say, when it may go, and whether the clinic sends such SMS at all (M-14, S-02)."""

from datetime import datetime, timedelta

from creneau.messaging.message import Channel, Kind, Message, message_id
from creneau.messaging.template import TemplateBook
from creneau.messaging.wording.wording import Wording, faults_in
from creneau.shared.errors import Fault, Invalid, Refused
from creneau.shared.model import Value
from creneau.shared.settings import Settings

SYSTEM_TEMPLATE = f"{Kind.CUSTOM}.{Channel.SMS}"
FARTHEST = timedelta(days=365)


class Words(Value, frozen=True, kw_only=True):
    """What staff write, fields in it, or the template to write it by: exactly one of the two."""

    text: str = ""
    template_id: str | None = None

    @property
    def template(self) -> str | None:
        """None for the system one, as in `Message.template_id`."""
        return None if self.template_id == SYSTEM_TEMPLATE else self.template_id

    @property
    def given(self) -> dict[str, str]:
        """What of it the message carries."""
        return {"text": self.text} if self.text else {}


def message_of(
    sending_id: str, patient_id: str, words: Words, due_at: datetime, practitioner_id: str | None, now: datetime
) -> Message:
    """To one patient; `sending_id` is what one act of staff sends, to however many. In a group, `batch_id` says so too."""
    return Message(
        id=message_id(Kind.CUSTOM, Channel.SMS, patient_id, sending_id),
        channel=Channel.SMS,
        kind=Kind.CUSTOM,
        patient_id=patient_id,
        practitioner_id=practitioner_id,
        template_id=words.template,
        given=words.given,
        occurrence=sending_id,
        due_at=due_at,
        created_at=now,
    )


def check(words: Words, at: datetime | None, book: TemplateBook, settings: Settings, now: datetime) -> None:
    """Raises Refused while the clinic sends no such SMS, and Invalid with everything that is wrong."""
    _check_module(settings)
    faults = [*_faults_of_words(words, book, settings), *_faults_of_time(at, now)]
    if faults:
        raise Invalid(faults[0].problem, code="invalid", remedy=faults[0].remedy, faults=tuple(faults))


def _check_module(settings: Settings) -> None:
    if not settings.sms.enabled:
        raise Refused("SMS are turned off", code="sms_off", remedy="turn sms.enabled on in the settings")
    if not settings.sms.custom_module:
        raise Refused(
            "the module of custom SMS is turned off",
            code="custom_sms_off",
            remedy="turn sms.custom_module on in the settings; each credit costs sms.custom_price",
        )


def _faults_of_words(words: Words, book: TemplateBook, settings: Settings) -> list[Fault]:
    if bool(words.text) == (words.template_id is not None):
        return [Fault("text", "there must be a text or a template, not both", "give text, or template_id")]
    if words.template_id is None:
        found = faults_in(Wording(body=words.text), Kind.CUSTOM, Channel.SMS)
        return [Fault("text", fault.problem, fault.remedy) for fault in found]
    line = book.line(words.template_id, settings.messaging)
    if line is None or (line.kind, line.channel) != (Kind.CUSTOM, Channel.SMS):
        return [Fault("template_id", "there is no such template of custom SMS", "use an id as listed")]
    return [] if line.active else [Fault("template_id", "this template is turned off", "turn it on, or take another")]


def _faults_of_time(at: datetime | None, now: datetime) -> list[Fault]:
    if at is None:
        return []
    if at <= now:
        return [Fault("at", "this time is past", "give one that is ahead, or leave it out: now")]
    return [Fault("at", "this is too far ahead", "at most a year")] if at - now > FARTHEST else []
