"""Starts MiniStack in this process: which environment it sees, which gaps are closed, when it is up and down."""

import asyncio
import contextlib
import json
import os
import shutil
import socket
import sys
import time
from importlib.metadata import version
from pathlib import Path

from local.engine import MINISTACK, REGION

# Lambda workers inherit this process's environment, which on a laptop is full of what no function has on AWS.
KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONDONTWRITEBYTECODE", "LOG_LEVEL", "AUTH")
KEPT_PREFIXES = ("ENGINE_", "LAMBDA_", "SFN_", "MINISTACK_")


def prepare(home: Path, persist: bool) -> None:
    """Leaves only the engine's own environment; nothing of MiniStack may be imported before."""
    temporary = home / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    clock = home / "clock"
    if not clock.exists():
        clock.write_text("0\n")
    kept = {k: v for k, v in os.environ.items() if k in KEPT or k.startswith(KEPT_PREFIXES)}
    os.environ.clear()
    os.environ.update(
        {
            "LOG_LEVEL": "WARNING",
            "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0.2",  # real; AWS waits a minute, then two
            # Those that wait for a process (gaps/lambdas.py) would count as running: a thousand, and all are throttled.
            "LAMBDA_ACCOUNT_CONCURRENCY": "0",
            **kept,
            "TZ": "UTC",  # as in every Lambda environment
            "HOME": str(home),
            "TMPDIR": str(temporary),
            "PYTHONPATH": str(Path(__file__).with_name("site")),
            "ENGINE_HOME": str(home),
            "ENGINE_CLOCK": str(clock),
            "MINISTACK_REGION": REGION,
            "BIND_HOST": "127.0.0.1",
            "IOT_MTLS_ENABLED": "0",
            "AWS_EC2_METADATA_DISABLED": "true",
            "PERSIST_STATE": str(int(persist)),
            "STATE_DIR": str(home / "state"),
            "S3_PERSIST": str(int(persist)),
            "S3_DATA_DIR": str(home / "s3"),
        }
    )
    time.tzset()


def check(accept: bool) -> str | int:
    from local.engine import gaps, patching

    if accept:
        gaps.close()
        patching.pin()
        return 0
    try:
        gaps.close()
    except (AttributeError, KeyError, ValueError) as error:
        return f"MiniStack no longer has what a gap needs: {error!r}"
    changes = patching.changed()
    return "changed in MiniStack:\n" + "\n".join(changes) if changes else 0


def _listen(home: Path, port: int) -> socket.socket:
    """A loopback socket on the asked port, else on the one used last (it is part of queue URLs), else on a free one."""
    last = home / "port"
    wishes = [port] if port else [*([int(last.read_text())] if last.exists() else []), 0]
    for wish in wishes:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", wish))
        except OSError:
            listener.close()
            continue
        last.write_text(str(listener.getsockname()[1]))
        return listener
    sys.exit(f"port {port} is taken")


def serve(home: Path, port: int) -> None:
    if version("ministack") != MINISTACK:
        sys.exit(f"the gaps are closed for ministack {MINISTACK}, not for {version('ministack')}")
    listener = _listen(home, port)
    port = listener.getsockname()[1]
    os.environ["GATEWAY_PORT"] = str(port)

    from hypercorn.asyncio import serve as run
    from hypercorn.config import Config
    from ministack import app as gateway
    from ministack.core import lambda_runtime

    from local.engine import control, gaps

    gaps.close()
    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 0.3
    config.loglevel = os.environ["LOG_LEVEL"]
    about, url = home / "engine.json", f"http://127.0.0.1:{port}"
    about.write_text(json.dumps({"url": url, "port": port, "pid": os.getpid()}) + "\n")
    print(url, flush=True)
    try:
        asyncio.run(run(control.addresses_before(gateway.app), config))  # returns on SIGTERM, with the state saved
    finally:
        about.unlink(missing_ok=True)
        with contextlib.suppress(Exception):
            lambda_runtime.reset()
        shutil.rmtree(home / "tmp", ignore_errors=True)
        sys.stderr.flush()
        os._exit(0)  # a state machine's Map can leave a thread behind that waits for days
