"""SNS Publish to a phone number: each SMS kept in HOME/sms with the moment it was sent, and its delivery logged."""

import json
import os
import time
from pathlib import Path
from typing import Any, cast

from ministack.services import sns

from local.engine.gaps import text_logs
from local.engine.patching import lean_on, replaces

lean_on(sns, "_sms_log_for", "_p")

FOLDER = Path(os.environ["ENGINE_HOME"]) / "sms"


@replaces(sns, "_publish")
def _keep(original: Any, parameters: dict[str, Any]) -> Any:
    number = sns._p(parameters, "PhoneNumber")
    before = len(sns._sms_log_for(number)) if number else 0
    response = original(parameters)
    for text in sns._sms_log_for(number)[before:] if number else []:
        _write(text)
    return response


def _write(text: dict[str, Any]) -> None:
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
    text_logs.write(kept)


def all_kept() -> list[dict[str, Any]]:
    """Every kept text, newest last."""
    kept = (json.loads(file.read_text()) for file in FOLDER.glob("*.json"))
    return sorted(kept, key=lambda text: cast(float, text["at"]))
