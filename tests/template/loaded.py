"""template.yaml and the state machines as the tests in this folder read them, and answers of slow validators, kept."""

import hashlib
import json
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from tools.template_stack import Stack

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"
MACHINES = sorted(ROOT.glob("statemachines/*.asl.json"))
EXCEPTIONS = tomllib.loads((Path(__file__).parent / "exceptions.toml").read_text())
KEPT = ROOT / ".cache/validators"


class Said(NamedTuple):
    status: int
    out: str
    error: str


def the_stack() -> Stack:
    machines = {file.name: json.loads(file.read_text()) for file in MACHINES}
    return Stack(TEMPLATE.read_text(), machines, ROOT, EXCEPTIONS)


def answer(validator: str, inputs: Iterable[Path], ask: Callable[[], Said]) -> Said:
    """What the validator said about these files, asked again only when one of them, or a test here, has changed."""
    digest = hashlib.sha256()
    for file in (*inputs, *sorted(Path(__file__).parent.glob("*.py"))):
        digest.update(b"\0" + file.name.encode() + b"\0" + file.read_bytes())
    kept = KEPT / f"{validator}-{digest.hexdigest()[:24]}.json"
    if kept.exists():
        return Said(*json.loads(kept.read_text()))
    said = ask()
    if said.out.strip():  # it ran, whatever it found
        KEPT.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(said))
    return said
