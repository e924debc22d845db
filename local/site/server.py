"""Decides who answers a request: the stack's HTTP API for /o, /p, /u, /v1 and webhooks, our own pages for the rest."""

import http
import logging
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from local.engine.client import EngineError
from local.site import proxy
from local.site.answer import Answer, NotYet, page, problem
from local.site.pages import PAGES, Request

LARGEST_BODY = 10 * 1024 * 1024
OF_THE_STACK = ("o", "p", "u", "v1", "webhooks")
logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
logger = logging.getLogger("site")


class Site(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, listener: socket.socket, home: Path) -> None:
        super().__init__(listener.getsockname(), Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.server_activate()
        self.home = home
        self.port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    @property
    def own_hosts(self) -> tuple[str, ...]:
        return (f"127.0.0.1:{self.port}", f"localhost:{self.port}")


def serve_on(listener: socket.socket, home: Path) -> Site:
    return Site(listener, home)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Site

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: paths of patients' links are secrets."""

    def _answer(self) -> None:
        body = self._body()
        if body is None:
            self._send(Answer(413, b"The body is too large.\n"))
            return
        try:
            self._send(self._decide(body))
        except ConnectionError:
            self.close_connection = True
        except NotYet as why:
            self._send(page("message.html", 503, title="Not yet", text=str(why)))
        except (EngineError, OSError):
            logger.exception("%s", self.command)
            self._send(page("message.html", 502, title="The engine does not answer", text="make down, then make up."))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer  # noqa: N815 - http.server's names

    def _body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY or self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            return None
        return self.rfile.read(int(length))

    def _decide(self, body: bytes) -> Answer:
        """A page elsewhere may neither rebind its name to us nor post to us: mails here hold secret links."""
        if self.headers.get("Host", "") not in self.server.own_hosts:
            return Answer(421, b"This is a local site: use its own address.\n")
        parts = urlsplit(self.path)
        first = parts.path.split("/")[1]
        if first in OF_THE_STACK:
            return proxy.forward(self.server.home, self.command, self.path, self.headers.items(), body)
        origin = self.headers.get("Origin")
        if origin is not None and origin not in [f"http://{host}" for host in self.server.own_hosts]:
            return Answer(403, b"Posted from elsewhere.\n")
        method = "GET" if self.command == "HEAD" else self.command
        show = PAGES.get((method, first))
        others = [known for known, name in PAGES if name == first]
        if show is None and others:
            return problem(405, f"use {others[0]}", ("Allow", ", ".join(others)))
        if show is None:
            return page("message.html", 404, title="Not found", text="There is no such page.")
        fields = parse_qs(body.decode(errors="replace") if method == "POST" else parts.query)
        return show(Request(self.server.home, self.server.url, parts.path, {k: v[0] for k, v in fields.items()}))

    def _send(self, answer: Answer) -> None:
        self.send_response_only(answer.status, answer.reason or http.HTTPStatus(answer.status).phrase)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
