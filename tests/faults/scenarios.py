"""What people do in a small clinic, each from a state that earlier acts led to without faults."""

import base64
import gzip
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from creneau.adapters.ses import tag
from creneau.agenda.absence import AbsenceRecord
from creneau.agenda.attendance import Attendance
from creneau.agenda.book import Booking
from creneau.agenda.catalogue import Contact, Patient, patient_ref
from creneau.agenda.move import NewTime
from creneau.messaging.custom import Words
from creneau.messaging.group import GroupFilter
from creneau.messaging.message import Channel, Kind, Message, MessageState, message_ref
from creneau.messaging.send_group import PAGE, Asked
from creneau.shared.actor import SYSTEM
from creneau.shared.errors import NotFound
from creneau.shared.settings import SETTINGS, Settings, SmsSettings
from creneau.shared.store import Put, require
from creneau.waitlist.answer import Answer
from creneau.waitlist.round import Round
from creneau.wiring import App
from inbound.mail_events import handler as mail_events
from inbound.text_reports import handler as text_reports
from schedules.birthdays import handler as birthdays
from schedules.opted_out_numbers import handler as opted_out_numbers
from tests.faults import books, runs
from tests.faults.cloud import Cloud
from tests.faults.explore import Scenario
from tests.support.world import AGENDA, HALF_AN_HOUR, World, at, slot

SLOT = slot("2026-03-20 09:00")
GONE = "apt_gone"
ROUND = f"{SLOT.id}.1.1"


def clinic(waiting: int = 2, **waitlist: Any) -> Callable[[Cloud], None]:
    """A day with a place taken by `pat_gone`, so many waiting for it (`apt_1`…), and a free day."""

    def given(cloud: Cloud) -> None:
        world = World().clinic(**waitlist).without_reminders()
        world.open("2026-03-20 08:00", "18:00")
        world.book("pat_gone", "2026-03-20 09:00", id=GONE)
        for n in range(1, waiting + 1):
            world.open(f"2026-04-{5 + n:02} 08:00", "18:00")
            world.waits(f"pat_{n}", f"2026-04-{5 + n:02} 10:00", id=f"apt_{n}")
        world.open("2026-04-20 08:00", "18:00")
        world.patient("pat_new")
        cloud.load(world)

    return given


def after(given: Callable[[Cloud], None], act: Callable[[App], Any], lasts: timedelta) -> Callable[[Cloud], None]:
    def then(cloud: Cloud) -> None:
        given(cloud)
        act(cloud.app)
        cloud.rest(lasts)

    return then


def book(app: App) -> Any:
    booking = Booking(AGENDA, "pat_new", HALF_AN_HOUR, at("2026-04-20 10:00"), wants_earlier=True)
    return app.book("apt_new", booking, SYSTEM)


def cancel(app: App) -> Any:
    return app.change_attendance(GONE, Attendance.CANCELLED_BY_PATIENT, SYSTEM)


def move(app: App) -> Any:
    return app.move("apt_1", "apt_moved", NewTime(start=at("2026-04-20 11:00")), SYSTEM)


def untick(app: App) -> Any:
    return app.set_wants_earlier("apt_1", False, SYSTEM)


def accept(app: App) -> Any:
    return app.answer_offer(ROUND, "apt_2", Answer.ACCEPT, app.clock())


def decline(app: App) -> Any:
    return app.answer_offer(ROUND, "apt_1", Answer.DECLINE, app.clock())


def be_away(app: App) -> Any:
    away = AbsenceRecord(id="abs_1", practitioner_id="prc_1", start=SLOT.start, end=SLOT.end + timedelta(hours=1))
    return app.add_absence(away, SYSTEM).id


def come_back(app: App) -> Any:
    with suppress(NotFound):  # asked again after the answer was lost, staff are told that it is gone
        app.remove_absence("abs_1", SYSTEM)


def read_what_was_said(app: App) -> Any:
    told = require(app.store, message_ref(f"confirmed.email.{GONE}.0"))
    key = str(told.content_key)
    return app.kept_contents.has(key) and app.kept_contents.read(key)[:1]


def bounce(app: App) -> Any:
    """SES reports, and again if nobody heard of it, that the first offer's address is no good."""
    mail_events(_bounced(f"offer.email.{ROUND}.apt_1"), None)


def _bounced(message_id: str) -> dict[str, Any]:
    at = (SLOT.start - timedelta(days=10)).isoformat()
    gone = {"bounceType": "Permanent", "bounceSubType": "General", "timestamp": at}
    event = {
        "eventType": "Bounce",
        "mail": {"timestamp": at, "messageId": "ses-1", "tags": {"message": [tag(message_id)]}},
        "bounce": gone | {"bouncedRecipients": [{"emailAddress": "patient@mail.example"}]},
    }
    return {"Records": [{"Sns": {"Message": json.dumps(event)}}]}


def hear_of_a_text(app: App) -> Any:
    """SNS logs that an SMS reached nobody."""
    delivery = {"destination": "+41791234567", "providerResponse": "Phone is currently unreachable/unavailable"}
    sent = {"messageId": "sns-1", "timestamp": "2026-03-02 08:00:00.000"}
    line = json.dumps({"notification": sent, "delivery": delivery, "status": "FAILURE"})
    logs = {"messageType": "DATA_MESSAGE", "logEvents": [{"id": "1", "message": line}]}
    text_reports({"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(logs).encode()))}}, None)


def _texted(cloud: Cloud) -> None:
    clinic(0)(cloud)
    text = Message(
        id=f"reminder.sms.{GONE}.system-1d",
        channel=Channel.SMS,
        kind=Kind.REMINDER,
        patient_id="pat_gone",
        occurrence="system-1d",
        due_at=cloud.state.now,
        created_at=cloud.state.now,
        hand_overs=1,
        state=MessageState.SENT,
        provider_id="sns-1",
    )
    cloud.app.store.commit([Put(text)])


def _said_stop(cloud: Cloud) -> None:
    """Two patients are written to at a mother's number, who told her carrier to stop."""
    world = World().clinic()
    mother = Contact(id="con_1", name="Mother", phone="+41791234567", receives_messages=True)
    for n in (1, 2):
        world.put(Patient(id=f"pat_child_{n}", first_name="A", last_name="B", contacts=(mother,)))
    cloud.load(world)
    cloud.state.opted_out = ["+41791234567", "+41791234568"]


def read_who_said_stop(app: App) -> Any:
    return opted_out_numbers({}, None)["listed"]


def _texting(cloud: Cloud) -> None:
    """The clinic confirms by SMS what staff book."""
    world = World().clinic().without_reminders()
    present = require(world.store, SETTINGS)
    messaging = present.messaging.with_(off=tuple(o for o in present.messaging.off if o != "confirmed.sms"))
    world.put(present.with_(messaging=messaging, sms=SmsSettings(enabled=True, monthly_limit=500)))
    world.open("2026-04-20 08:00", "18:00")
    world.patient("pat_new")
    world.put(require(world.store, patient_ref("pat_new")).with_(phone="+41791234567"))
    cloud.load(world)


def book_and_text(app: App) -> Any:
    start = at("2026-04-20 10:00")
    booking = Booking(AGENDA, "pat_new", HALF_AN_HOUR, start, wants_earlier=False, sms_template_id="confirmed.sms")
    return app.book("apt_new", booking, SYSTEM)


def _many(cloud: Cloud) -> None:
    """More patients than one step of a group looks at; two of them agreed to such SMS, and have their birthday."""
    world = World().clinic().without_reminders()
    present = require(world.store, SETTINGS)
    sms = SmsSettings(enabled=True, custom_module=True)
    world.put(present.with_(sms=sms, messaging=present.messaging.with_(off=())))
    for n in range(PAGE + 1):
        agreed = dict.fromkeys(("group_sms", "birthday"), world.now - timedelta(days=1)) if n in (0, PAGE) else {}
        given: dict[str, Any] = {"phone": f"+4179123450{n % 10}", "consents": agreed, "born_on": date(1980, 3, 2)}
        world.put(Patient(id=f"pat_{n:02}", first_name="P", last_name=f"{n:02}", **given))
    cloud.load(world)


def write_to_all(app: App) -> Any:
    return app.send_to_group("grp_1", Asked(GroupFilter(), Words(text="Closed on Friday."), None), SYSTEM).id


def take_back(app: App) -> Any:
    return app.cancel_group("grp_1", SYSTEM).state


def write_to_all_tomorrow(app: App) -> Any:
    asked = Asked(GroupFilter(), Words(text="Closed on Friday."), app.clock() + timedelta(days=1))
    return app.send_to_group("grp_1", asked, SYSTEM).id


def wish(app: App) -> Any:
    """At nine; the schedule tries again what raised."""
    birthdays({}, None)


def _reminded(cloud: Cloud) -> None:
    """Two visits ahead, each reminded a day before."""
    world = World().clinic()
    world.open("2026-04-20 08:00", "18:00")
    world.book("pat_gone", "2026-04-20 09:00", id="apt_1")
    world.book("pat_2", "2026-04-20 09:30", id="apt_2")
    cloud.load(world)


def remind_no_more(app: App) -> Any:
    present = app.store.get(SETTINGS) or Settings()
    if "reminder.email" not in present.messaging.off:
        messaging = present.messaging.with_(off=(*present.messaging.off, "reminder.email"))
        app.change_settings(present.with_(messaging=messaging), present.version)


def give_up(app: App) -> Any:
    return app.change_attendance("apt_1", Attendance.CANCELLED_BY_PATIENT, SYSTEM)


def _reminding_by_both(cloud: Cloud) -> None:
    """In the morning's quiet hours: an SMS about tomorrow's early visit waits for their end."""
    world = World().clinic()
    present = require(world.store, SETTINGS)
    messaging = present.messaging.with_(off=tuple(o for o in present.messaging.off if o != "reminder.sms"))
    world.put(present.with_(messaging=messaging, sms=SmsSettings(enabled=True, monthly_limit=500)))
    world.now = at("2026-03-03 07:30")
    world.open("2026-03-04 07:00", "18:00")
    for id, phone in (("pat_gone", "+41791234567"), ("pat_new", "+41791234568")):
        world.patient(id)
        world.put(require(world.store, patient_ref(id)).with_(phone=phone))
    world.book("pat_gone", "2026-03-04 07:45", id=GONE)
    cloud.load(world)


def book_for_tomorrow(app: App) -> Any:
    """Longer before its reminders than a queue can wait."""
    booking = Booking(AGENDA, "pat_new", HALF_AN_HOUR, at("2026-03-04 08:15"), wants_earlier=False)
    return app.book("apt_new", booking, SYSTEM)


def nothing(app: App) -> None:
    """Time passes."""


def _refusing_mail(given: Callable[[Cloud], None], *codes: str) -> Callable[[Cloud], None]:
    def then(cloud: Cloud) -> None:
        given(cloud)
        cloud.state.refuses_mail = list(codes)

    return then


def _at_expiry(cloud: Cloud) -> None:
    OFFERED(cloud)
    (round,) = cloud.view.all(Round)
    cloud.state.now = round.expires_at - timedelta(seconds=5)


def _aborted(cloud: Cloud) -> None:
    """Somebody stopped the execution in the console."""
    after(clinic(), cancel, timedelta(minutes=1))(cloud)
    for execution in cloud.state.executions.values():
        execution.status = "ABORTED"


OFFERED = after(clinic(), cancel, timedelta(minutes=8))

SCENARIOS = [
    Scenario("book", clinic(0), book),
    Scenario("cancel_and_ask", clinic(), cancel),
    Scenario("accept", OFFERED, accept),
    Scenario("decline", OFFERED, decline),
    Scenario("pass_on", after(clinic(refill=True, offers_per_round=1), cancel, timedelta(minutes=8)), decline),
    Scenario("move_with_offer", OFFERED, move),
    Scenario("close_at_expiry", _at_expiry, nothing),
    Scenario("nobody_left_to_ask", after(clinic(1), cancel, timedelta(minutes=4)), untick),
    Scenario("stopped_execution", _aborted, nothing),
    Scenario("quota_reached", _refusing_mail(clinic(0), "SendingPausedException"), book, timedelta(minutes=85)),
    Scenario("be_away", OFFERED, be_away),
    Scenario("read_what_was_said", clinic(0), read_what_was_said, timedelta(minutes=2)),
    Scenario("offer_bounces", OFFERED, bounce),
    Scenario("text_fails", _texted, hear_of_a_text, timedelta(minutes=2)),
    Scenario("move_reminded", _reminded, move, timedelta(minutes=12)),
    Scenario("give_up_reminded", _reminded, give_up, timedelta(minutes=12)),
    Scenario("remind_no_more", _reminded, remind_no_more, timedelta(minutes=12)),
    Scenario("remind_by_both", _reminding_by_both, book_for_tomorrow, timedelta(minutes=72)),
    Scenario("book_and_text", _texting, book_and_text),
    Scenario("write_to_all", _many, write_to_all),
    Scenario("take_back", after(_many, write_to_all_tomorrow, timedelta(minutes=5)), take_back),
    Scenario("wish", _many, wish, timedelta(hours=2)),
    Scenario("opted_out", _said_stop, read_who_said_stop, timedelta(minutes=6)),
    Scenario("come_back", after(clinic(0), be_away, timedelta(minutes=4)), come_back),
    *books.SCENARIOS,
    *runs.SCENARIOS,
]
