"""Where what is billed, invoices, payments, runs and tasks lie in the indexes, and which lists find them there."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from creneau.adapters.dynamodb.spelling import HIGHEST, Place, instant
from creneau.billing.billable import Billable
from creneau.billing.invoice import Invoice, InvoiceState
from creneau.billing.online.checkout import Checkout
from creneau.billing.payment import Payment
from creneau.billing.run import BillingRun, RunPayer
from creneau.billing.task import Task
from creneau.shared.model import Stored
from creneau.shared.store import Collection


def _billable(b: Billable) -> dict[str, str]:
    keys = {"g1pk": f"PATIENT#{b.patient_id}#BILLABLES", "g1sk": f"{b.on}#{b.id}"}
    if b.due is not None:
        keys |= {"g4pk": f"DUES#{b.due_state}", "g4sk": f"{instant(b.due.at)}#{b.id}"}
    return keys | ({"g3pk": "BILLABLES#OPEN", "g3sk": f"{b.on}#{b.id}"} if b.is_open else {})


def _invoice(i: Invoice) -> dict[str, str]:
    order = f"{instant(i.created_at)}#{i.id}"
    by_state = f"{i.frozen.issued_on}#{i.id}" if i.frozen else order
    keys = {"g1pk": f"INVOICES#{i.state}", "g1sk": by_state, "g2pk": f"PAYER#{i.payer.key}#INVOICES", "g2sk": order}
    if i.of_run and i.state is InvoiceState.DRAFT:
        keys |= {"g4pk": "INVOICES#OFRUNS", "g4sk": order}
    return keys | ({"g3pk": "INVOICES#OWED", "g3sk": f"{i.falls_due_on or '9999-12-31'}#{i.id}"} if i.is_owed else {})


def _payment(p: Payment) -> dict[str, str]:
    keys = {"g3pk": "PAYMENTS", "g3sk": f"{p.paid_on}#{p.id}"}
    if p.invoice_id:
        keys |= {"g1pk": f"INVOICE#{p.invoice_id}#PAYMENTS", "g1sk": f"{instant(p.recorded_at)}#{p.id}"}
    return keys


def _checkout(c: Checkout) -> dict[str, str]:
    keys = {"g1pk": f"PAYER#{c.payer_key}#CHECKOUTS", "g1sk": f"{instant(c.created_at)}#{c.id}"}
    return keys | ({"g4pk": f"INTENT#{c.payment_intent}", "g4sk": c.id} if c.payment_intent else {})


def _task(t: Task) -> dict[str, str]:
    if t.done_at is not None:
        return {"g1pk": "TASKS#DONE", "g1sk": f"{instant(t.done_at)}#{t.id}"}
    return {"g1pk": "TASKS#OPEN", "g1sk": f"{instant(t.created_at)}#{t.id}"}


def _run_payer(p: RunPayer) -> dict[str, str]:
    return {"g1pk": f"RUN#{p.run_id}#{p.outcome}", "g1sk": p.place} if p.outcome else {}


INDEXED: dict[type[Stored], Callable[[Any], dict[str, str]]] = {
    Billable: _billable,
    Invoice: _invoice,
    Payment: _payment,
    Checkout: _checkout,
    Task: _task,
    BillingRun: lambda r: {"g1pk": "BILLINGRUNS", "g1sk": f"{instant(r.created_at)}#{r.id}"},
    RunPayer: _run_payer,
}


def place_of(of: Collection[Any]) -> Place | None:
    """None: it is not one of these."""
    key = of.key
    match of.name:
        case "packages_of_patient":
            return None, f"SOLDPACKAGE#{key[0]}", "", HIGHEST
        case "billables_of_patient":
            return "by_first", f"PATIENT#{key[0]}#BILLABLES", of.low, of.high + HIGHEST
        case "open_billables":
            return "by_third", "BILLABLES#OPEN", of.low, of.high + HIGHEST
        case "dues":
            high = instant(datetime.fromisoformat(of.high)) if of.high else ""
            return "by_fourth", f"DUES#{key[0]}", of.low, high + HIGHEST
        case "checkouts_of_payer":
            return "by_first", f"PAYER#{key[0]}#CHECKOUTS", "", HIGHEST
        case "checkouts_of_intent":
            return "by_fourth", f"INTENT#{key[0]}", "", HIGHEST
        case "open_tasks":
            return "by_first", "TASKS#OPEN", "", HIGHEST
        case "tasks_done":
            return "by_first", "TASKS#DONE", "", HIGHEST
        case "invoices_by_state":
            return "by_first", f"INVOICES#{key[0]}", of.low, of.high + HIGHEST
        case "invoices_of_payer":
            return "by_second", f"PAYER#{key[0]}#INVOICES", "", HIGHEST
        case "drafts_of_runs":
            return "by_fourth", "INVOICES#OFRUNS", "", HIGHEST
        case "runs_by_age":
            return "by_first", "BILLINGRUNS", "", HIGHEST
        case "payers_of_run":
            return None, f"RUN#{key[0]}", f"PAYER#{of.low}", f"PAYER#{of.high}{HIGHEST}"
        case "payers_by_outcome":
            return "by_first", f"RUN#{key[0]}#{key[1]}", "", HIGHEST
        case "invoices_owed":
            return "by_third", "INVOICES#OWED", of.low, of.high + HIGHEST
        case "payments_of_invoice":
            return "by_first", f"INVOICE#{key[0]}#PAYMENTS", "", HIGHEST
        case "payments_by_day":
            return "by_third", "PAYMENTS", of.low, of.high + HIGHEST
    return None
