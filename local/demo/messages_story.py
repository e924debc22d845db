"""Messages, told on the way: what a patient gets of a visit, what is not sent any more and why, and what the SMS cost."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from local.demo.mail import Mail
from local.demo.scene import Scene
from local.demo.story import Untrue, holds
from local.staff import Staff
from local.waiting import until

DAY = timedelta(days=1)
MORNING = time(10)
CONFIRMED, REMINDED = "confirmed.sms", "reminder.sms"

REMINDED_OF, MOVED, UNREACHABLE = "Aline Tissot", "Pietro Rusca", "Käthi Niederer"
"""Who has nothing else that day; the last has no email address."""


def tell_of_messages(scene: Scene) -> None:
    morning = texts_on(scene)
    first, second, third = _places(scene, morning.date() + DAY)
    visit = booked(scene, first)
    moved = moved_on(scene, second)
    unreachable = _book(scene, UNREACHABLE, third)
    reminded(scene, visit, moved)
    consumed(scene)
    explained(scene, unreachable)


def texts_on(scene: Scene) -> datetime:
    """In the morning before a day on which the practice is open. Returns that morning, by the clinic's clock."""
    now = scene.now().astimezone(scene.zone)
    day = now.date() + DAY
    while (day + DAY).weekday() > 4:
        day += DAY
    morning = datetime.combine(day, MORNING, scene.zone)
    scene.jump(to=morning)
    admin: Staff = scene.stack.staff("admin")
    present = admin.get("/settings")
    off = [id for id in present["messaging"]["off"] if id not in (CONFIRMED, REMINDED)]
    after = admin.patch("/settings", {"sms": {"enabled": True}, "messaging": {"off": off}}, present["version"])
    scene.engine.wait_idle(60)
    planned = admin.get("/reminders/replanning")
    scene.teller.step(scene.now(), "The clinic turns SMS on")
    scene.teller.line(
        f"From {after['sms']['sender']}; the reminders of {planned['done']} visits ahead are planned anew."
    )
    scene.record.step("texts_on", scene.now(), sender=after["sms"]["sender"])
    return morning


def _places(scene: Scene, day: date) -> Sequence[dict[str, Any]]:
    """Three free ones of an afternoon, in the agenda that the story is about."""
    agenda = next(a for a in scene.secretary.listed("/agendas") if "Rochat" in a["name"])
    service = next(s for s in scene.secretary.listed("/services") if s["name"] == "Consultation")
    asked = {"service_id": service["id"], "from": day.isoformat(), "to": (day + 5 * DAY).isoformat()}
    free = scene.secretary.get(f"/agendas/{agenda['id']}/free-slots", **asked)["items"]
    found = [slot for slot in free if slot["local_start"][:10] == day.isoformat() and slot["local_start"][11:] > "13"]
    if len(found) < 3:
        raise Untrue(f"there are {len(found)} free places on {day}")
    return [slot | {"agenda_id": agenda["id"], "service_id": service["id"]} for slot in (found[1], found[0], found[2])]


def _patient(scene: Scene, name: str) -> dict[str, Any]:
    return next(p for p in scene.people.patients.values() if f"{p['first_name']} {p['last_name']}" == name)


def _book(scene: Scene, name: str, slot: dict[str, Any]) -> dict[str, Any]:
    body = {
        "agenda_id": slot["agenda_id"],
        "patient_id": _patient(scene, name)["id"],
        "service_id": slot["service_id"],
        "start": slot["start"],
        "sms_template_id": CONFIRMED,
    }
    return dict(scene.secretary.post("/appointments", body))


def _mail(scene: Scene, kind: str, visit: dict[str, Any]) -> Mail:
    return until(lambda: scene.mailbox.about(kind, "email", visit["id"]), f"the email {kind}")[-1]


def _text(scene: Scene, visit: dict[str, Any], after: datetime) -> dict[str, Any]:
    """The SMS that its patient got since."""
    number = scene.people.number(visit["patient_id"])
    return until(
        lambda: [t for t in scene.engine.sms() if t["to"] == number and t["at"] >= after.timestamp()],
        f"an SMS to {number}",
        instead=lambda: _states(scene, visit),
    )[-1]


def _states(scene: Scene, visit: dict[str, Any]) -> list[str]:
    told = scene.secretary.get(f"/appointments/{visit['id']}/messages")["items"]
    return [f"{m['id']} {m['state']}" for m in told]


def booked(scene: Scene, slot: dict[str, Any]) -> dict[str, Any]:
    at = scene.now()
    visit = _book(scene, REMINDED_OF, slot)
    mail = _mail(scene, "confirmed", visit)
    scene.teller.step(mail.at, f"The secretary books {scene.local(visit['start'])} for {REMINDED_OF}")
    scene.teller.line("At once by email, with a calendar file:")
    scene.teller.quote(mail.subject)
    scene.jump(timedelta(minutes=5))
    text = _text(scene, visit, at)
    scene.teller.line("Five minutes later by SMS:")
    for line in text["text"].splitlines():
        scene.teller.quote(line)
    ids = {"appointment_id": visit["id"], "patient_id": visit["patient_id"]}
    scene.record.step("booked", scene.now(), **ids, mail_id=mail.id, text_id=text["id"])
    return visit


def moved_on(scene: Scene, slot: dict[str, Any]) -> dict[str, Any]:
    """Returns the appointment as it was."""
    old = _book(scene, MOVED, slot)
    scene.engine.wait_idle(60)
    days = 1
    while (datetime.fromisoformat(slot["local_start"]) + days * DAY).weekday() > 4:
        days += 1
    start = datetime.fromisoformat(slot["start"]) + days * DAY
    new = scene.secretary.post(
        f"/appointments/{old['id']}/move", {"start": start.isoformat(), "outside_availability": True}
    )

    def called_off() -> list[dict[str, Any]] | None:
        found = scene.secretary.get(f"/appointments/{old['id']}/messages", kind="reminder", state="cancelled")["items"]
        return found if len(found) == 2 else None

    off = until(called_off, "the old reminders to be called off", instead=lambda: _states(scene, old))
    scene.teller.step(scene.now(), f"{MOVED}'s {scene.local(old['start'])} is moved to {scene.local(new['start'])}")
    scene.teller.table([(f"Reminder by {m['channel']}", m["why"][-1]["explained"]) for m in off])
    ids = {"appointment_id": old["id"], "new_appointment_id": new["id"], "patient_id": old["patient_id"]}
    scene.record.step("moved_on", scene.now(), **ids)
    return old


def reminded(scene: Scene, visit: dict[str, Any], moved: dict[str, Any]) -> None:
    local = datetime.fromisoformat(visit["start"]).astimezone(scene.zone)
    due = datetime.combine(local.date() - DAY, local.time(), scene.zone)
    scene.jump(to=due)
    mail, text = _mail(scene, "reminder", visit), _text(scene, visit, due)
    scene.engine.wait_idle(60)
    holds((mail.at - due).total_seconds() < 60, f"the reminder left at {mail.at}, not at {due}")
    stayed = scene.mailbox.about("reminder", "email", moved["id"])
    holds(not stayed, "a moved appointment was reminded of")
    scene.teller.step(due, f"The day before, at the minute of the visit, {REMINDED_OF} is reminded")
    scene.teller.quote(mail.subject)
    for line in text["text"].splitlines():
        scene.teller.quote(line)
    scene.teller.line(f"Of {MOVED}'s old time nothing was said.")
    ids = {"appointment_id": visit["id"], "patient_id": visit["patient_id"], "moved_id": moved["id"]}
    scene.record.step("reminded", scene.now(), **ids, mail_id=mail.id, text_id=text["id"])


def consumed(scene: Scene) -> None:
    month = f"{scene.now().astimezone(scene.zone):%Y-%m}"
    found = scene.secretary.get("/sms/consumption", month=month)
    used = list(scene.secretary.listed("/sms/consumption/messages", month=month))
    zone = scene.zone
    texts = [t for t in scene.engine.sms() if f"{datetime.fromtimestamp(t['at'], zone):%Y-%m}" == month]
    total, lines = found["total"], found["lines"]
    holds(total["messages"] == len(texts) == len(used), f"{total['messages']} SMS counted, {len(texts)} sent")
    for key in ("messages", "credits", "amount"):
        holds(sum(line[key] for line in lines) == total[key], f"{key} of the month do not add up")
    scene.teller.step(scene.now(), "What the month's SMS come to; it adds up with what was sent")
    rows = [(str(line["kind"]), *_figures(line, found["currency"])) for line in lines]
    scene.teller.table([*rows, ("in all", *_figures(total, found["currency"]))])
    scene.record.step("consumed", scene.now(), month=month, credits={u["message_id"]: u["credits"] for u in used})


def _figures(line: dict[str, Any], currency: str) -> tuple[str, str, str]:
    return f"{line['messages']} SMS", f"{line['credits']} credits", f"{currency} {line['amount'] / 100:.2f}"


def explained(scene: Scene, visit: dict[str, Any]) -> None:
    told = scene.secretary.get(f"/appointments/{visit['id']}/messages", kind="confirmed", channel="email")["items"]
    holds(len(told) == 1 and told[0]["state"] == "suppressed", f"messages of {visit['id']}: {_states(scene, visit)}")
    why = told[0]["why"][-1]["explained"]
    scene.teller.step(scene.now(), f"Why {UNREACHABLE} got no email")
    scene.teller.quote(why)
    ids = {"appointment_id": visit["id"], "patient_id": visit["patient_id"]}
    scene.record.step("explained", scene.now(), **ids, message_id=told[0]["id"], why=why)
