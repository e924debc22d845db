"""Staff send a message once more: one of its own, true as it leaves, never one beside one that is on its way (M-06)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from creneau.agenda.appointment import appointment_ref
from creneau.agenda.attendance import Attendance
from creneau.agenda.catalogue import Consent, patient_ref, practitioner_ref
from creneau.messaging.custom import Words, message_of
from creneau.messaging.group import GroupFilter, SmsGroup
from creneau.messaging.message import Channel, Kind, Message, MessageState
from creneau.messaging.resend import MOST, Resend, SendConfirmation
from creneau.messaging.verdict import Reason
from creneau.shared.actor import Actor, Role
from creneau.shared.again import Again
from creneau.shared.errors import Forbidden, NotFound, Refused
from creneau.shared.settings import SETTINGS, Settings
from tests.support.post import CLINIC, Post

SECRETARY = Actor(id="user-1", roles=(Role.SECRETARY,))
NO_PAUSE = Again(pause=lambda _: None, dice=lambda: 0.5)

pytestmark = pytest.mark.rule("M-06")


def texting(post: Post) -> None:
    """SMS are on, and so is every template."""
    present = post.store.get(SETTINGS) or Settings()
    post.put(present.with_(messaging=present.messaging.with_(off=()), sms=present.sms.with_(enabled=True)))


@pytest.fixture
def resend(post: Post) -> Callable[..., Message]:
    use = Resend(post.store, post.deliver.read, post.clock, NO_PAUSE)
    return lambda id, by=SECRETARY: use(id, by)


@pytest.fixture
def confirm(post: Post) -> Callable[..., Message]:
    use = SendConfirmation(post.store, CLINIC, post.clock, NO_PAUSE)
    return lambda channel=Channel.EMAIL, by=SECRETARY: use("apt_1", channel, by)


@pytest.fixture
def told(post: Post) -> str:
    """The patient had the email that confirms; its id."""
    post.patient()
    post.appointment()
    id = post.planned()
    post.rest()
    assert post.message(id).state is MessageState.SENT
    return id


def test_it_goes_once_more_and_the_first_stays_as_it_was(post, resend, told):
    before, again = post.message(told), resend(told)
    assert (again.id, again.occasion, again.why[0].facts) == ("confirmed.email.apt_1.r1-0", "0", {"by": "user-1"})
    post.rest()
    assert len(post.mails()) == 2
    assert post.message(again.id).state is MessageState.SENT
    assert post.message(told) == before


def test_asked_twice_it_goes_once_and_asked_later_once_more(post, resend, told):
    assert resend(told) == resend(told)
    post.rest()
    assert resend(told).id == "confirmed.email.apt_1.r2-0"
    post.rest()
    assert len(post.mails()) == 3


def test_a_repetition_is_repeated_as_the_first_is(post, resend, told):
    first = resend(told)
    post.rest()
    assert resend(first.id).id == "confirmed.email.apt_1.r2-0"


def test_what_has_not_left_yet_is_answered_as_it_is(post, resend):
    post.patient()
    post.appointment()
    id = post.planned()
    assert resend(id) == post.message(id)
    assert len(post.messages()) == 1


def test_not_without_end(post, resend, told):
    for _ in range(MOST):
        resend(told)
        post.rest()
    with pytest.raises(Refused) as refused:
        resend(told)
    assert refused.value.code == "sent_too_often"


def test_it_says_what_is_true_now(post, resend, told):
    post.attendance(Attendance.CANCELLED_BY_PATIENT)
    with pytest.raises(Refused) as refused:
        resend(told)
    assert refused.value.code == "appointment_in_another_state"


@pytest.mark.rule("M-09")
def test_a_repetition_that_is_overtaken_does_not_leave(post, resend, told):
    again = resend(told)
    post.attendance(Attendance.CANCELLED_BY_PATIENT)
    post.attendance(Attendance.BOOKED)
    post.rest()
    assert post.message(again.id).state is MessageState.SUPPRESSED
    assert len(post.mails()) == 1


def test_an_offer_is_not_sent_again(post, resend):
    (id,) = post.plan_offers(post.offer()).message_ids
    with pytest.raises(Refused) as refused:
        resend(id)
    assert refused.value.code == "not_sent_again"


def test_who_may(post, resend, confirm, told):
    stranger = Actor(id="user-2", roles=(Role.PRACTITIONER,), practitioner_id="prc_2")
    for act in (lambda: resend(told, stranger), lambda: confirm(by=stranger)):
        with pytest.raises(Forbidden):
            act()
    with pytest.raises(NotFound):
        resend("confirmed.email.apt_9.0")


def test_a_confirmation_of_what_was_never_told(post, confirm):
    post.patient()
    post.appointment(moved_from="apt_0")
    made = confirm()
    assert (made.id, made.kind) == ("confirmed.email.apt_1.r1-0", Kind.CONFIRMED)
    post.rest()
    assert len(post.mails()) == 1


def test_by_sms_where_that_is_on(post, confirm):
    post.patient(phone="+41791234567")
    post.appointment()
    texting(post)
    made = confirm(Channel.SMS)
    assert (made.id, made.template_id) == ("confirmed.sms.apt_1.r1-0", None)
    assert made.state is MessageState.SCHEDULED


@pytest.mark.parametrize("chosen", ["of the appointment", "of the practitioner"])
def test_by_sms_in_the_words_chosen(post, confirm, chosen):
    post.patient(phone="+41791234567")
    post.appointment(sms_template_id="tpl_1" if chosen == "of the appointment" else None)
    post.edit(practitioner_ref("prc_1"), sms_template_id="tpl_1" if chosen == "of the practitioner" else "tpl_2")
    texting(post)
    post.settings(paused=True)
    assert confirm(Channel.SMS).template_id == "tpl_1"


@pytest.mark.parametrize(
    ("prepare", "channel", "code"),
    [
        (lambda post: post.edit(patient_ref("pat_1"), email=None), Channel.EMAIL, "no_email_address"),
        (lambda post: post.edit(patient_ref("pat_1"), email_blocked=True), Channel.EMAIL, "email_address_blocked"),
        (lambda post: post.edit(patient_ref("pat_1"), deceased=True), Channel.EMAIL, "patient_deceased"),
        (lambda post: post.settings(off=("confirmed.email",)), Channel.EMAIL, "kind_turned_off"),
        (lambda post: None, Channel.SMS, "sms_turned_off"),
        (lambda post: texting(post), Channel.SMS, "no_phone_number"),
        (lambda post: post.attendance(Attendance.PATIENT_ABSENT), Channel.EMAIL, "appointment_in_another_state"),
        (lambda post: post.edit(appointment_ref("apt_1"), deleted_at=post.now), Channel.EMAIL, "appointment_gone"),
        (lambda post: post.wait(timedelta(days=100)), Channel.EMAIL, "visit_started"),
    ],
)
def test_what_would_not_leave_is_refused_with_what_to_do(post, confirm, prepare, channel, code):
    post.patient()
    post.appointment()
    prepare(post)
    with pytest.raises(Refused) as refused:
        confirm(channel)
    assert refused.value.code == code
    assert refused.value.remedy
    assert post.messages() == []


def test_while_sending_is_paused_it_waits(post, confirm):
    post.patient()
    post.appointment()
    post.settings(paused=True)
    made = confirm()
    assert (made.state, made.why[-1].verdict) == (MessageState.SCHEDULED, "defer")


def test_a_rival_between_read_and_write_makes_the_next(post, resend, told):
    def rival(_) -> None:
        post.store.before_commit.clear()
        resend(told)

    post.store.before_commit.append(rival)
    assert resend(told).id == "confirmed.email.apt_1.r1-0"
    assert len(post.messages()) == 2


@pytest.mark.rule("M-14")
@pytest.mark.promise(23)
def test_a_groups_sms_sent_again_asks_for_consent_as_the_first_did(post, resend):
    post.texting(custom_module=True)
    post.patient(phone="+41791234567", consents={Consent.GROUP_SMS: post.now})
    post.put(
        SmsGroup(id="grp_1", filter=GroupFilter(), text="Closed", due_at=post.now, created_at=post.now, created_by="u")
    )
    first = message_of("grp_1", "pat_1", Words(text="Closed"), post.now, None, post.now).with_(batch_id="grp_1")
    post.put(first.with_(state=MessageState.SENT))
    again = resend(first.id)
    assert (again.batch_id, again.id) == ("grp_1", "custom.sms.pat_1.r1-grp_1")
    post.edit(patient_ref("pat_1"), consents={})
    assert post.deliver(again.id).outcome == "suppressed"
    assert post.message(again.id).why[-1].facts["reason"] == Reason.NO_CONSENT
    with pytest.raises(Refused) as refused:
        resend(first.id)
    assert refused.value.code == "no_consent"
    assert post.texter.sent == []
