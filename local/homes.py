"""Where each local stack keeps its state: one folder per name under .local of this checkout."""

import json
import os
import socket
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
STATE = Path(os.environ.get("CRENEAU_STATE", ROOT / ".local"))
BUILD = ROOT / ".local" / "build"


def home_of(name: str) -> Path:
    return STATE / name


def homes() -> list[Path]:
    """Folders of stacks that may be running."""
    return sorted({path.parent for path in STATE.glob("*/*.json") if path.name in ("engine.json", "site.json")})


def read(home: Path, name: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads((home / f"{name}.json").read_text())
    except (OSError, ValueError):
        return None
    return found


def write(home: Path, name: str, content: dict[str, Any]) -> None:
    """Whole or not at all: others read it meanwhile. For the owner only, since passwords are in it."""
    home.mkdir(parents=True, exist_ok=True)
    part = home / f".{name}.part"
    part.touch(mode=0o600)
    part.write_text(json.dumps(content, indent=1) + "\n")
    part.replace(home / f"{name}.json")


def listener(home: Path, name: str) -> socket.socket:
    """A loopback socket on the port that this home used last, else on a free one."""
    last = home / f"{name}.port"
    for wish in [*([int(last.read_text())] if last.exists() else []), 0]:
        made = socket.socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind(("127.0.0.1", wish))
        except OSError:
            made.close()
            continue
        home.mkdir(parents=True, exist_ok=True)
        last.write_text(str(made.getsockname()[1]))
        return made
    raise OSError("no free port on the loopback interface")
