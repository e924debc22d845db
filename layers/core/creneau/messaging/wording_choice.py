"""Which words a message is written in: the clinic's own where it has any in that language, else the shipped ones (M-08)."""

from dataclasses import dataclass

from creneau.messaging.message import Channel, Kind
from creneau.messaging.template import Template
from creneau.messaging.wording.shipped import shipped
from creneau.messaging.wording.wording import Wording
from creneau.shared.settings import LANGUAGES


@dataclass(frozen=True)
class Chosen:
    """`language` is the wording's, so that dates and labels are told in the same."""

    wording: Wording
    language: str


def choose(
    template: Template | None, kind: Kind, channel: Channel, wanted: str, clinic_language: str, variant: str = ""
) -> Chosen:
    """`template`: what the clinic wrote, None: nothing. A system template falls back to the shipped wording of the language
    `wanted`, one of the clinic's own to the clinic's language, then to any that it has (M-11)."""
    written = template.wordings if template else {}
    key = f"{wanted}.{variant}" if variant else wanted
    if key in written:
        return Chosen(written[key], wanted)
    if template is None or template.is_system:
        return Chosen(shipped(kind, channel, wanted, variant), wanted)
    language = next(known for known in (wanted, clinic_language, *LANGUAGES) if known in written)
    return Chosen(written[language], language)
