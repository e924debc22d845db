"""Very many visits at once, put straight into the deployed table: what is waited for is what follows from each."""

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import Any

from creneau.adapters.dynamodb import keys
from creneau.adapters.dynamodb.codec import encode
from creneau.agenda.appointment import Appointment
from creneau.agenda.catalogue import Patient
from creneau.messaging.message import Message
from creneau.shared.model import Stored
from tests.support.small_clinic import SmallClinic
from tests.support.stack import Running
from tests.support.stored import items

AT_ONCE = 25


@dataclass(frozen=True)
class Burst:
    """Of `many` people `due` have their visit at one instant, and are reminded at one; `early` an hour before them; the
    others on days after that."""

    clinic: SmallClinic
    many: int
    due: int
    start: datetime
    early: int = 0

    @property
    def run(self) -> Running:
        return self.clinic.running

    @property
    def reminded_at(self) -> datetime:
        return (self.start.astimezone(self.clinic.zone) - timedelta(days=1)).astimezone(self.start.tzinfo)

    def email(self, number: int) -> str:
        return f"b{number}.{self.clinic.tag}@mail.example"

    def book(self) -> None:
        """The records that bookings would have left."""
        location = self.run.staff.get(f"/agendas/{self.clinic.agenda_id}")["location_id"]
        with ThreadPoolExecutor(4) as hands:
            list(hands.map(self._put, _chunks(self._records(location))))

    def _records(self, location_id: str) -> Iterator[Stored]:
        now = self.run.now().replace(microsecond=0)
        for n in range(self.many):
            id = f"{self.clinic.tag}{n:05}"
            yield Patient(id=f"pat_{id}", first_name="B", last_name=id, email=self.email(n), language="en", version=1)
            yield Appointment(
                id=f"apt_{id}",
                visit_id=f"vis_{id}",
                agenda_id=self.clinic.agenda_id,
                practitioner_id=self.clinic.practitioner_id,
                location_id=location_id,
                patient_id=f"pat_{id}",
                service_id=self.clinic.service_id,
                start=self._start(n),
                end=self._start(n) + timedelta(minutes=30),
                created_at=now,
                attendance_at=now,
                changed_at=now,
                version=1,
            )

    def _start(self, number: int) -> datetime:
        if number < self.due:
            return self.start
        if number < self.due + self.early:
            return self.start - timedelta(hours=1)
        return self.start + timedelta(days=1 + number % 20, minutes=number % 60)

    def _put(self, some: list[Stored]) -> None:
        table = self.run.output("TableName")
        written = [encode(item) | {k: {"S": v} for k, v in keys.attributes(item).items()} for item in some]
        asked = {table: [{"PutRequest": {"Item": item}} for item in written]}
        left = self.run.client("dynamodb").batch_write_item(RequestItems=asked)
        assert not left.get("UnprocessedItems")

    def mails(self) -> int:
        """How many emails ever left, counted on the disk: asking often would keep the engine from sending them."""
        return len(list((self.run.stack.engine.home / "mail").glob("*.json")))

    def wait_for(self, mails: int, seconds: float) -> None:
        """Until there are so many in all."""
        end = monotonic() + seconds
        while (there := self.mails()) < mails:
            if monotonic() > end:
                raise AssertionError(f"after {seconds:.0f} s there are {there} of {mails} emails")
            sleep(0.25)

    # -- what came of it
    def sent(self) -> Counter[str]:
        """How many emails each of them got."""
        ours = f".{self.clinic.tag}@"
        return Counter(to for m in self.run.stack.engine.mails() for to in m["to"] if ours in to)

    def span(self) -> float:
        """Seconds from the instant at which they were due to the last of them."""
        ours = f".{self.clinic.tag}@"
        last = max(m["at"] for m in self.run.stack.engine.mails() if ours in m["to"][0])
        return float(last - self.reminded_at.timestamp())

    def messages(self) -> dict[str, Message]:
        """The records, by address."""
        ours = f"pat_{self.clinic.tag}"
        numbers = {f"pat_{self.clinic.tag}{n:05}": n for n in range(self.many)}
        found = [m for m in items(self.run) if isinstance(m, Message) and (m.patient_id or "").startswith(ours)]
        return {self.email(numbers[str(m.patient_id)]): m for m in found}

    def given_up(self) -> list[str]:
        """What lies in the outbox's dead-letter queue."""
        queues = self.run.client("sqs").list_queues()["QueueUrls"]
        dead = next(url for url in queues if "OutboxDead" in url)
        about = self.run.client("sqs").get_queue_attributes(QueueUrl=dead, AttributeNames=["All"])["Attributes"]
        return ["an entry"] * int(about["ApproximateNumberOfMessages"])


def _chunks(records: Iterable[Stored]) -> Iterator[list[Any]]:
    some: list[Stored] = []
    for record in records:
        some.append(record)
        if len(some) == AT_ONCE:
            yield some
            some = []
    if some:
        yield some
