"""The wordings that Créneau ships, one file per message and language: what a new clinic sends (M-08)."""

from functools import lru_cache
from pathlib import Path

from creneau.messaging.message import Channel, Kind
from creneau.messaging.wording.wording import Wording

WORDINGS_AT = Path(__file__).parents[1] / "wordings"
_SUBJECT = "Subject:"


@lru_cache
def shipped(kind: Kind, channel: Channel, language: str, variant: str = "") -> Wording:
    """An email's file opens with its `Subject:` line and a blank line; FileNotFoundError where there is no file."""
    name = f"{kind}_{variant}" if variant else kind
    text = (WORDINGS_AT / language / f"{name}.{channel}.txt").read_text("utf-8").strip()
    if channel is Channel.SMS:
        return Wording(body=text)
    first, _, body = text.partition("\n")
    if not first.startswith(_SUBJECT):
        raise ValueError(f"{language}/{name}.{channel}.txt does not open with its subject")
    return Wording(subject=first.removeprefix(_SUBJECT).strip(), body=body.strip())
