"""One hand-over of an SMS: counted in its month with the claim, settled with the outcome, never repeated on a guess."""

from contextlib import suppress
from datetime import timedelta

import pytest

from creneau.agenda.appointment import appointment_ref
from creneau.messaging.message import Channel, Kind, Message, MessageState, message_id, message_ref
from creneau.messaging.ports import NotSent, Rejected, Throttled, Unknown
from creneau.messaging.sms.month import Charge, Credits, SmsMonth, SmsUse, UseState, sms_month_ref
from creneau.messaging.sms.segments import credits_of
from creneau.shared.settings import SETTINGS, Settings
from tests.support.post import Crash, Post


def charge(post: Post, **sms) -> None:
    present = post.store.get(SETTINGS) or Settings()
    messaging = present.messaging.with_(off=())
    post.put(present.with_(sms=present.sms.with_(enabled=True, **sms), messaging=messaging))


def planned(post: Post, n: int = 1) -> str:
    """A reminder by SMS of an appointment, due now."""
    post.patient(f"pat_{n}", phone=f"+4179123456{n}")
    post.appointment(f"apt_{n}", f"pat_{n}")
    id = message_id(Kind.REMINDER, Channel.SMS, f"apt_{n}", "system-1d")
    message = Message(
        id=id,
        channel=Channel.SMS,
        kind=Kind.REMINDER,
        patient_id=f"pat_{n}",
        appointment_id=f"apt_{n}",
        occurrence="system-1d",
        due_at=post.now,
        created_at=post.now,
    )
    post.put(message.waiting())
    return id


def month(post: Post) -> SmsMonth:
    found: SmsMonth | None = post.store.get(sms_month_ref("2027-02"))
    assert found is not None
    return found


def uses(post: Post) -> list[SmsUse]:
    return sorted((u for u in post.store.items.values() if isinstance(u, SmsUse)), key=lambda u: u.at)


@pytest.fixture
def id(post):
    charge(post)
    return planned(post)


@pytest.mark.rule("S-03")
@pytest.mark.promise(30)
def test_an_sms_is_sent_kept_and_counted(post, id):
    assert post.deliver(id).outcome == "sent"
    message, (text,) = post.message(id), post.texter.sent
    assert (message.state, message.provider_id, message.address) == (MessageState.SENT, "sns-1", "+41791234561")
    assert (text.to, credits_of(text.body).count) == ("+41791234561", 1)
    assert (message.credits, message.month) == (1, "2027-02")
    assert month(post).included == Credits(used=1)
    (use,) = uses(post)
    assert (use.message_id, use.state, use.at) == (id, UseState.USED, message.claimed_at)
    assert not post.mailer.sent


@pytest.mark.rule("S-03")
@pytest.mark.promise(30)
@pytest.mark.parametrize("refusal", [Throttled("Throttling"), NotSent("EndpointConnectionError")])
def test_credits_of_what_did_not_leave_are_given_back_and_the_next_try_counts_anew(post, id, refusal):
    post.texter.faults = [refusal]
    post.deliver(id)
    assert (month(post).included, post.message(id).state) == (Credits(), MessageState.SCHEDULED)
    post.rest()
    assert month(post).included == Credits(used=1)
    assert [u.state for u in uses(post)] == [UseState.RETURNED, UseState.USED]
    assert len(post.texter.sent) == 1


@pytest.mark.rule("S-03")
def test_a_number_that_the_provider_refuses_costs_nothing(post, id):
    post.texter.faults = [Rejected("OptedOut")]
    assert post.deliver(id).outcome == "failed"
    assert (month(post).included, post.message(id).state) == (Credits(), MessageState.FAILED)


@pytest.mark.rule("M-10")
@pytest.mark.promise(13)
@pytest.mark.promise(14)
@pytest.mark.parametrize("loss", [Unknown("ReadTimeoutError"), Crash()])
def test_an_unknown_outcome_is_never_repeated_and_stays_uncertain(post, id, loss):
    post.texter.lost = [loss]
    with suppress(Crash):
        post.deliver(id)
    post.rest()
    assert (len(post.texter.sent), post.message(id).state) == (1, MessageState.UNCONFIRMED)
    assert month(post).included == Credits(uncertain=1)


@pytest.mark.rule("S-03")
def test_a_month_that_another_worker_counted_in_meanwhile_is_counted_on(post, id):
    """Between the read and the claim, and between the call and its record."""
    other = planned(post, 2)

    def rival(_writes):
        post.store.before_commit.clear()
        post.deliver(other)

    post.store.before_commit.append(rival)
    assert post.deliver(id).outcome == "sent"
    assert month(post).included == Credits(used=2)
    assert [u.state for u in uses(post)] == [UseState.USED] * 2


@pytest.mark.rule("S-06")
@pytest.mark.promise(22)
def test_at_the_spending_limit_the_email_goes_instead(post):
    charge(post, monthly_limit=10)
    first, second = planned(post, 1), planned(post, 2)
    post.settings(off=("reminder.email",))
    assert [post.deliver(i).outcome for i in (first, second)] == ["sent", "suppressed"]
    told = post.message(second)
    assert (told.state, told.why[-1].rule) == (MessageState.SUPPRESSED, "S-06")
    assert month(post).most_spent == 10
    post.rest()
    (mail,) = post.mails()
    assert mail["To"] == "pat_2@mail.example"
    instead = post.message("reminder.email.apt_2.system-1d")
    assert (instead.in_place_of, instead.state) == (second, MessageState.SENT)


@pytest.mark.rule("S-06")
def test_no_email_goes_instead_where_one_says_the_same_anyway(post):
    charge(post, monthly_limit=0)
    id = planned(post)
    post.deliver(id)
    assert post.message(id).state is MessageState.SUPPRESSED
    assert [m.id for m in post.messages()] == [id]


@pytest.mark.rule("S-06")
def test_included_credits_are_spent_at_any_limit(post):
    charge(post, monthly_limit=0)
    present = post.store.get(SETTINGS)
    post.put(present.with_(booking=present.booking.with_(online=True)))
    assert post.deliver(planned(post)).outcome == "sent"


@pytest.mark.rule("S-03")
def test_a_use_is_of_the_local_month_of_its_hand_over(post):
    charge(post)
    id = planned(post)
    post.wait(timedelta(days=28) - timedelta(hours=10, minutes=30))  # 28 February 23:30 in Zurich, sent at once
    post.edit(SETTINGS, messaging=post.store.get(SETTINGS).messaging.with_(quiet_from="08:00", quiet_until="08:00"))
    post.deliver(id)
    assert post.message(id).month == "2027-02"
    assert month(post).of(Charge.INCLUDED).used == 1
    assert post.store.get(message_ref(id)).sent_at is not None


@pytest.mark.rule("M-01")
def test_why_says_how_much_of_the_limit_is_spent(post):
    charge(post, monthly_limit=14)
    first, second = planned(post, 1), planned(post, 2)
    post.deliver(first)
    post.deliver(second)
    facts = post.message(second).why[-1].facts
    said = {name: facts[name] for name in ("month", "spent", "limit", "credits")}
    assert said == {"month": "2027-02", "spent": "10", "limit": "14", "credits": "1"}
    assert facts["settings_version"] == str(post.store.get(SETTINGS).version)


@pytest.mark.rule("M-01")
def test_why_says_which_morning_would_have_been_too_late(post):
    charge(post)
    id = planned(post)
    post.wait(timedelta(hours=13))  # 23:00 in Zurich, and the visit is at half past eight
    post.edit(appointment_ref("apt_1"), start=post.now + timedelta(hours=9.5), end=post.now + timedelta(hours=10))
    post.edit_message(id, due_at=post.now)
    post.deliver(id)
    last = post.message(id).why[-1]
    assert (last.rule, last.facts["morning"]) == ("M-16", "2027-02-02T07:00:00+00:00")
