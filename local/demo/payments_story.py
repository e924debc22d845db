"""Money that comes in by itself: invoiced the morning after, and a month later who has not paid is reminded, nobody else."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from local.demo.browser import Browser
from local.demo.invoices_story import money
from local.demo.mail import Mail
from local.demo.scene import Scene
from local.demo.story import holds
from local.sample_clinic.catalogue import PRACTITIONERS
from local.staff import Staff
from local.waiting import until

QUIET_DAYS = 32
"""The sample clinic's month of agenda begins after them, on the day this ends: two, and the 30 of an invoice's term."""

WHOSE = PRACTITIONERS["bernasconi"]["name"]
SERVICE = "Rééducation"
FORGETS, PAYS, UNREMINDED = "Tessa Ward", "Agnès Wicht", "Nils Röthlin"
HOURS = {FORGETS: time(9), PAYS: time(10), UNREMINDED: time(11)}
EIGHT = time(8, 5)
"""The billing clock looks every five minutes for a run that is due at eight."""

DELAY = {"number": 14, "unit": "days"}
TITLE = "Rappel de paiement"
WORDS = {
    "en": {
        "subject": "{{ clinic.name }}: a reminder",
        "body": "# A reminder\n\nHello {{ recipient.name }},\n\n{{ owed.details }}\n\n{{ pay.button }}",
    }
}

Answer = dict[str, Any]


@dataclass(frozen=True)
class Billed:
    """What a payer got of the morning's run."""

    patient_id: str
    invoice: Answer
    mail: Mail


def tell_payments(scene: Scene) -> None:
    billing = scene.stack.staff("admin")
    template = invoicing_on(scene, billing)
    billed = invoiced(scene, billing)
    paid = paid_at_once(scene, billed[PAYS])
    reminded_to_pay(scene, billed, paid, template)
    who_is_left_out(scene, billing, billed)


def key_of(patient_id: str) -> str:
    return f"patient.{patient_id}"


def invoicing_on(scene: Scene, billing: Staff) -> str:
    """Three visits of tomorrow; returns the reminders' template."""
    wanted = {"automatic": True, "mode": "send_invoice", "cycle": "daily", "channel": "email"}
    billing.patch("/settings/billing", wanted, billing.get("/settings/billing")["version"])
    given = {"kind": "payment_reminder", "channel": "email", "title": TITLE, "delays": [DELAY], "wordings": WORDS}
    template = billing.post("/templates", given)
    patients = {f"{p['first_name']} {p['last_name']}": p["id"] for p in scene.people.patients.values()}
    billing.put(f"/payers/{key_of(patients[UNREMINDED])}", {"receives_reminders": False})
    agenda = next(a for a in scene.secretary.listed("/agendas") if a["name"] == "M. Bernasconi, Lausanne")
    service = next(s for s in scene.secretary.listed("/services") if s["name"] == SERVICE)
    day = scene.now().astimezone(scene.zone).date() + timedelta(days=1)
    visits = []
    for name, hour in HOURS.items():
        body = {
            "agenda_id": agenda["id"],
            "patient_id": patients[name],
            "service_id": service["id"],
            "start": datetime.combine(day, hour, scene.zone).isoformat(),
            "outside_availability": True,
        }
        visits.append(scene.secretary.post("/appointments", body))
    scene.teller.step(scene.now(), "The clinic turns automatic invoicing on, and a reminder 14 days after an invoice")
    scene.teller.line("Every morning at eight what is due is invoiced and goes by email. Tomorrow's visits:")
    scene.teller.table([(scene.people.name(v["patient_id"]), scene.local(v["start"]), WHOSE) for v in visits])
    scene.teller.line(f"{UNREMINDED} has asked for no reminders of payments.")
    ids = [v["id"] for v in visits]
    scene.record.step("invoicing_on", scene.now(), template_id=template["id"], appointment_ids=ids)
    return str(template["id"])


def invoiced(scene: Scene, billing: Staff) -> dict[str, Billed]:
    """By the name of who owes."""
    day = scene.now().astimezone(scene.zone).date() + timedelta(days=2)
    scene.jump(to=datetime.combine(day, EIGHT, scene.zone))
    run_id = f"run_daily_{day}"
    run = until(lambda: _closed(billing, run_id), f"the billing run {run_id}", instead=lambda: _runs(billing))
    holds(run["counts"] == {"invoiced": len(HOURS)}, f"the run's outcomes are {run['counts']}")
    billed = {}
    for payer in billing.listed(f"/billing-runs/{run_id}/payers"):
        invoice = scene.secretary.get(f"/invoices/{payer['document_id']}")
        patient = invoice["payer"]["patient_id"]
        about = ("invoice", "email", invoice["id"])
        mail = until(lambda a=about: scene.mailbox.about(*a), f"the email of {invoice['number']}")[0]  # type: ignore[misc]
        holds(mail.to == scene.people.email(patient), f"the invoice of {patient} went to {mail.to}")
        billed[scene.people.name(patient)] = Billed(patient, invoice, mail)
    holds(set(billed) == set(HOURS), f"invoices went to {', '.join(billed)}")
    scene.teller.step(scene.now(), f"The morning after: the run of {day:%d %b} has invoiced {run['done']} payers")
    rows = [(n, b.invoice["number"], money(b.invoice["balance"]), b.mail.subject) for n, b in sorted(billed.items())]
    scene.teller.table(rows)
    scene.teller.line(f"Each with its PDF, due on {billed[PAYS].invoice['due_on']}.")
    told = [{"patient_id": b.patient_id, "invoice_id": b.invoice["id"], "mail_id": b.mail.id} for b in billed.values()]
    scene.record.step("invoiced", scene.now(), run_id=run_id, invoices=told)
    return billed


def _closed(billing: Staff, run_id: str) -> Answer | None:
    found = next((run for run in _runs(billing) if run["id"] == run_id), None)
    return found if found and found["state"] == "closed" else None


def _runs(billing: Staff) -> list[Answer]:
    return list(billing.get("/billing-runs")["items"])


def paid_at_once(scene: Scene, billed: Billed) -> Answer:
    """Returns the reminder that had been planned for that payer."""
    planned = until(lambda: _reminders(scene, billed), "a reminder to be planned")[0]
    invoice = billed.invoice
    today = scene.now().astimezone(scene.zone).date()
    given = {"amount": invoice["balance"], "currency": invoice["currency"], "method": "card", "paid_on": f"{today}"}
    payment = scene.secretary.post(f"/invoices/{invoice['id']}/payments", given)

    def off() -> Answer | None:
        return next((m for m in _reminders(scene, billed) if m["state"] == "cancelled"), None)

    cancelled = until(off, "the reminder to be called off", instead=lambda: _reminders(scene, billed))
    scene.teller.step(scene.now(), f"{PAYS} pays {money(invoice['balance'])} at the desk")
    when = scene.local(planned["due_at"])
    scene.teller.line(f"The reminder that was planned for {when} is called off.")
    ids = {"invoice_id": invoice["id"], "payment_id": payment["id"], "message_id": cancelled["id"]}
    scene.record.step("paid_at_once", scene.now(), **ids, amount=invoice["balance"])
    return cancelled


def _reminders(scene: Scene, billed: Billed) -> list[Answer]:
    path = f"/payers/{key_of(billed.patient_id)}/messages"
    return list(scene.secretary.get(path, kind="payment_reminder")["items"])


def reminded_to_pay(scene: Scene, billed: dict[str, Billed], paid: Answer, template: str) -> None:
    owing = billed[FORGETS]
    planned = until(lambda: _reminders(scene, owing), f"a reminder of {FORGETS} to be planned")[0]
    scene.jump(to=datetime.fromisoformat(planned["due_at"]))
    about = ("payment_reminder", "email", key_of(owing.patient_id))
    until(lambda: scene.mailbox.about(*about), "the reminder", instead=lambda: _reminders(scene, owing))
    scene.engine.wait_idle(60)
    mails = {name: scene.mailbox.about(*about[:2], key_of(b.patient_id)) for name, b in billed.items()}
    counts = {name: len(found) for name, found in mails.items()}
    holds(counts == {FORGETS: 1, PAYS: 0, UNREMINDED: 0}, f"reminders in the mailbox: {counts}")
    mail = mails[FORGETS][0]
    link = mail.link_to(scene.stack.site, "p")
    page = Browser().open(link)
    holds(page.status == 200, f"the page to pay answers {page.status}")
    scene.teller.step(scene.now(), f"A month ahead: the invoice is due, {FORGETS} has not paid and is reminded, once")
    scene.teller.quote(mail.subject)
    scene.teller.line("What is owed now, and how to pay it, behind the email's link:")
    scene.teller.quote(page.heading)
    scene.teller.line(link)
    scene.teller.line(f"To {PAYS}, who paid, and to {UNREMINDED} nothing went.")
    ids = {"patient_id": owing.patient_id, "invoice_id": owing.invoice["id"], "template_id": template}
    unasked = [billed[name].patient_id for name in (PAYS, UNREMINDED)]
    scene.record.step("reminded_to_pay", scene.now(), **ids, mail_id=mail.id, unasked=unasked, called_off=paid["id"])


def who_is_left_out(scene: Scene, billing: Staff, billed: dict[str, Billed]) -> None:
    """The list that staff look at before they remind many; then invoicing is by hand again, as the rest is told."""
    listed = scene.secretary.post("/payment-reminders/list", {})
    because = {row["invoice_id"]: row["because"] for payer in listed["payers"] for row in payer["left_out"]}
    wanted = {
        billed[FORGETS].invoice["id"]: "reminded_lately",
        billed[UNREMINDED].invoice["id"]: "reminders_off",
    }
    holds(listed["emails"] == 0 and because == wanted, f"{listed['emails']} would be reminded; left out: {because}")
    billing.patch("/settings/billing", {"automatic": False}, billing.get("/settings/billing")["version"])
    scene.teller.step(scene.now(), "Whom would staff remind now? Nobody, and the list says why")
    numbers = {b.invoice["id"]: (name, b.invoice["number"]) for name, b in billed.items()}
    scene.teller.table([(*numbers[id], why.replace("_", " ")) for id, why in because.items()])
    scene.teller.line(
        f"{numbers[billed[PAYS].invoice['id']][1]} is paid, and not on it. From here on invoices are by hand."
    )
    scene.record.step("left_out", scene.now(), because=because, paid=billed[PAYS].invoice["id"])
