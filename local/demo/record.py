"""What happened, one JSON line per step with the ids, for a second program to read again."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any


class Record:
    """Writes nothing without a file."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        if file:
            file.write_text("")

    def step(self, name: str, at: datetime, **ids: Any) -> None:
        if self._file:
            with self._file.open("a") as out:
                out.write(json.dumps({"step": name, "at": at.isoformat(), **ids}, ensure_ascii=False) + "\n")


def read(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines() if line.strip()]
