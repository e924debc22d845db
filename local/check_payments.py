"""Reads the demo's payments again: who was invoiced by the run, paid, and was reminded, and who was left alone and why."""

from collections.abc import Callable
from typing import Any

from local.demo.browser import Browser
from local.reread import World, same

Step = dict[str, Any]
A_YEAR = 365
"""Days: the list of reminders is read again when more than a week has passed since the last one."""


def invoicing_on(world: World, step: Step) -> None:
    """It was turned off again at the end; what was booked took place."""
    found = world.staff.get(f"/templates/{step['template_id']}")
    said = ("payment_reminder", "email", True, [{"number": 14, "unit": "days"}])
    same("template", (found["kind"], found["channel"], found["active"], found["delays"]), said)
    same("by itself", world.staff.get("/settings/billing")["automatic"], False)
    for id in step["appointment_ids"]:
        same("attendance", world.appointment(id)["attendance"], "booked")


def invoiced(world: World, step: Step) -> None:
    """One invoice a payer, of that run, sent once; and no other run has made any."""
    run = world.staff.get(f"/billing-runs/{step['run_id']}")
    same("run", (run["state"], run["done"], run["counts"]), ("closed", 3, {"invoiced": 3}))
    payers = {p["document_id"]: p for p in world.staff.listed(f"/billing-runs/{step['run_id']}/payers")}
    same("invoices", sorted(payers), sorted(said["invoice_id"] for said in step["invoices"]))
    for said in step["invoices"]:
        same("payer", payers[said["invoice_id"]]["payer_key"], f"patient.{said['patient_id']}")
        mail = world.mail(said["mail_id"], said["patient_id"])
        same("email", mail.message_id.startswith(f"invoice.email.{said['invoice_id']}."), True)
        sent = [m for m in world.mails.values() if m.message_id.startswith(f"invoice.email.{said['invoice_id']}.")]
        same("emails of the invoice", len(sent), 1)
    others = [run["counts"] for run in world.staff.listed("/billing-runs") if run["id"] != step["run_id"]]
    same("made by other runs", [counts for counts in others if counts], [])


def paid_at_once(world: World, step: Step) -> None:
    found = world.staff.get(f"/invoices/{step['invoice_id']}")
    same("invoice", (found["standing"], found["balance"]), ("paid", 0))
    payments = world.staff.get(f"/invoices/{step['invoice_id']}/payments")["items"]
    same("payments", [(p["id"], p["amount"]) for p in payments], [(step["payment_id"], step["amount"])])
    message = world.message(step["message_id"])
    told = (message["kind"], message["state"], message["hand_overs"])
    same("reminder", told, ("payment_reminder", "cancelled", 0))


def reminded_to_pay(world: World, step: Step) -> None:
    """Once, with a link that opens what is owed; of the others nothing was asked."""
    mail = world.mail(step["mail_id"], step["patient_id"])
    message = world.message(mail.message_id)
    told = (message["kind"], message["hand_overs"], message["invoice_ids"])
    same("reminder", told, ("payment_reminder", 1, [step["invoice_id"]]))
    same("its words", message["template"].rpartition("/")[2], step["template_id"])
    same("still owed", world.staff.get(f"/invoices/{step['invoice_id']}")["balance"] > 0, True)
    same("page to pay", Browser().open(mail.link_to(world.site, "p")).status, 200)
    same("reminders of the payer", _reminders(world, step["patient_id"]), [mail.id])
    for patient in step["unasked"]:
        same("reminders of the others", _reminders(world, patient), [])
    same("called off", world.message(step["called_off"])["hand_overs"], 0)


def _reminders(world: World, patient_id: str) -> list[str]:
    start = f"payment_reminder.email.patient.{patient_id}."
    return [m.id for m in world.mails.values() if m.message_id.startswith(start)]


def left_out(world: World, step: Step) -> None:
    """The same reasons, told apart from what was invoiced since; what is paid is not on the list."""
    found = world.staff.post("/payment-reminders/list", {"within_days": A_YEAR})
    because = {row["invoice_id"]: row["because"] for payer in found["payers"] for row in payer["left_out"]}
    same("left out", {id: because.get(id) for id in step["because"]}, step["because"])
    wanted = [row["invoice_id"] for payer in found["payers"] for row in payer["invoices"]]
    same("paid, and on the list", step["paid"] in because or step["paid"] in wanted, False)


CHECKS: dict[str, Callable[[World, Step], None]] = {
    "invoicing_on": invoicing_on,
    "invoiced": invoiced,
    "paid_at_once": paid_at_once,
    "reminded_to_pay": reminded_to_pay,
    "left_out": left_out,
}
"""By the step's name, in the order of the story."""
