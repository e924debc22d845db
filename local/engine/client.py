"""Starts, stops and steers an engine from tests, the demo and tools."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Self

import boto3
from botocore.config import Config

from local.engine import REGION

ROOT = Path(__file__).resolve().parents[2]
CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


class EngineError(Exception):
    """The engine did not start, did not come to rest, or refused a request."""


class Engine:
    def __init__(self, home: Path, url: str, pid: int, process: "subprocess.Popen[bytes] | None" = None) -> None:
        self.home, self.url, self.pid = home, url, pid
        self._process = process
        self.client = cache(self._client)

    @classmethod
    def start(cls, home: Path, persist: bool = False, port: int = 0, environment: dict[str, str] | None = None) -> Self:
        """Starts an engine in a process of its own and waits until it answers; its log is HOME/engine.log."""
        home = Path(home).absolute()
        home.mkdir(parents=True, exist_ok=True)
        (home / "engine.json").unlink(missing_ok=True)
        command = [sys.executable, "-m", "local.engine", "--home", str(home), "--port", str(port)]
        with open(home / "engine.log", "ab") as log:
            process = subprocess.Popen(
                command + ["--persist"] * persist,
                cwd=ROOT,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal is for whoever started the engine
            )
        end = time.monotonic() + 30
        while time.monotonic() < end and process.poll() is None:
            try:
                engine = cls.attach(home)
            except (OSError, ValueError):
                time.sleep(0.02)
            else:
                engine._process = process
                return engine
        process.kill()
        raise EngineError(f"the engine did not start:\n{(home / 'engine.log').read_text()[-2000:]}")

    @classmethod
    def attach(cls, home: Path) -> Self:
        """An engine that already runs; OSError when none does."""
        home = Path(home).absolute()
        about = json.loads((home / "engine.json").read_text())
        engine = cls(home, about["url"], about["pid"])
        engine.now()
        return engine

    def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        if self._process:
            self._process.wait(60)
            return
        end = time.monotonic() + 60
        while (self.home / "engine.json").exists() or (self.home / "tmp").exists():  # in this order they go
            if time.monotonic() > end:
                raise EngineError(f"the engine of {self.home} (process {self.pid}) does not end")
            time.sleep(0.02)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _client(self, service: str) -> Any:
        make: Any = boto3.client  # its stubs know one overload per service name
        return make(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            config=Config(inject_host_prefix=False, retries={"total_max_attempts": 1}, max_pool_connections=50),
            **CREDENTIALS,
        )

    def api_url(self, api_id: str) -> str:
        """Where an HTTP API's $default stage answers, for clients that cannot resolve API.execute-api.localhost."""
        return f"{self.url}/_aws/execute-api/{api_id}/$default"

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """One of the engine's own addresses: GET, or POST when there is a body."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_engine/{path}", data=data)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.loads(response.read())
        except urllib.error.HTTPError as error:
            raise EngineError(f"{path}: {error.code} {error.read().decode()}") from error

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.ask("clock")["now"], UTC)

    def idle(self) -> bool:
        return bool(self.ask("idle")["idle"])

    def wait_idle(self, timeout: float = 30) -> None:
        """Returns when nothing has been under way for three looks in a row: work is handed on between threads."""
        end, quiet, why = time.monotonic() + timeout, 0, []
        while quiet < 3:
            why = self.ask("idle")["why"]
            quiet = 0 if why else quiet + 1
            if time.monotonic() > end:
                raise EngineError(f"still busy after {timeout} s: {', '.join(why)}")
            time.sleep(0.01)

    def jump(self, by: timedelta | None = None, *, to: datetime | None = None, timeout: float = 30) -> datetime:
        """Lets what is under way finish, then moves the clock forward."""
        self.wait_idle(timeout)
        asked = {"to": to.isoformat()} if to else {"seconds": (by or timedelta()).total_seconds()}
        return datetime.fromtimestamp(self.ask("jump", asked)["now"], UTC)

    def mails(self) -> list[dict[str, Any]]:
        """What was sent, newest last: id, to, subject, at."""
        mails: list[dict[str, Any]] = self.ask("mail")
        return mails

    def mail(self, mail_id: str) -> dict[str, Any]:
        """One mail opened: headers, text, html, attachments."""
        mail: dict[str, Any] = self.ask(f"mail/{mail_id.split('@')[0]}")
        return mail

    def sms(self) -> list[dict[str, Any]]:
        """Texts sent, newest last: id, to, text, attributes, at."""
        texts: list[dict[str, Any]] = self.ask("sms")
        return texts
