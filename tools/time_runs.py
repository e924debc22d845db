"""How a billing run of many payers goes on the local engine: how long, how far while it runs, its history, its memory.

`PYTHONPATH=layers/core:functions python -m tools.time_runs [payers] [mode]`: 10,000 payers, drafts, unless told otherwise.
"""

import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from creneau.adapters.dynamodb import keys
from creneau.adapters.dynamodb.codec import encode
from creneau.agenda.catalogue import Address, Patient, Practitioner
from creneau.billing.billable import Billable, Due
from creneau.billing.issuer import Issuer
from creneau.shared.model import Stored
from local.stack import Stack

PAYERS = 10_000
HERE = Address(street="Rue du Lac 12", postcode="1003", town="Lausanne", country="CH")


def put(stack: Stack, items: list[Stored]) -> None:
    """Straight into the table, as an import would."""
    client, table = stack.engine.client("dynamodb"), stack.state["outputs"]["TableName"]
    for n in range(0, len(items), 25):
        some = [encode(i) | {k: {"S": v} for k, v in keys.attributes(i).items()} for i in items[n : n + 25]]
        client.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": i}} for i in some]})


def owed(now: datetime, count: int) -> list[Stored]:
    """So many patients, each with one visit of yesterday to pay."""
    at = now - timedelta(days=1)
    found: list[Stored] = [
        Issuer(id="iss_run", name="Dr Anne Favre", address=HERE, prefix="F", version=1),
        Practitioner(id="prc_run", name="Dr Anne Favre", issuer_id="iss_run", version=1),
    ]
    for n in range(count):
        id = f"{n:06}"
        due = Due(text="Séance", price=12_050, currency="CHF", at=at + timedelta(milliseconds=n))
        found.append(Patient(id=f"pat_run{id}", first_name="Claire", last_name=id, version=1))
        billable = Billable(
            id=f"bil_run{id}",
            patient_id=f"pat_run{id}",
            practitioner_id="prc_run",
            on=at.date(),
            visit_id=f"vis_run{id}",
            due=due,
            created_at=at,
            version=1,
        )
        found.append(billable)
    return found


def resident(engine: int) -> str:
    """Memory of the engine's process, and the most of any function's, in MB."""
    parents, sizes = dict[int, int](), dict[int, int]()
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        except OSError:  # it has just ended
            continue
        pid = int(status.parent.name)
        parents[pid], sizes[pid] = int(lines["PPid"]), int(lines.get("VmRSS", "0 kB").split()[0]) // 1024
    below = {engine}
    for _ in range(5):
        below |= {pid for pid, parent in parents.items() if parent in below}
    return (
        f"engine {sizes.get(engine, 0)} MB, functions at most {max((sizes[p] for p in below - {engine}), default=0)} MB"
    )


def follow(stack: Stack, run_id: str) -> dict[str, Any]:
    """The run once it is closed; a line whenever it got further."""
    staff, begun, last = stack.staff("admin", direct=True), time.monotonic(), (0, 0)
    while True:
        found = staff.listed("/billing-runs")
        run = next((r for r in found if r["id"] == run_id), None)
        if run is not None:
            far = (run["payers"], run["done"])
            if far != last:
                told = f"{run['state']:<9} {run['payers']:>6} payers {run['done']:>6} done"
                print(f"  {time.monotonic() - begun:7.1f} s  {told}", flush=True)
                last = far
            if run["state"] == "closed":
                return dict(run, seconds=time.monotonic() - begun)
        time.sleep(5)


def history(stack: Stack, run_id: str) -> int:
    client, machine = stack.engine.client("stepfunctions"), stack.state["outputs"]["BillingRunArn"]
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{run_id}-1"
    pages = client.get_paginator("get_execution_history").paginate(executionArn=arn)
    return sum(len(page["events"]) for page in pages)


def main(count: int, mode: str) -> None:
    with tempfile.TemporaryDirectory() as home, Stack.start(Path(home)) as stack:
        engine, zone = stack.engine, ZoneInfo(stack.state["zone"])
        staff = stack.staff("admin", direct=True)
        print(f"{count:,} payers, {mode}")
        begun = time.monotonic()
        put(stack, owed(engine.now(), count))
        print(f"  entered in {time.monotonic() - begun:.0f} s; {resident(engine.pid)}", flush=True)
        version = staff.get("/settings/billing")["version"]
        staff.patch("/settings/billing", {"automatic": True, "mode": mode, "cycle": "daily"}, version)
        now = engine.now().astimezone(zone)
        eight = (now + timedelta(days=1)).replace(hour=8, minute=0, second=0, microsecond=0)
        engine.jump(eight - now + timedelta(minutes=6), timeout=600)
        run = follow(stack, f"run_daily_{eight.date()}")
        print(
            f"  {run['counts']} in {run['seconds']:.0f} s; {history(stack, run['id']):,} events; {resident(engine.pid)}",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PAYERS, sys.argv[2] if len(sys.argv) > 2 else "draft")
