"""Reads every step of a told demo again, over HTTP and from the mailbox, and says which are not so.

python -m local.check_demo LOG [NAME OF THE STACK]
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from local import check_invoices, check_messages, check_payments, homes
from local.demo.record import read
from local.reread import NotSo, World, same
from local.stack import Stack
from local.staff import StaffError

STEPS = (
    *check_payments.CHECKS,
    *("cancelled", "offered", "scanned", "declined", "accepted", "superseded", "confirmed"),
    *("cascaded", *check_messages.CHECKS, "expired", "asked_again"),
    *check_invoices.CHECKS,
)


def cancelled(world: World, step: dict[str, Any]) -> None:
    found = world.appointment(step["appointment_id"])
    same("attendance", found["attendance"], "cancelled_by_patient")
    same("slot", found["slot_id"], step["slot_id"])
    history = world.staff.get(f"/slots/{step['slot_id']}/history")["items"]
    caused = [len(chapter["rounds"]) for chapter in history if chapter["appointment"]["id"] == step["appointment_id"]]
    same("rounds that its release caused", caused, [1])


def _five(world: World, step: dict[str, Any]) -> dict[str, Any]:
    found = world.round(step["round_id"])
    same("slot", found["slot_id"], step["slot_id"])
    listed = [(o["appointment_id"], o["patient_id"]) for o in found["offers"]]
    same("offers", listed, [(o["appointment_id"], o["patient_id"]) for o in step["offers"]])
    same("number of offers", len(listed), 5)
    same("different patients", len({patient for _, patient in listed}), 5)
    for offer in step["offers"]:
        mail = world.mail(offer["mail_id"], offer["patient_id"])
        same("message of the email", mail.message_id, f"offer.email.{step['round_id']}.{offer['appointment_id']}")
        message = world.message(mail.message_id)
        same("state of its message", message["state"] in ("sent", "delivered"), True)
        same("hand-overs", message["hand_overs"], 1)
        written = [m for m in world.mails.values() if m.message_id == mail.message_id]
        same("emails of one offer", len(written), 1)
    return found


def offered(world: World, step: dict[str, Any]) -> None:
    _five(world, step)
    same("seconds to the fifth email are fewer than 60", 0 < step["seconds_to_fifth_email"] < 60, True)


def scanned(world: World, step: dict[str, Any]) -> None:
    """It was neither accepted nor declined by what opened it: it ended as another's acceptance ended it."""
    same("offer", world.offer(step["round_id"], step["appointment_id"])["state"], "superseded")
    same("own appointment", world.appointment(step["appointment_id"])["attendance"], "booked")
    same("requests of the scanner", step["requests"] >= 5, True)


def declined(world: World, step: dict[str, Any]) -> None:
    same("offer", world.offer(step["round_id"], step["appointment_id"])["state"], "declined")
    same("own appointment", world.appointment(step["appointment_id"])["attendance"], "booked")
    same("choices on the page", world.page(step["mail_id"], step["patient_id"]).choices, [])


def accepted(world: World, step: dict[str, Any]) -> None:
    offer = world.offer(step["round_id"], step["appointment_id"])
    same("offer", (offer["state"], offer["new_appointment_id"]), ("accepted", step["new_appointment_id"]))
    old, new = world.appointment(step["appointment_id"]), world.appointment(step["new_appointment_id"])
    same("old appointment", (old["attendance"], old["moved_to"]), ("moved", new["id"]))
    same("new appointment", (new["attendance"], new["moved_from"]), ("booked", old["id"]))
    same("its slot", new["slot_id"], world.round(step["round_id"])["slot_id"])
    same("its visit", new["visit_id"], old["visit_id"])
    same("its patient", (new["patient_id"], old["patient_id"]), (step["patient_id"], step["patient_id"]))
    same("earlier", new["start"] < old["start"], True)


def superseded(world: World, step: dict[str, Any]) -> None:
    same("number of other offers", len(step["offers"]), 3)
    for offer in step["offers"]:
        same("offer", world.offer(step["round_id"], offer["appointment_id"])["state"], "superseded")
        same("own appointment", world.appointment(offer["appointment_id"])["attendance"], "booked")
    same("round", world.round(step["round_id"])["status"], "closed")


def confirmed(world: World, step: dict[str, Any]) -> None:
    mail = world.mail(step["mail_id"], step["patient_id"])
    message = world.message(step["message_id"])
    same("message of the email", mail.message_id, step["message_id"])
    same("what it tells", (message["kind"], message["appointment_id"]), ("moved", step["appointment_id"]))
    same("hand-overs", message["hand_overs"], 1)


def cascaded(world: World, step: dict[str, Any]) -> None:
    found = _five(world, step)
    same("round", found["q"], 1)


def expired(world: World, step: dict[str, Any]) -> None:
    found = world.round(step["round_id"])
    same("round", found["status"], "closed")
    states = {o["appointment_id"]: o["state"] for o in found["offers"]}
    same("offers", states, dict.fromkeys(step["appointment_ids"], "expired"))


def asked_again(world: World, step: dict[str, Any]) -> None:
    """Still open: each page can be answered."""
    found = _five(world, step)
    same("round", (found["q"], found["status"]), (2, "open"))
    for offer in step["offers"]:
        same("offer", world.offer(step["round_id"], offer["appointment_id"])["state"], "sent")
        page = world.page(offer["mail_id"], offer["patient_id"])
        same("page", page.status, 200)
        same("choices", page.choices, [("answer", "accept"), ("answer", "decline")])


CHECKS: dict[str, Callable[[World, dict[str, Any]], None]] = {
    **check_payments.CHECKS,
    "cancelled": cancelled,
    "offered": offered,
    "scanned": scanned,
    "declined": declined,
    "accepted": accepted,
    "superseded": superseded,
    "confirmed": confirmed,
    "cascaded": cascaded,
    **check_messages.CHECKS,
    "expired": expired,
    "asked_again": asked_again,
    **check_invoices.CHECKS,
}


def check(log: Path, stack: Stack) -> list[str]:
    """The steps that hold, all of them; NotSo at the first that does not."""
    steps = read(log)
    told = [step["step"] for step in steps]
    same("steps of the log", told, list(STEPS))
    world = World(stack)
    for step in steps:
        try:
            CHECKS[step["step"]](world, step)
        except (NotSo, StaffError, ValueError) as error:
            raise NotSo(f"{step['step']}: {error}") from error
    return told


def main() -> int:
    if not 2 <= len(sys.argv) <= 3:
        print(str(__doc__), file=sys.stderr)
        return 2
    try:
        stack = Stack.attach(homes.home_of(sys.argv[2] if len(sys.argv) > 2 else "demo"))
        told = check(Path(sys.argv[1]), stack)
    except (OSError, ValueError, NotSo) as error:
        print(f"It is not so: {error}", file=sys.stderr)
        return 1
    print(f"{len(told)} steps hold: {', '.join(told)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
