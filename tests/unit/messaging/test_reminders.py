"""Reminders follow the visit: at the right local minute, none for what changed meanwhile, none twice."""

from datetime import UTC, datetime, timedelta

import pytest

from creneau.agenda.appointment import appointment_ref
from creneau.agenda.attendance import Attendance
from creneau.agenda.catalogue import patient_ref
from creneau.messaging.cancel import CancelMessage
from creneau.messaging.delay import parse_delay
from creneau.messaging.message import Channel, Kind, MessageState, message_ref
from creneau.messaging.template import TEMPLATE_BOOK, Line, TemplateBook
from creneau.shared.actor import SYSTEM
from creneau.shared.again import Again
from creneau.shared.settings import SETTINGS
from creneau.shared.time import from_local
from tests.support.post import CLINIC

EMAIL, SMS = "reminder.email.apt_1.system-1d", "reminder.sms.apt_1.system-1d"


def at(text: str) -> datetime:
    return from_local(datetime.fromisoformat(text), CLINIC.zone)


def own(*delays: str, id: str = "tpl_own", channel: Channel = Channel.EMAIL, active: bool = True) -> TemplateBook:
    line = Line(
        id=id, kind=Kind.REMINDER, channel=channel, active=active, delays=tuple(parse_delay(code) for code in delays)
    )
    return TemplateBook(stored=(line,))


@pytest.fixture
def visit(post):
    """Booked in February for the first of April, 15:00."""
    post.texting()
    post.patient(phone="+41791234567")
    post.appointment()
    return post


def reminders(post, *states: MessageState) -> list[str]:
    found = (m for m in post.messages() if m.kind is Kind.REMINDER)
    return sorted(m.id for m in found if not states or m.state in states)


def scheduled(post) -> list[str]:
    return reminders(post, MessageState.SCHEDULED)


def cancel_by_staff(post, id: str) -> None:
    CancelMessage(post.store, post.clock, Again(pause=lambda _: None, dice=lambda: 0.0))(id, SYSTEM)


@pytest.mark.rule("M-03")
@pytest.mark.promise(38)
def test_a_day_before_at_the_visits_own_time_across_the_clock_change(post):
    post.texting()
    post.patient(phone="+41791234567")
    post.appointment(start=at("2027-03-28 09:00"), end=at("2027-03-28 09:30"))
    assert sorted(post.remind("apt_1").message_ids) == [EMAIL, SMS]
    message = post.message(EMAIL)
    assert message.due_at == at("2027-03-27 09:00") == at("2027-03-28 09:00") - timedelta(hours=23)
    assert (message.template_id, message.occurrence, message.patient_id) == (None, "system-1d", "pat_1")
    assert (message.why[0].step, message.why[0].verdict, message.why[0].rule) == ("plan", "schedule", "M-03")
    assert message.look_at == message.due_at + timedelta(minutes=4)


@pytest.mark.rule("M-03")
def test_they_leave_by_email_and_sms_when_they_are_due(visit):
    visit.remind("apt_1")
    visit.until(at("2027-03-31 14:59"))
    assert (visit.mailer.sent, visit.texter.sent) == ([], [])
    visit.until(at("2027-03-31 15:00"))
    assert (len(visit.mailer.sent), len(visit.texter.sent)) == (1, 1)


@pytest.mark.rule("M-03")
def test_each_template_reminds_at_each_of_its_delays(visit):
    visit.put(own("48h", "30m", "3mo"))
    visit.remind("apt_1")
    assert reminders(visit) == [
        EMAIL,
        "reminder.email.apt_1.tpl_own-30m",
        "reminder.email.apt_1.tpl_own-48h",
        SMS,
    ]
    assert visit.message("reminder.email.apt_1.tpl_own-48h").template_id == "tpl_own"
    assert visit.message("reminder.email.apt_1.tpl_own-30m").due_at == at("2027-04-01 14:30")


@pytest.mark.rule("M-03")
@pytest.mark.promise(16)
@pytest.mark.parametrize(("start", "planned"), [("2027-02-02 10:00", False), ("2027-02-02 10:01", True)])
def test_what_is_past_at_booking_is_not_sent(post, start, planned):
    """Booked on the first of February at 10:00 local: a day before is that very minute, or a minute later."""
    post.patient()
    post.appointment(start=at(start), end=at(start) + timedelta(minutes=30))
    assert bool(post.remind("apt_1").message_ids) is planned


@pytest.mark.rule("M-03")
@pytest.mark.promise(16)
def test_none_is_planned_or_sent_once_the_visit_has_started(visit):
    visit.remind("apt_1")
    visit.now = at("2027-04-01 15:00")
    visit.deliver(EMAIL)
    assert visit.message(EMAIL).why[-1].facts["reason"] == "visit_started"
    assert visit.mailer.sent == []
    visit.appointment("apt_2", start=visit.now, end=visit.now + timedelta(minutes=30))
    assert visit.remind("apt_2").message_ids == ()


@pytest.mark.rule("M-03")
@pytest.mark.parametrize("off", [{"off": ("reminder.email",)}, {"off": ("reminder.sms",)}])
def test_each_channel_is_on_or_off(visit, off):
    visit.settings(**off)
    visit.remind("apt_1")
    assert reminders(visit) == ([SMS] if "reminder.email" in off["off"] else [EMAIL])


@pytest.mark.rule("M-03")
def test_no_sms_is_planned_while_sms_are_off(visit):
    visit.texting(enabled=False)
    visit.remind("apt_1")
    assert reminders(visit) == [EMAIL]


@pytest.mark.rule("M-03")
def test_by_default_one_email_reminds_a_day_before(post):
    post.patient(phone="+41791234567")
    post.appointment()
    assert post.remind("apt_1").message_ids == (EMAIL,)


@pytest.mark.rule("M-03", "M-10")
@pytest.mark.promise(13)
def test_planning_again_changes_nothing(visit):
    visit.remind("apt_1")
    before = visit.messages()
    assert visit.remind("apt_1").message_ids == ()
    visit.edit(appointment_ref("apt_1"), note="bring the X-rays")
    visit.remind("apt_1")
    assert visit.messages() == before


@pytest.mark.rule("M-09")
@pytest.mark.promise(15)
@pytest.mark.parametrize(
    "undone", [Attendance.CANCELLED_BY_PATIENT, Attendance.CANCELLED_BY_PRACTITIONER, Attendance.MOVED]
)
def test_what_is_not_booked_any_more_has_none(visit, undone):
    visit.remind("apt_1")
    visit.attendance(undone)
    visit.remind("apt_1")
    assert reminders(visit, MessageState.CANCELLED) == [EMAIL, SMS]
    message = visit.message(EMAIL)
    assert (message.why[-1].step, message.why[-1].rule) == ("plan", "M-09")
    assert message.why[-1].facts["attendance"] == undone
    assert message.look_at is None
    visit.until(at("2027-04-01 16:00"))
    assert (visit.mailer.sent, visit.texter.sent) == ([], [])


@pytest.mark.rule("M-03", "M-09")
def test_a_deleted_one_has_none_and_one_that_awaits_confirmation_none_yet(visit):
    visit.remind("apt_1")
    visit.edit(appointment_ref("apt_1"), deleted_at=visit.now)
    visit.remind("apt_1")
    assert scheduled(visit) == []
    visit.appointment("apt_2", attendance=Attendance.PENDING_CONFIRMATION)
    assert visit.remind("apt_2").message_ids == ()
    visit.attendance(Attendance.BOOKED, "apt_2")
    assert len(visit.remind("apt_2").message_ids) == 2


@pytest.mark.rule("M-09")
@pytest.mark.promise(15)
def test_the_claim_finds_what_no_plan_was_told_of(visit):
    visit.remind("apt_1")
    visit.attendance(Attendance.CANCELLED_BY_PATIENT)
    visit.until(at("2027-04-01 16:00"))
    assert reminders(visit, MessageState.SUPPRESSED) == [EMAIL, SMS]
    assert (visit.mailer.sent, visit.texter.sent) == ([], [])


@pytest.mark.rule("M-09")
def test_set_back_in_time_it_has_them_again(visit):
    visit.remind("apt_1")
    visit.attendance(Attendance.CANCELLED_BY_PATIENT)
    visit.remind("apt_1")
    visit.attendance(Attendance.BOOKED)
    visit.remind("apt_1")
    assert scheduled(visit) == [EMAIL, SMS]
    visit.until(at("2027-04-01 16:00"))
    assert (len(visit.mailer.sent), len(visit.texter.sent)) == (1, 1)


@pytest.mark.rule("M-03")
@pytest.mark.promise(16)
@pytest.mark.parametrize("told_of_both", [True, False])
def test_set_back_after_a_reminder_was_due_it_has_that_one_no_more(visit, told_of_both):
    visit.remind("apt_1")
    visit.now = at("2027-03-31 15:00")
    visit.attendance(Attendance.CANCELLED_BY_PATIENT)
    if told_of_both:
        visit.remind("apt_1")
    visit.attendance(Attendance.BOOKED)
    visit.remind("apt_1")
    assert reminders(visit, MessageState.CANCELLED) == [EMAIL, SMS]


@pytest.mark.rule("A-13", "M-03")
@pytest.mark.promise(16)
def test_an_sms_that_waits_for_the_morning_survives_a_cancellation_taken_back_in_the_night(post):
    post.texting()
    post.patient(phone="+41791234567")
    post.appointment(start=at("2027-04-02 22:00"), end=at("2027-04-02 22:30"))
    post.remind("apt_1")
    post.until(at("2027-04-01 23:00"))
    for attendance in (Attendance.CANCELLED_BY_PRACTITIONER, Attendance.BOOKED):
        post.attendance(attendance)
        post.remind("apt_1")
    assert scheduled(post) == [SMS]
    post.until(at("2027-04-02 08:00"))
    assert (len(post.mailer.sent), len(post.texter.sent)) == (1, 1)


@pytest.mark.rule("M-03", "M-09")
def test_a_template_that_is_off_and_on_again_in_the_night_reminds_in_the_morning(post):
    post.texting()
    post.patient(phone="+41791234567")
    post.appointment(start=at("2027-04-02 22:00"), end=at("2027-04-02 22:30"))
    post.remind("apt_1")
    for minute, off in ((0, ("reminder.sms",)), (1, ())):
        post.until(at("2027-04-01 23:00") + timedelta(minutes=minute))
        messaging = post.store.get(SETTINGS).messaging.turned(off, post.now)
        post.settings(off=messaging.off, on_since=messaging.on_since)
        post.start_replan()
        post.remind("apt_1")
    assert scheduled(post) == [SMS]


@pytest.mark.rule("M-03")
def test_booked_in_the_night_after_it_was_due_there_is_none_in_the_morning(post):
    post.texting()
    post.patient(phone="+41791234567")
    post.now = at("2027-04-01 23:00")
    post.appointment(start=at("2027-04-02 22:00"), end=at("2027-04-02 22:30"))
    assert post.remind("apt_1").message_ids == ()


@pytest.mark.rule("M-09")
def test_who_gives_a_number_after_the_booking_is_reminded_by_sms(post):
    post.texting()
    post.patient()
    post.appointment()
    post.remind("apt_1")
    post.edit(patient_ref("pat_1"), phone="+41791234567")
    post.until(at("2027-04-01 16:00"))
    assert len(post.texter.sent) == 1


@pytest.mark.rule("M-09")
@pytest.mark.promise(32)
def test_a_new_visit_planned_while_templates_change_has_the_new_ones(visit):
    visit.meanwhile(lambda: visit.put(own("48h")))  # the walk goes past it: the index does not show it yet
    visit.remind("apt_1")
    assert "reminder.email.apt_1.tpl_own-48h" in scheduled(visit)


@pytest.mark.rule("M-02", "M-09")
def test_what_staff_cancelled_is_not_taken_up_again(visit):
    visit.remind("apt_1")
    cancel_by_staff(visit, SMS)
    visit.attendance(Attendance.CANCELLED_BY_PATIENT)
    visit.remind("apt_1")
    visit.attendance(Attendance.BOOKED)
    visit.remind("apt_1")
    assert scheduled(visit) == [EMAIL]


@pytest.mark.rule("M-09")
@pytest.mark.parametrize("state", [s for s in MessageState if s is not MessageState.SCHEDULED])
def test_what_left_or_was_settled_stays_as_it_is(visit, state):
    visit.remind("apt_1")
    visit.edit(message_ref(EMAIL), state=state)
    before = visit.message(EMAIL)
    for attendance in (Attendance.CANCELLED_BY_PATIENT, Attendance.BOOKED):
        visit.attendance(attendance)
        visit.remind("apt_1")
    after = visit.message(EMAIL)
    assert after == before or state is MessageState.CANCELLED


@pytest.mark.rule("M-09")
def test_another_delay_and_a_template_that_is_off_or_gone(visit):
    visit.put(own("48h", "24h"))
    visit.remind("apt_1")
    visit.wait(timedelta(hours=1))
    book = visit.store.get(TEMPLATE_BOOK)
    visit.put(book.with_(stored=own("24h", "12h").stored))
    visit.start_replan()
    visit.remind("apt_1")
    old, kept, new = (f"reminder.email.apt_1.tpl_own-{code}" for code in ("48h", "24h", "12h"))
    assert visit.message(old).state is MessageState.CANCELLED
    assert (visit.message(kept).version, visit.message(new).state) == (1, MessageState.SCHEDULED)
    book = visit.store.get(TEMPLATE_BOOK)
    visit.put(book.with_(stored=()))
    visit.start_replan()
    visit.remind("apt_1")
    assert scheduled(visit) == [EMAIL, SMS]


@pytest.mark.rule("M-09")
def test_the_claim_knows_the_present_delays(visit):
    """A plan that had read the book before it changed wrote its reminders after the walk had gone past."""
    visit.put(own("48h"))
    visit.remind("apt_1")
    book = visit.store.get(TEMPLATE_BOOK)
    visit.put(book.with_(stored=own("12h").stored))
    visit.until(at("2027-03-30 15:00"))
    (old,) = reminders(visit, MessageState.SUPPRESSED)
    assert visit.message(old).why[-1].facts["reason"] == "template_has_another_delay"


@pytest.mark.rule("M-08", "M-09")
def test_a_template_turned_on_reminds_of_what_is_still_ahead_and_makes_up_for_nothing(visit):
    visit.remind("apt_1")
    visit.now = at("2027-03-31 10:00")
    visit.put(own("48h", "2h"))
    visit.start_replan()
    visit.now += timedelta(seconds=3)
    visit.remind("apt_1")
    assert "reminder.email.apt_1.tpl_own-2h" in scheduled(visit)
    assert "reminder.email.apt_1.tpl_own-48h" not in reminders(visit)


@pytest.mark.rule("M-17")
def test_what_was_due_while_nothing_ran_is_planned_late(visit):
    """The stream was behind by two days: the reminder was never planned, and is of use still."""
    visit.now = at("2027-04-01 08:00")
    assert sorted(visit.remind("apt_1").message_ids) == [EMAIL, SMS]
    visit.until(visit.now)
    assert len(visit.mailer.sent) == 1


@pytest.mark.rule("M-09")
def test_a_plan_on_an_old_reading_is_decided_anew(visit):
    visit.meanwhile(lambda: visit.attendance(Attendance.CANCELLED_BY_PATIENT))
    visit.remind("apt_1")
    assert reminders(visit) == []


def test_an_unknown_appointment_has_none(visit):
    assert visit.remind("apt_unknown").message_ids == ()


def test_more_reminders_than_a_transaction_takes(visit):
    visit.put(TemplateBook(stored=tuple(own("1h", "2h", "3h", id=f"tpl_{n}").stored[0] for n in range(40))))
    assert len(visit.remind("apt_1").message_ids) == 122
    visit.attendance(Attendance.CANCELLED_BY_PATIENT)
    visit.remind("apt_1")
    assert scheduled(visit) == []


@pytest.mark.rule("M-16")
@pytest.mark.promise(17)
def test_an_sms_of_the_night_is_planned_for_the_morning_and_keeps_its_due_time(post):
    post.texting()
    post.patient(phone="+41791234567")
    post.appointment(start=at("2027-04-01 07:30"), end=at("2027-04-01 08:00"))
    post.remind("apt_1")
    assert (post.message(SMS).due_at, post.message(SMS).goes_at) == (at("2027-03-31 07:30"), at("2027-03-31 08:00"))
    assert post.message(EMAIL).goes_at == at("2027-03-31 07:30")
    post.until(at("2027-03-31 08:00"))
    assert len(post.texter.sent) == 1


@pytest.mark.rule("M-16")
def test_an_sms_that_would_come_too_late_in_the_morning_is_suppressed_when_it_is_due(post):
    post.texting()
    post.patient(phone="+41791234567")
    post.put(own("2h", channel=Channel.SMS))
    post.appointment(start=at("2027-04-01 09:00"), end=at("2027-04-01 09:30"))
    post.remind("apt_1")
    post.until(at("2027-04-01 07:00"))
    lost = post.message("reminder.sms.apt_1.tpl_own-2h")
    assert (lost.state, lost.why[-1].facts["reason"]) == (MessageState.SUPPRESSED, "quiet_hours")


@pytest.mark.rule("M-03")
def test_the_new_time_of_a_move_has_its_own(visit):
    visit.remind("apt_1")
    visit.attendance(Attendance.MOVED)
    later = datetime(2027, 4, 8, 13, 0, tzinfo=UTC)
    visit.appointment("apt_2", start=later, end=later + timedelta(minutes=30), moved_from="apt_1", changes=1)
    visit.remind("apt_2")
    visit.remind("apt_1")
    assert scheduled(visit) == [EMAIL.replace("apt_1", "apt_2"), SMS.replace("apt_1", "apt_2")]


@pytest.mark.rule("M-20")
def test_a_pause_holds_reminders_too(visit):
    visit.remind("apt_1")
    visit.settings(paused=True)
    visit.now = at("2027-03-31 15:00")
    visit.deliver(EMAIL)
    visit.deliver(SMS)
    assert (visit.mailer.sent, visit.texter.sent) == ([], [])
    assert scheduled(visit) == [EMAIL, SMS]
