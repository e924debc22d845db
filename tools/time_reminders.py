"""Prints how long it takes, on the local engine, to say who would be reminded of what among 10,000 open invoices (D-05).

`PYTHONPATH=layers/core:functions .venv/bin/python -m tools.time_reminders`
"""

import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from creneau.adapters.dynamodb import keys
from creneau.adapters.dynamodb.codec import encode
from creneau.adapters.dynamodb.table import Table
from creneau.adapters.invoices import BilledInvoices
from creneau.adapters.owed_invoices import BilledOwed
from creneau.messaging.payments.choose import Options
from creneau.messaging.payments.remind import ListReminders
from creneau.shared.actor import SYSTEM
from creneau.shared.model import Stored
from local.engine.client import Engine
from tests.integration.template_table import NAME, create_table
from tests.support.books import CLINIC, Books

INVOICES, PAYERS = 10_000, 4_000
NOW = datetime(2027, 6, 1, 8, tzinfo=UTC)
AIM = 5.0


def stored() -> Iterator[Stored]:
    """One invoice as the use cases make it, ten thousand times, of four thousand payers; a third was reminded of lately."""
    books = Books().open()
    books.consultation(1)
    first = books.invoiced(consultation_ids=("bil_1_0001",))
    for n in range(PAYERS):
        yield books.patient(1).with_(id=f"pat_{n:05}", email=f"p{n:05}@mail.example", version=1)
    for n in range(INVOICES):
        patient = f"pat_{n % PAYERS:05}"
        payer = first.payer.with_(key=f"patient.{patient}", patient_id=patient)
        lines = tuple(line.with_(patient_id=patient) for line in first.lines)
        reminded = date(2027, 5, 30) if n % 3 == 0 else None
        yield first.with_(id=f"inv_{n:05}", payer=payer, lines=lines, sendings=1, last_reminded_on=reminded, version=1)


def fill(client: object, items: Iterator[Stored]) -> None:
    some: list[dict[str, object]] = []
    for item in items:
        some.append({"PutRequest": {"Item": encode(item) | {k: {"S": v} for k, v in keys.attributes(item).items()}}})
        if len(some) == 25:
            client.batch_write_item(RequestItems={NAME: some})  # type: ignore[attr-defined]
            some = []
    if some:
        client.batch_write_item(RequestItems={NAME: some})  # type: ignore[attr-defined]


def main() -> None:
    with tempfile.TemporaryDirectory() as home, Engine.start(Path(home)) as engine:
        client = engine.client("dynamodb")
        create_table(client)
        fill(client, stored())
        store = Table(client, NAME)
        plan = ListReminders(store, BilledOwed(store, BilledInvoices()), CLINIC, lambda: NOW + timedelta())
        for turn in ("first", "second"):
            began, spent = time.monotonic(), time.process_time()
            payers = plan(Options(), SYSTEM)
            took, own = time.monotonic() - began, time.process_time() - spent
            wanted = sum(len(p.invoices) for p in payers)
            print(f"{turn}: {took:.1f} s (aim {AIM:.0f}), {own:.1f} s of it our own processor time;", end=" ")
            print(f"{wanted} of {INVOICES} invoices, {sum(bool(p.invoices) for p in payers)} emails")
        print(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
