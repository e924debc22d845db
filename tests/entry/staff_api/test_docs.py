"""The examples of docs/console.md, replayed one after another on one small clinic: each answer says what it is said to."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from creneau.agenda.catalogue import Patient
from creneau.messaging.attach import Attach
from creneau.messaging.compose import Compose
from creneau.messaging.deliver import Deliver
from creneau.messaging.message import Message
from creneau.messaging.plan_changes import PlanAppointmentMessages
from creneau.messaging.plan_reminders import PlanReminders
from tests.support.post import FakeContents, FakeDocuments, FakeMailer, FakeTexter
from tests.support.staff_api import Staff
from tests.support.world import World

DOC = Path(__file__).parents[3] / "docs" / "console.md"
PART = re.compile(
    r"```http\n(?P<request>.*?)```\n```json\n(?P<answer>.*?)```|<!-- later: (?P<minutes>\d+) minutes -->", re.S
)
WHATEVER = "…"


@dataclass
class Kept(FakeContents):
    def read(self, key: str) -> bytes:
        return self.kept[key]

    def has(self, key: str) -> bool:
        return key in self.kept


@dataclass
class Console:
    """The world with its message pipeline; `names` are the ids that answers gave, by what the document calls them."""

    world: World
    names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        app, contents = self.world.app, Kept()
        app.plan_appointment_messages = PlanAppointmentMessages(app.store, app.clinic, app.clock, app.again)
        app.plan_reminders = PlanReminders(app.store, app.clinic, app.clock, app.again)
        app.dispatch_message = lambda _: "queued"  # type: ignore[assignment]
        app.kept_contents = contents
        self.deliver = Deliver(
            store=app.store,
            read=app.read_known,
            attach=Attach(FakeDocuments()),
            compose=Compose(app.clinic, "https://rdv.cabinet.example", bytes),
            contents=contents,
            mailer=FakeMailer(),
            texter=FakeTexter(),
            dispatch=app.dispatch_message,
            clock=app.clock,
            again=app.again,
        )

    def later(self, minutes: int) -> None:
        self.world.now += timedelta(minutes=minutes)
        for message in self.world.all(Message):
            if message.is_scheduled and message.goes_at <= self.world.now:
                self.deliver(message.id)
        self.world.drain()

    def ask(self, request: str) -> Any:
        head, _, body = self.named(request).strip().partition("\n\n")
        line, *headers = head.split("\n")
        method, target = line.split(" ")
        sent = dict(header.split(": ", 1) for header in headers)
        path = urlsplit(target)
        admin = Staff(self.world, roles=("admin",), id="user-admin")
        answer = admin.ask(
            method,
            path.path,
            body or None,
            key=sent.get("Idempotency-Key"),
            version=sent.get("If-Match"),
            **dict(parse_qsl(path.query)),
        )
        self.world.drain()
        return answer.json

    def named(self, text: str) -> str:
        return re.sub(r"<(\w+)>", lambda found: self.names.get(found[1], found[0]), text)

    def differs(self, said: Any, found: Any, where: str = "$") -> Iterator[str]:
        """Where an answer is not as it is said to be. More fields than are said are no difference."""
        match said:
            case str() if said == WHATEVER:
                return
            case str() if (name := re.fullmatch(r"<(\w+)>", said)) and name[1] not in self.names:
                self.names[name[1]] = found
            case str():
                if self.named(said) != found:
                    yield f"{where}: {found!r}, not {said!r}"
            case dict() if isinstance(found, dict):
                for key, value in said.items():
                    yield from self.differs(value, found.get(key), f"{where}.{key}")
            case list() if isinstance(found, list) and WHATEVER in said:
                for value in (v for v in said if v != WHATEVER):
                    if all(list(self.differs(value, one)) for one in found):
                        yield f"{where}: nothing is {value!r} in {found!r}"
            case list() if isinstance(found, list) and len(found) == len(said):
                for place, (value, one) in enumerate(zip(said, found, strict=True)):
                    yield from self.differs(value, one, f"{where}[{place}]")
            case _:
                if said != found:
                    yield f"{where}: {found!r}, not {said!r}"


@pytest.fixture
def console(world: World) -> Console:
    claire: dict[str, Any] = {"first_name": "Claire", "last_name": "Martin", "language": "fr"}
    world.put(Patient(id="pat_1", email="claire@mail.example", phone="+41791234567", **claire))
    world.drain()
    return Console(world)


@pytest.mark.rule("M-01")
@pytest.mark.rule("M-02")
@pytest.mark.rule("M-08")
@pytest.mark.rule("M-14")
@pytest.mark.rule("S-03")
def test_every_example_of_the_document_answers_as_it_says(console: Console):
    parts = list(PART.finditer(DOC.read_text()))
    assert len(parts) > 25
    for part in parts:
        if part["minutes"]:
            console.later(int(part["minutes"]))
            continue
        found = console.ask(part["request"])
        differences = list(console.differs(json.loads(part["answer"]), found))
        told = "\n".join(differences)
        assert not differences, f"{part['request']}\n{told}\n\n{json.dumps(found, indent=1, ensure_ascii=False)}"


def test_no_example_is_left_out_of_the_replay():
    text = DOC.read_text()
    assert len(re.findall(r"^```(http|json)$", text, re.M)) == 2 * sum(1 for p in PART.finditer(text) if p["request"])
