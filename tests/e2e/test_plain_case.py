"""What a patient gets of a visit, minute by minute on the deployed stack: its confirmations, the reminders of the day before
across both changes of the clock, and nothing of what was moved or cancelled; and what the month's SMS come to."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes
from email.policy import SMTP
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from creneau.messaging.sms.segments import credits_of
from tests.support.small_clinic import Answer, Person, SmallClinic
from tests.support.stack import QUIET, Running, until

pytestmark = pytest.mark.engine
DAY = timedelta(days=1)
PRICE = 10
TEXTING: dict[str, dict[str, Any]] = {
    "messaging": {"off": []},
    "sms": {"enabled": True, "price": PRICE, "monthly_limit": None},
}


def settings(run: Running, changes: dict[str, dict[str, Any]]) -> None:
    run.staff.patch("/settings", changes, run.staff.get("/settings")["version"])
    run.rest()


@pytest.fixture
def texting(clinic: SmallClinic) -> Iterator[SmallClinic]:
    """SMS are on, and confirm what is booked with the clinic's practitioner."""
    staff = clinic.running.staff
    settings(clinic.running, TEXTING)
    staff.put(
        f"/practitioners/{clinic.practitioner_id}",
        {"name": f"Dr {clinic.tag}", "sms_template_id": "confirmed.sms"},
        staff.get(f"/practitioners/{clinic.practitioner_id}")["version"],
    )
    yield clinic
    settings(clinic.running, {**QUIET, "sms": {"enabled": False}})


def change_of_clock(zone: ZoneInfo, after: date, *, forward: bool) -> date:
    """The next day on which it is set so, ten days ahead at least."""
    day = after + 10 * DAY
    while True:
        before, behind = (datetime.combine(d, time(), zone).utcoffset() for d in (day, day + DAY))
        assert before is not None
        assert behind is not None
        if (behind > before) if forward else (behind < before):
            return day
        day += DAY


def number(clinic: SmallClinic) -> str:
    """A mobile number of its own for each person of each test."""
    return f"+4178{int(clinic.tag[1:]):03}{len(clinic.people):02}{99:02}"


def someone(clinic: SmallClinic) -> tuple[Person, str]:
    phone = number(clinic)
    return clinic.person(phone=phone), phone


def on(day: date, clock: str, clinic: SmallClinic) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), clinic.zone)


def calendar_of(run: Running, mail: dict[str, Any]) -> list[Calendar]:
    """The calendar files that a mail carries, as a calendar reads them."""
    kept = run.stack.engine.home / "mail" / f"{mail['id'].split('@')[0]}.eml"
    parts = message_from_bytes(kept.read_bytes(), policy=SMTP).walk()
    files: list[Any] = [p.get_payload(decode=True) for p in parts if p.get_content_type() == "text/calendar"]
    return [Calendar.from_ical(file) for file in files]


def minutes(found: list[dict[str, Any]], zone: ZoneInfo) -> list[str]:
    """When each was sent, by the clinic's clock."""
    return [f"{each['at'].astimezone(zone):%Y-%m-%d %H:%M}" for each in found]


def kinds(clinic: SmallClinic, appointment: Answer, **which: str) -> dict[str, str]:
    """Its messages in the communications: kind and channel, and in words why each is as it is."""
    listed = clinic.running.staff.listed(f"/appointments/{appointment['id']}/messages", **which)
    return {f"{m['kind']}.{m['channel']}": m["why"][-1]["explained"] for m in listed}


def consumed(clinic: SmallClinic, month: str) -> None:
    """What staff see of the month is what left in it, message by message and in all."""
    run = clinic.running
    left = [
        t["text"]
        for t in run.stack.engine.sms()
        if t["to"].startswith("+4178") and f"{datetime.fromtimestamp(t['at'], clinic.zone):%Y-%m}" == month
    ]
    credits = sum(credits_of(text).count for text in left)
    month_of_sms = run.staff.get("/sms/consumption", month=month)
    listed = list(run.staff.listed("/sms/consumption/messages", month=month))
    assert month_of_sms["total"] | {"kind": None} == {
        "kind": None,
        "messages": len(left),
        "credits": credits,
        "included": 0,
        "billable": credits,
        "reserved": 0,
        "uncertain": 0,
        "amount": credits * PRICE,
    }
    for key in ("messages", "credits", "amount"):
        assert sum(line[key] for line in month_of_sms["lines"]) == month_of_sms["total"][key]
    assert sum(use["credits"] for use in listed) == credits
    assert len({use["message_id"] for use in listed}) == len(left)


@pytest.mark.rule("M-03")
@pytest.mark.rule("M-04")
@pytest.mark.rule("M-09")
@pytest.mark.rule("S-03")
@pytest.mark.promise(15)
@pytest.mark.promise(16)
@pytest.mark.promise(30)
@pytest.mark.promise(38)
@pytest.mark.parametrize("forward", [True, False], ids=["clock_set_forward", "clock_set_back"])
def test_a_visit_is_confirmed_and_reminded_of_at_the_right_minutes(texting: SmallClinic, forward: bool) -> None:
    clinic, run, zone = texting, texting.running, texting.zone
    sunday = change_of_clock(zone, clinic.first, forward=forward)
    days = (sunday - clinic.first).days
    for day in (days, days + 1):
        clinic.open(day)
    run.later(to=on(run.now().astimezone(zone).date() + DAY, "10:00", clinic))

    # Four visits on the day on which the clock is changed: an email with its calendar file at once.
    (kept, number_kept), (moved, number_moved), (gone, number_gone), (back, number_back) = (
        someone(clinic) for _ in range(4)
    )
    booked = run.now()
    visits = [
        clinic.book(who, days, clock)
        for who, clock in ((kept, "09:00"), (moved, "10:00"), (gone, "11:00"), (back, "12:00"))
    ]
    run.rest()
    (mail,) = until(lambda: run.mails(kept.email), "the email that confirms the booking")
    assert mail["subject"].startswith("Appointment confirmed")
    assert mail["at"] - booked < timedelta(minutes=1)
    (event,) = calendar_of(run, mail)
    assert event["METHOD"] == "REQUEST"
    assert event.events[0].start == clinic.at(days, "09:00")
    assert run.texts(number_kept) == [], "an SMS waits for the final state"
    assert set(kinds(clinic, visits[0], folder="scheduled")) == {"confirmed.sms", "reminder.sms", "reminder.email"}

    # Within the grace one is cancelled, one is set back again; then come the SMS.
    clinic.attend(visits[2])
    clinic.attend(visits[3])
    clinic.attend(visits[3], "booked")
    run.rest()
    run.later(to=booked + timedelta(minutes=5, seconds=30))
    assert ["confirmed" in t["text"] for t in run.texts(number_kept)] == [True]
    assert run.texts(number_gone) == []
    assert len(run.texts(number_back)) == 1
    month_of_booking = f"{run.now().astimezone(zone):%Y-%m}"
    consumed(clinic, month_of_booking)

    # One is moved to the next day, an hour earlier: its old reminders are called off, with the reason.
    again = run.staff.post(f"/appointments/{visits[1]['id']}/move", {"start": clinic.at(days + 1, "08:00").isoformat()})
    run.rest()
    off = "Not needed any more: what it is about, or its template, changed."
    assert {k: w for k, w in kinds(clinic, visits[1], state="cancelled").items() if k.startswith("reminder")} == {
        "reminder.sms": off,
        "reminder.email": off,
    }
    assert kinds(clinic, again, folder="scheduled", kind="reminder") == {
        "reminder.sms": "Planned.",
        "reminder.email": "Planned.",
    }

    run.later(minutes=5, seconds=30)
    assert len(run.texts(number_moved)) == 2, "and its new time is confirmed"

    # The day before, at the visit's own local minute: an SMS and an email, of what is still true only.
    saturday = sunday - DAY
    before = {n: len(run.texts(n)) for n in (number_kept, number_moved, number_gone, number_back)}
    run.later(to=on(saturday, "09:00", clinic))
    run.later(to=on(saturday, "12:00", clinic))
    for who, phone, clock in ((kept, number_kept, "09:00"), (back, number_back, "12:00")):
        said = f"{saturday} {clock}"
        assert minutes(run.texts(phone)[before[phone] :], zone) == [said]
        reminders = [m for m in run.mails(who.email) if "reminder" in m["subject"]]
        assert minutes(reminders, zone) == [said]
        apart = on(sunday, clock, clinic).astimezone(UTC) - reminders[0]["at"]
        assert abs(apart - timedelta(hours=23 if forward else 25)) < timedelta(minutes=1)
    for phone in (number_moved, number_gone):
        assert len(run.texts(phone)) == before[phone]
    assert kinds(clinic, visits[0], folder="sent").keys() == {
        *("confirmed.email", "confirmed.sms"),
        *("reminder.email", "reminder.sms"),
    }
    (told,) = run.staff.get(f"/appointments/{visits[0]['id']}/messages", kind="reminder", channel="sms")["items"]
    assert "Found true and due, and handed over." in [d["explained"] for d in told["why"]]

    # A late booking is confirmed by email at once, and by SMS in the morning after the night of the change.
    run.later(to=on(saturday, "20:58", clinic))
    late, number_late = someone(clinic)
    night = clinic.book(late, days + 1, "17:00")
    run.rest()
    run.later(to=on(saturday, "21:10", clinic))
    assert len(run.mails(late.email)) == 1
    assert run.texts(number_late) == []
    assert "Waits until" in kinds(clinic, night, folder="scheduled")["confirmed.sms"]
    run.later(to=on(sunday, "08:00", clinic))
    assert minutes(run.texts(number_late), zone) == [f"{sunday} 08:00"]

    # And at that minute the moved visit's own reminders, the day before its new day.
    assert minutes(run.texts(number_moved)[before[number_moved] :], zone) == [f"{sunday} 08:00"]
    assert minutes([m for m in run.mails(moved.email) if "reminder" in m["subject"]], zone) == [f"{sunday} 08:00"]
    assert not [m for m in run.mails(gone.email) if "reminder" in m["subject"]]
    consumed(clinic, f"{run.now().astimezone(zone):%Y-%m}")
    consumed(clinic, month_of_booking)
