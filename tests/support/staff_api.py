"""A member of staff who calls the staff API's function as the gateway would, over a clinic in memory."""

import copy
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from api.staff.handler import handler
from creneau import wiring
from tests.support.world import World

EVENTS = Path(__file__).parents[2] / "events" / "staff_api"
CLIENT_ID = "client"


def event(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return read


BARE = event("read_now")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    def __getitem__(self, name: str) -> Any:
        return self.json[name]

    @property
    def items(self) -> list[Any]:
        return list(self.json["items"])

    @property
    def fields(self) -> list[str]:
        return [error["field"] for error in self.json["errors"]]


def send(world: World, sent: dict[str, Any]) -> Answer:
    """One event through the function."""
    world.app.environment = {**world.app.environment, "STAFF_CLIENT_ID": CLIENT_ID}
    wiring.use(world.app)
    try:
        answer = handler(sent, None)
    finally:
        wiring.use(None)
    return Answer(answer["statusCode"], answer["headers"], answer["body"])


@dataclass
class Staff:
    """`roles` are the groups of the access token, `id` its subject; `claims` overrides what a token has."""

    world: World
    roles: tuple[str, ...] = ("secretary",)
    id: str = "user-1"
    claims: dict[str, Any] = field(default_factory=dict)

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        version: int | str | None = None,
        **query: str,
    ) -> Answer:
        sent = copy.deepcopy(BARE)
        sent["rawPath"], sent["requestContext"]["http"]["method"] = quote(path), method
        sent["requestContext"]["authorizer"]["jwt"]["claims"] |= {
            "sub": self.id,
            "cognito:groups": f"[{' '.join(self.roles)}]",
            **self.claims,
        }
        if body is not None:
            sent["body"] = body if isinstance(body, str) else json.dumps(body)
        if key is not None:
            sent["headers"]["Idempotency-Key"] = key
        if version is not None:
            sent["headers"]["If-Match"] = f'"{version}"' if isinstance(version, int) else version
        if query:
            sent["queryStringParameters"] = {name.rstrip("_"): value for name, value in query.items()}
        return send(self.world, sent)

    def get(self, path: str, **query: str) -> Answer:
        return self.ask("GET", path, **query)

    def post(self, path: str, body: Any = None, **more: Any) -> Answer:
        return self.ask("POST", path, {} if body is None else body, **more)

    def put(self, path: str, body: Any, **more: Any) -> Answer:
        return self.ask("PUT", path, body, **more)

    def patch(self, path: str, body: Any, **more: Any) -> Answer:
        return self.ask("PATCH", path, body, **more)

    def delete(self, path: str, **more: Any) -> Answer:
        return self.ask("DELETE", path, **more)

    def books(self, patient_id: str, start: str, **more: Any) -> Answer:
        """`start` with its offset; half an hour in the first agenda unless told otherwise."""
        self.world.patient(patient_id)
        wanted = {"agenda_id": "agd_1", "service_id": "srv_half", "patient_id": patient_id, "start": start, **more}
        return self.post("/v1/appointments", wanted)
