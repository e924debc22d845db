"""SMS that follow a booking: by the template chosen, a few minutes later, in the final state only; and to practitioners."""

from datetime import timedelta

import pytest

from creneau.agenda.appointment import appointment_ref
from creneau.agenda.attendance import Attendance
from creneau.agenda.catalogue import practitioner_ref
from creneau.messaging.message import Channel, Kind, MessageState, Recipient
from creneau.messaging.template import TEMPLATE_BOOK, Line, TemplateBook
from creneau.shared.change_settings import ChangeSettings
from creneau.shared.settings import SETTINGS

OWN = Line(id="tpl_own", kind=Kind.CONFIRMED, channel=Channel.SMS)
NOTICE = Line(id="tpl_notice", kind=Kind.ONLINE_BOOKING, channel=Channel.SMS)
CHOSEN = {"sms_template_id": "confirmed.sms"}


@pytest.fixture
def texting(post):
    post.texting()
    post.patient(phone="+41791234567")
    post.put(TemplateBook(stored=(OWN, NOTICE)))
    return post


def texts(post):
    return [m for m in post.messages() if m.channel is Channel.SMS]


def text(post):
    (found,) = texts(post)
    return found


@pytest.mark.rule("M-04")
@pytest.mark.parametrize(("chosen", "template"), [("confirmed.sms", None), ("tpl_own", "tpl_own")])
def test_what_staff_book_is_confirmed_by_the_template_chosen_after_a_few_minutes(texting, chosen, template):
    texting.appointment(sms_template_id=chosen)
    assert texting.plan("apt_1").message_ids == ("confirmed.email.apt_1.0", "confirmed.sms.apt_1.0")
    message = text(texting)
    assert (message.template_id, message.due_at) == (template, texting.now + timedelta(minutes=5))
    assert message.state is MessageState.SCHEDULED
    texting.rest()
    assert [t.to for t in texting.texter.sent] == ["+41791234567"]


@pytest.mark.rule("M-04")
def test_the_delay_is_a_setting(texting):
    texting.texting(confirmation_minutes=20)
    texting.appointment(**CHOSEN)
    texting.plan("apt_1")
    assert text(texting).due_at == texting.now + timedelta(minutes=20)


@pytest.mark.rule("M-04")
@pytest.mark.parametrize("chosen", [None, "tpl_deleted", "tpl_notice", "confirmed.email"])
def test_without_a_template_for_it_there_is_none(texting, chosen):
    texting.appointment(sms_template_id=chosen)
    assert texting.plan("apt_1").message_ids == ("confirmed.email.apt_1.0",)


@pytest.mark.rule("W-07")
@pytest.mark.parametrize(("chosen", "template"), [(None, "tpl_own"), ("confirmed.sms", None)])
def test_an_accepted_offer_is_confirmed_by_sms_where_the_practitioner_set_one(texting, chosen, template):
    texting.edit(practitioner_ref("prc_1"), sms_template_id="tpl_own")
    texting.appointment(sms_template_id=chosen, moved_from="apt_0", offer_round_id="agd_1.r.1.1", changes=1)
    texting.plan("apt_1")
    assert (text(texting).kind, text(texting).template_id) == (Kind.CONFIRMED, template)


@pytest.mark.rule("M-04", "M-09")
def test_a_template_that_is_off_confirms_nothing(texting):
    texting.edit(TEMPLATE_BOOK, stored=(OWN.with_(active=False),))
    texting.settings(off=("confirmed.sms",))
    for number, chosen in enumerate(("tpl_own", "confirmed.sms"), 1):
        id = texting.appointment(f"apt_{number}", sms_template_id=chosen)
        texting.plan(id)
    assert texts(texting) == []


@pytest.mark.rule("M-04")
@pytest.mark.parametrize("undone", [Attendance.CANCELLED_BY_PATIENT, Attendance.MOVED])
def test_what_is_undone_meanwhile_is_not_confirmed(texting, undone):
    texting.appointment(**CHOSEN)
    texting.plan("apt_1")
    texting.attendance(undone)
    texting.plan("apt_1")
    texting.rest()
    assert texting.texter.sent == []
    assert text(texting).state is MessageState.SUPPRESSED


@pytest.mark.rule("M-04")
def test_undone_and_redone_within_the_minutes_is_confirmed_once(texting):
    texting.appointment(**CHOSEN)
    texting.plan("apt_1")
    texting.attendance(Attendance.CANCELLED_BY_PATIENT)
    texting.plan("apt_1")
    texting.attendance(Attendance.BOOKED)
    texting.plan("apt_1")
    texting.rest()
    assert [m.id for m in texts(texting) if m.state is MessageState.SENT] == ["confirmed.sms.apt_1.2"]


@pytest.mark.rule("M-04")
@pytest.mark.parametrize("state", [MessageState.SENT, MessageState.UNCONFIRMED])
def test_a_mistake_that_nobody_was_told_of_is_not_confirmed_again(texting, state):
    """An SMS of which nobody knows whether it arrived is not repeated either."""
    texting.appointment(**CHOSEN)
    texting.plan("apt_1")
    texting.rest()
    texting.edit_message("confirmed.sms.apt_1.0", state=state)
    texting.attendance(Attendance.CANCELLED_BY_PATIENT)
    texting.attendance(Attendance.BOOKED)
    assert texting.plan("apt_1").message_ids == ()


@pytest.mark.rule("M-04")
def test_a_cancellation_that_was_told_is_followed_by_a_new_confirmation(texting):
    texting.appointment(**CHOSEN)
    texting.plan("apt_1")
    texting.rest()
    texting.attendance(Attendance.CANCELLED_BY_PATIENT)
    texting.plan("apt_1")
    texting.rest()
    texting.attendance(Attendance.BOOKED)
    assert texting.plan("apt_1").message_ids == ("confirmed.email.apt_1.2", "confirmed.sms.apt_1.2")


@pytest.mark.rule("M-04")
def test_after_a_move_the_new_time_is_confirmed(texting):
    texting.appointment(moved_from="apt_0", changes=1, **CHOSEN)
    assert texting.plan("apt_1").message_ids == ("moved.email.apt_1.1", "confirmed.sms.apt_1.1")


@pytest.mark.rule("M-04")
def test_an_sms_does_not_wait_for_the_email_to_be_on(texting):
    texting.settings(off=("confirmed.email",))
    texting.appointment(**CHOSEN)
    assert texting.plan("apt_1").message_ids == ("confirmed.sms.apt_1.0",)


@pytest.mark.rule("M-04")
def test_what_was_booked_while_sms_were_off_is_not_confirmed_once_they_are_on(post):
    post.patient(phone="+41791234567")
    post.settings(off=())
    post.appointment(**CHOSEN)
    post.plan("apt_1")
    post.wait(timedelta(days=1))
    settings = post.store.get(SETTINGS)
    ChangeSettings(post.store, post.clock)(settings.with_(sms=settings.sms.with_(enabled=True)), settings.version)
    assert post.plan("apt_1").message_ids == ()
    post.appointment("apt_2", **CHOSEN)
    assert "confirmed.sms.apt_2.0" in post.plan("apt_2").message_ids


@pytest.mark.rule("M-04")
def test_what_is_booked_online_is_confirmed_by_the_practitioners_template(texting):
    texting.edit(practitioner_ref("prc_1"), sms_template_id="tpl_own")
    texting.appointment(online=True)
    texting.plan("apt_1")
    assert text(texting).template_id == "tpl_own"


@pytest.mark.rule("M-05")
@pytest.mark.parametrize("attendance", [Attendance.BOOKED, Attendance.PENDING_CONFIRMATION])
def test_practitioners_learn_at_once_of_what_is_booked_online(texting, attendance):
    texting.edit(practitioner_ref("prc_1"), booking_sms_template_id="tpl_notice", phone="+41761112233")
    texting.appointment(online=True, attendance=attendance)
    texting.plan("apt_1")
    message = text(texting)
    assert (message.id, message.recipient) == ("online_booking.sms.apt_1.0", Recipient.PRACTITIONER)
    assert (message.template_id, message.due_at) == ("tpl_notice", texting.now)
    texting.rest()
    assert [t.to for t in texting.texter.sent] == ["+41761112233"]


@pytest.mark.rule("M-05")
@pytest.mark.parametrize("made", [{}, CHOSEN, {"online": True, "moved_from": "apt_0", "changes": 1}])
def test_they_learn_of_nothing_else(texting, made):
    texting.edit(practitioner_ref("prc_1"), booking_sms_template_id="online_booking.sms", phone="+41761112233")
    texting.appointment(**made)
    texting.plan("apt_1")
    assert [m.kind for m in texts(texting)] == ([Kind.CONFIRMED] if made == CHOSEN else [])


@pytest.mark.rule("M-05")
def test_they_need_a_template_that_is_on_and_a_number(texting):
    texting.appointment(online=True)
    assert texting.plan("apt_1").message_ids == ("confirmed.email.apt_1.0",)
    texting.edit(practitioner_ref("prc_1"), booking_sms_template_id="online_booking.sms")
    texting.settings(off=("online_booking.sms",))
    texting.appointment("apt_2", online=True)
    texting.plan("apt_2")
    assert texts(texting) == []
    texting.settings(off=())
    texting.appointment("apt_3", online=True)
    texting.plan("apt_3")
    assert text(texting).why[-1].facts["reason"] == "no_phone_number"


@pytest.mark.rule("M-05")
def test_they_are_told_once_whatever_becomes_of_it(texting):
    texting.edit(practitioner_ref("prc_1"), booking_sms_template_id="tpl_notice", phone="+41761112233")
    texting.appointment(online=True)
    texting.plan("apt_1")
    texting.rest()
    texting.attendance(Attendance.CANCELLED_BY_PATIENT)
    texting.plan("apt_1")
    texting.attendance(Attendance.BOOKED)
    texting.plan("apt_1")
    texting.rest()
    assert len(texting.texter.sent) == 1


def test_a_deleted_appointment_tells_nothing(texting):
    texting.appointment(online=True, **CHOSEN)
    texting.edit(appointment_ref("apt_1"), deleted_at=texting.now)
    assert texting.plan("apt_1").message_ids == ()
