"""What a report makes of a message, its address and its patient (M-12)."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from creneau.agenda.blocked_address import BlockedAddress, address_key, blocked_ref
from creneau.agenda.catalogue import Contact, patient_ref
from creneau.agenda.diary import diary_ref
from creneau.messaging.feedback import News, Report
from creneau.messaging.message import Channel, MessageState
from creneau.messaging.message_lists import messages_by_state
from creneau.messaging.ports import Unknown
from creneau.messaging.record_feedback import TooEarly
from creneau.messaging.unread_offers import UNREAD
from creneau.shared.store import require
from tests.support.post import Crash, Post

pytestmark = pytest.mark.rule("M-12")

S = MessageState


@pytest.fixture
def sent(post: Post) -> str:
    """A confirmation that was handed over."""
    post.patient()
    post.appointment()
    id = post.planned()
    post.deliver(id)
    return id


def report(post: Post, news: News, id: str = "confirmed.email.apt_1.0", **more: Any) -> Report:
    given: dict[str, Any] = {"at": post.now, "handed_over_at": post.now, "provider_id": "ses-1", "message_id": id}
    return Report(news=news, **given | more)


def patient(post: Post, id: str = "pat_1"):
    return require(post.store, patient_ref(id))


def addresses(post: Post) -> list[BlockedAddress]:
    return [a for a in post.store.items.values() if isinstance(a, BlockedAddress)]


# -- the message
@pytest.mark.parametrize(
    ("news", "state"),
    [
        (News.SENT, S.SENT),
        (News.DELAYED, S.SENT),
        (News.SOFT_BOUNCE, S.FAILED),
        (News.FAILED, S.FAILED),
        (News.DELIVERED, S.DELIVERED),
        (News.BOUNCED, S.BOUNCED),
        (News.COMPLAINED, S.COMPLAINED),
    ],
)
def test_the_message_says_what_became_of_it(post: Post, sent: str, news: News, state: MessageState) -> None:
    post.wait(timedelta(minutes=1))
    post.feedback(report(post, news, code="a cause"))
    message = post.message(sent)
    assert message.state is state
    last = message.why[-1]
    if news is News.SENT:
        assert last.verdict == "send", "known already: no line about it"
    else:
        assert (last.step, last.verdict, last.rule, last.facts) == ("feedback", news, "M-12", {"code": "a cause"})
        assert last.at == post.now


@pytest.mark.parametrize("order", [(News.DELIVERED, News.SOFT_BOUNCE), (News.SOFT_BOUNCE, News.DELIVERED)])
def test_a_full_mailbox_ends_it_unless_it_was_delivered_and_blocks_nothing(post: Post, sent: str, order) -> None:
    for news in order:
        post.feedback(report(post, news))
    assert post.message(sent).state is S.DELIVERED
    assert addresses(post) == []


@pytest.mark.rule("W-05")
def test_an_offer_that_a_full_mailbox_sent_back_is_one_that_nobody_reads(post: Post, sent: str) -> None:
    post.feedback(report(post, News.SOFT_BOUNCE))
    assert post.message(sent).state in UNREAD
    assert addresses(post) == []


def test_a_repeated_report_writes_nothing(post: Post, sent: str) -> None:
    for news in News:
        assert post.feedback(report(post, news)).outcome in {"recorded", "known"}
        before = dict(post.store.items)
        assert post.feedback(report(post, news)).outcome == "known"
        assert post.store.items == before


@pytest.mark.promise(19)
def test_a_bounce_is_on_the_staffs_list_at_once(post: Post, sent: str) -> None:
    post.feedback(report(post, News.BOUNCED))
    assert [m.id for m in post.store.page(messages_by_state(S.BOUNCED)).items] == [sent]


@pytest.mark.rule("M-10")
@pytest.mark.promise(13)
@pytest.mark.parametrize("lost", [Unknown("ReadTimeoutError"), Crash()])
def test_a_hand_over_whose_answer_was_lost_is_resolved_by_its_event(post: Post, lost: BaseException) -> None:
    post.patient()
    post.appointment()
    id = post.planned()
    post.mailer.lost.append(lost)
    with suppress(Crash):
        post.deliver(id)
    assert post.message(id).state is S.CLAIMED
    post.feedback(report(post, News.SENT, provider_id="ses-7"))
    message = post.message(id)
    assert (message.state, message.provider_id, message.sent_at, message.look_at) == (S.SENT, "ses-7", post.now, None)
    post.wait(timedelta(minutes=30))
    post.sweep()
    post.rest()
    assert len(post.mailer.sent) == 1


@pytest.mark.rule("M-10")
def test_one_that_was_to_go_once_more_stays_when_the_first_is_heard_of(post: Post) -> None:
    post.patient()
    post.appointment()
    id = post.planned()
    post.mailer.lost.append(Unknown("ReadTimeoutError"))
    post.deliver(id)
    post.wait(timedelta(minutes=11))
    post.sweep()
    assert post.message(id).is_scheduled
    post.feedback(report(post, News.DELIVERED))
    post.rest()
    assert (post.message(id).state, len(post.mailer.sent)) == (S.DELIVERED, 1)


def test_what_nobody_knows_the_end_of_is_resolved_as_well(post: Post, sent: str) -> None:
    post.edit_message(sent, state=S.UNCONFIRMED, lost_hand_overs=2, hand_overs=2)
    post.feedback(report(post, News.DELIVERED))
    assert post.message(sent).state is S.DELIVERED


@pytest.mark.rule("M-10")
def test_the_answer_that_comes_after_its_event_changes_nothing(post: Post) -> None:
    post.patient()
    post.appointment()
    id = post.planned()
    send = post.mailer.send

    def heard_of_first(mail):
        answer = send(mail)
        post.feedback(report(post, News.DELIVERED, provider_id="ses-1"))
        return answer

    post.mailer.send = heard_of_first  # type: ignore[method-assign]
    assert post.deliver(id).outcome == "sent"
    assert post.message(id).state is S.DELIVERED


def test_of_what_never_left_nothing_is_believed(post: Post) -> None:
    post.patient()
    post.appointment()
    id = post.planned()
    assert post.feedback(report(post, News.BOUNCED)).outcome == "known"
    assert (post.message(id).state, addresses(post), patient(post).email_blocked) == (S.SCHEDULED, [], False)


def test_nor_of_what_there_is_not(post: Post) -> None:
    assert post.feedback(report(post, News.BOUNCED, "confirmed.email.apt_9.0")).outcome == "no_message"
    assert post.feedback(report(post, News.BOUNCED, "nonsense")).outcome == "no_message"


def test_a_copy_that_went_to_an_earlier_address_does_not_speak_for_the_later_one(post: Post, sent: str) -> None:
    post.feedback(report(post, News.BOUNCED, address="old@mail.example"))
    assert post.message(sent).state is S.SENT
    assert post.message(sent).why[-1].verdict == "bounced"
    assert [a.id for a in addresses(post)] == [address_key("old@mail.example")]
    assert patient(post).email_blocked is False


# -- the address
@pytest.mark.parametrize(
    ("news", "because"), [(News.BOUNCED, "bounced"), (News.COMPLAINED, "complained"), (News.OPTED_OUT, "opted_out")]
)
def test_its_address_is_blocked_and_its_patient_marked(post: Post, sent: str, news: News, because: str) -> None:
    post.feedback(report(post, news, address="PAT_1@Mail.example"))
    (address,) = addresses(post)
    assert (address.because, address.is_blocked, address.blocked_at) == (because, True, post.now)
    assert "pat_1" not in repr(address), "an erased patient's address is in no record of ours"
    assert patient(post).email_blocked is True
    assert require(post.store, diary_ref("pat_1")).reachable is False


@pytest.mark.parametrize("news", [News.SENT, News.DELIVERED, News.DELAYED, News.SOFT_BOUNCE, News.FAILED])
def test_nothing_else_blocks_it(post: Post, sent: str, news: News) -> None:
    post.feedback(report(post, news))
    assert (addresses(post), patient(post).email_blocked) == ([], False)


def test_a_patient_who_has_another_address_by_now_is_written_to(post: Post, sent: str) -> None:
    post.edit(patient_ref("pat_1"), email="new@mail.example")
    post.feedback(report(post, News.BOUNCED))
    assert post.message(sent).state is S.BOUNCED
    assert (patient(post).email_blocked, len(addresses(post))) == (False, 1)


def test_the_contact_who_gets_the_messages_is_marked(post: Post) -> None:
    mother = Contact(id="con_1", name="M", email="mother@mail.example", receives_messages=True)
    post.patient(contacts=(mother,))
    post.appointment()
    post.deliver(post.planned())
    post.feedback(report(post, News.BOUNCED))
    (contact,) = patient(post).contacts
    assert (contact.email_blocked, patient(post).email_blocked, patient(post).reachable_by_email) == (
        True,
        False,
        False,
    )


def test_what_staff_cleared_is_blocked_by_what_happens_later_only(post: Post, sent: str) -> None:
    post.feedback(early := report(post, News.BOUNCED))
    post.wait(timedelta(hours=1))
    (address,) = addresses(post)
    post.put(address.with_(cleared_at=post.now), patient(post).with_(email_blocked=False))
    late = report(post, News.COMPLAINED, at=early.at)
    for each in (early, late):
        post.feedback(each)
        assert (addresses(post)[0].is_blocked, patient(post).email_blocked) == (False, False)
    post.wait(timedelta(hours=1))
    post.feedback(report(post, News.COMPLAINED))
    assert (addresses(post)[0].is_blocked, patient(post).email_blocked) == (True, True)


def test_a_change_of_the_patient_at_the_same_moment_is_kept(post: Post, sent: str) -> None:
    post.store.slip_in(lambda: post.edit(patient_ref("pat_1"), first_name="Clara"))
    post.feedback(report(post, News.BOUNCED))
    assert (patient(post).first_name, patient(post).email_blocked) == ("Clara", True)


# -- SMS: the provider knows its own id only
@pytest.fixture
def text(post: Post, sent: str) -> str:
    post.edit_message(sent, channel=Channel.SMS, address="+41791234567", provider_id="sns-1")
    post.edit(patient_ref("pat_1"), phone="+41791234567")
    return sent


@pytest.mark.parametrize(("news", "state"), [(News.DELIVERED, S.DELIVERED), (News.FAILED, S.FAILED)])
def test_an_sms_is_found_by_its_providers_id(post: Post, text: str, news: News, state: MessageState) -> None:
    assert post.feedback(report(post, news, "", provider_id="sns-1")).outcome == "recorded"
    assert post.message(text).state is state


def test_a_number_that_opted_out_is_not_written_to(post: Post, text: str) -> None:
    post.feedback(report(post, News.OPTED_OUT, "", provider_id="sns-1", address="+41791234567"))
    assert (post.message(text).state, patient(post).phone_blocked, patient(post).email_blocked) == (
        S.FAILED,
        True,
        False,
    )
    assert require(post.store, blocked_ref(address_key("+41791234567"))).because == "opted_out"


def test_a_report_that_overtook_the_record_comes_again(post: Post, sent: str) -> None:
    unknown = report(post, News.DELIVERED, "", provider_id="sns-2")
    with pytest.raises(TooEarly):
        post.feedback(unknown)
    post.wait(timedelta(minutes=3))
    assert post.feedback(unknown).outcome == "no_message", "the account's, but not ours"
