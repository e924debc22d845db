"""The invoices of a practitioner's month: shown before they are written, numbered, printed, paid in part and by the bank."""

import hashlib
import itertools
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import urllib3

from local.demo.bank import notice_of_credit
from local.demo.scene import Scene
from local.demo.story import holds
from local.sample_clinic.catalogue import PRACTITIONERS

WHOSE = PRACTITIONERS["keller"]["name"]
PER_PATIENT = "per_payer"

Answer = dict[str, Any]


@dataclass(frozen=True)
class Month:
    """`asked` are the recaps' questions, one a patient, and `recaps` their answers."""

    practitioner: Answer
    asked: list[Answer]
    recaps: list[Answer]

    @property
    def planned(self) -> list[Answer]:
        return [invoice for recap in self.recaps for invoice in recap["invoices"]]

    @property
    def total(self) -> int:
        return sum(invoice["totals"]["total"] for invoice in self.planned)


def tell_invoices(scene: Scene) -> None:
    """Time stands still meanwhile: what ended in the story so far is invoiced."""
    month = before_anything_is_written(scene)
    invoices = with_numbers(scene, month)
    chosen = max(invoices, key=lambda i: (len(i["lines"]), i["number"]))
    printed(scene, chosen)
    part = chosen["balance"] // 200 * 100
    paid_in_part(scene, chosen, part)
    the_account(scene, chosen, part)
    paid_by_the_bank(scene, chosen)


def before_anything_is_written(scene: Scene) -> Month:
    """One recap a patient, with everything that practitioner did in the month."""
    practitioner = next(p for p in scene.secretary.listed("/practitioners") if p["name"] == WHOSE)
    visits = _month_of(scene, practitioner["id"])
    gift = _for_nothing(scene, practitioner["id"], visits[0])
    patients = list(dict.fromkeys(visit["patient_id"] for visit in visits))
    asked = [{"patient_id": patient, "grouping": PER_PATIENT} for patient in patients]
    month = Month(practitioner, asked, [scene.secretary.post("/invoices/recap", a) for a in asked])
    left_out = [left for recap in month.recaps for left in recap["left_out"]]
    lines = sum(len(planned["lines"]) for planned in month.planned)
    holds(left_out == [{"id": gift, "reason": "marked_not_invoiceable"}], f"left out: {left_out}")
    holds(lines == len(visits) - 1, f"{lines} lines for {len(visits)} visits, one of them free")
    written = [a["id"] for a in asked for a in scene.secretary.listed(f"/payers/patient.{a['patient_id']}/invoices")]
    holds(not written, f"the recap has written {written}")

    scene.teller.step(scene.now(), f"{WHOSE}'s past month, before anything is written")
    rows = [
        (p["payer"]["name"], f"{len(p['lines'])} consultations", money(p["totals"]["total"])) for p in month.planned
    ]
    scene.teller.table(rows)
    scene.teller.line(f"{len(rows)} invoices, {lines} consultations, {money(month.total)}. Not one has been written.")
    whose = scene.people.name(visits[0]["patient_id"])
    scene.teller.line(f"Left out: the session of {_day(visits[0])} with {whose}, marked as not to be invoiced.")
    scene.record.step(
        "month_planned",
        scene.now(),
        practitioner_id=practitioner["id"],
        asked=asked,
        invoices=len(rows),
        total=month.total,
        left_out=left_out,
    )
    return month


def _month_of(scene: Scene, practitioner_id: str) -> list[Answer]:
    """Visits that have ended, the earliest first."""
    now = scene.now()
    reach = {"start_from": (now - timedelta(days=31)).isoformat(timespec="seconds"), "start_before": _text(scene)}
    agendas = [a["id"] for a in scene.secretary.listed("/agendas") if a["practitioner_id"] == practitioner_id]
    booked = itertools.chain.from_iterable(
        scene.secretary.listed("/appointments", agenda_id=agenda, **reach) for agenda in agendas
    )
    ended = [a for a in booked if a["attendance"] in ("booked", "attended") and a["end"] <= _text(scene)]
    holds(len(ended) > 1, f"{WHOSE} has seen nobody yet")
    return sorted(ended, key=lambda a: (a["start"], a["id"]))


def _for_nothing(scene: Scene, practitioner_id: str, visit: Answer) -> str:
    """The consultation of a visit, entered by hand and marked as not to be invoiced; its id."""
    about = {"patient_id": visit["patient_id"], "practitioner_id": practitioner_id, "on": visit["local_start"][:10]}
    made = scene.secretary.post("/consultations", about | {"title": "Premier entretien, offert"})
    scene.secretary.patch(f"/consultations/{made['id']}", {"wanted": False}, made["version"])
    return str(made["id"])


def with_numbers(scene: Scene, month: Month) -> list[Answer]:
    """Drafts of what the recaps said, then final ones."""
    drafts: list[str] = []
    for asked, recap in zip(month.asked, month.recaps, strict=True):
        if recap["invoices"]:
            drafts += scene.secretary.post("/invoices", asked | {"digest": recap["digest"]})["invoice_ids"]
    holds(len(drafts) == len(month.planned), f"{len(drafts)} drafts of {len(month.planned)} invoices")
    states = {scene.secretary.get(f"/invoices/{id}")["standing"] for id in drafts}
    holds(states == {"draft"}, f"the drafts are {', '.join(sorted(states))}")
    done = scene.secretary.post("/invoices/finalise", {"invoice_ids": drafts})
    holds(not done["not_final"], f"not final: {done['not_final']}")
    invoices: list[Answer] = done["items"]
    running = [int(invoice["number"].rpartition("-")[2]) for invoice in invoices]
    holds(running == list(range(1, len(invoices) + 1)), f"the numbers are {running}")
    holds(sum(i["totals"]["total"] for i in invoices) == month.total, "the invoices are not what the recap said")

    scene.teller.step(scene.now(), f"{len(drafts)} drafts, then final: numbers without a gap")
    scene.teller.table([(i["number"], i["payer"]["name"], money(i["balance"]), f"due {i['due_on']}") for i in invoices])
    scene.record.step("finalised", scene.now(), invoices=[{k: i[k] for k in ("id", "number")} for i in invoices])
    return invoices


def printed(scene: Scene, invoice: Answer) -> None:
    link = scene.secretary.get(f"/invoices/{invoice['id']}/document")
    answer = urllib3.request("GET", link["url"], timeout=30)
    pdf = answer.data
    holds(answer.status == 200 and pdf.startswith(b"%PDF-"), f"the document's link answers {answer.status}")
    file = scene.stack.home / f"{invoice['number']}.pdf"
    file.write_bytes(pdf)
    scene.teller.step(scene.now(), f"The PDF of {invoice['number']}, with its QR-bill")
    scene.teller.line(f"{len(pdf) / 1024:.0f} kB through a link of five minutes, in the payer's language. To look at:")
    scene.teller.line(str(file))
    scene.record.step("printed", scene.now(), invoice_id=invoice["id"], sha256=hashlib.sha256(pdf).hexdigest())


def paid_in_part(scene: Scene, invoice: Answer, part: int) -> None:
    given = {"amount": part, "currency": invoice["currency"], "method": "card", "paid_on": f"{_today(scene)}"}
    payment = scene.secretary.post(f"/invoices/{invoice['id']}/payments", given)
    after = scene.secretary.get(f"/invoices/{invoice['id']}")
    stands = (after["standing"], after["paid"], after["balance"])
    holds(stands == ("partly_paid", part, invoice["balance"] - part), f"the invoice is {stands}")
    holds(after["digest"] == invoice["digest"], "the document has changed")
    scene.teller.step(
        scene.now(), f"{invoice['payer']['name']} pays {money(part)} by card, of {money(invoice['balance'])}"
    )
    scene.record.step("part_paid", scene.now(), invoice_id=invoice["id"], payment_id=payment["id"], amount=part)


def the_account(scene: Scene, invoice: Answer, part: int) -> None:
    patient = invoice["payer"]["patient_id"]
    (account,) = scene.secretary.get(f"/patients/{patient}/account")["items"]
    stands = (account["invoiced"], account["paid"], account["owed"])
    holds(stands == (invoice["balance"], part, invoice["balance"] - part), f"the account says {stands}")
    scene.teller.step(scene.now(), f"The account of {invoice['payer']['name']}")
    scene.teller.table([(name.capitalize(), money(account[name])) for name in ("invoiced", "paid", "owed")])
    scene.record.step(
        "account", scene.now(), patient_id=patient, **{k: account[k] for k in ("invoiced", "paid", "owed")}
    )


def paid_by_the_bank(scene: Scene, invoice: Answer) -> None:
    """The bank's file names the invoice by its reference; reading it again finds it recorded."""
    billing = scene.stack.staff("admin")
    rest = billing.get(f"/invoices/{invoice['id']}")["balance"]
    account = billing.get(f"/issuers/{invoice['issuer_id']}")["account"]
    content = notice_of_credit(account["qr_iban"], _today(scene), rest, invoice["currency"], invoice["reference"])
    (found,) = billing.post("/bank-files/plan", {"content": content})["items"]
    holds(found["match"] == "reference" and found["invoice_ids"] == [invoice["id"]], f"the credit is {found}")
    chosen = [{"credit_id": found["credit_id"], "invoice_id": invoice["id"]}]
    done = billing.post("/bank-files", {"content": content, "chosen": chosen})
    holds(not done["not_recorded"], f"not recorded: {done['not_recorded']}")
    (again,) = billing.post("/bank-files/plan", {"content": content})["items"]
    after = billing.get(f"/invoices/{invoice['id']}")
    holds((after["standing"], again["match"]) == ("paid", "recorded"), f"{after['standing']}, then {again['match']}")
    scene.teller.step(scene.now(), "The bank's file (camt.054) pays the rest")
    scene.teller.line(f"{money(rest)} for {spaced(invoice['reference'])}: {invoice['number']}, now paid.")
    scene.teller.line("The same file again: already in the books.")
    ids = {"invoice_id": invoice["id"], "payment_id": done["payment_ids"][0]}
    scene.record.step("paid_by_bank", scene.now(), **ids, amount=rest, reference=invoice["reference"], content=content)


def money(minor: int) -> str:
    return f"CHF {minor // 100:,}.{minor % 100:02}".replace(",", "’")


def spaced(reference: str) -> str:
    """In groups of five from the right, as on the slip."""
    return re.sub(r"(?<=\d)(?=(?:\d{5})+$)", " ", reference)


def _day(visit: Answer) -> str:
    return f"{date.fromisoformat(visit['local_start'][:10]):%a %d %b}"


def _today(scene: Scene) -> date:
    return scene.now().astimezone(scene.zone).date()


def _text(scene: Scene) -> str:
    return scene.now().isoformat(timespec="seconds")
