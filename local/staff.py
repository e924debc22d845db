"""A signed-in member of staff, calling the staff API over HTTP as any frontend would."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import urllib3

from local.engine.client import Engine
from local.sign_in import sign_in

BUSY = (429, 503)
PATIENCE = 12


class StaffError(Exception):
    """The API refused; `status` and `problem` are its answer."""

    def __init__(self, method: str, path: str, status: int, problem: dict[str, Any]) -> None:
        faults = "".join(f"\n  {f.get('field')}: {f.get('problem', f)}" for f in problem.get("errors") or [])
        said = problem.get("detail") or problem.get("title") or problem
        super().__init__(f"{method} {path}: {status} {said} {problem.get('remedy', '')}{faults}".rstrip())
        self.status, self.problem = status, problem


class Staff:
    """Safe to use from several threads; signs in again when the ten minutes of a token, or a jump, are over."""

    def __init__(self, engine: Engine, stack: Mapping[str, Any], role: str, base_url: str = "") -> None:
        self.user = next(user for user in stack["users"] if user["role"] == role)
        self._engine, self._stack = engine, stack
        self._base = base_url or stack["site"]
        self._http = urllib3.PoolManager(num_pools=2, maxsize=16, retries=False)
        self._token, self._guard = "", threading.Lock()

    def get(self, path: str, **query: Any) -> Any:
        asked = {key: value for key, value in query.items() if value is not None}
        return self._call("GET", f"{path}?{urlencode(asked)}" if asked else path)[0]

    def listed(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Every item of a list, page after page."""
        cursor = None
        while True:
            page = self.get(path, **query, cursor=cursor)
            yield from page["items"]
            cursor = page.get("next_cursor")
            if cursor is None:
                return

    def post(self, path: str, body: Mapping[str, Any], key: str | None = None) -> Any:
        """`key` makes repeating it harmless."""
        headers = {"Idempotency-Key": quote(key, safe="-_.:")} if key else {}
        return self._call("POST", path, body, headers)[0]

    def put(self, path: str, body: Mapping[str, Any], version: int | None = None) -> Any:
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return self._call("PUT", path, body, headers)[0]

    def patch(self, path: str, body: Mapping[str, Any], version: int) -> Any:
        return self._call("PATCH", path, body, {"If-Match": f'"{version}"'})[0]

    def delete(self, path: str) -> Any:
        return self._call("DELETE", path)[0]

    def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[Any, urllib3.HTTPHeaderDict]:
        refused = False
        attempt = 0
        while True:
            token = self._signed_in()
            got = self._http.request(
                method,
                f"{self._base}/v1{path}",
                body=None if body is None else json.dumps(body).encode(),
                headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json", **(headers or {})},
                timeout=60,
            )
            if got.status == 401 and not refused:
                refused = True
                self._forget(token)
            elif got.status in BUSY and attempt < PATIENCE:
                time.sleep(min(0.05 * 2**attempt, 1))
                attempt += 1
            else:
                break
        if got.status >= 400:
            raise StaffError(method, path, got.status, _json(got.data))
        return _json(got.data), got.headers

    def _signed_in(self) -> str:
        with self._guard:
            if not self._token:
                self._token = sign_in(self._engine, self._stack, self.user["name"], self.user["password"])
            return self._token

    def _forget(self, token: str) -> None:
        with self._guard:
            if self._token == token:
                self._token = ""


def _json(data: bytes) -> Any:
    try:
        return json.loads(data) if data else {}
    except ValueError:
        return {"detail": data[:300].decode(errors="replace")}
