"""SNS Publish to a phone number: each SMS kept in HOME/sms with the moment it was sent."""

import json
import os
import time
from pathlib import Path
from typing import Any, cast

from ministack.services import sns

from local.engine.patching import lean_on, replaces

lean_on(sns, "_publish")

FOLDER = Path(os.environ["ENGINE_HOME"]) / "sms"


class _Kept(list[dict[str, Any]]):
    """MiniStack's list of texts to one number; it appends the record that we keep."""

    def append(self, text: dict[str, Any]) -> None:
        super().append(text)
        FOLDER.mkdir(parents=True, exist_ok=True)
        kept = {
            "id": text["MessageId"],
            "to": text["PhoneNumber"],
            "text": text["Message"],
            "attributes": text["MessageAttributes"],
            "at": time.time(),
        }
        part = FOLDER / f".{text['MessageId']}.part"
        part.write_text(json.dumps(kept, indent=1))
        part.rename(FOLDER / f"{text['MessageId']}.json")


@replaces(sns, "_sms_log_for")
def _keeping(original: Any, number: str) -> list[dict[str, Any]]:
    texts = original(number)
    if not isinstance(texts, _Kept):
        texts = sns._sms_messages[number] = _Kept(texts)
    return cast(list[dict[str, Any]], texts)


def all_kept() -> list[dict[str, Any]]:
    """Every kept text, newest last."""
    kept = (json.loads(file.read_text()) for file in FOLDER.glob("*.json"))
    return sorted(kept, key=lambda text: cast(float, text["at"]))
