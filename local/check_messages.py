"""Reads the messages of a told demo again: confirmations, reminders, what stayed away and why, and the month's SMS."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from local.reread import World, same


def texts_on(world: World, step: dict[str, Any]) -> None:
    found = world.staff.get("/settings")["sms"]
    same("SMS", (found["enabled"], found["sender"]), (True, step["sender"]))


def booked(world: World, step: dict[str, Any]) -> None:
    same("attendance", world.appointment(step["appointment_id"])["attendance"], "booked")
    said = f"confirmed.email.{step['appointment_id']}.0"
    world.told(said, step["mail_id"], step["text_id"], step["patient_id"])


def moved_on(world: World, step: dict[str, Any]) -> None:
    old, new = world.appointment(step["appointment_id"]), world.appointment(step["new_appointment_id"])
    same("old appointment", (old["attendance"], old["moved_to"]), ("moved", new["id"]))
    for channel in ("email", "sms"):
        stays_away = world.message(f"reminder.{channel}.{old['id']}.system-1d")
        same(f"old reminder by {channel}", (stays_away["state"], stays_away["hand_overs"]), ("cancelled", 0))
        same(
            "a reminder of the new time", world.message(f"reminder.{channel}.{new['id']}.system-1d")["kind"], "reminder"
        )


def reminded(world: World, step: dict[str, Any]) -> None:
    said = f"reminder.email.{step['appointment_id']}.system-1d"
    world.told(said, step["mail_id"], step["text_id"], step["patient_id"])
    visit, sent = (
        datetime.fromisoformat(at).astimezone(world.zone)
        for at in (world.appointment(step["appointment_id"])["start"], world.message(said)["sent_at"])
    )
    same("local minute of the reminder", f"{sent:%H:%M}", f"{visit:%H:%M}")
    same("the day before", sent.date(), visit.date() - timedelta(days=1))
    stray = [m.id for m in world.mails.values() if m.message_id.startswith(f"reminder.email.{step['moved_id']}.")]
    same("reminders of the moved appointment", stray, [])


def consumed(world: World, step: dict[str, Any]) -> None:
    """More may have left since; what was told is in it, and all of it adds up with what left."""
    found = world.staff.get("/sms/consumption", month=step["month"])
    listed = world.staff.listed("/sms/consumption/messages", month=step["month"])
    used = {use["message_id"]: use["credits"] for use in listed}
    same("credits of the SMS that were told", {id: used.get(id) for id in step["credits"]}, step["credits"])
    sent = [t for t in world.texts.values() if f"{datetime.fromtimestamp(t['at'], world.zone):%Y-%m}" == step["month"]]
    same("SMS of the month", (found["total"]["messages"], len(used)), (len(sent), len(sent)))
    same("credits of the month", found["total"]["credits"], sum(used.values()))
    for key in ("messages", "credits", "amount"):
        same(f"{key} of all kinds", sum(line[key] for line in found["lines"]), found["total"][key])


def explained(world: World, step: dict[str, Any]) -> None:
    found = world.message(step["message_id"])
    same("state", (found["state"], found["hand_overs"]), ("suppressed", 0))
    same("about", (found["appointment_id"], found["patient_id"]), (step["appointment_id"], step["patient_id"]))
    same("why", found["why"][-1]["explained"], step["why"])


CHECKS: dict[str, Callable[[World, dict[str, Any]], None]] = {
    "texts_on": texts_on,
    "booked": booked,
    "moved_on": moved_on,
    "reminded": reminded,
    "consumed": consumed,
    "explained": explained,
}
