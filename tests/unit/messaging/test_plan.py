"""What is planned for what happened: once each, from the present state."""

from datetime import timedelta
from typing import Any

import pytest

from creneau.agenda.appointment import appointment_ref
from creneau.agenda.attendance import Attendance
from creneau.agenda.catalogue import patient_ref
from creneau.messaging.message import MessageState
from creneau.messaging.message_lists import messages_of_appointment
from creneau.shared.change_settings import ChangeSettings
from creneau.shared.settings import SETTINGS, MessagingSettings, Settings


@pytest.fixture
def booked(post):
    post.patient()
    post.appointment()
    return post


@pytest.mark.rule("M-18")
@pytest.mark.parametrize(
    ("made", "kind"),
    [
        ({}, "confirmed"),
        ({"moved_from": "apt_0", "changes": 1}, "moved"),
        ({"moved_from": "apt_0", "changes": 1, "offer_round_id": "agd_1.x.y.1.1"}, "moved"),
        ({"attendance": Attendance.CANCELLED_BY_PATIENT, "changes": 1}, "cancelled"),
        ({"attendance": Attendance.CANCELLED_BY_PRACTITIONER, "changes": 1}, "cancelled"),
        ({"attendance": Attendance.PENDING_CONFIRMATION}, "received"),
        ({"attendance": Attendance.PENDING_CONFIRMATION, "moved_from": "apt_0", "changes": 1}, "received"),
        ({"attendance": Attendance.CANCELLED_BY_PRACTITIONER, "changes": 1, "awaited": True}, "refused"),
        ({"attendance": Attendance.CANCELLED_BY_PATIENT, "changes": 1, "awaited": True}, "cancelled"),
    ],
)
def test_each_change_has_its_message(post, made, kind):
    post.patient()
    post.appointment(**made)
    message = post.message(post.planned())
    assert message.id == f"{kind}.email.apt_1.{made.get('changes', 0)}"
    assert (message.state, message.due_at) == (MessageState.SCHEDULED, post.now)
    assert message.why[0].verdict == "send"
    assert post.store.page(messages_of_appointment("apt_1")).items == [message]


@pytest.mark.parametrize("attendance", [Attendance.PATIENT_ABSENT, Attendance.ATTENDED, Attendance.MOVED])
def test_other_changes_tell_nothing(post, attendance):
    post.patient()
    post.appointment(attendance=attendance, changes=1)
    assert post.plan("apt_1").message_ids == ()


def test_set_back_is_confirmed_again_even_after_a_move(post):
    post.patient()
    post.appointment(moved_from="apt_0", changes=1)
    assert post.planned() == "moved.email.apt_1.1"
    post.attendance(Attendance.CANCELLED_BY_PATIENT)
    post.attendance(Attendance.BOOKED)
    assert post.planned() == "confirmed.email.apt_1.3"


@pytest.mark.rule("M-10")
@pytest.mark.promise(13)
def test_planning_twice_plans_once(booked):
    booked.planned()
    before = dict(booked.store.items)
    assert booked.plan("apt_1").message_ids == ()
    assert booked.store.items == before


@pytest.mark.rule("M-10")
def test_two_planners_at_once_plan_once(booked):
    def rival(_writes):
        booked.store.before_commit.clear()
        booked.plan("apt_1")

    booked.store.before_commit.append(rival)
    assert booked.plan("apt_1").message_ids == ()
    assert len(booked.messages()) == 1


def test_nothing_for_what_is_past_unknown_or_deleted(booked):
    booked.now += timedelta(days=90)
    assert booked.plan("apt_1").message_ids == ()
    assert booked.plan("apt_unknown").message_ids == ()
    booked.now -= timedelta(days=90)
    booked.edit(appointment_ref("apt_1"), deleted_at=booked.now)
    assert booked.plan("apt_1").message_ids == ()


def test_what_happened_while_its_kind_was_off_is_not_told_once_it_is_on_again(booked):
    change = ChangeSettings(booked.store, booked.clock)
    booked.settings(off=("confirmed.email", "moved.email"))
    assert booked.plan("apt_1").message_ids == ()
    assert not booked.messages()
    booked.now += timedelta(days=3)
    on = change(Settings(messaging=MessagingSettings(off=("moved.email",))), 1)
    change(on, 2)
    booked.edit(appointment_ref("apt_1"), note="bring the X-rays")
    assert booked.plan("apt_1").message_ids == ()
    booked.attendance(Attendance.CANCELLED_BY_PATIENT)
    booked.attendance(Attendance.BOOKED)
    assert booked.planned() == "confirmed.email.apt_1.2"


@pytest.mark.rule("M-01")
@pytest.mark.parametrize(
    ("patient", "reason"), [({"email": None}, "no_email_address"), ({"email_blocked": True}, "email_address_blocked")]
)
def test_who_cannot_be_reached_is_seen_by_staff(post, patient, reason):
    post.patient(**patient)
    post.appointment()
    message = post.message(post.planned())
    assert message.state is MessageState.SUPPRESSED
    assert message.why[0].facts["reason"] == reason
    assert message.look_at is None


@pytest.mark.rule("M-18")
def test_a_corrected_cancellation_is_told_once(booked):
    booked.attendance(Attendance.CANCELLED_BY_PATIENT)
    first = booked.planned()
    booked.rest()
    booked.attendance(Attendance.CANCELLED_BY_PRACTITIONER)
    assert booked.plan("apt_1").message_ids == ()
    assert booked.message(first).state is MessageState.SENT


@pytest.mark.rule("M-18")
def test_a_cancellation_corrected_twice_is_told_once(booked):
    booked.attendance(Attendance.CANCELLED_BY_PATIENT)
    booked.planned()
    booked.rest()
    for cause in (Attendance.CANCELLED_BY_PRACTITIONER, Attendance.PATIENT_ABSENT, Attendance.CANCELLED_BY_PATIENT):
        booked.attendance(cause)
        assert booked.plan("apt_1").message_ids == ()


@pytest.mark.rule("M-18")
@pytest.mark.parametrize("mistake", [Attendance.ATTENDED, Attendance.CANCELLED_BY_PATIENT])
def test_a_mistake_taken_back_before_it_was_told_is_told_to_nobody(booked, mistake):
    booked.planned()
    booked.rest()
    booked.attendance(mistake)
    booked.plan("apt_1")
    booked.attendance(Attendance.BOOKED)
    assert booked.plan("apt_1").message_ids == ()
    booked.rest()
    assert len(booked.mailer.sent) == 1


@pytest.mark.rule("M-18")
@pytest.mark.parametrize("state", [MessageState.CLAIMED, MessageState.UNCONFIRMED, MessageState.SENT])
def test_what_may_have_told_a_cancellation_is_followed_by_a_confirmation(booked, state):
    booked.planned()
    booked.rest()
    booked.attendance(Attendance.CANCELLED_BY_PATIENT)
    booked.edit_message(booked.planned(), state=state)
    booked.attendance(Attendance.BOOKED)
    assert booked.planned() == "confirmed.email.apt_1.2"


@pytest.mark.rule("M-18")
def test_a_cancellation_corrected_before_it_left_is_told_in_its_final_state(booked):
    booked.attendance(Attendance.CANCELLED_BY_PATIENT)
    first = booked.planned()
    booked.attendance(Attendance.CANCELLED_BY_PRACTITIONER)
    second = booked.planned()
    booked.rest()
    assert booked.message(first).state is MessageState.SUPPRESSED
    assert booked.message(second).state is MessageState.SENT


@pytest.mark.rule("M-18")
@pytest.mark.parametrize("told", [True, False])
def test_what_was_asked_for_is_confirmed_or_refused(post, told):
    """A request that nobody was told of yet is told as it was answered, and in no other way."""
    for number, answer in enumerate((Attendance.BOOKED, Attendance.CANCELLED_BY_PRACTITIONER), 1):
        id = post.appointment(
            f"apt_{number}", post.patient(f"pat_{number}"), attendance=Attendance.PENDING_CONFIRMATION
        )
        assert post.planned(id) == f"received.email.apt_{number}.0"
        if told:
            post.rest()
        post.answer(answer, id)
        post.planned(id)
        post.rest()
    left = [m.kind for m in post.messages() if m.state is MessageState.SENT]
    assert left == (["received", "confirmed", "received", "refused"] if told else ["confirmed", "refused"])


@pytest.mark.rule("M-18")
def test_a_refusal_corrected_is_told_once(post):
    post.patient()
    post.appointment(attendance=Attendance.PENDING_CONFIRMATION)
    post.answer(Attendance.CANCELLED_BY_PRACTITIONER)
    assert post.planned() == "refused.email.apt_1.1"
    post.rest()
    post.answer(Attendance.CANCELLED_BY_PATIENT)
    assert post.plan("apt_1").message_ids == ()
    post.answer(Attendance.BOOKED)
    assert post.planned() == "confirmed.email.apt_1.3"
    post.rest()
    post.answer(Attendance.CANCELLED_BY_PRACTITIONER)
    assert post.planned() == "cancelled.email.apt_1.4"


@pytest.mark.rule("M-18")
@pytest.mark.parametrize("kind", ["received", "confirmed", "refused", "moved", "cancelled"])
def test_each_can_be_off(post, kind):
    made: dict[str, dict[str, Any]] = {
        "received": {"attendance": Attendance.PENDING_CONFIRMATION},
        "refused": {"attendance": Attendance.CANCELLED_BY_PRACTITIONER, "awaited": True},
        "moved": {"moved_from": "apt_0"},
        "cancelled": {"attendance": Attendance.CANCELLED_BY_PATIENT},
    }
    post.settings(off=(f"{kind}.email",))
    post.patient()
    post.appointment(**made.get(kind, {}))
    assert post.plan("apt_1").message_ids == ()
    post.settings(off=())
    assert post.planned().startswith(f"{kind}.email.")


@pytest.mark.rule("M-20")
def test_what_is_planned_in_a_pause_waits_for_its_end(booked):
    booked.settings(paused=True)
    id = booked.planned()
    assert booked.dispatch(id) == "paused"
    for _ in range(30):
        booked.now += timedelta(minutes=1)
        booked.sweep()
    assert (booked.outbox.entries, booked.mailer.sent) == ([], [])
    assert booked.store.get(SETTINGS) is not None
    booked.settings(paused=False)
    booked.now += timedelta(minutes=5)
    assert booked.sweep() == 1
    booked.rest()
    assert booked.message(id).state is MessageState.SENT


@pytest.mark.rule("W-04")
def test_each_offer_of_a_round_has_one_message(post):
    round_id = post.offer(5)
    ids = post.plan_offers(round_id).message_ids
    assert ids == tuple(f"offer.email.{round_id}.apt_{n}" for n in range(1, 6))
    assert {post.message(i).patient_id for i in ids} == {f"pat_{n}" for n in range(1, 6)}
    assert post.plan_offers(round_id).message_ids == ()


def test_offers_planned_in_part_are_completed(post):
    round_id = post.offer(3)
    post.plan_offers(round_id)
    missing = f"offer.email.{round_id}.apt_2"
    post.store.items = {k: v for k, v in post.store.items.items() if getattr(v, "id", "") != missing}
    assert post.plan_offers(round_id).message_ids == (missing,)


def test_an_unreachable_patient_does_not_keep_the_others_from_their_offer(post):
    round_id = post.offer(2)
    post.edit(patient_ref("pat_1"), email=None)
    first, second = post.plan_offers(round_id).message_ids
    assert post.message(first).state is MessageState.SUPPRESSED
    assert post.message(second).state is MessageState.SCHEDULED


def test_an_unknown_round_plans_nothing(post):
    assert post.plan_offers("agd_1.20270302T083000Z.20270302T090000Z.1.9").message_ids == ()
