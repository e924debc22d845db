"""The deployed stack in a test's hands: its clock, its executions, what it stores, and what it sent."""

import html
import itertools
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from local.stack import Stack
from local.staff import Staff
from tests.support.patient import Patient

T = TypeVar("T")
SPACES = {0xA0: " ", 0x202F: " "}
QUIET: dict[str, dict[str, Any]] = {"waitlist": {"enabled": True}, "messaging": {"off": ["confirmed.email"]}}
"""Nobody needs hundreds of confirmations of what a test booked to begin with."""


def until(check: Callable[[], T | None], what: str, seconds: float = 20) -> T:
    """The first answer that is true; `what` is named when it does not come within so many real seconds."""
    end = time.monotonic() + seconds
    while not (found := check()):
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(0.02)
    return found


@dataclass
class Running:
    """`staff` is signed in as an admin; `patient` has no more than links. Both go straight to the API."""

    stack: Stack
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @classmethod
    def start(cls, home: Path) -> "Running":
        running = cls(Stack.start(home, persist=True))
        try:
            running.staff.patch("/settings", QUIET, 0)
        except BaseException:
            running.stop()
            raise
        return running

    def __post_init__(self) -> None:
        self.staff: Staff = self.stack.staff("admin", direct=True)
        self.patient = Patient(self.stack.state["api"])

    def stop(self) -> None:
        self.stack.stop()

    def restart(self) -> None:
        """The engine ends as on SIGTERM, and comes back with what it kept."""
        self.stack = self.stack.restarted()
        self.__post_init__()

    def client(self, service: str) -> Any:
        return self.stack.engine.client(service)

    def output(self, name: str) -> str:
        return str(self.stack.state["outputs"][name])

    # -- the clock
    def now(self) -> datetime:
        return self.stack.engine.now()

    def rest(self, timeout: float = 60) -> None:
        """Returns when nothing is under way at this instant; asked twice, as a busy computer hands work on slowly."""
        self.stack.engine.wait_idle(timeout)
        time.sleep(0.05)
        self.stack.engine.wait_idle(timeout)

    def later(self, *, to: datetime | None = None, **delay: float) -> datetime:
        """Time passes at once, and what that leads to has come to rest. An instant that is past already is no wait."""
        if to is not None:
            self.stack.engine.wait_idle(60)
            delay = {"seconds": max(0.0, (to - self.now()).total_seconds())}
        self.stack.engine.jump(timedelta(**delay), timeout=60)
        self.rest()
        return self.now()

    def sweep(self, minutes: int = 10) -> None:
        """So many minutes, each with the sweeper's run at its beginning."""
        for _ in range(minutes):
            self.stack.engine.wait_idle(60)
            now = self.now()
            next_minute = (now + timedelta(minutes=1)).replace(second=0, microsecond=200_000)
            self.stack.engine.jump(next_minute - now, timeout=60)
        self.rest()

    # -- what runs
    def machine(self) -> str:
        return self.output("WaitlistRoundArn")

    def executions(self, word: str, machine: str = "", **wanted: str) -> list[dict[str, Any]]:
        """Executions of `waitlist_round` (or another) with this word in their names, oldest first."""
        listing = {"stateMachineArn": machine or self.machine(), "maxResults": 1000, **wanted}
        found: list[dict[str, Any]] = []
        for page in self.client("stepfunctions").get_paginator("list_executions").paginate(**listing):
            found += [e for e in page["executions"] if word in e["name"]]
        return sorted(found, key=lambda e: (e["startDate"], e["name"]))

    def abort(self, execution: dict[str, Any]) -> None:
        self.client("stepfunctions").stop_execution(executionArn=execution["executionArn"], cause="a test's hand")

    def given(self, execution: dict[str, Any]) -> dict[str, Any]:
        """An execution's input."""
        about = self.client("stepfunctions").describe_execution(executionArn=execution["executionArn"])
        found: dict[str, Any] = json.loads(about["input"])
        return found

    def states(self, execution: dict[str, Any]) -> list[str]:
        """The states that it entered, in order: AWS bills each as one transition."""
        pages = self.client("stepfunctions").get_paginator("get_execution_history")
        events = [e for p in pages.paginate(executionArn=execution["executionArn"]) for e in p["events"]]
        return [e["stateEnteredEventDetails"]["name"] for e in events if "stateEnteredEventDetails" in e]

    # -- faults
    def function(self, logical_id: str) -> str:
        names: list[str] = [f["FunctionName"] for f in self.client("lambda").list_functions()["Functions"]]
        return next(n for n in names if re.fullmatch(rf"creneau-local-{logical_id}-\w+", n))

    @contextmanager
    def broken(self, logical_id: str) -> Iterator[None]:
        """The function raises at every call meanwhile: its table can't be found."""
        functions, name = self.client("lambda"), self.function(logical_id)
        variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        spoilt = {"Variables": variables | {"TABLE_NAME": "nowhere"}}
        functions.update_function_configuration(FunctionName=name, Environment=spoilt)
        try:
            yield
        finally:
            functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """Nobody reads the table's stream meanwhile; afterwards what was written is read late."""
        functions = self.client("lambda")
        mappings = functions.list_event_source_mappings()["EventSourceMappings"]
        stream = next(m["UUID"] for m in mappings if ":dynamodb:" in m["EventSourceArn"])
        functions.update_event_source_mapping(UUID=stream, Enabled=False)
        self.rest()
        try:
            yield
        finally:
            functions.update_event_source_mapping(UUID=stream, Enabled=True)

    def queued(self, output: str) -> list[str]:
        """Takes what lies in a queue."""
        queue, found = {"QueueUrl": self._queue(output)}, list[str]()
        while True:
            got = self.client("sqs").receive_message(**queue, MaxNumberOfMessages=10).get("Messages", [])
            for message in got:
                found.append(message["Body"])
                self.client("sqs").delete_message(**queue, ReceiptHandle=message["ReceiptHandle"])
            if not got:
                return found

    def _queue(self, output: str) -> str:
        return f"{self.stack.engine.url}/{self.output(output).split('/', 3)[3]}"

    # -- what it wrote to patients
    def mails(self, to: str) -> list[dict[str, Any]]:
        """Opened mails to one address, oldest first: `at` an instant, `subject`, `text` and `html` with plain spaces."""
        found = [m for m in self.stack.engine.mails() if to in m["to"]]
        return [self._opened(m) for m in found]

    def _opened(self, about: dict[str, Any]) -> dict[str, Any]:
        mail = self.stack.engine.mail(about["id"]) | about
        plain = {key: html.unescape(mail[key]).translate(SPACES) for key in ("subject", "text", "html")}
        return mail | plain | {"at": datetime.fromtimestamp(about["at"], UTC)}

    def texts(self, to: str) -> list[dict[str, Any]]:
        """SMS to one number, oldest first: `at` an instant, `text`."""
        found = [t for t in self.stack.engine.sms() if t["to"] == to]
        return [t | {"at": datetime.fromtimestamp(t["at"], UTC)} for t in found]

    def link(self, to: str) -> str:
        """The path of the offer's link in the latest mail that has one."""
        return until(lambda: self._link(to), f"an offer to {to}")

    def _link(self, to: str) -> str | None:
        links = [
            found[1] for mail in self.mails(to) if (found := re.search(r"https?://\S+?(/o/[\w-]{22})", mail["text"]))
        ]
        return links[-1] if links else None
