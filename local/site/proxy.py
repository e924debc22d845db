"""Hands a request to the stack's HTTP API as it came, and its answer back as it is."""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import urllib3

from local import homes
from local.site.answer import Answer, NotYet

# They speak of one connection only (RFC 9110, 7.6.1), or are ours to write.
HOPS = {
    *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding"),
    *("upgrade", "host", "content-length", "accept-encoding", "date", "server"),
}
_engine = urllib3.PoolManager(num_pools=4, maxsize=32, retries=False)


def forward(home: Path, method: str, path: str, headers: Iterable[tuple[str, str]], body: bytes) -> Answer:
    stack = homes.read(home, "stack")
    if stack is None:
        raise NotYet("The stack is still being deployed.")
    passed = urllib3.HTTPHeaderDict()
    for name, value in headers:
        if name.lower() not in HOPS:
            passed.add(name, value)
    passed["X-Forwarded-Proto"] = urlsplit(stack["site"]).scheme
    got = _engine.request(
        method, stack["api"] + path, body=body or None, headers=passed, redirect=False, decode_content=False, timeout=60
    )
    kept = [(name, value) for name, value in got.headers.iteritems() if name.lower() not in HOPS]
    return Answer(got.status, got.data, kept, got.reason or "")
