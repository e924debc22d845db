"""A site over a home on disk, with a stub in the engine's place."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import urllib3

from local import homes
from local.site.server import Site, serve_on

MAIL = {
    "headers": [["From", "clinic@clinic.example"], ["Subject", "Bonjour <b>"]],
    "text": "Bonjour\nhttp://127.0.0.1:1/o/abc",
    "html": "<html><head><title>t</title></head><body><img src='cid:logo'><a href='http://x.example/'>x</a></body></html>",
    "attachments": [
        {"filename": "logo.png", "content_type": "image/png", "content_id": "<logo>", "base64": "aGk="},
        {"filename": 'a"\r\nb.html', "content_type": "text/html", "content_id": None, "base64": "PGI+"},
    ],
}


class StubEngine(BaseHTTPRequestHandler):
    """Answers the engine's own addresses, and as an API says what it was asked."""

    protocol_version = "HTTP/1.1"
    jumps: list[float] = []

    def log_message(self, format, *args):
        pass

    def _send(self, status, body, headers=()):
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        own = {
            "clock": {"now": 1_800_000_000.0},
            "idle": {"why": []},
            "mail": [{"id": "m-1", "to": ["anna@patients.example"], "subject": "Bonjour <b>", "at": 1_800_000_000.0}],
            "mail/m-1": MAIL,
            "sms": [{"id": "s-1", "to": "+41790000001", "text": "Kurz", "at": 1_800_000_060.0}],
        }
        if self.path == "/_engine/jump":
            self.jumps.append(json.loads(body)["seconds"])
            self._send(200, b'{"now": 1800000300.0}')
        elif self.path.startswith("/_engine/"):
            found = own.get(self.path.removeprefix("/_engine/"))
            self._send(200 if found is not None else 404, json.dumps(found).encode())
        else:
            seen = {"method": self.command, "path": self.path, "body": body.decode(), "headers": self.headers.items()}
            two = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Location", "next"), ("ETag", '"3"')]
            self._send(303 if self.command == "POST" else 418, json.dumps(seen).encode(), two)

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - http.server's names


@contextmanager
def served(server) -> Iterator[None]:
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield
    server.shutdown()
    server.server_close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def engine(home: Path) -> Iterator[type[StubEngine]]:
    StubEngine.jumps = []
    stub = ThreadingHTTPServer(("127.0.0.1", 0), StubEngine)
    stub.daemon_threads = True
    with served(stub):
        url = f"http://127.0.0.1:{stub.server_port}"
        homes.write(home, "engine", {"url": url, "port": stub.server_port, "pid": 0})
        users = [{"role": "admin", "name": "admin@clinic.example", "password": "secret"}]
        homes.write(
            home,
            "stack",
            {
                "zone": "Europe/Zurich",
                "clinic": "Cabinet <du Lac>",
                "api": f"{url}/api/$default",
                "site": "http://127.0.0.1:1",
                "users": users,
                "outputs": {},
            },
        )
        yield StubEngine


@pytest.fixture
def site(home: Path) -> Iterator[Site]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = serve_on(listener, home)
    with served(server):
        yield server


@pytest.fixture
def call(site: Site):
    with urllib3.PoolManager() as http:

        def ask(method, path, **more):
            return http.request(method, site.url + path, redirect=False, retries=False, timeout=10, **more)

        yield ask
