"""Reads the demo's billing steps again over HTTP: planned, numbered, printed and paid, from the books as they stand."""

import hashlib
from collections.abc import Callable
from typing import Any

import urllib3

from local.reread import World, same

Step = dict[str, Any]


def month_planned(world: World, step: Step) -> None:
    """Everything that was planned is invoiced, and what was left out is not."""
    totals, written = 0, 0
    for asked in step["asked"]:
        recap = world.staff.post("/invoices/recap", asked)
        same("still to be invoiced", recap["invoices"], [])
        documents = list(world.staff.listed(f"/payers/patient.{asked['patient_id']}/invoices"))
        mine = [d for d in documents if d["lines"][0]["practitioner_id"] == step["practitioner_id"]]
        written += len(mine)
        totals += sum(d["totals"]["total"] for d in mine)
    same("invoices", written, step["invoices"])
    same("their total", totals, step["total"])
    for left in step["left_out"]:
        found = world.staff.get(f"/consultations/{left['id']}")
        same("left out", (found["wanted"], found["taken_by"]), (False, None))


def finalised(world: World, step: Step) -> None:
    running, issuers = [], set()
    for said in step["invoices"]:
        found = world.staff.get(f"/invoices/{said['id']}")
        same("state", (found["state"], found["number"]), ("finalised", said["number"]))
        running.append(int(said["number"].rpartition("-")[2]))
        issuers.add(found["issuer_id"])
        for line in found["lines"]:
            taken = world.staff.get(f"/consultations/{line['billable_id']}")["taken_by"]
            same("who has the consultation", taken, said["id"])
    same("numbers without a gap", running, list(range(1, len(running) + 1)))
    same("issuers", len(issuers), 1)


def printed(world: World, step: Step) -> None:
    """The same bytes, whoever asks again."""
    link = world.staff.get(f"/invoices/{step['invoice_id']}/document")
    pdf = urllib3.request("GET", link["url"], timeout=30).data
    same("a PDF", pdf[:5], b"%PDF-")
    same("SHA-256 of the document", hashlib.sha256(pdf).hexdigest(), step["sha256"])


def part_paid(world: World, step: Step) -> None:
    paid = _payment(world, step)
    same("payment", (paid["amount"], paid["method"], paid["cancelled_at"]), (step["amount"], "card", None))
    total = world.staff.get(f"/invoices/{step['invoice_id']}")["totals"]["total"]
    same("less than the invoice", 0 < step["amount"] < total, True)


def account(world: World, step: Step) -> None:
    """What was owed then has been paid since."""
    (found,) = world.staff.get(f"/patients/{step['patient_id']}/account")["items"]
    now = (found["invoiced"], found["paid"], found["owed"])
    same("account", now, (step["invoiced"], step["paid"] + step["owed"], 0))
    same("what was owed", step["owed"], step["invoiced"] - step["paid"])
    same("something was owed", step["owed"] > 0, True)


def paid_by_bank(world: World, step: Step) -> None:
    found = world.staff.get(f"/invoices/{step['invoice_id']}")
    same("invoice", (found["standing"], found["balance"]), ("paid", 0))
    same("its reference", found["reference"], step["reference"])
    paid = _payment(world, step)
    said = (step["amount"], "transfer", step["reference"])
    same("payment", (paid["amount"], paid["method"], paid["reference"]), said)
    (again,) = world.staff.post("/bank-files/plan", {"content": step["content"]})["items"]
    same("the same file again", again["match"], "recorded")


def _payment(world: World, step: Step) -> Step:
    payments = {p["id"]: p for p in world.staff.get(f"/invoices/{step['invoice_id']}/payments")["items"]}
    same("a payment of the invoice", step["payment_id"] in payments, True)
    return dict(payments[step["payment_id"]])


CHECKS: dict[str, Callable[[World, Step], None]] = {
    "month_planned": month_planned,
    "finalised": finalised,
    "printed": printed,
    "part_paid": part_paid,
    "account": account,
    "paid_by_bank": paid_by_bank,
}
"""By the step's name, in the order of the story."""
