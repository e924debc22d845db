"""Starts and ends a site in a process of its own."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from local import homes

_started: dict[int, "subprocess.Popen[bytes]"] = {}
"""By process id: those of this program, which it must wait for when they end."""


class SiteError(Exception):
    """The site did not start or did not end; the message is its log or its address."""


def url_of(home: Path) -> str | None:
    """Where the site of this home answers; None when it does not run."""
    about = homes.read(home, "site")
    if about is None:
        return None
    with contextlib.suppress(OSError, ValueError), urllib.request.urlopen(f"{about['url']}/about", timeout=5) as answer:
        if json.loads(answer.read()) == {"home": str(home), "pid": about["pid"]}:
            return str(about["url"])
    return None


def start(home: Path) -> str:
    """Returns its address once it answers."""
    if url := url_of(home):
        return url
    home.mkdir(parents=True, exist_ok=True)
    (home / "site.json").unlink(missing_ok=True)
    with open(home / "site.log", "ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "local.site", "--home", str(home)],
            cwd=homes.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    end = time.monotonic() + 20
    while time.monotonic() < end and process.poll() is None:
        if url := url_of(home):
            _started[process.pid] = process
            return url
        time.sleep(0.02)
    process.kill()
    raise SiteError(f"the site did not start:\n{(home / 'site.log').read_text()[-2000:]}")


def stop(home: Path) -> None:
    """Only a process that says it is this home's site is ended: the number in an old file may be another's by now."""
    about = homes.read(home, "site")
    if url_of(home) is None or about is None:
        (home / "site.json").unlink(missing_ok=True)
        return
    os.kill(about["pid"], signal.SIGTERM)
    end = time.monotonic() + 10
    while (home / "site.json").exists():
        if time.monotonic() > end:
            raise SiteError(f"the site at {about['url']} does not end")
        time.sleep(0.02)
    if process := _started.pop(about["pid"], None):
        process.wait(10)
